import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import MODEL

PROGRAM = Path(__file__).resolve().parents[3] / "benchmarks" / "python_calls.py"


@pytest.mark.parametrize("python, code", [(1.0, 0), (1.019, 0), (1.021, 1)])
def test_the_limit(python, code, capsys):
    spec = importlib.util.spec_from_file_location("python_calls", PROGRAM)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    assert benchmark.report({"cpp": 1.0, "python": python}) == code
    assert f'"python_image_s": {python}' in capsys.readouterr().out


def test_cycles():
    done = subprocess.run([sys.executable, PROGRAM, "--cycles", "8", "--model", MODEL], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "      8 cycles: " in done.stdout
