"""From phantoms or a table of images and reports to a model."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _raygen
from ._arguments import FilePath, callback_of, int32, job_of, text, uint64
from ._image import Image
from ._options import Config, config_text

_PHANTOMS, _PREPARATION = _raygen.PhantomOptions(), _raygen.PrepareOptions()


class DataProgress(NamedTuple):
    """Images that are done, by write_phantoms or prepare_table."""

    done: int
    total: int
    skipped: int
    """How many of done could not be used."""
    description: str = ""
    """By prepare_table: for each table a line that says which column was taken for what, and how many images and patients there are."""


class TrainingProgress(NamedTuple):
    """Where a training is."""

    stage: str
    """"vqgan", "text_encoder", "tokens" or "masked_decoder"."""
    event: str
    """"step", "validation", "checkpoint", "resumed" or "stage finished"."""
    step: int
    steps: int
    images_per_second: float
    """0 when not known."""
    seconds_left: float
    """Of the stage; 0 when not known."""
    metrics: Dict[str, float]
    """The newest measurements ("train/loss", ...), may be empty."""


def _reporter(kind: Callable[..., Any], progress: Optional[Callable[..., Any]]) -> Optional[Callable[..., Any]]:
    callback = callback_of(progress)
    if callback is None:
        return None
    return lambda *values: callback(kind(*values))


def read_phantom_region(path: FilePath, region: str) -> Image:
    """A mask of a region of the phantom whose image lies at path, in a folder that write_phantoms has written: white in the region, as large
    as the image. region: "left lung", "right lung" (the patient's), "lungs", "heart" or "mediastinum". Raises raygen.Error."""
    return Image(*_raygen.read_phantom_region(os.fsencode(path), text(region, "region")))


def write_phantoms(
    out: FilePath,
    *,
    count: int = _PHANTOMS.count,
    seed: int = _PHANTOMS.seed,
    first: int = _PHANTOMS.first_phantom,
    size: int = _PHANTOMS.size,
    masks: bool = _PHANTOMS.masks,
    healthy: bool = _PHANTOMS.healthy,
    progress: Optional[Callable[[DataProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> None:
    """Draws chest radiographs with known findings: out/images/P000000.png, ..., and out/phantoms.csv, a table for prepare_table.

    A phantom depends on (seed, index, size) alone. size: multiples of 32, 64 to 1024. A second call leaves what is there.
    masks: a mask of every finding too. healthy: the same patients without their findings.
    Raises raygen.Error.
    """
    options = _raygen.PhantomOptions()
    options.count, options.seed, options.first_phantom = uint64(count, "count"), uint64(seed, "seed"), uint64(first, "first")
    options.size, options.masks, options.healthy = int32(size, "size"), masks, healthy
    _raygen.write_phantoms(os.fsencode(out), options, job_of(job), _reporter(DataProgress, progress))


_Tables = Union[FilePath, Sequence[FilePath]]
_SPLITS = ("train", "val", "test")
_COLUMNS = ("path", "text", "patient", "split", "view", "findings", "id", "sex", "age")


def _preparation(image_size: int, val_fraction: float, seed: int, limits: Optional[_raygen.Limits]) -> _raygen.PrepareOptions:
    options = _raygen.PrepareOptions()
    options.image_size, options.val_fraction, options.seed = int32(image_size, "image_size"), val_fraction, uint64(seed, "seed")
    if limits is not None:
        options.limits = limits
    return options


def _expect_keys(given: Mapping[str, Any], name: str, known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            raise ValueError(f"{name} has {key!r}: some of {', '.join(known)} were expected")


def _files(csv: Union[_Tables, Mapping[str, _Tables]], split: str = "") -> List[Tuple[bytes, str]]:
    if isinstance(csv, Mapping):
        _expect_keys(csv, "csv", _SPLITS)
        return [file for split, files in csv.items() for file in _files(files, split)]
    return [(os.fsencode(file), split) for file in ([csv] if isinstance(csv, (str, bytes, os.PathLike)) else csv)]


def prepare_table(
    csv: Union[_Tables, Mapping[str, _Tables]],
    out: FilePath,
    *,
    columns: Mapping[str, str] = MappingProxyType({}),
    label_columns: Sequence[str] = (),
    patient_per_image: bool = False,
    text_from_findings: bool = False,
    image_size: int = _PREPARATION.image_size,
    val_fraction: float = _PREPARATION.val_fraction,
    test_fraction: float = _raygen.TEST_FRACTION,
    seed: int = _PREPARATION.seed,
    root: FilePath = "",
    limits: Optional[_raygen.Limits] = None,
    progress: Optional[Callable[[DataProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> Dict[str, int]:
    """Makes a dataset folder of tables with an image path and a text, or continues it. Returns how many images came in, were skipped, and
    are in each split.

    csv: tables that are split by their column "split" or by patient; or {"train": tables, "val": ..., "test": ...}, each all one split.
    columns: names that are not the usual ones, such as {"text": "Impression"}, of path, text, patient, split, view, findings, id, sex
    and age. label_columns: columns of 0 and 1, each a finding. text_from_findings: texts are the names of the findings. patient_per_image: where a
    table tells no patients, each image counts as one of its own, so that a person may be in two splits; without it that is an error.
    Raises raygen.Error.
    """
    _expect_keys(columns, "columns", _COLUMNS)
    return _raygen.prepare_table(
        _files(csv),
        {column: text(name, f"the column of {column}") for column, name in columns.items()},
        [text(name, "a label's column") for name in label_columns],
        patient_per_image,
        text_from_findings,
        os.fsencode(root),
        test_fraction,
        os.fsencode(out),
        _preparation(image_size, val_fraction, seed, limits),
        job_of(job),
        _reporter(DataProgress, progress),
    )


def prepare_mimic(
    root: FilePath,
    out: FilePath,
    *,
    reports: FilePath = "",
    view: str = "",
    exact: bool = False,
    image_size: int = _PREPARATION.image_size,
    val_fraction: float = _PREPARATION.val_fraction,
    seed: int = _PREPARATION.seed,
    limits: Optional[_raygen.Limits] = None,
    progress: Optional[Callable[[DataProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> Dict[str, int]:
    """The same from MIMIC-CXR-JPG 2: one image a study, the impression of its report, the patients of p10 as test.

    reports: the folder whose files/ has the reports; empty: root. view: ViewPosition; empty: the most common. exact: texts cleaned as the
    original does, which glues words. Raises raygen.Error.
    """
    return _raygen.prepare_mimic(
        os.fsencode(root),
        os.fsencode(reports),
        text(view, "view"),
        exact,
        os.fsencode(out),
        _preparation(image_size, val_fraction, seed, limits),
        job_of(job),
        _reporter(DataProgress, progress),
    )


def training_config(config: Config = "", *, overrides: Sequence[str] = ()) -> str:
    """The whole config as YAML, every key with its value and meaning. config: YAML, or a dictionary. Raises raygen.Error."""
    return _raygen.training_config(config_text(config), "config", [text(each, "an override") for each in overrides])


def train(
    config: Config,
    *,
    overrides: Sequence[str] = (),
    progress: Optional[Callable[[TrainingProgress], Any]] = None,
    job: Optional[_raygen.Job] = None,
) -> None:
    """Trains the stages that the config enables and writes the model to OUT/model. config: YAML, or a dictionary; training_config() shows
    every key. A run that was stopped (Ctrl-C, job.cancel(), progress returning False) has saved a checkpoint, and the same call goes on
    from it. Raises raygen.Error.
    """
    _raygen.train(config_text(config), "config", [text(each, "an override") for each in overrides], job_of(job), _reporter(TrainingProgress, progress))


def convert(
    out: FilePath,
    *,
    decoder: FilePath = "",
    vqgan: FilePath = "",
    text_encoder: FilePath = "",
    vqgan_config: FilePath = "",
    vocabulary: FilePath = "",
    decoder_config: FilePath = "",
    text_config: FilePath = "",
    heads: Optional[int] = None,
    ignore: Sequence[str] = (),
    classifier: FilePath = "",
    classifier_kind: str = "",
    classifier_config: FilePath = "",
    model: FilePath = "",
    stored_precision: str = "",
    overwrite: bool = False,
    job: Optional[_raygen.Job] = None,
) -> List[str]:
    """Makes a bundle of the original's checkpoints, or of one that is there; returns what was assumed or left out unexpectedly. All that was taken, assumed and
    left out is kept in the model's manifest, under provenance. Nothing in a checkpoint is ever run.
    text_encoder: a Hugging Face folder; empty: the one inside the decoder's checkpoint, whose vocabulary is then named.
    heads: the masked decoder's attention heads, which no weight tells; None: from the checkpoint's settings or a config.
    ignore: tensors whose names start with one of these are left out.
    classifier: a DenseNet-121 or EfficientNet-Lite, without which decoder and vqgan are needed; classifier_kind: "chexnet", "xrv:all" …, empty:
    told by names and shapes; classifier_config: JSON with its classes, thresholds and preprocessing.
    model: a bundle to be stored in another precision, instead of all of these; stored_precision: "float32", "float16", "bfloat16" or "int8" (the
    masked decoder's linears), of the weights on disk; empty: as they are. Raises raygen.Error.
    """
    return _raygen.convert(
        os.fsencode(out),
        os.fsencode(decoder),
        os.fsencode(vqgan),
        os.fsencode(vqgan_config),
        os.fsencode(text_encoder),
        os.fsencode(vocabulary),
        os.fsencode(decoder_config),
        os.fsencode(text_config),
        heads,
        [text(prefix, "a prefix of ignore") for prefix in ignore],
        os.fsencode(classifier),
        text(classifier_kind, "classifier_kind"),
        os.fsencode(classifier_config),
        os.fsencode(model),
        text(stored_precision, "stored_precision"),
        overwrite,
        job_of(job),
    )
