import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import raygen

FOLDER = Path(raygen.__file__).parent


def test_the_extension_asks_for_the_door_and_nothing_else_of_ours():
    (extension,) = FOLDER.glob("_raygen.*.so")
    listing = subprocess.run(["nm", "-D", "-u", extension], capture_output=True, text=True, check=True).stdout
    undefined = [line.split()[-1] for line in listing.splitlines()]
    ours = [name for name in undefined if "raygen" in name]
    assert ours and all(name.startswith("raygen_") for name in ours)
    assert not [name for name in undefined if "torch" in name or "c10" in name or "_ZN2at" in name]


@pytest.mark.parametrize("version, message", [("1.0.0", "compiled for torch"), (None, "torch is not installed"), ("", "is damaged")])
def test_another_torch_or_none_is_an_import_error(tmp_path, version, message):
    if version is not None:
        (tmp_path / "torch").mkdir()
        (tmp_path / "torch" / "__init__.py").touch()
        if version:
            (tmp_path / "torch" / "version.py").write_text(f"__version__: str = '{version}'\n")
    hide = "" if version is not None else (
        "import importlib.util\nreal = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: None if name == 'torch' else real(name, package)\n"
    )
    look = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n"
    program = f"{hide}{look}try:\n import raygen\nexcept ImportError as error:\n print(error)\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert message in done.stdout, done.stderr
    assert "pip install" in done.stdout or not version


def undocumented_fields(public):
    """Of a dataclass: the fields without a text below them."""
    body = ast.parse(inspect.getsource(public)).body[0].body
    told = {first.target.id for first, second in zip(body, body[1:])
            if isinstance(first, ast.AnnAssign) and isinstance(second, ast.Expr) and isinstance(second.value, ast.Constant)}
    return [field.name for field in dataclasses.fields(public) if field.name not in told]


def test_everything_public_says_what_it_is():
    silent = []
    for name in raygen.__all__:
        public = getattr(raygen, name)
        members = [] if not isinstance(public, type) else [
            f"{name}.{member}" for member, value in vars(public).items() if not member.startswith("_") and not (getattr(value, "__doc__", None) or isinstance(value, str))
        ] if not dataclasses.is_dataclass(public) else undocumented_fields(public)
        silent += members + ([] if (public.__doc__ or "").strip() else [name])
    assert not silent
    assert raygen.Error("made here").status == "internal"


def test_import_is_quick_because_torch_is_not_imported():
    done = subprocess.run([sys.executable, "-c", "import sys, raygen; print('torch' in sys.modules)"], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_mypy_finds_nothing_in_the_package_and_its_example(tmp_path):
    pytest.importorskip("mypy")
    root = Path(__file__).resolve().parents[3]
    for what in (["-p", "raygen"], *([each] for each in sorted((root / "examples" / "python").glob("*.py")))):
        command = [sys.executable, "-m", "mypy", "--config-file", root / "pyproject.toml", *what]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout
    wrong = 'import raygen\nraygen.Generator.load("m").generate("a", {})\n'
    for keyword, message in (("steps=4", ""), ("stesp=4", '"stesp"'), ("steps=0.5", "float"), ('position_choice="best"', "best")):
        (tmp_path / "wrong.py").write_text(wrong.format(keyword))
        done = subprocess.run([sys.executable, "-m", "mypy", tmp_path / "wrong.py"], capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode == 0) == (message == "") and message in done.stdout, done.stdout
    stubs = subprocess.run([sys.executable, "-m", "mypy.stubtest", "raygen._raygen", "--ignore-missing-stub", "--ignore-positional-only"],
                           capture_output=True, text=True, cwd=tmp_path)
    found = [line for line in stubs.stdout.splitlines() if line.startswith("error:")]
    ours = [line for line in found if not line.endswith("metaclass differs") and "Condition.__init__ is inconsistent" not in line]
    checked = re.search(r"checked 1 module|no issues found in 1 module", stubs.stdout)
    assert checked and not ours and not stubs.stderr and stubs.returncode == (1 if found else 0), stubs.stdout + stubs.stderr
