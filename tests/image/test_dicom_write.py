"""DICOM files that libraygen writes, as other programs see them: pydicom reads all that they say, dciodvfy (of dicom3tools, where it is
installed) judges them by the standard. RAYGEN_LIBRARY names the shared library."""

import ctypes
import io
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

SC, DX = 0, 1
SETTINGS = {"generator": "libraygen", "synthetic": True, "model_sha256": "0123456789abcdef" * 4, "prompt": "Größe", "seed": 7}
TEXTS = {"raygen": json.dumps(SETTINGS), "Description": "Größe ½ cm, " + "x" * 2000, "Comment": "Synthetic"}


class String(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("length", ctypes.c_size_t)]


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("sop_class", ctypes.c_int32), ("bit_depth", ctypes.c_int32),
                ("annotation", ctypes.c_int32), ("derived_from_template", ctypes.c_int32), ("template_path", String), ("study_uid", String),
                ("series_uid", String), ("series_description", String), ("date_time", String), ("series_number", ctypes.c_int32),
                ("instance_number", ctypes.c_int32), ("pixel_spacing", ctypes.c_double), ("limits", ctypes.c_void_p)]


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("status", ctypes.c_int32), ("message", ctypes.c_char * 1024)]


library = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])


def call(name, *arguments):
    error = Error(ctypes.sizeof(Error))
    if getattr(library, name)(*arguments, ctypes.byref(error)):
        raise RuntimeError(error.message.decode())


def encode(pixels, texts=TEXTS, **fields):
    """(the file's bytes, warnings) of an image [height, width]"""
    options = Options()
    library.raygen_dicom_options_init(ctypes.byref(options), ctypes.c_size_t(ctypes.sizeof(options)))
    for name, value in fields.items():
        if isinstance(value, (str, os.PathLike)):
            value = String(os.fsencode(value), len(os.fsencode(value)))
        setattr(options, name, value)
    height, width = pixels.shape
    image, data, size, warnings = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_void_p()
    call("raygen_image_create", width, height, 1, np.ascontiguousarray(pixels, np.float32).ctypes.data_as(ctypes.c_void_p), ctypes.byref(image))
    try:
        for keyword, text in texts.items():
            key, value = keyword.encode(), text.encode()
            call("raygen_image_set_text", image, key, ctypes.c_size_t(len(key)), value, ctypes.c_size_t(len(value)))
        call("raygen_image_encode_dicom", image, ctypes.byref(options), ctypes.byref(data), ctypes.byref(size), ctypes.byref(warnings))
    finally:
        library.raygen_image_free(image)
    content, lines = ctypes.string_at(data, size.value), ctypes.string_at(warnings).decode().splitlines()
    library.raygen_buffer_free(data)
    library.raygen_buffer_free(warnings)
    return content, lines


def read(content):
    return pydicom.dcmread(io.BytesIO(content))


def template(path, character_set, name, **others):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SpecificCharacterSet = character_set
    data.SOPClassUID, data.SOPInstanceUID, data.StudyInstanceUID = pydicom.uid.DigitalXRayImageStorageForPresentation, "1.2.3.4", "1.2.3"
    data.PatientName, data.PatientID, data.PatientSex, data.PatientBirthDate = name, "P1", "F", "19600102"
    data.StudyDate, data.StudyTime, data.StudyDescription, data.AccessionNumber = "20200304", "0506", "Chest", "A1"
    data.Rows, data.Columns, data.ImagerPixelSpacing = 1000, 1200, [0.15, 0.15]
    for keyword, value in others.items():
        setattr(data, keyword, value)
    data.save_as(path, enforce_file_format=True)
    return path


RAMP = np.linspace(0, 1, 96 * 128).reshape(96, 128)


