"""Sentences to images, the whole way."""

from __future__ import annotations

import json
import os
import warnings
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike

from . import _raygen
from ._arguments import FilePath, callback_of, int32, job_of
from ._image import Image
from ._index import TrainingIndex
from ._model import MODEL, Model, Native
from ._options import DEFAULTS, Config, Prompts, mix, options_of, with_sampling
from ._sampling import KEYWORDS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._sampling import SamplingKeywords

    class EditingKeywords(SamplingKeywords, total=False):
        """What generate() takes, and editing too."""

        seed: int
        config: Config
        images_per_prompt: int
        first_image: int
        batch_size: int
        preview: bool
        seeds: Optional[Sequence[int]]
        indices: Optional[Sequence[int]]
        configs: Optional[Sequence[Config]]

Picture = Union[Image, ArrayLike, FilePath]
"""An image, pixels 0 to 1 as Image takes them, or the path of a file."""


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
    masked: np.ndarray[Any, np.dtype[np.bool_]]
    """[N]: where the next step draws again."""


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


def _images(progress: Union[bool, Callable[[Progress], Any]], call: Callable[[Optional[Callable[..., Any]]], Any]) -> List[Image]:
    """What call(report) makes, where report tells `progress` of every step."""
    bar = _Bar() if progress is True else None
    callback = callback_of(bar if bar is not None else (None if progress is False else progress))

    def report(*values: Any) -> Any:
        assert callback is not None
        image, number, count, step, of_steps, tokens, masked_count, shown, masked = values
        preview = None if shown is None else Image(*shown)
        return callback(Progress(image, number, count, step, of_steps, tokens, masked_count, preview, masked))

    try:
        made = call(report if callback is not None else None)
    finally:
        if bar is not None:
            bar.close()
    return [Image(pixels, text, tokens) for pixels, text, tokens in made]


def _source(image: Picture) -> Union[bytes, "np.ndarray[Any, np.dtype[np.float32]]"]:
    """A path as bytes; pixels as [height, width, channels]."""
    if isinstance(image, (str, bytes, os.PathLike)):
        return os.fsencode(image)
    return Image(image)._whole()


def _four(numbers: Any, name: str) -> List[int]:
    """Raises TypeError, ValueError."""
    values = [int32(each, name) for each in numbers]
    if len(values) != 4:
        raise ValueError(f"{name} has {len(values)} numbers: 4 were expected")
    return values


