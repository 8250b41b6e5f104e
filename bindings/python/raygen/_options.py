"""What a call is asked for, as the library takes it."""

from __future__ import annotations

import difflib
import inspect
import json
import operator
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, TypeVar, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _raygen
from ._arguments import int32, text, texts, uint64, whole
from ._index import TrainingIndex
from ._sampling import KEYWORDS

Config = Union[str, Mapping[str, Any]]
Prompts = Union[str, Mapping[str, float], Sequence[Union[str, Mapping[str, float]]]]
"""A sentence, or sentences that are mixed in one image with their weights; or several of these."""
DEFAULTS = _raygen.Options()
_Call = TypeVar("_Call", bound=Callable[..., Any])


def _plain(value: Any) -> Any:
    """A value that JSON does not know: a path, or a number of numpy's."""
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a config holds texts, numbers, lists and dictionaries, not {type(value).__name__}")


def config_text(config: Config) -> str:
    """A dictionary as JSON; a text as it is. Raises TypeError, ValueError."""
    return text(config if isinstance(config, str) else json.dumps(config, ensure_ascii=False, default=_plain), "config")


def _text(name: str, kind: type, value: Any) -> str:
    """The value as the library reads it, whatever the locale. Raises TypeError."""
    if kind is int:
        try:
            return str(operator.index(value))
        except TypeError:
            raise TypeError(f"{name} is an integer, not {type(value).__name__}") from None
    if kind is float:
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise TypeError(f"{name} is a number, not {type(value).__name__}")
        return repr(float(value))
    if not isinstance(value, (bool, np.bool_) if kind is bool else kind):
        raise TypeError(f"{name} is a {kind.__name__}, not {type(value).__name__}")
    return str(value).lower() if kind is bool else text(str(value), name)


def _overrides(call: str, others: Sequence[str], sampling: Mapping[str, Any]) -> List[str]:
    """ "steps=12", ... Raises TypeError."""
    for name in sampling:
        if name not in KEYWORDS:
            nearest = difflib.get_close_matches(name, [*KEYWORDS, *others], 1, 0.0)[0]
            raise TypeError(f"{call}() got an unexpected keyword argument {name!r}: the nearest is {nearest!r}")
    return [f"{name}={_text(name, KEYWORDS[name][0], value)}" for name, value in sampling.items() if value is not None]


def integers(values: Any, what: str) -> NDArray[np.int32]:
    """Raises TypeError, ValueError."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} are integers, not {array.dtype}")
    if array.size and (array.min() < -(2**31) or array.max() >= 2**31):
        raise ValueError(f"{what}: a value does not fit 32 bits")
    return np.ascontiguousarray(array, dtype=np.int32)


def _where(editable: ArrayLike) -> NDArray[np.uint8]:
    array = np.asarray(editable)
    if array.dtype.kind not in "biu" or (array.size and not np.isin(array, (0, 1)).all()):
        raise ValueError("editable holds other values than True and False, or 1 and 0")
    return np.ascontiguousarray(array, dtype=np.uint8)


def options_of(
    call: str,
    *,
    seed: int = DEFAULTS.seed,
    first_image: int = DEFAULTS.first_image,
    images_per_prompt: int = DEFAULTS.images_per_prompt,
    batch_size: int = DEFAULTS.batch_size,
    preview: bool = DEFAULTS.preview,
    config: Config = "",
    seeds: Optional[Sequence[int]] = None,
    indices: Optional[Sequence[int]] = None,
    start_tokens: Optional[ArrayLike] = None,
    editable: Optional[ArrayLike] = None,
    configs: Optional[Sequence[Config]] = None,
    attempts: Optional[Sequence[int]] = None,
    reject_near: Optional[TrainingIndex] = None,
    reject_tries: int = 5,
    **sampling: Any,
) -> _raygen.Options:
    """call: the name of what was called. Raises TypeError, ValueError."""
    own = ["seed", "first_image", "images_per_prompt", "batch_size", "preview", "config", "seeds", "indices", "start_tokens", "editable", "configs",
           "attempts", "reject_near", "reject_tries"]
    options = _raygen.Options()
    options.seed = uint64(seed, "seed")
    options.first_image = uint64(first_image, "first_image")
    options.images_per_prompt = int32(images_per_prompt, "images_per_prompt")
    options.batch_size = int32(batch_size, "batch_size")
    options.preview = preview
    options.config = config_text(config)
    options.overrides = _overrides(call, own, sampling)
    if seeds is not None:
        options.seeds = [uint64(each, "seeds") for each in seeds]
    if indices is not None:
        options.indices = [uint64(each, "indices") for each in indices]
    if start_tokens is not None:
        options.start_from(integers(start_tokens, "start_tokens").ravel())
    if editable is not None:
        options.edit(_where(editable).ravel())
    if configs is not None:
        options.image_configs = [config_text(each) for each in configs]
    if attempts is not None:
        options.attempts = [whole(each, "attempts", 0, 2**32 - 1) for each in attempts]
    if reject_near is not None:
        options.reject_near(reject_near._native, int32(reject_tries, "reject_tries"))
    return options


def mix(prompts: Prompts, options: _raygen.Options) -> List[str]:
    """The sentences of prompts; those of a dictionary are mixed in one image, by weight. Raises TypeError, ValueError."""
    one = isinstance(prompts, (str, bytes, bytearray, Mapping))
    several: List[Any] = [prompts] if one else list(prompts)
    mixed = [each for each in several if isinstance(each, Mapping)]
    if not mixed:
        return texts(prompts)
    sizes = sorted({len(each) if isinstance(each, Mapping) else 1 for each in several})
    if len(sizes) != 1 or sizes[0] == 0 or len(mixed) != len(several):
        raise ValueError(f"the prompts of a call mix as many sentences each, and at least one: these mix {sizes}")
    options.prompts_per_mix = sizes[0]
    options.prompt_weights = [_weight(sentence, each[sentence]) for each in mixed for sentence in each]
    return texts([sentence for each in mixed for sentence in each])


def _weight(sentence: Any, value: Any) -> float:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"the weight of {sentence!r} is a number, not {type(value).__name__}")
    return float(value)


def config_schema(kind: str = "sampling") -> Dict[str, Any]:
    """A JSON Schema of every key of a config, "sampling", "training", "evaluation" or "experiment": type, range, default, meaning
    ("description"), source ("x-source") and, of sampling, the presets ("x-presets")."""
    if kind not in ("sampling", "training", "evaluation", "experiment"):
        raise ValueError(f'kind is {kind!r}: expected "sampling", "training", "evaluation" or "experiment"')
    schema: Dict[str, Any] = json.loads(_raygen.config_schema(kind))
    return schema


class _LeftOpen:
    def __repr__(self) -> str:
        return "<left open>"


def with_sampling(call: _Call) -> _Call:
    """Shows the keywords of sampling in help()."""
    signature = inspect.signature(call)
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    sampling = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_LeftOpen(), annotation=kind.__name__)
                for name, (kind, _) in KEYWORDS.items()]
    setattr(call, "__signature__", signature.replace(parameters=[*own, *sampling]))
    lines = [f"    {name}: {meaning}" for name, (_, meaning) in KEYWORDS.items()]
    call.__doc__ = "\n".join([inspect.cleandoc(call.__doc__ or ""), "", "How images are sampled:", *lines])
    return call
