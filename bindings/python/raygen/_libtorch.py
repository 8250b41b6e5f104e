"""Finds the LibTorch of the installed torch and loads it, so that this process never holds two.

torch itself is not imported (it takes seconds and is not needed). If it is imported later, it finds its own libraries already loaded.
"""

import contextlib
import ctypes
import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import Iterator

from ._build import LIBRARIES, TORCH_VERSION


def _release(version: str) -> str:
    """2.13.0+cpu -> 2.13.0: what decides about the C++ ABI."""
    return version.split("+")[0]


@contextlib.contextmanager
def _a_folder() -> Iterator[None]:
    """A working directory that exists: MKL, a part of LibTorch, ends a process that loads it in one that was deleted."""
    try:
        os.getcwd()
    except FileNotFoundError:
        deleted = os.open(".", os.O_PATH)
        os.chdir(os.sep)
        try:
            yield
        finally:
            os.fchdir(deleted)
            os.close(deleted)
    else:
        yield


def load() -> None:
    """Raises ImportError when torch is absent or not the one that libraygen was compiled with."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise ImportError(
            f"raygen computes with torch's LibTorch, and torch is not installed in {sys.prefix}: "
            f"pip install torch=={_release(TORCH_VERSION)}"
        )
    folder = Path(spec.origin).parent
    try:
        text = (folder / "version.py").read_text(encoding="utf-8")
    except OSError as error:
        raise ImportError(f"the torch that is installed in {folder} is damaged: {error}") from error
    found = re.search(r"__version__\s*(?::[^=\n]*)?=\s*['\"]([^'\"]+)", text)
    version = found.group(1) if found else "an unknown version"
    if _release(version) != _release(TORCH_VERSION):
        raise ImportError(
            f"raygen was compiled for torch {TORCH_VERSION}, and torch {version} is installed in {folder}: "
            f"install raygen again (pip install --force-reinstall --no-cache-dir), or pip install torch=={_release(TORCH_VERSION)}"
        )
    try:
        with _a_folder():
            for library in LIBRARIES:
                ctypes.CDLL(str(folder / "lib" / library))
    except OSError as error:
        raise ImportError(f"the torch that is installed in {folder} is damaged: {error}") from error
