import subprocess
import sys
from pathlib import Path

from conftest import MODEL, PROMPT

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "python" / "generate.py"


def test_example(tmp_path):
    done = subprocess.run([sys.executable, EXAMPLE, MODEL, tmp_path / "out", PROMPT, "No acute process."], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(".png") == 2 and (tmp_path / "out" / "00001.png").read_bytes().startswith(b"\x89PNG")
