"""The metrics of the evaluation, as functions on arrays.

Features are [N,d], a row an image, from any network; images are [H,W] or [H,W,channels] in 0..1; scores are [N], labels [N] of 0 and 1.
docs/evaluation.md has definitions and traps: print N, the network and its preprocessing beside each value. A distance of sets of fewer than
20 images says nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _raygen
from ._arguments import FilePath, text, uint64

__all__ = [
    "Estimate",
    "GroupEstimate",
    "Label",
    "alpha_precision",
    "auroc",
    "authentic",
    "authenticity",
    "average_precision",
    "best_f1_threshold",
    "beta_recall",
    "brier",
    "carlini_ratio",
    "closer_than_median",
    "cmmd",
    "coverage",
    "dcr",
    "dcr_share",
    "density",
    "ece",
    "f1",
    "fairness",
    "fid",
    "fid_infinity",
    "frd",
    "kid",
    "label_rules",
    "lpips",
    "ms_ssim",
    "nearest_rms",
    "nndr",
    "precision",
    "precision_at",
    "psnr",
    "radiomics",
    "read_labels",
    "recall",
    "recall_at",
    "ssim",
    "tpr_at_fpr",
    "vendi",
    "youden_threshold",
]


def _features(values: ArrayLike, name: str) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{name} is of shape {array.shape}; [N,d] with a row an image was expected")
    return array


def _pair(first: ArrayLike, name: str, synthetic: ArrayLike) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    one, other = _features(first, name), _features(synthetic, "synthetic")
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"{name} has {one.shape[1]} features an image and synthetic {other.shape[1]}; as many were expected")
    return one, other


def _compare(metric: str, real: ArrayLike, synthetic: ArrayLike, **options: int) -> float:
    return _raygen.compare_features(metric, *_pair(real, "real", synthetic), [f"{key}={uint64(value, key)}" for key, value in options.items()])


def fid(real: ArrayLike, synthetic: ArrayLike) -> float:
    """Fréchet distance; "the" FID if the features are those of the 2015 Inception network. Biased: it falls as 1/N. Raises raygen.Error."""
    return _compare("fid", real, synthetic)


def fid_infinity(real: ArrayLike, synthetic: ArrayLike, *, seed: int = 0) -> float:
    """The same extrapolated to infinite N (Chong and Forsyth 2020). Raises raygen.Error."""
    return _compare("fid_infinity", real, synthetic, seed=seed)


def kid(real: ArrayLike, synthetic: ArrayLike, *, subset_size: int = 1000, subsets: int = 100, seed: int = 0) -> float:
    """Kernel distance (Bińkowski et al. 2018), unbiased, may be negative; smaller sets are taken whole. Raises raygen.Error."""
    return _compare("kid", real, synthetic, kid_subset_size=subset_size, kid_subsets=subsets, seed=seed)


def cmmd(real: ArrayLike, synthetic: ArrayLike) -> float:
    """1000 times the MMD with a Gaussian kernel of rows of length 1 (Jayasumana et al. 2024, with CLIP's embeddings). Raises raygen.Error."""
    return _compare("cmmd", real, synthetic)


def precision(real: ArrayLike, synthetic: ArrayLike, *, neighbours: int = 5) -> float:
    """Share of the synthetic images that lie among real ones (Kynkäänniemi et al. 2019). Raises raygen.Error."""
    return _compare("precision", real, synthetic, neighbours=neighbours)


def recall(real: ArrayLike, synthetic: ArrayLike, *, neighbours: int = 5) -> float:
    """Share of the real images that lie among synthetic ones. Raises raygen.Error."""
    return _compare("recall", real, synthetic, neighbours=neighbours)


def density(real: ArrayLike, synthetic: ArrayLike, *, neighbours: int = 5) -> float:
    """Real neighbourhoods that a synthetic image lies in, over k (Naeem et al. 2020); may exceed 1. Raises raygen.Error."""
    return _compare("density", real, synthetic, neighbours=neighbours)


def coverage(real: ArrayLike, synthetic: ArrayLike, *, neighbours: int = 5) -> float:
    """Share of the real images with a synthetic one in their neighbourhood. Raises raygen.Error."""
    return _compare("coverage", real, synthetic, neighbours=neighbours)


def alpha_precision(real: ArrayLike, synthetic: ArrayLike) -> float:
    """How far what is typical of the synthetic images is typical of the real ones; 1 is best (Alaa et al. 2022). Raises raygen.Error."""
    return _compare("alpha_precision", real, synthetic)


def beta_recall(real: ArrayLike, synthetic: ArrayLike) -> float:
    """How far what is typical of the real images is typical of the synthetic ones; 1 is best (Alaa et al. 2022). Raises raygen.Error."""
    return _compare("beta_recall", real, synthetic)


def authenticity(training: ArrayLike, synthetic: ArrayLike) -> float:
    """Share of the synthetic images that are farther from the nearest training image than that one is from its own nearest (Alaa et al. 2022,
    the paper's definition). Raises raygen.Error."""
    return _compare("authenticity", training, synthetic)


def _nearness(measure: str, training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.float64]:
    return _raygen.nearness(measure, *_pair(training, "training", synthetic))


def dcr(training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.float64]:
    """[N]: the distance of each synthetic image to the closest training image. Beside it belongs the same of held-out images. Raises
    raygen.Error."""
    return _nearness("dcr", training, synthetic)


def dcr_share(training: ArrayLike, held_out: ArrayLike, synthetic: ArrayLike) -> float:
    """The share of synthetic images that are nearer to the training than to the held-out images, a tie counting half: 0.5 without memorisation.
    Needs as many held-out as training images. Raises raygen.Error."""
    if len(_features(training, "training")) != len(_features(held_out, "held_out")):
        raise ValueError("as many held-out as training images were expected")
    one, other = dcr(training, synthetic), dcr(held_out, synthetic)
    return float((one < other).mean() + (one == other).mean() / 2)


def authentic(training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.bool_]:
    """[N]: whether a synthetic image is farther from the nearest training image than that one is from its own nearest; their share is
    authenticity. Raises raygen.Error."""
    return np.asarray(_nearness("authentic", training, synthetic) == 1, np.bool_)


def nndr(training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.float64]:
    """[N]: the distance to the closest training image over that to the second closest, 0..1; near 0 is a copy. Raises raygen.Error."""
    return _nearness("nndr", training, synthetic)


def carlini_ratio(training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.float64]:
    """[N]: the distance to the closest training image over half of the mean of those to the 50 closest (Carlini et al. 2023); calibrate it on
    held-out images. Needs 50 training images. Raises raygen.Error."""
    return _nearness("carlini_ratio", training, synthetic)


def nearest_rms(training: ArrayLike, synthetic: ArrayLike) -> NDArray[np.float64]:
    """[N]: root mean square difference of pixels 0..1 from the closest training image; (l2, delta)-memorised if at most delta, of .1 to .15
    usually (Carlini et al. 2023). Raises raygen.Error."""
    return _nearness("rms", training, synthetic)


def closer_than_median(training: ArrayLike, synthetic: ArrayLike) -> float:
    """The share of synthetic images that are nearer to a training image than half of the training images are to each other; more is worse.
    Raises raygen.Error."""
    return _compare("closer_than_median", training, synthetic)


def radiomics(image: ArrayLike) -> Dict[str, float]:
    """The 398 radiomics of an image by the names that pyradiomics has, in the order of the rows that frd compares:
    frd([list(radiomics(x).values()) for x in real], ...). Needs sides of 4 pixels and more than one grey value. Raises raygen.Error."""
    values = json.loads(_raygen.radiomics(_planes(image)))
    return {name: float("nan") if value is None else value for name, value in values.items()}


def frd(real: ArrayLike, synthetic: ArrayLike) -> float:
    """Squared Fréchet distance of radiomics, scaled by the real set; columns that cannot be compared are dropped, rows with NaN are left out.
    frd-score 1.0.1 prints its logarithm. Raises raygen.Error."""
    return _compare("frd", real, synthetic)


def vendi(features: ArrayLike) -> float:
    """How many different images there are as if (Friedman and Dieng 2023). Raises raygen.Error."""
    return _compare("vendi", features, features)


def _scored(scores: ArrayLike, labels: ArrayLike) -> "tuple[NDArray[np.float64], NDArray[np.uint8]]":
    values, truth = np.asarray(scores, np.float64).ravel(), np.asarray(labels).ravel()
    if values.shape != truth.shape:
        raise ValueError(f"there are {truth.size} labels of {values.size} scores; as many were expected")
    if not np.isin(truth, (0, 1)).all():
        raise ValueError("a label is neither 0 nor 1")
    return values, truth.astype(np.uint8)


def _score(metric: str, scores: ArrayLike, labels: ArrayLike, parameter: float = 0) -> float:
    return _raygen.score_metric(metric, *_scored(scores, labels), float(parameter))


def average_precision(scores: ArrayLike, labels: ArrayLike) -> float:
    """NaN without a positive. Raises raygen.Error."""
    return _score("average_precision", scores, labels)


def brier(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Mean of (p - y)². Raises raygen.Error."""
    return _score("brier", probabilities, labels)


def ece(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Expected calibration error over 15 bins. Raises raygen.Error."""
    return _score("ece", probabilities, labels)


def f1(scores: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> float:
    """Positive at the threshold and above. Raises raygen.Error."""
    return _score("f1", scores, labels, threshold)


def precision_at(scores: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> float:
    """TP / (TP + FP) at the threshold and above; NaN where no score is. Raises raygen.Error."""
    return _score("precision_at", scores, labels, threshold)


def recall_at(scores: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> float:
    """TP / (TP + FN) at the threshold and above; NaN without a positive. Raises raygen.Error."""
    return _score("recall_at", scores, labels, threshold)


def tpr_at_fpr(scores: ArrayLike, labels: ArrayLike, false_positive_rate: float) -> float:
    """The true positive rate at that false positive rate at most; NaN without both labels. Raises raygen.Error."""
    return _score("tpr_at_fpr", scores, labels, false_positive_rate)


def youden_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """Where TPR - FPR is largest; NaN without both labels. Raises raygen.Error."""
    return _score("youden_threshold", scores, labels)


def best_f1_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """Where F1 is largest; NaN without both labels. Raises raygen.Error."""
    return _score("best_f1_threshold", scores, labels)


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; NaN where it is undefined."""

    value: float
    low: float
    high: float
    standard_error: float
    """DeLong's."""
    draws: int
    """Of the bootstrap, without undefined ones."""


def auroc(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    groups: Optional[Sequence[str]] = None,
    minus: Optional[ArrayLike] = None,
    draws: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Area under the ROC curve with an interval from resampled groups. Give logits: sigmoids of large ones tie. groups: the patient of each
    image; None: each by itself. minus: other scores of the same images, whose AUROC is subtracted: a paired difference. Raises raygen.Error.
    """
    values, truth = _scored(scores, labels)
    others = np.empty(0) if minus is None else _scored(minus, labels)[0]
    names = [] if groups is None else [text(each, "a group") for each in groups]
    if groups is not None and len(names) != values.size:
        raise ValueError(f"there are {len(names)} groups of {values.size} scores; as many were expected")
    return Estimate(*_raygen.auroc(values, truth, names, others, [f"bootstrap_draws={uint64(draws, 'draws')}", f"seed={uint64(seed, 'seed')}"]))


@dataclass(frozen=True)
class GroupEstimate:
    """A number of a group of patients, or a gap between two groups. pandas.DataFrame takes a list of them."""

    measure: str
    """"auroc", "missed" (share of a finding's images below the threshold) or "underdiagnosis" (share of the ill who are called healthy)."""
    finding: Optional[str]
    """None: the mean over the findings that all groups have a number of, or no finding's."""
    group: str
    """Of a gap the group with the highest value."""
    minus: Optional[str]
    """Of a gap the group with the lowest value; None: not a gap."""
    value: Optional[float]
    """None: left_out says why."""
    low: Optional[float]
    """End of the 95 % interval from resampled patients; a gap's holds for all pairs of groups together. None: all draws are the same."""
    high: Optional[float]
    """The other end."""
    draws: int
    """Of the bootstrap, without undefined ones."""
    images: Optional[int]
    """Of the group; None: a gap."""
    patients: Optional[int]
    """Of the group; None: a gap."""
    left_out: Optional[str]
    """Why there is no value."""


def fairness(
    scores: ArrayLike,
    labels: ArrayLike,
    groups: Sequence[Optional[str]],
    patients: Optional[Sequence[str]] = None,
    *,
    threshold: Union[None, float, Sequence[float]] = None,
    findings: Optional[Sequence[str]] = None,
    no_finding: Optional[str] = None,
    draws: int = 1000,
    seed: int = 0,
    least_patients: int = 20,
) -> List[GroupEstimate]:
    """Whether a classifier is as good for one group of patients as for another (Seyyed-Kalantari et al. 2021). scores, labels: [N], or
    [N,K] of K findings; a label is 0, 1 or NaN: not known. groups: of each image, None or "": not known. patients: whose each image is; None:
    each by itself. threshold: the score from which on a finding is seen, one or K. findings: K names. no_finding: the one of them that says
    that a patient is healthy. Groups of fewer than least_patients have no number. Raises raygen.Error."""
    values, truth = np.asarray(scores, np.float64), np.asarray(labels, np.float64)
    if values.shape != truth.shape or values.ndim not in (1, 2) or 0 in values.shape:
        raise ValueError(f"scores are of shape {values.shape} and labels {truth.shape}; both [N] or both [N,K] were expected")
    values, truth = (each.reshape(len(each), -1) for each in (values, truth))
    if not (np.isin(truth, (0, 1)) | np.isnan(truth)).all():
        raise ValueError("a label is neither 0 nor 1 nor NaN")
    count = values.shape[1]
    names = [str(i) for i in range(count)] if findings is None else [text(each, "a finding") for each in findings]
    if len(names) != count:
        raise ValueError(f"there are {len(names)} names of {count} findings; as many were expected")
    if no_finding is not None and no_finding not in names:
        raise ValueError(f"no_finding is {no_finding!r}; one of {names} was expected")
    of_groups = ["" if each is None else text(each, "a group") for each in groups]
    of_patients = [] if patients is None else [text(each, "a patient") for each in patients]
    for what, found in (("groups", of_groups), ("patients", of_patients)):
        if len(found) != len(values) and not (what == "patients" and patients is None):
            raise ValueError(f"there are {len(found)} {what} of {len(values)} images; as many were expected")
    thresholds = np.empty(0) if threshold is None else np.broadcast_to(np.asarray(threshold, np.float64), (count,))
    rows: List[Dict[str, Any]] = json.loads(
        _raygen.fairness(
            values,
            np.where(np.isnan(truth), 255, truth).astype(np.uint8),
            names,
            np.ascontiguousarray(thresholds),
            -1 if no_finding is None else names.index(no_finding),
            of_patients,
            of_groups,
            [
                f"bootstrap_draws={uint64(draws, 'draws')}",
                f"seed={uint64(seed, 'seed')}",
                f"group_patients={uint64(least_patients, 'least_patients')}",
            ],
        )
    )
    return [GroupEstimate(**row) for row in rows]


def _planes(image: ArrayLike) -> NDArray[np.float32]:
    array = np.asarray(image, np.float32)
    return array[:, :, None] if array.ndim == 2 else array


def _similarity(metric: str, image: ArrayLike, other: ArrayLike) -> float:
    return _raygen.similarity(metric, _planes(image), _planes(other))


def ssim(image: ArrayLike, other: ArrayLike) -> float:
    """Structural similarity (Wang et al. 2004), range 0..1, valid convolutions. Raises raygen.Error."""
    return _similarity("ssim", image, other)


def ms_ssim(image: ArrayLike, other: ArrayLike, *, variant: str = "") -> float:
    """Multi-scale SSIM. variant: "" (valid convolutions), "torchmetrics" (since 1.4.2) or "pytorch_msssim". A shorter side below 176 pixels
    gets a smaller window (7 pixels at 128). Raises raygen.Error."""
    return _similarity(f"ms_ssim_{variant}" if variant else "ms_ssim", image, other)


@lru_cache(maxsize=2)
def _lpips(network: str, files: "tuple[str, ...]", _written: "tuple[tuple[int, int], ...]") -> _raygen.Lpips:
    return _raygen.Lpips(network, list(files))


def lpips(image: ArrayLike, other: ArrayLike, weights: Union[FilePath, Sequence[FilePath]], *, network: str = "lpips_alex") -> float:
    """How different two images look to a network (Zhang et al. 2018): 0 for equal ones. network: "lpips_alex", "lpips_vgg", or "stlpips_alex",
    "stlpips_vgg" (Ghildyal and Liu 2022). weights: its file, or several that each hold a part, such as torchvision's trunk and the heads of the
    package lpips; they stay in memory for the next call. Sides of at least 32 pixels. Raises raygen.Error, OSError.
    """
    paths = [weights] if isinstance(weights, (str, bytes, os.PathLike)) else list(weights)
    files = tuple(os.fsdecode(path) for path in paths)
    written = tuple((os.stat(file).st_mtime_ns, os.stat(file).st_size) for file in files)
    return _lpips(text(network, "network"), files, written).distance(_planes(image), _planes(other))


def psnr(image: ArrayLike, other: ArrayLike) -> float:
    """Peak signal-to-noise ratio in dB, range 0..1. Raises raygen.Error."""
    return _similarity("psnr", image, other)


@dataclass(frozen=True)
class Label:
    """What a text says of a finding."""

    state: str
    """"positive", "uncertain" or "negative"."""
    side: Optional[str] = None
    """"left", "right" or "both", the patient's; None: not said."""
    severity: Optional[str] = None
    """"mild", "moderate" or "severe"; None: not said."""


def read_labels(report: str, *, rules: str = "") -> Dict[str, Label]:
    """The findings that a report or a prompt mentions, of 14, after the CheXpert labeller's manner. rules: YAML of one's own, of the form of
    label_rules(). Raises raygen.Error."""
    found: Dict[str, Any] = json.loads(_raygen.read_labels(text(report, "report"), text(rules, "rules")))
    return {finding: Label(**label) for finding, label in found.items()}


def label_rules() -> str:
    """The library's rules, YAML whose comments explain it."""
    return _raygen.label_rules()
