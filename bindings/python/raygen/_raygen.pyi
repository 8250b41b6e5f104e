"""The extension. Private: the package's Python files are what is documented."""

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]
_Tokens = NDArray[np.int32]
_Picture = Tuple[_Floats, Dict[str, str]]

class Error(RuntimeError):
    status: str

class Device:
    @property
    def name(self) -> str: ...
    auto: Device
    cpu: Device
    cuda: Device

class Precision:
    @property
    def name(self) -> str: ...
    auto: Precision
    float32: Precision
    bfloat16: Precision

class Job:
    def __init__(self) -> None: ...
    def cancel(self) -> None: ...
    @property
    def cancelled(self) -> bool: ...

class Limits:
    max_file_bytes: int
    max_pixels: int
    max_prompt_bytes: int
    max_batch: int
    max_memory_bytes: int
    def __init__(
        self,
        *,
        max_file_bytes: Optional[int] = None,
        max_pixels: Optional[int] = None,
        max_prompt_bytes: Optional[int] = None,
        max_batch: Optional[int] = None,
        max_memory_bytes: Optional[int] = None,
    ) -> None: ...

class Options:
    seed: int
    first_image: int
    config: str
    overrides: List[str]
    images_per_prompt: int
    batch_size: int
    preview: bool
    seeds: List[int]
    indices: List[int]
    image_configs: List[str]
    attempts: List[int]
    def reject_near(self, index: TrainingIndex, tries: int) -> None: ...
    prompts_per_mix: int
    prompt_weights: List[float]
    def __init__(self) -> None: ...
    def start_from(self, tokens: _Tokens) -> None: ...
    def edit(self, where: NDArray[np.uint8]) -> None: ...

class ModelOptions:
    device: Device
    device_index: int
    precision: Precision
    threads: int
    verify: bool
    limits: Limits
    def __init__(self) -> None: ...

class Model:
    def __init__(self, path: bytes, options: ModelOptions) -> None: ...
    def info(self) -> Dict[str, Any]: ...
    def manifest(self) -> str: ...
    def digest(self) -> str: ...
    def memory(self) -> int: ...
    def count_tokens(self, prompt: str) -> int: ...
    def settings(self, options: Options, prompts: List[str]) -> str: ...
    def config(self, options: Options) -> str: ...
    def prepare(self) -> None: ...

