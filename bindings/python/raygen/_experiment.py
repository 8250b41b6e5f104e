"""Whether synthetic images help a classifier."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Optional, Sequence

from . import _raygen
from ._arguments import FilePath, callback_of, job_of, text
from ._evaluation import EvaluationProgress, Report, report_of
from ._options import Config, config_text


def experiment_config(config: Config = "", *, overrides: Sequence[str] = ()) -> str:
    """The whole config as YAML, every key with its value and meaning. Raises raygen.Error."""
    return _raygen.experiment_config(config_text(config), "config", [text(each, "an override") for each in overrides])


def experiment(
    real: FilePath,
    out: FilePath,
    *,
    model: FilePath = "",
    synthetic: FilePath = "",
    config: Config = "",
    overrides: Sequence[str] = (),
    progress: Optional[Callable[[EvaluationProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> Report:
    """Trains classifiers on real images, on synthetic ones and on both, and tests them with the same real images.

    real: a prepared dataset with findings and three splits. The synthetic images are made by model from the reports of the split train, or
    are those of synthetic: what Generator or `raygen generate` has written, a folder of images, or a CSV with prompt and img_savename.
    Writes OUT/report.html, OUT/metrics.json and OUT/table.csv. config and overrides: the other keys, which experiment_config() shows. A call
    that was stopped goes on where it was. Raises raygen.Error.
    """
    paths = {"real": real, "out": out, "model": model, "synthetic": synthetic}
    own = [f"{key}={os.fsdecode(path)}" for key, path in paths.items() if os.fsdecode(path)]
    callback = callback_of(progress)
    relay = None if callback is None else lambda *values: callback(EvaluationProgress(*values))
    metrics = _raygen.experiment(config_text(config), "config", [text(each, "an override") for each in (*overrides, *own)], job_of(job), relay)
    return report_of(json.loads(metrics))
