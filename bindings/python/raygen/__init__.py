"""A radiology sentence becomes a chest X-ray.

>>> import raygen
>>> generator = raygen.Generator.load("models/phantom-128")
>>> image = generator.generate("Moderate left pleural effusion.", seed=7)[0]
>>> image.save("effusion.png")

Images are numpy arrays. The parts (TextEncoder, MaskedDecoder, Sampler, Encoder) can be driven by hand, models trained
(write_phantoms, prepare_table, train), synthetic sets judged (evaluate, metrics), images classified (Classifier) and the original's checkpoints
converted (convert). Synthetic images are not for diagnosis.
"""

from . import _libtorch

_libtorch.load()

from . import metrics  # noqa: E402
from ._classifier import Classification, Classifier  # noqa: E402
from ._dicom import DicomOptions, dicom_uid  # noqa: E402
from ._evaluation import EvaluationProgress, Measure, Report, evaluate, evaluation_config  # noqa: E402
from ._experiment import experiment, experiment_config  # noqa: E402
from ._generator import Generator, Progress  # noqa: E402
from ._image import Image  # noqa: E402
from ._index import TrainingIndex, build_index  # noqa: E402
from ._model import Model  # noqa: E402
from ._options import config_schema  # noqa: E402
from ._parts import Condition, Encoder, MaskedDecoder, Sampler, Text, TextEncoder  # noqa: E402
from ._raygen import Error, Job, Limits, build_info, version  # noqa: E402
from ._training import (  # noqa: E402
    DataProgress,
    TrainingProgress,
    convert,
    prepare_mimic,
    prepare_table,
    read_phantom_region,
    train,
    training_config,
    write_phantoms,
)

__version__ = version()
__all__ = [
    "Classification",
    "Classifier",
    "Condition",
    "DataProgress",
    "DicomOptions",
    "Encoder",
    "Error",
    "EvaluationProgress",
    "Generator",
    "Image",
    "Job",
    "Limits",
    "MaskedDecoder",
    "Measure",
    "Model",
    "Progress",
    "Report",
    "Sampler",
    "Text",
    "TextEncoder",
    "TrainingIndex",
    "TrainingProgress",
    "build_index",
    "build_info",
    "config_schema",
    "convert",
    "dicom_uid",
    "evaluate",
    "evaluation_config",
    "experiment",
    "experiment_config",
    "metrics",
    "prepare_mimic",
    "prepare_table",
    "read_phantom_region",
    "train",
    "training_config",
    "version",
    "write_phantoms",
]
