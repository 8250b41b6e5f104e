"""What a DICOM file says besides the picture and its texts."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import List, Optional

from . import _raygen
from ._arguments import FilePath, int32, text

_CLASSES = ["secondary-capture", "dx-for-presentation"]  # as raygen.h numbers them
_ANNOTATIONS = ["none", "burn-in", "present"]


@dataclass
class DicomOptions:
    """The options of Image.save_dicom() and Image.encode_dicom()."""

    sop_class: str = "secondary-capture"
    """Or "dx-for-presentation"."""
    bit_depth: int = 12
    """8, 12 or 16."""
    annotation: str = "none"
    """Or "burn-in", which writes SYNTHETIC into the lower left corner, or "present": the picture has letters already."""
    template: Optional[FilePath] = None
    """A DICOM file, whose patient and study are taken; None: made up."""
    derived_from_template: bool = False
    """The image was made from the template's, which is named as its source."""
    study_uid: str = ""
    """Empty: the template's; without one, made of series_uid, or else a UID of this image's own."""
    series_uid: str = ""
    """Empty: a UID of this image's own."""
    series_description: str = ""
    """Written behind the word SYNTHETIC."""
    date_time: str = ""
    """YYYYMMDD or YYYYMMDDHHMMSS, of the instance, its series, and a study that is made up; empty: none but a made-up study's 20000101."""
    series_number: int = 1
    """Of the series in its study."""
    instance_number: int = 1
    """Of the image in its series."""
    pixel_spacing: Optional[float] = None
    """mm at the detector; None: not written; a DX, which must have one, has the template's or a nominal one."""
    limits: Optional[_raygen.Limits] = None
    """Of the template."""

    def _raw(self) -> _raygen.DicomOptions:
        """Raises TypeError, ValueError."""
        raw = _raygen.DicomOptions()
        raw.sop_class = _choice(self.sop_class, "sop_class", _CLASSES)
        raw.bit_depth = int32(self.bit_depth, "bit_depth")
        raw.annotation = _choice(self.annotation, "annotation", _ANNOTATIONS)
        raw.template_path = b"" if self.template is None else os.fsencode(self.template)
        raw.derived_from_template = bool(self.derived_from_template)
        for name in ("study_uid", "series_uid", "series_description", "date_time"):
            setattr(raw, name, text(getattr(self, name), name))
        raw.series_number = int32(self.series_number, "series_number")
        raw.instance_number = int32(self.instance_number, "instance_number")
        raw.pixel_spacing = None if self.pixel_spacing is None else float(self.pixel_spacing)
        raw.limits = self.limits or _raygen.Limits()
        return raw


def _choice(value: str, name: str, names: List[str]) -> int:
    if value not in names:
        raise ValueError(f"{name} is {value!r}: one of {', '.join(names)} was expected")
    return names.index(value)


def warn(lines: List[str]) -> None:
    """What of a template was left out, as Python's warnings at the caller of the Image's method."""
    for line in lines:
        warnings.warn(line, stacklevel=3)


def dicom_uid(name: bytes) -> str:
    """A UID under 2.25: the decimal number of a UUID that is made of `name`: the same name has the same UID. For a study or a series of several
    images."""
    return _raygen.dicom_uid(bytes(name))