def open_memory(files: Mapping[str, memoryview], options: ModelOptions) -> Model: ...
class Settings:
    def __init__(self, json: str) -> None: ...
    @property
    def prompts(self) -> List[str]: ...
    @property
    def weights(self) -> List[float]: ...
    @property
    def seed(self) -> int: ...
    @property
    def image(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    def config(self, over: Options) -> str: ...
    def check_model(self, model: Model, any_model: bool) -> List[str]: ...

def config_schema(kind: str) -> str: ...

AUTOMATIC_FEATHER: int

class Generator:
    def __init__(self, model: Model) -> None: ...
    def generate(
        self, prompts: Sequence[str], options: Options, job: Optional[Job], progress: Optional[Callable[..., object]]
    ) -> List[Tuple[_Floats, Dict[str, str], _Tokens]]: ...
    def edit(
        self,
        image: Union[bytes, _Floats],
        mask: Optional[Union[bytes, _Floats]],
        boxes: Sequence[Sequence[int]],
        outpaint: Sequence[int],
        grow: int,
        feather: int,
        close: bool,
        prompts: Sequence[str],
        options: Options,
        job: Optional[Job],
        progress: Optional[Callable[..., object]],
    ) -> List[Tuple[_Floats, Dict[str, str], _Tokens]]: ...
    def vary(
        self,
        image: Union[bytes, _Floats],
        strength: float,
        prompts: Sequence[str],
        options: Options,
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
    def encode_with_features(self, pixels: _Floats) -> Tuple[_Tokens, _Floats]: ...
    def decode(self, tokens: _Tokens) -> _Picture: ...

class Sampler:
    def __init__(self, model: Model, batch: int, options: Options) -> None: ...
    def done(self) -> bool: ...
    def step_index(self) -> int: ...
    def tokens(self) -> _Tokens: ...
    def masked(self) -> _Tokens: ...
    def step(self, logits: _Floats) -> None: ...

def version() -> str: ...
def build_info() -> str: ...
def _end() -> None: ...
BIT_DEPTH: int
TEST_FRACTION: float

def read_image(path: bytes, limits: Limits) -> _Picture: ...
def decode_image(bytes: bytes, limits: Limits) -> _Picture: ...
def write_png(pixels: _Floats, text: Dict[str, str], path: bytes, bit_depth: int) -> None: ...
def write_png_like(pixels: _Floats, text: Dict[str, str], path: bytes, original: bytes, left: int, top: int) -> None: ...
def read_phantom_region(path: bytes, region: str) -> _Picture: ...
def encode_png(pixels: _Floats, text: Dict[str, str], bit_depth: int) -> bytes: ...

class DicomOptions:
    sop_class: int
    bit_depth: int
    annotation: int
    template_path: bytes
    derived_from_template: bool
    study_uid: str
    series_uid: str
    series_description: str
    date_time: str
    series_number: int
    instance_number: int
    pixel_spacing: Optional[float]
    limits: Limits

def write_dicom(pixels: _Floats, text: Dict[str, str], path: bytes, options: DicomOptions) -> List[str]: ...
def encode_dicom(pixels: _Floats, text: Dict[str, str], options: DicomOptions) -> Tuple[bytes, List[str]]: ...
def dicom_uid(name: bytes) -> str: ...

class PhantomOptions:
    seed: int
    first_phantom: int
    count: int
    size: int
    masks: bool
    healthy: bool
    def __init__(self) -> None: ...

def write_phantoms(out: bytes, options: PhantomOptions, job: Optional[Job], progress: Optional[Callable[..., object]]) -> None: ...

class PrepareOptions:
    image_size: int
    val_fraction: float
    seed: int
    limits: Limits
    def __init__(self) -> None: ...

def prepare_table(
    files: Sequence[Tuple[bytes, str]],
    columns: Mapping[str, str],
    label_columns: Sequence[str],
    patient_per_image: bool,
    text_from_findings: bool,
    root: bytes,
    test_fraction: float,
    out: bytes,
    options: PrepareOptions,
    job: Optional[Job],
    progress: Optional[Callable[..., object]],
) -> Dict[str, int]: ...
def prepare_mimic(
    root: bytes,
    reports: bytes,
    view: str,
    exact: bool,
    out: bytes,
    options: PrepareOptions,
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
    text_config: bytes,
    heads: Optional[int],
    ignore: Sequence[str],
    classifier: bytes,
    classifier_kind: str,
    classifier_config: bytes,
    overwrite: bool,
    job: Optional[Job],
) -> List[str]: ...

class TrainingIndex:
    def __init__(self, path: bytes) -> None: ...
    @property
    def images(self) -> int: ...
    @property
    def digest(self) -> str: ...

def build_index(
    model: Model, dataset: bytes, out: bytes, quantile: float, named: bool, job: Optional[Job], progress: Optional[Callable[..., object]]
) -> None: ...
def evaluate(config: str, name: str, overrides: Sequence[str], job: Optional[Job], progress: Optional[Callable[..., object]]) -> str: ...
def evaluation_config(config: str, name: str, overrides: Sequence[str]) -> str: ...
def compare_features(metric: str, real: NDArray[np.float64], synthetic: NDArray[np.float64], overrides: Sequence[str]) -> float: ...
def score_metric(metric: str, scores: NDArray[np.float64], labels: NDArray[np.uint8], parameter: float) -> float: ...
def auroc(
    scores: NDArray[np.float64], labels: NDArray[np.uint8], groups: Sequence[str], others: NDArray[np.float64], overrides: Sequence[str]
) -> Tuple[float, float, float, float, int]: ...
def similarity(metric: str, image: NDArray[np.float32], other: NDArray[np.float32]) -> float: ...
def read_labels(text: str, rules: str) -> str: ...
def label_rules() -> str: ...
