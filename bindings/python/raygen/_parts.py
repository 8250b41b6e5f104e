"""The four parts of a model, driven by hand.

>>> model = raygen.Model("models/phantom-128")
>>> text, decoder, codec = raygen.TextEncoder(model), raygen.MaskedDecoder(model), raygen.Encoder(model)
>>> condition = decoder.condition(text.encode(["Large right pneumothorax."]))
>>> sampler = raygen.Sampler(model, seed=7)
>>> while not sampler.done:
...     sampler.step(decoder.logits(sampler.tokens, condition, sampler.masked))
>>> image = codec.decode(sampler.tokens[0])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _raygen
from ._arguments import texts, whole
from ._image import Image
from ._model import Model, Native
from ._options import DEFAULTS, Config, integers, options_of, with_sampling

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._sampling import SamplingKeywords


class Text(NamedTuple):
    """B encoded prompts of L tokens."""

    input_ids: NDArray[np.int32]
    """[B,L]"""
    attention_mask: NDArray[np.int32]
    """[B,L], 1 = text"""
    last_hidden_state: NDArray[np.float32]
    """[B,L,D]"""
    normalized: NDArray[np.float32]
    """[B,L,D]: every channel divided by its L2 norm over the positions; what the masked decoder takes."""
    projection: Optional[NDArray[np.float32]]
    """[B,P], L2-normalised; None when the model has no projection."""
    token_counts: List[int]
    """Text tokens of each prompt before it was cut to L, special tokens included."""


class TextEncoder(Native):
    """Sentences to embeddings. Threads take turns."""

    def __init__(self, model: Model) -> None:
        self._native = _raygen.TextEncoder(model._native)

    def encode(self, prompts: Union[str, Sequence[str]]) -> Text:
        """At least one prompt. A prompt longer than L text tokens is cut: compare Text.token_counts with L. Raises raygen.Error."""
        return Text(**self._native.encode(texts(prompts)))


class Condition(Native):
    """Keys and values of B prompts in every layer, for decoders of the same model."""

    def __init__(self, native: _raygen.Condition) -> None:
        self._native = native

    @property
    def batch(self) -> int:
        """B"""
        return self._native.batch


class MaskedDecoder(Native):
    """Which tokens fit: the masked transformer. Threads take turns."""

    def __init__(self, model: Model) -> None:
        self._native = _raygen.MaskedDecoder(model._native)
        self._codebook_size = int(model.info["codebook_size"])

    def condition(self, text: Union[Text, ArrayLike]) -> Condition:
        """From encoded prompts, or from embeddings [B,L,D] as Text.normalized."""
        embeddings = text.normalized if isinstance(text, Text) else text
        return Condition(self._native.condition(np.asarray(embeddings, dtype=np.float32)))

    def empty_condition(self, batch: int = 1) -> Condition:
        """Of empty prompts, for guidance: logits = empty + scale * (prompt - empty)."""
        return Condition(self._native.empty_condition(whole(batch, "batch", 0, 2**63 - 1)))

    def logits(self, tokens: ArrayLike, condition: Condition, positions: Optional[ArrayLike] = None) -> NDArray[np.float32]:
        """tokens: [B,N] of 0 to V, where V is the mask. positions: [B,n] of 0 to N-1, None for all. Returns [B,n,V].
        Raises raygen.Error."""
        chosen = None if positions is None else integers(positions, "positions")
        values = self._native.logits(integers(tokens, "tokens"), condition._native, chosen)
        return values if values.size else values.reshape(condition.batch, 0, self._codebook_size)


class Encoder(Native):
    """Images to tokens and back (VQ-GAN). Threads take turns."""

    def __init__(self, model: Model) -> None:
        self._native = _raygen.Encoder(model._native)
        self._feature_shape = (model.info["feature_channels"], *model.info["grid"])

    def encode(self, image: ArrayLike) -> NDArray[np.int32]:
        """N tokens, row-major. image: [height, width] or [height, width, 1 or 3] of 0 to 1; resized and cropped to R x R.
        Raises raygen.Error."""
        return self._native.encode(Image(image)._whole())

    def encode_with_features(self, image: ArrayLike) -> Tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The tokens, and what was quantised to them: [z, grid height, grid width]. Raises raygen.Error."""
        tokens, features = self._native.encode_with_features(Image(image)._whole())
        return tokens, features.reshape(self._feature_shape)

    def decode(self, tokens: ArrayLike) -> Image:
        """N tokens, each 0 to V-1, to an image of R x R. Raises raygen.Error."""
        ids = integers(tokens, "tokens")
        pixels, text = self._native.decode(ids)
        return Image(pixels, text, ids.ravel().copy())


class Sampler(Native):
    """The unmasking loop: B images' tokens on their way from all masked to none. Any source of logits will do. Threads take turns."""

    @with_sampling
    def __init__(
        self,
        model: Model,
        *,
        batch: int = 1,
        seed: int = DEFAULTS.seed,
        first_image: int = DEFAULTS.first_image,
        config: Config = "",
        seeds: Optional[Sequence[int]] = None,
        indices: Optional[Sequence[int]] = None,
        start_tokens: Optional[ArrayLike] = None,
        editable: Optional[ArrayLike] = None,
        configs: Optional[Sequence[Config]] = None,
        **sampling: "Unpack[SamplingKeywords]",
    ) -> None:
        """Images first_image + 0 to batch-1. The arguments are those of Generator.generate, but what they leave open is the library's
        default and not the model's, and guidance is the caller's to apply. Raises raygen.Error, TypeError, ValueError."""
        options = options_of(
            "Sampler",
            seed=seed,
            first_image=first_image,
            config=config,
            seeds=seeds,
            indices=indices,
            start_tokens=start_tokens,
            editable=editable,
            configs=configs,
            **sampling,
        )
        self._native = _raygen.Sampler(model._native, whole(batch, "batch", 0, 2**63 - 1), options)
        self._batch = batch

    @property
    def done(self) -> bool:
        """Whether all steps are done and no position is masked."""
        return self._native.done()

    @property
    def step_index(self) -> int:
        """Steps done."""
        return self._native.step_index()

    @property
    def tokens(self) -> NDArray[np.int32]:
        """[B,N]; the positions to be drawn next hold V, the mask."""
        return self._native.tokens().reshape(self._batch, -1)

    @property
    def masked(self) -> NDArray[np.int32]:
        """[B,n]: the masked positions, ascending in each image; empty when done. An image with fewer of them than others repeats its
        last."""
        return self._native.masked().reshape(self._batch, -1)

    def step(self, logits: ArrayLike) -> None:
        """Draws the masked tokens from logits [B,n,V] and masks those of the next step. Raises raygen.Error."""
        self._native.step(np.asarray(logits, dtype=np.float32))
