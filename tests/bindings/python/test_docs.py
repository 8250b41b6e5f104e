"""The Python programs of the README and the docs run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


PICTURES = ("README.md", "docs/python.md", "docs/sampling.md", "docs/by_hand.md", "docs/dicom.md", "docs/editing.md")
REPORTS = ("docs/evaluation.md", "docs/experiment.md")


def programs(pages):
    for page in pages:
        for i, block in enumerate(re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)):
            yield pytest.param(block, id=f"{page}-{i}")


def run(program, folder):
    (folder / "models").symlink_to(ROOT / "models")
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("program", list(programs(REPORTS)))
def test_a_program_that_measures(program, tmp_path):
    assert run(program, tmp_path).strip()


@pytest.mark.parametrize("program", list(programs(PICTURES)))
def test_program(program, tmp_path):
    run(program, tmp_path)
    pictures = [path.read_bytes() for path in (*tmp_path.glob("*.png"), *tmp_path.glob("*.dcm"))]
    assert pictures and all(content.startswith(b"\x89PNG") or content[128:132] == b"DICM" for content in pictures)
