"""raygen encode and raygen decode."""

import json
import os
import pathlib
import struct
import unittest
import zlib

from command import CODEBOOK, FORMAT, IO, LIMIT, SIZE, TOKENS, UNSUPPORTED, USAGE, CommandTest, Png, read_safetensors, rows, write_safetensors

IMAGES = pathlib.Path(__file__).parent.parent / "data" / "image"


def png(width, height):
    """Black."""
    pixels = zlib.compress((b"\0" * (width + 1)) * height)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b"")]
    data = b"".join(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + data


class Encode(CommandTest):
    def encode(self, *arguments):
        file = self.folder / "tokens.safetensors"
        result = self.succeed("encode", "--model", self.model, "--out", file, *arguments)
        return read_safetensors(file), result

    def test_the_order_is_that_of_the_arguments(self):
        self.generate("out", "--prompt", "a", "--count", 3, "--steps", 3)
        images = [self.folder / "out" / f"0000{i}.png" for i in (2, 0, 1)]
        tensors, result = self.encode(*images, "--json")
        together = rows(tensors["token_ids"])
        self.assertEqual(tensors["token_ids"][0], [3, TOKENS])
        self.assertTrue(all(0 <= token < CODEBOOK for row in together for token in row))
        self.assertEqual(json.loads(result.stdout)["images"], [str(path) for path in images])
        for path, row in zip(images, together):
            self.assertEqual(rows(self.encode(path)[0]["token_ids"]), [row])

    def test_any_kind_of_image(self):
        names = ("grey.jpg", "rgb.jpg", "palette8.png", "rgb16_interlaced.png", "grey1.png")
        tensors, _ = self.encode(*(IMAGES / name for name in names), "--features")
        self.assertEqual(tensors["token_ids"][0], [len(names), TOKENS])
        self.assertEqual(tensors["features"][0], [len(names), 16, 8, 8])

    def test_a_film_of_ten_bits_in_sixteen(self):
        values = [(5 * x + 23 * y + x * y) % 1024 for y in range(32) for x in range(32)]

        def pgm(white):
            return b"P5 32 32 %d " % white + struct.pack(">1024H", *values)

        said, unsaid = self.file("said.pgm", pgm(1023)), self.file("unsaid.pgm", pgm(65535))
        self.assertEqual(rows(self.encode(said)[0]["token_ids"]), rows(self.encode(unsaid)[0]["token_ids"]))

    def test_images_that_cannot_be_read(self):
        out = self.folder / "tokens.safetensors"
        text = self.file("text.png", "hello")
        for code, name, *images in ((IO, "missing.png", IMAGES / "grey.jpg", self.folder / "missing.png"), (FORMAT, "text.png", text),
                                    (UNSUPPORTED, "cmyk.jpg", IMAGES / "cmyk.jpg")):
            self.fail_with(code, name, "encode", "--model", self.model, "--out", out, *images)
        self.fail_with(USAGE, "images", "encode", "--model", self.model, "--out", out)
        self.fail_with(IO, "no folder", "encode", "--model", self.model, "--out", self.folder / "none" / "t", IMAGES / "grey.jpg")
        narrow = self.file("narrow.png", png(1, 4000))
        self.fail_with(LIMIT, "narrow.png", "encode", "--model", self.model, "--out", out, IMAGES / "grey.jpg", narrow)
        self.assertFalse(out.exists())

    def test_a_place_that_is_no_file_is_left_as_it_is(self):
        pipe, link, target = self.folder / "pipe", self.folder / "link", self.file("target", "earlier")
        os.mkfifo(pipe)
        self.fail_with(IO, "a device, a pipe", "encode", "--model", self.model, "--out", pipe, IMAGES / "grey.jpg")
        self.assertTrue(pipe.is_fifo())
        link.symlink_to(target)
        self.succeed("encode", "--model", self.model, "--out", link, IMAGES / "grey.jpg")
        self.assertTrue(link.is_symlink())
        self.assertEqual(read_safetensors(target)["token_ids"][0], [1, TOKENS])

    def test_a_hundred_million_pixels_are_over_the_limit(self):
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", 10000, 10000, 8, 0, 0, 0, 0)), (b"IDAT", b"")]
        data = b"".join(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks)
        huge = self.file("huge.png", b"\x89PNG\r\n\x1a\n" + data)
        self.fail_with(LIMIT, "10000 x 10000", "encode", "--model", self.model, "--out", self.folder / "t", huge)


class Decode(CommandTest):
    def test_tokens_of_a_run_give_its_images(self):
        tokens = self.folder / "tokens.safetensors"
        self.generate("out", "--prompt", "a", "--count", 3, "--steps", 3, "--save-tokens", tokens)
        result = self.succeed("decode", tokens, "--model", self.model, "--out", self.folder / "decoded", "--json")
        self.assertEqual([pathlib.Path(path).name for path in json.loads(result.stdout)["images"]], ["00000.png", "00001.png", "00002.png"])
        for i in range(3):
            self.assertEqual(Png(self.folder / "decoded" / f"0000{i}.png").samples, Png(self.folder / "out" / f"0000{i}.png").samples)
        self.succeed("decode", tokens, "--model", self.model, "--out", self.folder / "grey", "--grey", "--bit-depth", 16)
        png = Png(self.folder / "grey" / "00002.png")
        self.assertEqual((png.width, png.channels, png.depth), (SIZE, 1, 16))
        digest = json.loads(self.succeed("info", "--model", self.model, "--json").stdout)["sha256"]
        for path in (self.folder / "decoded" / "00001.png", self.folder / "grey" / "00002.png"):
            text = Png(path).text
            self.assertIn("Synthetic", text["Comment"])
            self.assertIn("libraygen", text["Software"])
            made = json.loads(text["raygen"])
            self.assertEqual((made["synthetic"], made["model_sha256"]), (True, digest))

    def test_int64_is_read(self):
        tokens = self.folder / "tokens.safetensors"
        write_safetensors(tokens, "token_ids", "I64", [1, TOKENS], struct.pack(f"<{TOKENS}q", *(i % CODEBOOK for i in range(TOKENS))))
        self.succeed("decode", tokens, "--model", self.model, "--out", self.folder / "out")
        Png(self.folder / "out" / "00000.png")

    def test_tokens_that_do_not_fit(self):
        tokens = self.folder / "tokens.safetensors"

        def refuse(code, message):
            self.fail_with(code, message, "decode", tokens, "--model", self.model, "--out", self.folder / "out")
            self.assertFalse((self.folder / "out").exists())

        refuse(IO, "tokens.safetensors")
        tokens.write_bytes(b"\xff" * 8)
        refuse(FORMAT, "tokens.safetensors")
        write_safetensors(tokens, "other", "I32", [1], bytes(4))
        refuse(FORMAT, "token_ids")
        write_safetensors(tokens, "token_ids", "I32", [1, TOKENS - 1], bytes(4 * TOKENS - 4))
        refuse(FORMAT, f"[images,{TOKENS}]")
        write_safetensors(tokens, "token_ids", "F32", [1, TOKENS], bytes(4 * TOKENS))
        refuse(FORMAT, "int32")
        for bad in (-1, CODEBOOK):
            write_safetensors(tokens, "token_ids", "I32", [1, TOKENS], struct.pack(f"<{TOKENS}i", *([0] * 5 + [bad] + [0] * (TOKENS - 6))))
            refuse(FORMAT, f"token 5 of image 0 is {bad}")


if __name__ == "__main__":
    unittest.main()