class AsPydicom(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_pixels_of_every_depth(self):
        for sop_class, bits in itertools.product((SC, DX), (8, 12, 16)):
            with self.subTest(sop_class=sop_class, bits=bits):
                data = read(encode(RAMP, sop_class=sop_class, bit_depth=bits)[0])
                expected = np.floor(RAMP.astype(np.float32).astype(float) * (2**bits - 1) + 0.5)
                self.assertEqual((data.Rows, data.Columns, data.BitsStored, data.HighBit), (96, 128, bits, bits - 1))
                np.testing.assert_array_equal(data.pixel_array, expected)
                self.assertEqual((data.WindowCenter, data.WindowWidth), (2 ** (bits - 1), 2**bits))
                self.assertEqual(data.file_meta.TransferSyntaxUID, pydicom.uid.ExplicitVRLittleEndian)

    def test_it_says_that_it_is_synthetic_and_how_it_was_made(self):
        data = read(encode(RAMP)[0])
        self.assertEqual(data.SOPClassUID, pydicom.uid.SecondaryCaptureImageStorage)
        self.assertEqual((data.Modality, data.ConversionType, list(data.ImageType)), ("OT", "SYN", ["DERIVED", "SECONDARY"]))
        self.assertEqual((data.QualityControlImage, data.BurnedInAnnotation), ("YES", "NO"))
        self.assertEqual((str(data.PatientName), data.PatientID, data.StudyDate), ("SYNTHETIC^NOBODY", "SYNTHETIC-01234567", "20000101"))
        self.assertEqual(data.SeriesDescription, "SYNTHETIC, not for diagnosis")
        self.assertTrue(data.ImageComments.startswith("SYNTHETIC, not for diagnosis"))
        self.assertIn("Größe ½ cm", data.DerivationDescription)
        self.assertLessEqual(len(data.DerivationDescription), 1024)
        equipment = data.ContributingEquipmentSequence[0]
        self.assertEqual((equipment.Manufacturer, equipment.ManufacturerModelName), ("libraygen", "model 0123456789abcdef"))
        self.assertEqual(equipment.PurposeOfReferenceCodeSequence[0].CodeValue, "109103")
        block = data.private_block(0x0009, "LIBRAYGEN")
        self.assertEqual(json.loads(block[0x01].value), SETTINGS)
        self.assertEqual(json.loads(block[0x02].value), {key: TEXTS[key] for key in ("Description", "Comment")})

    def test_digital_x_ray(self):
        data = read(encode(RAMP, sop_class=DX)[0])
        self.assertEqual(data.SOPClassUID, pydicom.uid.DigitalXRayImageStorageForPresentation)
        self.assertEqual((data.Modality, data.PresentationIntentType, data.PresentationLUTShape), ("DX", "FOR PRESENTATION", "IDENTITY"))
        self.assertEqual((data.PixelIntensityRelationship, data.PixelIntensityRelationshipSign), ("LOG", -1))
        self.assertEqual(list(data.PatientOrientation), ["L", "F"])
        self.assertEqual([float(each) for each in data.ImagerPixelSpacing], [round(430 / 96, 8)] * 2)
        self.assertIn("nominal", data.ImageComments)

    def test_uids_are_uuids(self):
        data = read(encode(RAMP)[0])
        uids = [data.StudyInstanceUID, data.SeriesInstanceUID, data.SOPInstanceUID]
        self.assertEqual(len(set(uids)), 3)
        self.assertEqual(data.file_meta.MediaStorageSOPInstanceUID, data.SOPInstanceUID)
        for uid in uids:
            self.assertTrue(uid.is_valid and uid.startswith("2.25."), uid)
            made = uuid.UUID(int=int(uid[5:]))
            self.assertEqual((made.variant, made.version), (uuid.RFC_4122, 8))

    def test_patients_of_many_character_sets(self):
        for character_set, name in (("ISO_IR 100", "Müller^José"), ("ISO_IR 144", "Люкceмбypг"), ("ISO_IR 192", "王^小東"),
                                    ("GB18030", "王^小东"), (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
                                    (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동")):
            with self.subTest(character_set):
                path = template(self.folder / "template.dcm", character_set, name)
                content, warnings = encode(RAMP, sop_class=DX, template_path=path, derived_from_template=1)
                data = read(content)
                self.assertEqual((warnings, str(data.PatientName), data.SpecificCharacterSet), ([], name, "ISO_IR 192"))
                self.assertEqual((data.PatientID, data.PatientSex, data.StudyInstanceUID, data.StudyDate), ("P1", "F", "1.2.3", "20200304"))
                self.assertEqual(data.SourceImageSequence[0].ReferencedSOPInstanceUID, "1.2.3.4")
                self.assertEqual([float(each) for each in data.ImagerPixelSpacing], [1000 * 0.15 / 96] * 2)
                self.assertNotIn("nominal", data.ImageComments)

    def test_a_host_with_another_dictionary(self):
        """DCMTK reads its dictionary before main(): a process of its own."""
        wrong = self.folder / "wrong.dic"
        wrong.write_text("(0010,0010)\tUS\tPatientName\t1\tWrong\n")
        path = template(self.folder / "template.dcm", "ISO_IR 100", "Müller^José")
        program = ("import sys, test_dicom_write as t; sys.stdout.buffer.write("
                   f"t.encode(t.RAMP, template_path={str(path)!r}, sop_class=1)[0])")
        made = [subprocess.run([sys.executable, "-c", program], env={**os.environ, "DCMDICTPATH": dictionary}, check=True,
                               capture_output=True, cwd=pathlib.Path(__file__).parent).stdout for dictionary in (str(wrong), "/nowhere")]
        self.assertEqual(made, [encode(RAMP, template_path=path, sop_class=DX)[0]] * 2)


@unittest.skipUnless(shutil.which("dciodvfy"), "dicom3tools is not installed")
class AsDciodvfy(unittest.TestCase):
    def said_of(self, content):
        with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
            file.write(content)
            file.flush()
            result = subprocess.run(["dciodvfy", file.name], capture_output=True, text=True)
        said = result.stdout + result.stderr
        return [line for line in said.splitlines() if ("Error" in line or "Warning" in line) and not line.startswith("(0x0009,")], said

    def test_no_error_and_no_warning_but_of_the_private_block(self):
        with tempfile.TemporaryDirectory() as folder:
            path = template(pathlib.Path(folder) / "template.dcm", "ISO_IR 100", "Müller^José", PatientAge="060Y", PatientWeight="70.5", StudyID="1")
            for sop_class, bits, fields in itertools.product((SC, DX), (8, 12, 16), (
                    {}, {"template_path": path}, {"template_path": path, "derived_from_template": 1}, {"annotation": 1, "date_time": "20260102"},
                    {"date_time": "20260102030405", "pixel_spacing": 0.143, "series_description": "Übung"})):
                with self.subTest(sop_class=sop_class, bits=bits, **fields):
                    wrong, said = self.said_of(encode(RAMP, sop_class=sop_class, bit_depth=bits, **fields)[0])
                    self.assertIn(("SCImage", "DXImageForPresentation")[sop_class], said)
                    self.assertEqual(wrong, [])

    def test_the_judge_judges(self):
        content, _ = encode(RAMP, sop_class=DX)
        wrong, _ = self.said_of(content.replace(b"FOR PRESENTATION", b"FOR CONTEMPLATIO"))
        self.assertTrue(any(line.startswith("Error") for line in wrong), wrong)


if __name__ == "__main__":
    unittest.main()
