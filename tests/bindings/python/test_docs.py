"""The Python programs of the README and the docs run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def programs():
    for page in ("README.md", "docs/python.md", "docs/sampling.md", "docs/by_hand.md", "docs/dicom.md", "docs/editing.md"):
        for i, block in enumerate(re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)):
            yield pytest.param(block, id=f"{page}-{i}")


@pytest.mark.parametrize("program", list(programs()))
def test_program(program, tmp_path):
    (tmp_path / "models").symlink_to(ROOT / "models")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pictures = [path.read_bytes() for path in (*tmp_path.glob("*.png"), *tmp_path.glob("*.dcm"))]
    assert pictures and all(content.startswith(b"\x89PNG") or content[128:132] == b"DICM" for content in pictures)
