"""Whether a synthetic set is any good: the report."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from . import _raygen
from ._arguments import FilePath, callback_of, job_of, text
from ._options import Config, config_text


class EvaluationProgress(NamedTuple):
    """Where an evaluation is."""

    stage: str
    """"real images", "synthetic images", "measures", ..."""
    done: int
    total: int
    seconds_left: float
    """Of the stage; 0 when not known."""


@dataclass(frozen=True)
class Measure:
    """One number of a report, with all that belongs to it."""

    section: str
    """"realism", "adherence", "classifier", "variety" or "memorisation"."""
    key: str
    """Its name in metrics.json: "fid_vqgan"."""
    name: str
    """Its name on the page: "FID (VQ-GAN)"."""
    value: Optional[float]
    """None where it could not be computed: sentence says why."""
    interval: Optional[Tuple[float, float]]
    """95 %."""
    floor: Optional[float]
    """Real images against real images."""
    floor_deviation: Optional[float]
    """Of the floor's draws, with N - 1."""
    better: str
    """"lower", "higher" or "neither"."""
    verdict: str
    """"none", "good", "weak", "bad" or "undefined"."""
    real_count: int
    """Real images that value is of."""
    synthetic_count: int
    """Synthetic images that value is of."""
    features: str
    """The network, the first digits of its hash, and what was done to an image before."""
    sentence: str
    """What the value means, for a stranger."""


@dataclass(frozen=True)
class Report:
    """What an evaluation has found. report.html in its folder has the figures."""

    verdict: str
    """"good", "weak" or "bad"."""
    conclusion: str
    """May the set be used, and for what."""
    warnings: List[str]
    """Images that are there twice, sizes that differ, what was left out."""
    measures: List[Measure]
    """In the order of the page."""
    metrics: Dict[str, Any]
    """All of metrics.json."""

    def __getitem__(self, key: str) -> Measure:
        """The measure of that key. Raises KeyError."""
        for measure in self.measures:
            if measure.key == key:
                return measure
        raise KeyError(key)

    def rows(self) -> List[Dict[str, Any]]:
        """A dictionary a measure, as pandas.DataFrame takes them."""
        return [asdict(measure) for measure in self.measures]


def _measure(section: str, key: str, json_measure: Dict[str, Any]) -> Measure:
    interval, floor = json_measure.get("interval"), json_measure.get("floor") or {}
    return Measure(
        section,
        key,
        json_measure["name"],
        json_measure["value"],
        (interval[0], interval[1]) if interval else None,
        floor.get("value"),
        floor.get("deviation"),
        json_measure["better"],
        json_measure["verdict"],
        json_measure["real_count"],
        json_measure["synthetic_count"],
        json_measure["features"],
        json_measure["sentence"],
    )


def report_of(metrics: Dict[str, Any]) -> Report:
    """Of what metrics.json holds."""
    measures = [_measure(section, key, each) for section, held in metrics["sections"].items() for key, each in held["measures"].items()]
    return Report(metrics["verdict"], metrics["conclusion"], metrics["warnings"], measures, metrics)


def evaluation_config(config: Config = "", *, overrides: Sequence[str] = ()) -> str:
    """The whole config as YAML, every key with its value and meaning. Raises raygen.Error."""
    return _raygen.evaluation_config(config_text(config), "config", [text(each, "an override") for each in overrides])


def evaluate(
    real: FilePath,
    synthetic: FilePath,
    out: FilePath,
    *,
    model: FilePath = "",
    classifier: FilePath = "",
    config: Config = "",
    overrides: Sequence[str] = (),
    progress: Optional[Callable[[EvaluationProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> Report:
    """Compares a prepared dataset of real images with a synthetic set and writes OUT/report.html, OUT/metrics.json and OUT/table.csv.

    synthetic: what Generator or `raygen generate` has written (images.csv), a folder of images, or a CSV with prompt and img_savename.
    model: its image encoder makes features, and its training is looked into; classifier: a model whose classifier makes features and looks
    for findings. OUT/features keeps what they made of the images: it is as private as the images. config and overrides: the other keys,
    which evaluation_config() shows. A call that was stopped goes on from the features that it had. Raises raygen.Error.
    """
    paths = {"real": real, "synthetic": synthetic, "out": out, "model": model, "classifier": classifier}
    own = [f"{key}={os.fsdecode(path)}" for key, path in paths.items() if os.fsdecode(path)]
    callback = callback_of(progress)
    relay = None if callback is None else lambda *values: callback(EvaluationProgress(*values))
    metrics = _raygen.evaluate(config_text(config), "config", [text(each, "an override") for each in (*overrides, *own)], job_of(job), relay)
    return report_of(json.loads(metrics))
