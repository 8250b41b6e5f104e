"""Images as Python wants them: numpy arrays that know how they were made."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, Optional

import numpy as np

from . import _raygen
from ._arguments import FilePath, int32, text
from ._dicom import DicomOptions, warn

if TYPE_CHECKING:
    import PIL.Image

    _Array = np.ndarray[Any, np.dtype[np.float32]]
else:
    _Array = np.ndarray


class Image(_Array):
    """A chest X-ray: float32 [height, width, channels], 0 to 1, rows from the top, 1 channel (grey) or 3 (RGB).

    A numpy array in every respect: slice it, compute with it, hand it to torch.from_dlpack or jax.dlpack.from_dlpack (the memory is shared,
    not copied) or to cupy.asarray (copied to the GPU). ``text`` holds what is known about it and goes into the PNG: ``Description`` (the
    prompt) and ``raygen`` (JSON of all that reproduces it).
    """

    text: Dict[str, str]
    tokens: Optional[np.ndarray[Any, np.dtype[np.int32]]]
    """The tokens [N] that the image was decoded from, for generated images."""

    def __new__(cls, pixels: Any, text: Optional[Dict[str, str]] = None, tokens: Any = None) -> "Image":
        if hasattr(pixels, "__dlpack__") and not hasattr(pixels, "__array__"):
            pixels = np.from_dlpack(pixels)
        array = np.asarray(pixels, dtype=np.float32)
        if array.ndim == 2:
            array = array[:, :, None]
        if array.ndim != 3 or array.shape[2] not in (1, 3):
            raise ValueError(f"an image has the shape [height, width], [height, width, 1] or [height, width, 3], not {list(array.shape)}")
        image = array.view(cls)
        image.text = dict(text or {})
        image.tokens = tokens
        return image

    def __array_finalize__(self, source: Any) -> None:
        self.text = dict(getattr(source, "text", {}))
        self.tokens = getattr(source, "tokens", None)

    def __reduce__(self) -> Any:
        whole_array: Any = super().__reduce__()
        rebuild, arguments, state = whole_array
        return rebuild, arguments, (state, self.text, self.tokens)

    def __setstate__(self, state: Any) -> None:
        pixels, self.text, self.tokens = state
        super().__setstate__(pixels)

    @classmethod
    def read(cls, path: FilePath, *, limits: Optional[_raygen.Limits] = None) -> "Image":
        """A PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF or PSD file. The content tells the format. Raises raygen.Error."""
        return cls(*_raygen.read_image(os.fsencode(path), limits or _raygen.Limits()))

    @classmethod
    def from_bytes(cls, content: bytes, *, limits: Optional[_raygen.Limits] = None) -> "Image":
        """The same of a file's content. Raises raygen.Error."""
        return cls(*_raygen.decode_image(content, limits or _raygen.Limits()))

    @property
    def prompt(self) -> str:
        """The sentence that the image was made from, or ''."""
        return self.text.get("Description", "")

    @property
    def settings(self) -> Dict[str, Any]:
        """All that reproduces the image (model, seed, index, steps, ...), or {}."""
        made: Dict[str, Any] = json.loads(self.text.get("raygen", "{}"))
        return made

    def grey(self) -> "Image":
        """One channel, the mean of the channels."""
        return Image(self.mean(axis=2, keepdims=True), self.text, self.tokens)

    def save(self, path: FilePath, bit_depth: int = _raygen.BIT_DEPTH) -> None:
        """Writes a PNG of 8 or 16 bits with ``text``, under a temporary name that is renamed when the file is whole."""
        _raygen.write_png(self._whole(), self._texts(), os.fsencode(path), int32(bit_depth, "bit_depth"))

    def save_like(self, path: FilePath, original: FilePath, left: int = 0, top: int = 0) -> None:
        """Writes a PNG of the depth of the file that the image was made from: 8 bits, or 16 where its samples have more. A pixel that is still
        that file's gets its own sample, also of a film of 12 bits in 16. left, top: the pixel of the image where that file's first one is,
        after outpainting. Raises raygen.Error, OSError."""
        with open(original, "rb") as file:
            content = file.read()
        _raygen.write_png_like(self._whole(), self._texts(), os.fsencode(path), content, int32(left, "left"), int32(top, "top"))

    def encode_png(self, bit_depth: int = _raygen.BIT_DEPTH) -> bytes:
        """The bytes that save() writes."""
        return _raygen.encode_png(self._whole(), self._texts(), int32(bit_depth, "bit_depth"))

    def save_dicom(self, path: FilePath, **options: Any) -> None:
        """Writes a DICOM file of one grey frame with ``text``, marked as synthetic and not for diagnosis, under a temporary name that is
        renamed when the file is whole. The keywords are the fields of raygen.DicomOptions. What of a template is left out is a warning."""
        raw = DicomOptions(**options)._raw()
        warn(_raygen.write_dicom(self._whole(), self._texts(), os.fsencode(path), raw))

    def encode_dicom(self, **options: Any) -> bytes:
        """The bytes that save_dicom() writes."""
        content, lines = _raygen.encode_dicom(self._whole(), self._texts(), DicomOptions(**options)._raw())
        warn(lines)
        return content

    def to_pil(self) -> "PIL.Image.Image":
        """As 8 bits a sample, mode L or RGB. Needs Pillow."""
        import PIL.Image

        values = np.rint(np.clip(self._whole(), 0, 1) * 255).astype(np.uint8)
        return PIL.Image.fromarray(values[:, :, 0] if values.shape[2] == 1 else values)

    def _texts(self) -> Dict[str, str]:
        return {text(keyword, "a keyword"): text(value, f"the text {keyword!r}") for keyword, value in self.text.items()}

    def _whole(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The pixels as the library takes them, also when this is a slice or a row."""
        plain = np.asarray(self)
        if plain.ndim == 2:
            plain = plain[:, :, None]
        if plain.ndim != 3 or plain.shape[2] not in (1, 3):
            raise ValueError(f"this part of an image has the shape {list(plain.shape)} and is no picture: expected [height, width, 1 or 3]")
        return np.ascontiguousarray(plain, dtype=np.float32)

    def _repr_png_(self) -> Optional[bytes]:
        """What a notebook shows. None, and so the numbers, for what is no picture."""
        if self.ndim not in (2, 3) or (self.ndim == 3 and self.shape[2] not in (1, 3)) or self.size == 0:
            return None
        if not np.isfinite(self).all():
            return None
        return _raygen.encode_png(np.clip(self._whole(), 0, 1), self._texts(), _raygen.BIT_DEPTH)
