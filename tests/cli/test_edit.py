"""raygen edit and raygen vary: what is outside the mask stays to the bit, in the film's geometry and depth, and the PNG says how it was made."""

import hashlib
import json
import struct
import unittest
import zlib

from command import FORMAT, IO, LIMIT, USAGE, CommandTest, Png, run
from test_dicom import INSTANCE, SERIES, elements


def write_png(path, width, height, samples, channels=1, depth=8, chunks=b""):
    """By the specification, without filters."""
    def chunk(kind, body):
        return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))

    code = "B" if depth == 8 else "H"
    rows = [samples[y * width * channels : (y + 1) * width * channels] for y in range(height)]
    data = b"".join(b"\0" + struct.pack(f">{len(row)}{code}", *row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, 0 if channels == 1 else 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))
    return path


def film(width, height, white, channels=1):
    return [(x * 7 + y * 13 + c * 29) * white // 977 % white for y in range(height) for x in range(width) for c in range(channels)]


def write_dicom(path, width, height, samples):
    """Twelve bits in sixteen, explicit little-endian elements behind a preamble."""
    def element(group, number, kind, value):
        value += (b"\0" if kind == b"UI" else b" ") * (len(value) % 2)
        length = struct.pack("<HI", 0, len(value)) if kind == b"OW" else struct.pack("<H", len(value))
        return struct.pack("<HH", group, number) + kind + length + value

    short = lambda number, value: element(0x28, number, b"US", struct.pack("<H", value))  # noqa: E731
    meta = element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1")
    data = element(0x10, 0x10, b"PN", b"Nobody") + short(2, 1) + element(0x28, 4, b"CS", b"MONOCHROME2") + short(0x10, height)
    data += short(0x11, width) + short(0x100, 16) + short(0x101, 12) + short(0x102, 11) + short(0x103, 0)
    data += element(0x28, 0x1050, b"DS", b"2048") + element(0x28, 0x1051, b"DS", b"4096")  # a window of all twelve bits
    data += element(0x7FE0, 0x10, b"OW", struct.pack(f"<{len(samples)}H", *samples))
    path.write_bytes(bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + data)
    return path


def outside(png, samples, box, left=0, top=0, width=None, height=None):
    """How many samples of a film at (left, top) differ, inside and outside of a box of the film."""
    x0, y0, w, h = box
    width, height = width or png.width, height or png.height
    inner = outer = 0
    for y in range(height):
        row = samples[y * width * png.channels : (y + 1) * width * png.channels]
        got = png.samples[y + top][left * png.channels : (left + width) * png.channels]
        for i, (a, b) in enumerate(zip(row, got)):
            if a != b:
                inside = x0 <= i // png.channels < x0 + w and y0 <= y < y0 + h
                inner, outer = inner + inside, outer + (not inside)
    return inner, outer


class Edit(CommandTest):
    def edit(self, image, *arguments, out="out.png"):
        return self.succeed("edit", image, "--model", self.model, "--prompt", "effusion", "--steps", 2, "--out", self.folder / out, *arguments)

    def png(self, name="film.png", width=40, height=30, white=255, **options):
        samples = film(width, height, white, options.get("channels", 1))
        return write_png(self.folder / name, width, height, samples, **options), samples

    def test_pixels_outside_the_box_stay_in_grey_colour_and_16_bits(self):
        box = (5, 6, 20, 11)
        for channels, depth in ((1, 8), (3, 8), (1, 16), (3, 16)):
            with self.subTest(channels=channels, depth=depth):
                image, samples = self.png(white=2**depth - 1, channels=channels, depth=depth)
                self.edit(image, "--box", ",".join(map(str, box)))
                out = Png(self.folder / "out.png")
                self.assertEqual((out.width, out.height, out.channels, out.depth), (40, 30, channels, depth))
                inner, outer = outside(out, samples, box)
                self.assertGreater(inner, 0)
                self.assertEqual(outer, 0)

    def test_a_film_of_12_bits_in_16_keeps_its_samples(self):
        samples = film(40, 30, 4096)
        samples[3] = 65535  # a label
        image = write_png(self.folder / "film.png", 40, 30, samples, depth=16)
        self.edit(image, "--box", "20,10,12,12")
        out = Png(self.folder / "out.png")
        self.assertEqual(outside(out, samples, (20, 10, 12, 12))[1], 0)
        self.assertLessEqual(max(max(row[20:32]) for row in out.samples[10:22]), 4095)
        # An edit of the edit sees the same picture.
        self.edit(self.folder / "out.png", "--box", "0,20,8,8", out="again.png")
        again = Png(self.folder / "again.png")
        self.assertEqual(outside(again, [v for row in out.samples for v in row], (0, 20, 8, 8))[1], 0)
        self.assertLessEqual(max(max(row[:8]) for row in again.samples[20:28]), 4095)

    def test_a_dicom_film_comes_back_as_it_is_shown_in_16_bits(self):
        samples = film(40, 30, 4096)
        self.edit(write_dicom(self.folder / "film.dcm", 40, 30, samples), "--box", "10,5,16,20")
        out = Png(self.folder / "out.png")
        self.assertEqual((out.width, out.height, out.depth, out.channels), (40, 30, 16, 1))
        self.assertEqual(outside(out, [int(v / 4095 * 65535 + 0.5) for v in samples], (10, 5, 16, 20))[1], 0)
        self.assertNotIn("Nobody", str(out.text))

    def test_a_dicom_film_comes_back_as_dicom(self):
        samples = film(40, 30, 4096)
        image = write_dicom(self.folder / "film.dcm", 40, 30, samples)
        box = (10, 5, 16, 20)
        dicom = ("--box", "10,5,16,20", "--format", "dicom")

        def inside(x, y):
            return box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]

        def read(name):
            data = elements((self.folder / name).read_bytes())
            return data, struct.unpack("<3H", data[0x0028, 0x0011] + data[0x0028, 0x0010] + data[0x0028, 0x0101])

        self.edit(image, *dicom, out="out.dcm")
        out, size = read("out.dcm")
        self.assertEqual(size, (40, 30, 12))
        self.assertNotIn(b"Nobody", out[0x0010, 0x0010])
        got = struct.unpack("<1200H", out[0x7FE0, 0x0010])
        changed = [(i % 40, i // 40) for i in range(1200) if got[i] != samples[i]]
        self.assertTrue(changed)
        self.assertEqual([place for place in changed if not inside(*place)], [])
        # The patient and the study of the film, for who asks for them. The images of a run are one series, those of another film are not.
        self.edit(image, *dicom, "--dicom-template", image, "--count", 2, out="folder")
        series = [read(f"folder/0000{i}.dcm")[0] for i in range(2)]
        self.assertEqual([each[0x0010, 0x0010] for each in series], [b"Nobody"] * 2)
        self.assertEqual(series[0][SERIES], series[1][SERIES])
        self.assertNotEqual(series[0][INSTANCE], series[1][INSTANCE])
        samples[0] += 1
        self.edit(write_dicom(self.folder / "other.dcm", 40, 30, samples), *dicom, out="other-out.dcm")
        self.assertNotEqual(read("other-out.dcm")[0][SERIES], out[SERIES])
        # Outpainting, whose picture is larger than the film.
        self.edit(image, "--outpaint", "4,0,0,6", "--format", "dicom", "--bit-depth", 16, out="wide.dcm")
        self.assertEqual(read("wide.dcm")[1], (44, 36, 16))

    def test_names_and_formats_that_do_not_fit(self):
        image, _ = self.png()
        edit = ("edit", image, "--model", self.model, "--prompt", "effusion", "--box", "1,1,2,2")
        self.fail_with(USAGE, "is no name for --format dicom", *edit, "--format", "dicom", "--out", self.folder / "out.png")
        self.fail_with(USAGE, "is no name for --format png", *edit, "--out", self.folder / "out.dcm")
        self.fail_with(USAGE, "--pixel-spacing needs --format dicom", *edit, "--pixel-spacing", 0.2, "--out", self.folder / "out.png")
        self.succeed(*edit, "--bit-depth", 16, "--out", self.folder / "deep.png")
        self.assertEqual(Png(self.folder / "deep.png").depth, 16)

    def test_a_mask_and_what_is_written_down(self):
        image, samples = self.png()
        mask = write_png(self.folder / "mask.png", 40, 30, [1 if 10 <= i % 40 < 20 and 8 <= i // 40 < 18 else 0 for i in range(1200)])
        result = self.edit(image, "--mask", mask, "--seed", 5, "--feather", 2, "--json")
        out = Png(self.folder / "out.png")
        self.assertEqual(outside(out, samples, (10, 8, 10, 10))[1], 0)
        settings = json.loads(out.text["raygen"])
        self.assertEqual(settings["edit"]["input_sha256"], hashlib.sha256(image.read_bytes()).hexdigest())
        self.assertEqual(settings["edit"]["mask_sha256"], hashlib.sha256(mask.read_bytes()).hexdigest())
        self.assertEqual((settings["seed"], settings["steps"], settings["prompt"]), (5, 2, "effusion"))
        self.assertEqual((settings["edit"]["feather"], settings["edit"]["grow"], settings["edit"]["region"]), (2, 0, "film"))
        self.assertEqual(out.text["Description"], "effusion")
        told = json.loads(result.stdout)
        self.assertEqual(told["images"], [{"file": str(self.folder / "out.png"), "prompt": "effusion", "settings": settings}])

        self.edit(image, "--mask", mask, "--seed", 5, "--feather", 2, out="again.png")
        self.assertEqual((self.folder / "again.png").read_bytes(), (self.folder / "out.png").read_bytes())

    def test_a_row_of_a_table_has_its_own_config(self):
        image, _ = self.png()
        table = self.folder / "prompts.csv"
        table.write_text("prompt,config\neffusion,\"steps: 3\"\npneumothorax,\n")
        for count, steps in ((1, [3, 2]), (2, [3, 3, 2, 2])):
            folder = self.folder / f"out-{count}"
            self.succeed("edit", image, "--model", self.model, "--prompts", table, "--steps", 2, "--box", "5,6,20,11", "--count", count,
                         "--batch-size", 4, "--out", folder)
            settings = [json.loads(Png(folder / f"{i:05}.png").text["raygen"]) for i in range(len(steps))]
            self.assertEqual([each["steps"] for each in settings], steps)

    def test_a_mask_of_another_size_says_both(self):
        image, _ = self.png()
        mask, _ = self.png("mask.png", 20, 30)
        self.fail_edit(USAGE, "the mask is 20 x 30 pixels and the image 40 x 30", image, "--mask", mask)

    def fail_edit(self, code, message, image, *arguments):
        self.fail_with(code, message, "edit", image, "--model", self.model, "--prompt", "effusion", "--out", self.folder / "none.png", *arguments)
        self.assertFalse((self.folder / "none.png").exists())

    def test_what_cannot_be_done_is_refused(self):
        image, _ = self.png()
        black = write_png(self.folder / "black.png", 40, 30, [0] * 1200)
        self.fail_edit(USAGE, "nothing says where to edit", image)
        self.fail_edit(USAGE, "the mask is empty", image, "--mask", black)
        self.fail_edit(USAGE, "box 1 is 30,0,20,5", image, "--box", "1,1,2,2", "--box", "30,0,20,5")
        for wrong in ("1,2,3", "1,2,3,4,5", "1,2,3,x", "", "1, 2,3,4"):
            self.fail_edit(USAGE, "--box", image, "--box", wrong)
        self.fail_edit(USAGE, "--outpaint", image, "--outpaint", "1,2,3")
        self.fail_edit(USAGE, "outpaint.left is -1", image, "--outpaint=-1,0,0,0")
        self.fail_edit(LIMIT, "more than the limit", image, "--outpaint", "100000,0,100000,0")
        self.fail_edit(USAGE, "--feather", image, "--box", "1,1,2,2", "--feather", -1)
        self.fail_edit(USAGE, "--anatomy", image, "--anatomy", "left-lung")
        self.fail_edit(IO, "none.png", self.folder / "none.png", "--box", "1,1,2,2")
        self.fail_edit(FORMAT, str(self.file("text.png", "no image")), self.folder / "text.png", "--box", "1,1,2,2")
        self.fail_with(USAGE, "nothing to do", "edit", image, "--model", self.model, "--out", self.folder / "none.png", "--box", "1,1,2,2")

    def test_the_film_is_not_written_over(self):
        image, _ = self.png()
        before = image.read_bytes()
        for out in (image, self.folder / "." / "film.png"):
            self.fail_with(USAGE, "is the image itself", "edit", image, "--model", self.model, "--prompt", "a", "--box", "1,1,5,5", "--out", out)
        folder = self.folder / "films"
        folder.mkdir()
        inside, _ = self.png("films/00001.png")
        self.fail_with(USAGE, "is the image itself", "edit", inside, "--model", self.model, "--prompt", "a", "--count", 2, "--box", "1,1,5,5",
                       "--out", folder)
        self.assertEqual(image.read_bytes(), before)

    def test_several_prompts_and_images_go_into_a_folder(self):
        image, _ = self.png()
        common = ("--prompt", "second", "--count", 2, "--box", "5,5,20,20", "--seed", 3)
        for name, batch in (("one", 1), ("three", 3)):
            self.edit(image, *common, "--batch-size", batch, out=name)
        files = sorted(path.name for path in (self.folder / "one").iterdir())
        self.assertEqual(files, [f"0000{i}.png" for i in range(4)])
        for name in files:
            self.assertEqual((self.folder / "one" / name).read_bytes(), (self.folder / "three" / name).read_bytes())
        self.assertEqual(Png(self.folder / "one/00002.png").text["Description"], "second")
        self.edit(image, "--first-image", 1, "--box", "5,5,20,20", "--seed", 3, out="alone.png")
        self.assertEqual((self.folder / "alone.png").read_bytes(), (self.folder / "one/00001.png").read_bytes())
        self.fail_edit(USAGE, "is one file, and 2 images would be made", image, "--box", "5,5,20,20", "--count", 2)

    def test_outpainting(self):
        image, samples = self.png(depth=16, white=65535)
        self.edit(image, "--outpaint", "8,0,4,10")
        out = Png(self.folder / "out.png")
        self.assertEqual((out.width, out.height, out.depth), (52, 40, 16))
        self.assertEqual(outside(out, samples, (0, 0, 0, 0), 8, 0, 40, 30), (0, 0))

    def test_a_phantoms_anatomy(self):
        self.succeed("phantom", "--count", 1, "--seed", 3, "--size", 64, "--out", self.folder / "phantoms")
        image = self.folder / "phantoms/images/P000000.png"
        self.edit(image, "--anatomy", "left-lung", "--feather", 0)
        before, after = Png(image), Png(self.folder / "out.png")
        changed = [(x, y) for y in range(64) for x in range(64) if before.samples[y][x] != after.samples[y][x]]
        self.assertGreater(len(changed), 100)
        self.assertGreater(min(x for x, _ in changed), 24)  # the patient's left is on the image's right
        self.fail_edit(USAGE, "no region \"left kidney\"", image, "--anatomy", "left-kidney")


class Vary(CommandTest):
    def vary(self, image, strength, *arguments, out="out.png"):
        self.succeed("vary", image, "--strength", strength, "--model", self.model, "--steps", 2, "--out", self.folder / out, *arguments)
        return Png(self.folder / out)

    def test_strengths_from_the_reconstruction_to_a_new_image(self):
        self.generate("made", "--prompt", "effusion", "--seed", 4, "--steps", 2, "--count", 2)
        image, other = self.folder / "made/00000.png", self.folder / "made/00001.png"
        self.succeed("encode", image, "--model", self.model, "--out", self.folder / "t.safetensors")
        self.succeed("decode", self.folder / "t.safetensors", "--model", self.model, "--out", self.folder / "decoded")
        self.assertEqual(self.vary(image, 0).samples, Png(self.folder / "decoded/00000.png").samples)
        # A generated image's own prompt is followed.
        free = self.vary(image, 1, "--seed", 4, "--first-image", 1)
        self.assertEqual(free.samples, Png(other).samples)
        self.assertEqual(json.loads(free.text["raygen"])["prompt"], "effusion")
        half = self.vary(image, 0.5, "--seed", 4)
        self.assertEqual(json.loads(half.text["raygen"])["vary"],
                         {"input_sha256": hashlib.sha256(image.read_bytes()).hexdigest(), "strength": 0.5})
        self.assertNotEqual(half.samples, free.samples)
        self.assertEqual(self.vary(image, 0.5, "--seed", 4, out="again.png").samples, half.samples)

    def test_a_film_comes_back_in_its_size_and_depth_without_a_prompt(self):
        image = write_png(self.folder / "film.png", 33, 20, film(33, 20, 65535), depth=16)
        out = self.vary(image, 0.3)
        self.assertEqual((out.width, out.height, out.depth, out.channels), (33, 20, 16, 1))
        self.assertNotIn("Description", out.text)
        self.assertNotIn("prompt", json.loads(out.text["raygen"]))
        for wrong in ("-0.1", "1.1", "nan", "x"):
            result = run("vary", image, f"--strength={wrong}", "--model", self.model, "--out", self.folder / "none.png")
            self.assertEqual(result.returncode, USAGE, wrong)
            self.assertIn("strength", result.stderr)


if __name__ == "__main__":
    unittest.main()
