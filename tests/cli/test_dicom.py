"""raygen generate and decode --format dicom: what the command adds to the library's files. Their attributes are tested in tests/image."""

import base64
import csv
import json
import struct
import unittest
from xml.etree import ElementTree

from command import FORMAT, IO, SIZE, USAGE, CommandTest, Png

PROMPTS = ("--prompt", "Größe ½", "--prompt", "b", "--prompt", "c", "--steps", 2)
LONG = (b"OB", b"OW", b"SQ", b"UT", b"UN")
STUDY, SERIES, INSTANCE = (0x0020, 0x000D), (0x0020, 0x000E), (0x0008, 0x0018)


def elements(content):
    """(group, element) to value, of a file with explicit VRs, little-endian."""
    assert content[128:132] == b"DICM"
    at, found = 132, {}
    while at < len(content):
        group, element, vr, length = struct.unpack("<HH2sH", content[at : at + 8])
        at += 8
        if vr in LONG:
            (length,) = struct.unpack("<I", content[at : at + 4])
            at += 4
        found[group, element] = content[at : at + length]
        at += length
    assert at == len(content)
    return found


def element(group, number, vr, value):
    value += b" " * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def template(study=b"1.2.3", name=b"M\xfcller"):
    return (b"\0" * 128 + b"DICM" + element(2, 16, b"UI", b"1.2.840.10008.1.2.1\0") + element(8, 5, b"CS", b"ISO_IR 100")
            + element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.1") + element(0x10, 0x10, b"PN", name) + element(0x20, 0xD, b"UI", study))


class Dicom(CommandTest):
    def files(self, out="out"):
        return {path.name: elements(path.read_bytes()) for path in sorted((self.folder / out).glob("*.dcm"))}

    def uids(self, tag, out="out"):
        return [data[tag].rstrip(b"\0") for data in self.files(out).values()]

    def test_images_of_a_run_are_a_series(self):
        self.generate("out", *PROMPTS, "--format", "dicom", "--seed", 3)
        files = self.files()
        self.assertEqual(list(files), ["00000.dcm", "00001.dcm", "00002.dcm"])
        for i, data in enumerate(files.values()):
            self.assertEqual(data[0x0020, 0x0013].strip(), str(i + 1).encode())
            self.assertEqual(struct.unpack("<3H", data[0x0028, 0x0010] + data[0x0028, 0x0011] + data[0x0028, 0x0101]), (SIZE, SIZE, 12))
            self.assertEqual(json.loads(data[0x0009, 0x1001])["image"], i)
        self.assertEqual([len(set(self.uids(tag))) for tag in (STUDY, SERIES, INSTANCE)], [1, 1, 3])
        with open(self.folder / "out/images.csv", encoding="utf-8", newline="") as table:
            self.assertEqual([row["img_savename"] for row in csv.DictReader(table)], list(files))

    def test_the_pixels_are_those_of_the_png(self):
        for bits in (8, 16):
            self.generate(f"dicom{bits}", *PROMPTS, "--format", "dicom", "--bit-depth", bits)
            self.generate(f"png{bits}", *PROMPTS, "--grey", "--bit-depth", bits)
            for name, data in self.files(f"dicom{bits}").items():
                samples = Png(self.folder / f"png{bits}" / name.replace("dcm", "png")).samples
                stored = struct.unpack(f"<{SIZE * SIZE}{'BH'[bits // 16]}", data[0x7FE0, 0x0010])
                self.assertEqual(list(stored), sum(samples, []))

    def test_the_same_run_makes_the_same_files_and_another_another_series(self):
        self.generate("out", *PROMPTS, "--format", "dicom")
        self.generate("again", *PROMPTS, "--format", "dicom", "--batch-size", 2)
        for name in self.files():
            self.assertEqual((self.folder / "out" / name).read_bytes(), (self.folder / "again" / name).read_bytes())
        for other in (("--seed", 1), ("--bit-depth", 8), ("--dicom-class", "dx"), ("--dicom-date-time", "20260102")):
            with self.subTest(other):
                self.generate("other", *PROMPTS, "--format", "dicom", *other)
                self.assertNotEqual(self.uids(SERIES, "other"), self.uids(SERIES))

    def test_digital_x_ray_of_a_patient(self):
        path = self.file("film.dcm", template())
        self.generate("out", *PROMPTS, "--format", "dicom", "--dicom-class", "dx", "--dicom-template", path, "--pixel-spacing", 0.2)
        for data in self.files().values():
            self.assertEqual(data[0x0008, 0x0060], b"DX")
            self.assertEqual(data[0x0010, 0x0010].decode().strip(), "Müller")
            self.assertEqual(data[STUDY].rstrip(b"\0"), b"1.2.3")
            self.assertEqual(data[0x0018, 0x1164].strip(), b"0.2\\0.2")

    def test_what_a_template_lacks_is_said_once(self):
        path = self.file("film.dcm", template(name=b"M\x1aller"))
        result = self.generate("out", *PROMPTS, "--format", "dicom", "--dicom-template", path)
        self.assertEqual(result.stderr.count("Patient's Name is left out"), 1)
        self.assertIn("film.dcm", result.stderr)

    def skipped(self, *arguments):
        result = self.generate("out", *PROMPTS, "--format", "dicom", "--resume", "--json", *arguments)
        return [image["skipped"] for image in json.loads(result.stdout)["images"]]

    def test_resume(self):
        film = self.file("film.dcm", template())
        self.assertEqual(self.skipped(), [False] * 3)
        whole = {path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}
        self.assertEqual(self.skipped(), [True] * 3)
        (self.folder / "out/00001.dcm").unlink()
        (self.folder / "out/00002.dcm").write_bytes(whole["00002.dcm"][:-20])
        self.assertEqual(self.skipped(), [True, False, False])
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}, whole)
        for changed in (("--seed", 1), ("--bit-depth", 8), ("--dicom-class", "dx"), ("--dicom-template", film),
                        ("--dicom-date-time", "20260102"), ("--pixel-spacing", 0.3)):
            with self.subTest(changed):
                self.assertEqual(self.skipped(*changed), [False] * 3)
                self.assertEqual(self.skipped(*changed), [True] * 3)
        film.write_bytes(template(study=b"1.2.4"))
        self.assertEqual(self.skipped("--dicom-template", film), [False] * 3)

    def test_steps_and_sheet_stay_pictures(self):
        self.generate("out", *PROMPTS, "--format", "dicom", "--bit-depth", 8, "--show-steps", "--sheet")
        self.generate("png", *PROMPTS, "--grey", "--show-steps", "--sheet")
        self.assertEqual(Png(self.folder / "out/00000_steps.png").height, SIZE)
        pictures = [image.get("href").split(",") for image in ElementTree.parse(self.folder / "out/sheet.svg").getroot()
                    .iter("{http://www.w3.org/2000/svg}image")]
        for i, (kind, content) in enumerate(pictures):
            self.assertEqual(kind, "data:image/png;base64")
            embedded = self.file("embedded.png", base64.b64decode(content))
            self.assertEqual(Png(embedded).samples, Png(self.folder / f"png/0000{i}.png").samples)

    def test_decoded_tokens(self):
        tokens = self.folder / "t.safetensors"
        self.generate("out", *PROMPTS, "--format", "dicom", "--save-tokens", tokens)
        self.succeed("decode", tokens, "--model", self.model, "--out", self.folder / "decoded", "--format", "dicom")
        decoded = self.files("decoded")
        self.assertEqual([data[0x7FE0, 0x0010] for data in decoded.values()], [data[0x7FE0, 0x0010] for data in self.files().values()])
        self.assertEqual(len(set(self.uids(SERIES, "decoded"))), 1)
        self.assertTrue(json.loads(decoded["00000.dcm"][0x0009, 0x1001])["synthetic"])

    def test_a_mark_that_does_not_fit(self):
        self.fail_with(USAGE, "the word SYNTHETIC needs 57 x 11", "generate", "--model", self.model, "--out", self.folder / "out", *PROMPTS,
                       "--format", "dicom", "--dicom-annotation", "burn-in")
        self.assertFalse((self.folder / "out").exists())

    def test_refused_before_anything_is_written(self):
        generate = ("generate", "--model", self.model, "--out", self.folder / "out", *PROMPTS)
        for option, value in (("--dicom-class", "dx"), ("--dicom-template", "film.dcm"), ("--dicom-date-time", "20260102"),
                              ("--dicom-annotation", "burn-in"), ("--pixel-spacing", "0.2")):
            self.fail_with(USAGE, f"{option} needs --format dicom", *generate, option, value)
        self.fail_with(USAGE, "--bit-depth 12 needs --format dicom", *generate, "--bit-depth", 12)
        dicom = (*generate, "--format", "dicom")
        self.fail_with(USAGE, "--format", *generate, "--format", "jpeg")
        self.fail_with(USAGE, "--dicom-class", *dicom, "--dicom-class", "ct")
        self.fail_with(USAGE, "YYYYMMDD", *dicom, "--dicom-date-time", "today")
        self.fail_with(USAGE, "0.001 to 100 mm", *dicom, "--pixel-spacing", 0)
        self.fail_with(IO, "/nowhere/film.dcm", *dicom, "--dicom-template", "/nowhere/film.dcm")
        self.fail_with(FORMAT, "text.dcm: no DICOM file", *dicom, "--dicom-template", self.file("text.dcm", "no film"))
        self.fail_with(FORMAT, "Study Instance UID", *dicom, "--dicom-template", self.file("uid.dcm", template(study=b"x")))
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main()
