"""A model on disk, opened; shared by any number of threads."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Dict, Mapping, NoReturn, Optional

from . import _raygen
from ._arguments import FilePath, int32, text


MODEL = _raygen.ModelOptions()


class Native:
    """What holds memory of the library: it cannot be pickled or copied."""

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds native memory and cannot be pickled or copied: "
            "load the model in each process (the weights are memory-mapped, so that processes share them)"
        )


_FILES = ["raygen.json", "generation_config.json", "*.safetensors", "*.txt", "*.model", "*.md"]


_HUB = "hf://"


def _folder_of(path: FilePath, revision: Optional[str]) -> str:
    """A local bundle, or that of a name on the Hugging Face hub ("hf://owner/name"), which is fetched. Nothing else asks the hub."""
    text = os.fsdecode(path)
    if not text.startswith(_HUB):
        if revision is not None:
            raise ValueError(f"revision is for models on the Hugging Face hub ({_HUB}owner/name), and {path!r} is a folder")
        if isinstance(path, str) and re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", text) and not Path(text).exists():
            raise FileNotFoundError(f"{text}: no such folder here; a model of this name on the Hugging Face hub is {_HUB}{text}")
        return text
    name, _, tag = text[len(_HUB) :].partition("@")
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name) or text.endswith("@"):
        raise ValueError(f"{text}: {_HUB}owner/name or {_HUB}owner/name@revision was expected")
    if tag and revision is not None and tag != revision:
        raise ValueError(f"{text} names another revision than {revision!r}")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise FileNotFoundError(f"{text}: to fetch models from the Hugging Face hub, pip install huggingface_hub") from None
    try:
        return str(snapshot_download(name, revision=revision or tag or None, allow_patterns=_FILES))
    except (OSError, ValueError) as error:
        raise FileNotFoundError(f"{text}: not to be had from the Hugging Face hub: {error}") from error


def _model_options(
    device: str, precision: str, threads: Optional[int], verify: bool, limits: Optional[_raygen.Limits]
) -> _raygen.ModelOptions:
    kind, _, index = device.partition(":")
    kinds = {"auto": _raygen.Device.auto, "cpu": _raygen.Device.cpu, "cuda": _raygen.Device.cuda}
    precisions = {
        "auto": _raygen.Precision.auto,
        "float32": _raygen.Precision.float32,
        "bfloat16": _raygen.Precision.bfloat16,
        "int8": _raygen.Precision.int8,
    }
    if kind not in kinds or (index and (kind != "cuda" or not index.isdecimal())):
        raise ValueError(f'device is "{device}": expected "auto", "cpu", "cuda" or "cuda:INDEX"')
    if precision not in precisions:
        raise ValueError(f'precision is "{precision}": expected "float32", "bfloat16", "int8" or "auto"')
    options = _raygen.ModelOptions()
    options.device, options.precision, options.verify = kinds[kind], precisions[precision], verify
    if index:
        options.device_index = int32(int(index), "device's index")
    if threads is not None:
        options.threads = int32(threads, "threads")
    if limits is not None:
        options.limits = limits
    return options


class Model(Native):
    """A model: a folder with ``raygen.json``. Immutable; any number of threads may make Generators, Encoders, ... from one Model.

    path: the folder, or "hf://owner/name" for a model on the Hugging Face hub, if huggingface_hub is installed (revision: branch, tag or commit;
    "hf://owner/name@revision" says the same).
    device: "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:1". precision: "float32" (the reference), "bfloat16", "auto"
    (bfloat16 where the device multiplies it in hardware) or "int8" (the masked decoder's linears in 8 bits, all else as "auto" has it; CPUs only). threads: CPU threads of a call; None: as many as torch uses. verify: check the
    SHA-256 of every file. limits: what a file or a caller may ask for at most. Raises raygen.Error, FileNotFoundError where the hub does not have
    the name, ValueError.
    """

    def __init__(
        self,
        path: FilePath,
        *,
        device: str = MODEL.device.name,
        precision: str = MODEL.precision.name,
        threads: Optional[int] = None,
        verify: bool = MODEL.verify,
        limits: Optional[_raygen.Limits] = None,
        revision: Optional[str] = None,
    ) -> None:
        options = _model_options(device, precision, threads, verify, limits)
        self._native = _raygen.Model(os.fsencode(_folder_of(path, revision)), options)
        self._info: Dict[str, Any] = self._native.info()

    @classmethod
    def open_memory(
        cls,
        files: Mapping[str, Any],
        *,
        device: str = MODEL.device.name,
        precision: str = MODEL.precision.name,
        threads: Optional[int] = None,
        verify: bool = MODEL.verify,
        limits: Optional[_raygen.Limits] = None,
    ) -> "Model":
        """A model in memory: the content of its files by name ("raygen.json", "vqgan.safetensors", ...), as bytes or what lends them
        (memoryview, mmap, ...). Nothing is copied: the content must not change as long as the model or what was made from it is there.
        Raises raygen.Error."""
        model = cls.__new__(cls)
        lent = {text(name, "the name of a file"): memoryview(content).cast("B") for name, content in files.items()}
        model._native = _raygen.open_memory(lent, _model_options(device, precision, threads, verify, limits))
        model._info = model._native.info()
        return model

    @property
    def info(self) -> Dict[str, Any]:
        """image_size, image_channels, grid (height, width), codebook_size, text_length, text_dim, device, precision, parts, ..."""
        return dict(self._info)

    @property
    def mask_token(self) -> int:
        """V: the token of a position that is still to be drawn; those of images are 0 to V-1."""
        return int(self._info["codebook_size"])

    @property
    def manifest(self) -> Dict[str, Any]:
        """raygen.json: parts, provenance, licence."""
        read: Dict[str, Any] = json.loads(self._native.manifest())
        return read

    @property
    def digest(self) -> str:
        """SHA-256 of raygen.json, which holds that of each file: names the model, weights included."""
        return self._native.digest()

    @property
    def memory(self) -> int:
        """Bytes of weights held now."""
        return self._native.memory()

    def count_tokens(self, prompt: str) -> int:
        """How many text tokens a prompt has before it is cut to info["text_length"], special tokens included. Runs the tokenizer only.
        Raises raygen.Error."""
        return self._native.count_tokens(text(prompt, "prompt"))

    def __repr__(self) -> str:
        size, device = self._info["image_size"], self._info["device"]
        return f"<raygen.Model {size}x{size}, {self._info['codebook_size']} codes, {self._info['precision']} on {device}>"