class Generator(Native):
    """Text encoder, masked decoder, sampler and image decoder of a model, composed. Threads take turns; for more at once, make one for each thread
    from one Model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._native = _raygen.Generator(model._native)

    @classmethod
    def load(
        cls,
        path: FilePath,
        *,
        device: str = MODEL.device.name,
        precision: str = MODEL.precision.name,
        threads: Optional[int] = None,
        verify: bool = MODEL.verify,
        limits: Optional[_raygen.Limits] = None,
        revision: Optional[str] = None,
    ) -> "Generator":
        """Opens a model (see Model for what may be given) and loads what generation needs. Raises raygen.Error."""
        model = Model(path, device=device, precision=precision, threads=threads, verify=verify, limits=limits, revision=revision)
        model._native.prepare()
        return cls(model)

    @with_sampling
    def generate(
        self,
        prompts: Prompts,
        *,
        seed: int = DEFAULTS.seed,
        config: Config = "",
        images_per_prompt: int = DEFAULTS.images_per_prompt,
        first_image: int = DEFAULTS.first_image,
        batch_size: int = DEFAULTS.batch_size,
        progress: Union[bool, Callable[[Progress], Any]] = False,
        preview: bool = DEFAULTS.preview,
        job: Optional[_raygen.Job] = None,
        seeds: Optional[Sequence[int]] = None,
        indices: Optional[Sequence[int]] = None,
        start_tokens: Optional[ArrayLike] = None,
        editable: Optional[ArrayLike] = None,
        configs: Optional[Sequence[Config]] = None,
        attempts: Optional[Sequence[int]] = None,
        reject_near: Optional[TrainingIndex] = None,
        reject_tries: int = 5,
        **sampling: "Unpack[SamplingKeywords]",
    ) -> List[Image]:
        """images_per_prompt images of each prompt, prompt by prompt: image k of prompt p has the index
        first_image + p * images_per_prompt + k. A prompt is a sentence, or a dictionary of sentences that are mixed in one image, each with
        its weight: {"Moderate cardiomegaly.": 0.7, "Large right pleural effusion.": 0.3}.

        With the same model, config and prompt, an image depends on its seed and its index alone, whatever the batch size and what ran
        before (float32 on a CPU).

        config: how images are sampled: the name of a preset, YAML or JSON, or a dictionary. The keywords below win over it. What neither
        says is as the model wants to be asked. raygen.config_schema() has every key.
        seeds, indices: one for each image, in the place of seed and first_image + 0, 1, ...
        configs: a config for each image, laid over all that is said for all of them.
        start_tokens: [images, N]: tokens that are kept, and Model.mask_token where one is drawn.
        editable: [images, N]: True where a token is drawn anew, False where start_tokens has it.
        attempts: one for each image: above 0, an image has the noise of that later try, as its settings say.
        reject_near: an image that is nearer to a training image than the index's thresholds allow is drawn again, with other noise, up to
        reject_tries times in all; its settings say how often, and which training image is the nearest.
        batch_size: images worked on together, which changes speed and memory.
        progress: True for a tqdm bar, or a function that is called with a Progress after every step. It may return False to cancel, or
        raise. preview: decode an image for each call of it.
        Ctrl-C cancels at once, and so does job.cancel() from another thread. The generator is as good as new afterwards.
        Raises raygen.Error, TypeError, ValueError.
        """
        options = options_of(
            "generate",
            seed=seed,
            config=config,
            images_per_prompt=images_per_prompt,
            first_image=first_image,
            batch_size=batch_size,
            preview=preview,
            seeds=seeds,
            indices=indices,
            start_tokens=start_tokens,
            editable=editable,
            configs=configs,
            attempts=attempts,
            reject_near=reject_near,
            reject_tries=reject_tries,
            **sampling,
        )
        sentences = mix(prompts, options)
        return _images(progress, lambda report: self._native.generate(sentences, options, job_of(job), report))

    @with_sampling
    def edit(
        self,
        image: Picture,
        prompts: Prompts,
        *,
        mask: Optional[Picture] = None,
        boxes: Sequence[Tuple[int, int, int, int]] = (),
        outpaint: Tuple[int, int, int, int] = (0, 0, 0, 0),
        grow: int = 0,
        feather: Optional[int] = None,
        close: bool = False,
        progress: Union[bool, Callable[[Progress], Any]] = False,
        job: Optional[_raygen.Job] = None,
        **options: "Unpack[EditingKeywords]",
    ) -> List[Image]:
        """Inpaints and outpaints an image of any size: tokens that the mask touches are drawn anew, as generate() draws them, and all others
        stay the image's. Pixels outside the mask stay the image's to the bit. The results are as large as the image and what is outpainted.

        image: an Image, an array, or the path of a file, whose SHA-256 is then written into the result (else that of the pixels).
        mask: the same, of the image's size: what is at least half as bright as its brightest pixel may change.
        boxes: (x, y, width, height), may change too. outpaint: pixels that are added at the left, top, right and bottom.
        grow: pixels by which all that reaches further than it is drawn.
        feather: pixels inside the edge over which the new picture fades in; None: half the side of a token's cell.
        close: the model looks at a square around the mask, not at the whole image: sharper, but sizes are not those that it has learned.
        options: what generate() takes, but for start_tokens and editable. Previews are R x R, as the model sees it.
        Image.save_like() writes a result in the depth of the image's file. Raises what generate() does.
        """
        where = (
            _source(image),
            None if mask is None else _source(mask),
            [_four(box, "a box") for box in boxes],
            _four(outpaint, "outpaint"),
            int32(grow, "grow"),
            _raygen.AUTOMATIC_FEATHER if feather is None else int32(feather, "feather"),
            bool(close),
        )
        checked = options_of("edit", **options)
        sentences = mix(prompts, checked)
        return _images(progress, lambda report: self._native.edit(*where, sentences, checked, job_of(job), report))

    @with_sampling
    def vary(
        self,
        image: Picture,
        strength: float,
        prompts: Optional[Prompts] = None,
        *,
        progress: Union[bool, Callable[[Progress], Any]] = False,
        job: Optional[_raygen.Job] = None,
        **options: "Unpack[EditingKeywords]",
    ) -> List[Image]:
        """Draws a share of an image's tokens anew. strength: 0 (the image's reconstruction) to 1 (what generate() makes); the noise of each
        result chooses which tokens, and a larger strength chooses more to those of a smaller one. Without prompts none is followed.

        image and options: as for edit(). The results are as large as the image. Raises what generate() does.
        """
        checked = options_of("vary", **options)
        source, wanted = _source(image), [] if prompts is None else mix(prompts, checked)
        return _images(progress, lambda report: self._native.vary(source, float(strength), wanted, checked, job_of(job), report))

    def like(self, image: Union[Image, FilePath], *, any_model: bool = False, **options: Any) -> List[Image]:
        """Makes an image again, to the last bit on the same machine and in the same precision: with its prompt, seed, index and sampling
        settings. The keywords of generate() win over them: like(image, seed=8) is another image of the same settings.

        image: a generated Image, or its file. A grey one is made in grey. any_model: also with another model than the one that made it, which
        is an Error otherwise. What else may make another image (another version, precision or device) is a warning. Raises raygen.Error, also
        for an image that carries no settings or was made from more than them; TypeError, ValueError.
        """
        made = image if isinstance(image, Image) else Image.read(image)
        settings = _raygen.Settings(made.text.get("raygen", ""))
        for doubt in settings.check_model(self.model._native, any_model):
            warnings.warn(doubt, stacklevel=2)
        sampling = {name: options.pop(name) for name in ("config", *KEYWORDS) if name in options}
        another = {"seed", "first_image", "seeds", "indices", "images_per_prompt"} & set(options)
        if settings.attempt and not another:
            options = {"attempts": [settings.attempt], **options}
        options = {"seed": settings.seed, "first_image": settings.image, **options}
        prompts, weights = settings.prompts, settings.weights
        asked: Prompts = prompts[0] if len(prompts) == 1 else dict(zip(prompts, weights))
        again = self.generate(asked, config=settings.config(options_of("like", **sampling)), **options)
        return [each.grey() for each in again] if made.shape[2] == 1 else again

    def settings(self, prompt: Optional[Union[str, Mapping[str, float]]] = None, **options: Any) -> Dict[str, Any]:
        """All that makes the first image of generate(prompt, **options): what Image.settings says of it. Raises what generate does."""
        asked = options_of("settings", **options)
        sentences = [] if prompt is None else mix(prompt, asked)
        made: Dict[str, Any] = json.loads(self.model._native.settings(asked, sentences))
        return made

    def print_config(self, **options: Any) -> str:
        """How generate(prompts, **options) samples, as YAML: every key with its value and meaning. Raises what generate does."""
        return self.model._native.config(options_of("print_config", **options))
