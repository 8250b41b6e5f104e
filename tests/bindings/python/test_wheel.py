import importlib.util
import os
import subprocess
import venv
from pathlib import Path

import pytest
from conftest import MODEL, PROMPT

WHEELS = os.environ.get("RAYGEN_WHEELS")  # a folder with the wheel; set by ctest
PROGRAM = f"""
import raygen
image = raygen.Generator.load({str(MODEL)!r}).generate({PROMPT!r}, steps=2)[0]
print(raygen.__file__)
print(image.shape)
"""


def files_of(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


@pytest.mark.skipif(WHEELS is None, reason="RAYGEN_WHEELS names no folder of wheels")
def test_a_wheel_is_installed_into_an_empty_environment_used_and_removed_without_a_trace(tmp_path):
    environment, others = tmp_path / "env", tmp_path / "others"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    others.mkdir()  # what raygen asks for, from here, so that nothing is downloaded: nothing else is in sight
    numpy, torch = (Path(importlib.util.find_spec(name).origin).parent for name in ("numpy", "torch"))
    for package in (numpy, numpy.with_name("numpy.libs"), torch):
        if package.exists():
            (others / package.name).symlink_to(package)

    def run(*command):
        done = subprocess.run([python, *command], capture_output=True, text=True, cwd=tmp_path,
                              env={**os.environ, "PYTHONPATH": str(others), "PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    before = files_of(environment)
    run("-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps", "--find-links", WHEELS, "raygen")
    where, shape = run("-c", PROGRAM).splitlines()
    assert environment in Path(where).parents
    assert shape == "(128, 128, 1)"
    run("-m", "pip", "uninstall", "--disable-pip-version-check", "-y", "raygen")
    assert files_of(environment) == before
