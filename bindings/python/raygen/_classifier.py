"""What a trained network sees on images: findings, features, and where.

>>> classifier = raygen.Classifier(raygen.Model("classifier/model"))
>>> seen = classifier.classify(raygen.Image.read("film.png"))
>>> dict(zip(seen.class_names, seen.probabilities[0]))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Sequence, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _raygen
from ._arguments import text
from ._image import Image
from ._model import Model, Native


@dataclass(frozen=True)
class Classification:
    """B images and K classes."""

    class_names: List[str]
    """K; "" for an output that was never trained."""
    thresholds: NDArray[np.float64]
    """[K]: the probability from which on a class counts as there; NaN where the model has none."""
    logits: NDArray[np.float32]
    """[B,K]"""
    probabilities: NDArray[np.float32]
    """[B,K], each class by itself; calibrated where the model says so: each threshold is 0.5 then."""
    features: NDArray[np.float32]
    """[B,D]: the mean of the last feature map over its places."""
    maps: Optional[NDArray[np.float32]]
    """[B,K,h,w]: class activation maps, whose mean plus the class's bias is the logit; None unless they were asked for."""

    @property
    def positive(self) -> NDArray[np.bool_]:
        """[B,K]: whether a probability is at or above its threshold; False where there is none."""
        return np.asarray(self.probabilities.astype(np.float64) >= self.thresholds)


class Classifier(Native):
    """The classifier of a model. Threads take turns."""

    def __init__(self, model: Model) -> None:
        self._native = _raygen.Classifier(model._native)

    def classify(self, images: Union[ArrayLike, Sequence[ArrayLike]], *, maps: bool = False) -> Classification:
        """images: one, [height, width] or [height, width, 1 or 3] of 0 to 1, or a list of them, each of any size. Raises raygen.Error."""
        several: Sequence[Any] = images if isinstance(images, (list, tuple)) else [images]
        seen = self._native.classify([Image(each)._whole() for each in several], bool(maps))
        return Classification(**{**seen, "thresholds": np.array(seen["thresholds"], dtype=np.float64)})

    def explain(self, image: ArrayLike, class_name: Optional[str] = None) -> Image:
        """The image with the class activation map of a class in colour, [height, width, 3]; None: of the most probable class. Raises
        raygen.Error."""
        return Image(*self._native.explain(Image(image)._whole(), None if class_name is None else text(class_name, "class_name")))
