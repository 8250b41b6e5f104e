"""Image files as Pillow writes them, read by libraygen through its C ABI, against what Pillow itself shows. RAYGEN_LIBRARY names the library."""
import ctypes
import io
import os
import struct
import unittest

import numpy as np
from PIL import Image, ImageOps

LIBRARY = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])
LIBRARY.raygen_image_pixels.restype = ctypes.POINTER(ctypes.c_float)


def read(data):
    """[height][width][channels], or None where libraygen refuses."""
    image = ctypes.c_void_p()
    if LIBRARY.raygen_image_read_memory(data, ctypes.c_size_t(len(data)), None, ctypes.byref(image), None):
        return None
    shape = [getattr(LIBRARY, "raygen_image_" + side)(image) for side in ("height", "width", "channels")]
    pixels = np.ctypeslib.as_array(LIBRARY.raygen_image_pixels(image), shape).copy()
    LIBRARY.raygen_image_free(image)
    return pixels


def film(bits, size=(48, 64)):
    """Dark air around a brighter middle, with noise."""
    y, x = np.mgrid[0:size[0], 0:size[1]]
    shape = 0.03 + 0.97 * np.sin(np.pi * x / size[1]) * np.sin(np.pi * y / size[0])
    noise = np.random.default_rng(5).normal(0, 1 / 300, size)
    return np.clip(np.round((shape + noise) * (2**bits - 1)), 0, 2**bits - 1).astype(np.uint16 if bits > 8 else np.uint8)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


GREY = Image.fromarray(film(8))
RGB = Image.merge("RGB", [GREY, GREY.transpose(Image.Transpose.FLIP_LEFT_RIGHT), ImageOps.invert(GREY)])
MODES = {"L": GREY, "RGB": RGB, "P": RGB.quantize(200), "1": GREY.convert("1"), "RGBA": RGB.convert("RGBA"), "LA": GREY.convert("LA")}


class Pillow(unittest.TestCase):
    def check(self, data, expected, worst=1e-6):
        """expected: what is shown, 0..255, grey or RGB."""
        pixels = read(data)
        self.assertIsNotNone(pixels)
        expected = np.asarray(expected, float)
        expected = expected.reshape(*expected.shape[:2], -1)
        if expected.shape[2] != pixels.shape[2]:  # grey that is stored as colour
            pixels, expected = pixels.mean(-1), expected.mean(-1)
        self.assertEqual(pixels.shape, expected.shape)
        self.assertLessEqual(np.abs(pixels - expected / 255).max(), worst)

    def test_formats(self):
        tried = 0
        for kind, modes in {"PNG": "L RGB P 1 RGBA LA", "BMP": "L RGB P 1 RGBA", "PPM": "L RGB", "TGA": "L RGB P RGBA LA", "GIF": "L P 1",
                            "JPEG": "L RGB"}.items():
            for mode in modes.split():
                for options in ({}, {"compression": "tga_rle"}) if kind == "TGA" else ({},):
                    for size in ((64, 48), (33, 21), (1, 1)):
                        with self.subTest(kind=kind, mode=mode, size=size, **options):
                            image = MODES[mode].crop((0, 0, *size))
                            data = saved(image, kind, **options)
                            shown = Image.open(io.BytesIO(data)).convert("RGB")
                            self.check(data, shown, 1.01 / 255 if kind == "JPEG" else 1e-6)
                            tried += 1
        print(tried, "files")

    def test_orientations(self):
        for kind in ("JPEG", "PNG"):
            for orientation in range(1, 9):
                for order in "<>":
                    with self.subTest(kind=kind, orientation=orientation, order=order):
                        exif = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)
                        data = saved(RGB, kind, exif=b"Exif\0\0" + exif)
                        shown = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
                        self.check(data, shown, 1.01 / 255 if kind == "JPEG" else 1e-6)

    def test_sixteen_bits(self):
        worst = 0
        for bits in (10, 12, 14, 16):
            for label in (False, True):
                for kind in ("PNG", "PPM"):
                    values = film(bits)
                    if label:
                        values[:6, :20] = 65535
                    pixels = read(saved(Image.fromarray(values), kind))[..., 0]
                    expected = np.where(values == 65535, 1, values / (2**bits - 1))
                    worst = max(worst, np.abs(pixels - expected).max())
        self.assertLessEqual(worst, 1e-6)

    def test_not_read(self):
        for kind in ("TIFF", "WEBP", "ICO", "PDF"):
            try:
                data = saved(GREY, kind)
            except (KeyError, OSError):
                continue  # this Pillow cannot write it
            with self.subTest(kind=kind):
                self.assertIsNone(read(data))
        self.assertIsNone(read(saved(RGB.convert("CMYK"), "JPEG")))
        self.assertIsNone(read(saved(GREY, "GIF", save_all=True, append_images=[ImageOps.invert(GREY)])))


if __name__ == "__main__":
    unittest.main()
