"""The index of a training set: what generated images are compared with, so that none repeats an image of a patient."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _raygen
from ._arguments import FilePath, callback_of, job_of

if TYPE_CHECKING:
    from ._model import Model


class TrainingIndex:
    """An index that build_index or `raygen index` has written. It is patient data. Any number of threads."""

    def __init__(self, path: FilePath) -> None:
        """Raises raygen.Error."""
        self._native = _raygen.TrainingIndex(os.fsencode(path))

    @property
    def images(self) -> int:
        """Training images."""
        return self._native.images

    @property
    def digest(self) -> str:
        """SHA-256 of the file, hex: what images that it judged are marked with."""
        return self._native.digest


def build_index(
    model: Model,
    dataset: FilePath,
    out: FilePath,
    *,
    quantile: float = 0.001,
    named: bool = False,
    progress: Optional[Callable[[int, int], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> TrainingIndex:
    """Writes what is known of the images in the split train of a prepared dataset, with thresholds of the splits val and test, whose
    patients are others: whole or not at all; what was there is replaced. The dataset's images are of the model's size.
    quantile: share of held-out images that each of three thresholds lets be too near. named: the ids of the dataset, and not salted hashes.
    progress: called with the images that are done and all. Raises raygen.Error.
    """
    callback = callback_of(progress)
    report = None if callback is None else lambda done, total, skipped, description: callback(done, total)
    _raygen.build_index(model._native, os.fsencode(dataset), os.fsencode(out), float(quantile), bool(named), job_of(job), report)
    return TrainingIndex(out)
