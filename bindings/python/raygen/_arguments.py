"""What the calls check of their arguments, so that an error names the one that is wrong."""

from __future__ import annotations

import operator
from typing import Any, Callable, List, Optional

from . import _raygen


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


def texts(prompts: Any) -> List[str]:
    """One text or several. Raises TypeError."""
    if isinstance(prompts, str):
        return [prompts]
    if isinstance(prompts, (bytes, bytearray)):
        raise TypeError("a prompt is a str, not bytes")
    all_of_them = list(prompts)
    for each in all_of_them:
        if not isinstance(each, str):
            raise TypeError(f"a prompt is a str, not {type(each).__name__}")
    return all_of_them


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
