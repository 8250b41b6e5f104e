"""Sentences to images, the whole way."""

from __future__ import annotations

import os
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from . import _raygen
from ._arguments import callback_of, int32, job_of, texts, uint64
from ._image import Image
from ._model import Model, Native
from ._parts import position_choice_of

GENERATE = 7  # text encoder, masked decoder, image decoder


class Progress(NamedTuple):
    """An image after one more step."""

    image: int
    """Index of the image: first_image + 0, 1, ..."""
    image_number: int
    """0 to image_count-1 within the call."""
    image_count: int
    step: int
    """Steps done, 1 to steps."""
    steps: int
    tokens: np.ndarray[Any, np.dtype[np.int32]]
    """[N] as they stand, none masked."""
    masked_count: int
    """How many of them the next step draws again; 0 after the last."""
    preview: Optional[Image]
    """The image decoded from tokens, when the call asked for previews."""


class _Bar:
    """A tqdm bar over all steps of a call."""

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(unit="step", desc="generating")

    def __call__(self, now: Progress) -> None:
        self._bar.total = now.image_count * now.steps
        self._bar.update(1)

    def close(self) -> None:
        self._bar.close()


class Generator(Native):
    """Text encoder, masked decoder, sampler and image decoder of a model, composed. Threads take turns; for more at once, make one a thread
    from one Model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._native = _raygen.Generator(model._native)

    @classmethod
    def load(
        cls,
        path: Union[str, "os.PathLike[str]"],
        *,
        device: str = "auto",
        precision: str = "float32",
        threads: Optional[int] = None,
        verify: bool = True,
        revision: Optional[str] = None,
    ) -> "Generator":
        """Opens a bundle (see Model for what may be given) and loads what generation needs. Raises raygen.Error."""
        model = Model(path, device=device, precision=precision, threads=threads, verify=verify, revision=revision)
        model._native.prepare(GENERATE)
        return cls(model)

    def generate(
        self,
        prompts: Union[str, Sequence[str]],
        *,
        seed: int = 0,
        steps: int = 18,
        temperature: float = 1.0,
        top_k_threshold: float = 0.9,
        guidance_scale: float = 1.0,
        position_choice: str = "confidence",
        images_per_prompt: int = 1,
        first_image: int = 0,
        batch_size: int = 1,
        progress: Union[bool, Callable[[Progress], Any]] = False,
        preview: bool = False,
        job: Optional[_raygen.Job] = None,
    ) -> List[Image]:
        """images_per_prompt images of each prompt, prompt by prompt; image k of prompt p: index first_image + p * images_per_prompt + k.

        The same seed and index give the same image whatever the batch size and what ran before (float32 on a CPU). steps: 1 to 1024.
        temperature: 0 (always the likeliest) and up. top_k_threshold: the share of the tokens that is never drawn, 0 to below 1.
        guidance_scale: how far the prompt's logits are pushed from an empty prompt's, 0 to 100; twice the work unless 1.
        position_choice: which tokens a step keeps, "confidence" (the surest) or "random" (images of one prompt differ more).
        progress: True for a tqdm bar, or a function that is called with a Progress after every step and may return False to cancel or
        raise. Ctrl-C cancels at once, and so does job.cancel() from another thread; the generator is as good as
        new afterwards. Raises raygen.Error.
        """
        bar = _Bar() if progress is True else None
        callback = callback_of(bar if bar is not None else (None if progress is False else progress))

        def report(*values: Any) -> Any:
            assert callback is not None
            image, number, count, step, of_steps, tokens, masked, shown = values
            return callback(Progress(image, number, count, step, of_steps, tokens, masked, None if shown is None else Image(*shown)))

        try:
            made = self._native.generate(
                texts(prompts),
                uint64(seed, "seed"),
                uint64(first_image, "first_image"),
                int32(steps, "steps"),
                temperature,
                top_k_threshold,
                guidance_scale,
                position_choice_of(position_choice),
                int32(images_per_prompt, "images_per_prompt"),
                int32(batch_size, "batch_size"),
                preview,
                job_of(job),
                report if callback is not None else None,
            )
        finally:
            if bar is not None:
                bar.close()
        return [Image(pixels, text, tokens) for pixels, text, tokens in made]
