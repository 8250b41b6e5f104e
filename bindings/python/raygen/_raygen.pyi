"""The extension. Private: the package's Python files are what is documented."""

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]
_Tokens = NDArray[np.int32]
_Picture = Tuple[_Floats, Dict[str, str]]

class Error(RuntimeError):
    status: str

class Device:
    auto: Device
    cpu: Device
    cuda: Device

class Precision:
    auto: Precision
    float32: Precision
    bfloat16: Precision

class Job:
    def __init__(self) -> None: ...
    def cancel(self) -> None: ...
    @property
    def cancelled(self) -> bool: ...

class Model:
    def __init__(self, path: bytes, device: Device, device_index: int, precision: Precision, threads: int, verify: bool) -> None: ...
    def info(self) -> Dict[str, Any]: ...
    def manifest(self) -> str: ...
    def digest(self) -> str: ...
    def memory(self) -> int: ...
    def prepare(self, parts: int) -> None: ...

class Generator:
    def __init__(self, model: Model) -> None: ...
    def generate(
        self,
        prompts: Sequence[str],
        seed: int,
        first_image: int,
        steps: int,
        temperature: float,
        top_k_threshold: float,
        guidance_scale: float,
        position_choice: int,
        images_per_prompt: int,
        batch_size: int,
        preview: bool,
        job: Optional[Job],
        progress: Optional[Callable[..., object]],
    ) -> List[Tuple[_Floats, Dict[str, str], _Tokens]]: ...

class TextEncoder:
    def __init__(self, model: Model) -> None: ...
    def encode(self, prompts: Sequence[str]) -> Dict[str, Any]: ...

class Condition:
    @property
    def batch(self) -> int: ...

class MaskedDecoder:
    def __init__(self, model: Model) -> None: ...
    def condition(self, embeddings: _Floats) -> Condition: ...
    def empty_condition(self, batch: int) -> Condition: ...
    def logits(self, tokens: _Tokens, condition: Condition, positions: Optional[_Tokens] = None) -> _Floats: ...

class Encoder:
    def __init__(self, model: Model) -> None: ...
    def encode(self, pixels: _Floats) -> _Tokens: ...
    def features(self, pixels: _Floats) -> _Floats: ...
    def decode(self, tokens: _Tokens) -> _Picture: ...

class Sampler:
    def __init__(
        self,
        model: Model,
        batch: int,
        seed: int,
        first_image: int,
        steps: int,
        temperature: float,
        top_k_threshold: float,
        position_choice: int,
    ) -> None: ...
    def done(self) -> bool: ...
    def step_index(self) -> int: ...
    def tokens(self) -> _Tokens: ...
    def masked(self) -> _Tokens: ...
    def step(self, logits: _Floats) -> None: ...

def version() -> str: ...
def build_info() -> str: ...
def _end() -> None: ...
def read_image(path: bytes) -> _Picture: ...
def write_png(pixels: _Floats, text: Dict[str, str], path: bytes, bit_depth: int) -> None: ...
def write_phantoms(
    out: bytes, count: int, seed: int, first: int, size: int, masks: bool, job: Optional[Job], progress: Optional[Callable[..., object]]
) -> None: ...
class Preparation:
    def __init__(self, image_size: int, val_fraction: float, seed: int) -> None: ...

def prepare_table(
    files: Sequence[Tuple[bytes, str]],
    columns: Mapping[str, str],
    label_columns: Sequence[str],
    root: bytes,
    test_fraction: float,
    out: bytes,
    how: Preparation,
    job: Optional[Job],
    progress: Optional[Callable[..., object]],
) -> Dict[str, int]: ...
def prepare_mimic(
    root: bytes,
    reports: bytes,
    view: str,
    exact: bool,
    out: bytes,
    how: Preparation,
    job: Optional[Job],
    progress: Optional[Callable[..., object]],
) -> Dict[str, int]: ...
def train(config: str, name: str, overrides: Sequence[str], job: Optional[Job], progress: Optional[Callable[..., object]]) -> None: ...
def training_config(config: str, name: str, overrides: Sequence[str]) -> str: ...
def convert(
    out: bytes,
    decoder: bytes,
    vqgan: bytes,
    vqgan_config: bytes,
    text_encoder: bytes,
    vocabulary: bytes,
    decoder_config: bytes,
    overwrite: bool,
    job: Optional[Job],
) -> List[str]: ...
