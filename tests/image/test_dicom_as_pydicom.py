"""libraygen's reading of DICOM against pydicom's, as a viewer shows it. RAYGEN_LIBRARY names the shared library."""

import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy as np

import dicom_cases

FORMAT, UNSUPPORTED = 3, 4


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("status", ctypes.c_int32), ("message", ctypes.c_char * 1024)]


library = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])
library.raygen_image_read_memory.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
library.raygen_image_pixels.argtypes = library.raygen_image_free.argtypes = [ctypes.c_void_p]
library.raygen_image_pixels.restype = ctypes.POINTER(ctypes.c_float)
library.raygen_image_free.restype = None
for each in ("width", "height", "channels"):
    getattr(library, f"raygen_image_{each}").argtypes = [ctypes.c_void_p]


def read(file):
    """(status, message, picture [rows, columns] or [rows, columns, 3])"""
    error, image = Error(ctypes.sizeof(Error)), ctypes.c_void_p()
    status = library.raygen_image_read_memory(file, len(file), None, ctypes.byref(image), ctypes.byref(error))
    if status:
        return status, error.message.decode(), None
    height, width, channels = (getattr(library, f"raygen_image_{each}")(image) for each in ("height", "width", "channels"))
    picture = np.ctypeslib.as_array(library.raygen_image_pixels(image), (height, width, channels)).copy()
    library.raygen_image_free(image)
    return 0, "", picture[..., 0] if channels == 1 else picture


def compare(say=print):
    """The largest difference of each kind in units of its tolerance's kind, and what went wrong."""
    wrong, count, largest = [], 0, {}
    for kind, name, file, expected, tolerance in dicom_cases.cases():
        count += 1
        status, message, picture = read(file)
        if status:
            wrong.append(f"{kind}, {name}: {message}")
            continue
        if picture.shape != expected.shape:
            wrong.append(f"{kind}, {name}: {picture.shape}, expected {expected.shape}")
            continue
        difference = float(np.abs(picture - expected).max())
        largest[tolerance] = max(largest.get(tolerance, (0, "")), (difference, f"{kind}, {name}"))
        say(f"{kind:15} {difference:.2e} of {tolerance:g}  {name}")
        if difference > tolerance:
            wrong.append(f"{kind}, {name}: differs by {difference:.4g}, more than {tolerance}")
    return wrong, count, largest


class DicomAsPydicom(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")  # of pydicom, which sees what is odd about the files

    def test_pictures(self):
        wrong, count, largest = compare()
        for tolerance, (difference, where) in sorted(largest.items()):
            print(f"largest difference of those within {tolerance:g}: {difference:.3g} ({where})")
        print(f"largest difference of all {count} files: {max(largest.values())[0]:.3g}")
        self.assertGreaterEqual(count, 60)
        self.assertEqual(wrong, [])

    def test_refused_by_name(self):
        for name, file, what in dicom_cases.refused():
            with self.subTest(name):
                status, message, _ = read(file)
                self.assertIn(status, (FORMAT, UNSUPPORTED), name)
                self.assertIn(what, message)

    def test_another_programs_dictionary(self):
        """DCMTK takes its dictionary from the environment. Nothing here depends on it."""
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder, "other.dic")
            # Everything that matters has another VR or another name.
            other.write_text("".join(f"({tag})\t{vr}\t{name}\t1\tOther\n" for tag, vr, name in (
                ("0028,0010", "LO", "Rows"), ("0028,0011", "SQ", "Columns"), ("0028,1050", "US", "WindowCenter"), ("0028,0004", "US", "Nothing"),
                ("0028,3010", "LO", "VOILUTSequence"), ("7FE0,0010", "SQ", "PixelData"))))
            for dictionary in ("/nonexistent/dicom.dic", folder, str(other)):
                ended = subprocess.run([sys.executable, __file__, "compare"], capture_output=True, text=True,
                                       env={**os.environ, "DCMDICTPATH": dictionary})
                self.assertEqual((ended.returncode, ended.stderr), (0, ""), (dictionary, ended.stdout))


if __name__ == "__main__" and sys.argv[1:] == ["compare"]:
    warnings.simplefilter("ignore")
    found, _, _ = compare(say=lambda line: None)
    print("\n".join(found))
    sys.exit(1 if found else 0)
elif __name__ == "__main__":
    unittest.main()
