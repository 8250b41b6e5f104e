import subprocess
import sys
from pathlib import Path

import numpy as np
from conftest import FAST, MODEL, PROMPT

import raygen

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "python"


def test_generate(tmp_path):
    done = subprocess.run([sys.executable, EXAMPLES / "generate.py", MODEL, tmp_path / "out", PROMPT, "No acute process."], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(".png") == 2 and (tmp_path / "out" / "00001.png").read_bytes().startswith(b"\x89PNG")


def test_redraw(generator, tmp_path):
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    generator.generate(PROMPT, **FAST)[0].save(before)
    command = [sys.executable, EXAMPLES / "redraw.py", MODEL, before, after, "Large right pneumothorax.", "16", "32", "20", "40"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "15 of 256 tokens are new" in done.stdout
    changed = np.abs(raygen.Image.read(after) - raygen.Image.read(before)).mean(axis=2)
    assert changed[32:72, 16:40].mean() > 4 * changed[:, 80:].mean()
