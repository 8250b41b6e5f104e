"""What the calls check of their arguments, so that an error names the one that is wrong."""

from __future__ import annotations

import operator
import os
from typing import Any, Callable, List, Optional, Union

from . import _raygen

FilePath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
"""What os.fsencode() takes. The name of a file is bytes, which need not be UTF-8."""


def whole(value: Any, name: str, least: int, most: int) -> int:
    """An integer within a range. Raises TypeError, ValueError."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is an integer, not {type(value).__name__}") from None
    if not least <= number <= most:
        raise ValueError(f"{name} is {number}: {least} to {most} was expected")
    return number


def int32(value: Any, name: str) -> int:
    """Small enough for the library, which knows the range. Raises TypeError, ValueError."""
    return whole(value, name, -(2**31), 2**31 - 1)


def uint64(value: Any, name: str) -> int:
    """Raises TypeError, ValueError."""
    return whole(value, name, 0, 2**64 - 1)


def text(value: Any, name: str) -> str:
    """A str that has UTF-8. One that os.fsdecode() made of other bytes has none. Raises TypeError, ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} is no text at character {error.start}: {value[error.start]!r} has no UTF-8") from None
    return value


def texts(prompts: Any) -> List[str]:
    """One text or several. Raises TypeError, ValueError."""
    if isinstance(prompts, str):
        return [text(prompts, "the prompt")]
    if isinstance(prompts, (bytes, bytearray)):
        raise TypeError("a prompt is a str, not bytes")
    return [text(each, f"prompt {i}" if isinstance(each, str) else "a prompt") for i, each in enumerate(prompts)]


def job_of(job: Any) -> Optional[_raygen.Job]:
    """Raises TypeError."""
    if job is not None and not isinstance(job, _raygen.Job):
        raise TypeError(f"job is a raygen.Job or None, not {type(job).__name__}")
    return job


def callback_of(progress: Any) -> Optional[Callable[..., Any]]:
    """Raises TypeError."""
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is a function or None, not {type(progress).__name__}")
    callback: Optional[Callable[..., Any]] = progress
    return callback
