"""An image made again: raygen generate --like, raygen info IMAGE, and the sidecar."""

import json
import struct
import unittest
import zlib

from command import FORMAT, IO, SIZE, UNSUPPORTED, USAGE, CommandTest, Png, run


def with_settings(path, change):
    """The PNG with changed settings, or with none when `change` returns None."""
    data, at, out = path.read_bytes(), 8, [path.read_bytes()[:8]]
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"iTXt") and body.startswith(b"raygen\0"):
            text = change(json.loads(Png(path).text["raygen"]))
            if text is None:
                continue
            kind, body = b"tEXt", b"raygen\0" + text.encode("latin-1")
        out.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(out)


class Like(CommandTest):
    def original(self, *arguments):
        """Image 12 of a run with settings of its own."""
        self.generate("first", "--prompt", "Größe: \"½\"", "--seed", 9, "--first-image", 12, "--steps", 3, "--temperature", 1.3,
                      "--position-choice", "random", *arguments)
        return self.folder / "first/00012.png"

    def like(self, image, *arguments):
        return self.generate("again", "--like", image, *arguments)

    def changed(self, image, **values):
        return self.file("changed.png", with_settings(image, lambda settings: json.dumps({**settings, **values})))

    def test_the_file_is_made_again(self):
        for arguments in ((), ("--grey",), ("--bit-depth", 16), ("--grey", "--bit-depth", 16), ("--guidance-scale", 2),
                          ("--precision", "int8")):
            with self.subTest(arguments=arguments):
                image = self.original(*arguments)
                result = self.like(image)
                self.assertEqual((self.folder / "again/00012.png").read_bytes(), image.read_bytes())
                self.assertEqual(result.stderr, "")
        self.assertEqual(sorted(path.name for path in (self.folder / "again").iterdir()), ["00012.png", "images.csv"])

    def test_what_else_is_said_wins(self):
        image = self.original()
        cases = {
            "seed": (("--seed", 10), {"seed": 10}),
            "option": (("--steps", 2), {"steps": 2}),
            "set": (("--set", "steps=2"), {"steps": 2}),
            "config": (("--config", self.file("c.yaml", "steps: 2\n")), {"steps": 2}),
            "preset": (("--preset", "raygen"), {"steps": 18, "temperature": 1.0, "position_choice": "confidence"}),
        }
        settings = json.loads(Png(image).text["raygen"])
        for name, (arguments, values) in cases.items():
            with self.subTest(name):
                self.like(image, *arguments)
                self.assertEqual(json.loads(Png(self.folder / "again/00012.png").text["raygen"]), {**settings, **values})
        self.like(image, "--first-image", 3, "--count", 2, "--bit-depth", 16)
        self.assertEqual(Png(self.folder / "again/00004.png").depth, 16)
        printed = self.succeed("generate", "--like", image, "--temperature", 2, "--print-config").stdout
        self.assertIn("steps: 3", printed)
        self.assertIn("temperature: 2", printed)

    def test_of_a_batch_each_is_made_again_alone(self):
        self.generate("many", "--prompt", "a", "--prompt", "b", "--count", 2, "--steps", 2, "--batch-size", 3)
        for i in range(4):
            self.like(self.folder / f"many/{i:05}.png", "--resume")
            self.assertEqual((self.folder / f"again/{i:05}.png").read_bytes(), (self.folder / f"many/{i:05}.png").read_bytes())

    def test_another_model(self):
        image = self.original()
        other = self.shared / "other"
        if not other.exists():
            self.succeed("create-random", "--architecture", self.shared / "architecture.json", "--seed", 5, "--out", other)
        digests = [json.loads(self.succeed("info", "--model", model, "--json").stdout)["sha256"] for model in (self.model, other)]
        arguments = ("generate", "--model", other, "--like", image, "--out", self.folder / "other")
        result = self.fail_with(USAGE, "--any-model", *arguments)
        for words in (str(image), *digests):
            self.assertIn(words, result.stderr)
        self.assertFalse((self.folder / "other").exists())
        result = self.succeed(*arguments, "--any-model")
        self.assertIn("warning", result.stderr)
        self.assertIn(digests[0], result.stderr)
        self.assertNotEqual(Png(self.folder / "other/00012.png").samples, Png(image).samples)

    def test_another_version_precision_or_device_is_a_warning(self):
        image = self.original()
        for values, words in (({"generator": "libraygen 0.0.1"}, "libraygen 0.0.1"), ({"device": "cuda"}, "'cuda'")):
            result = self.like(self.changed(image, **values), "--device", "cpu")
            self.assertIn("raygen: warning: ", result.stderr)
            self.assertIn(words, result.stderr)
            self.assertEqual(Png(self.folder / "again/00012.png").samples, Png(image).samples)
        result = self.like(self.changed(image, precision="bfloat16"), "--precision", "float32")
        self.assertIn("bfloat16", result.stderr)
        # What the command leaves open is as the image was made, also where this processor cannot do it.
        result = run("generate", "--model", self.model, "--out", self.folder / "o", "--like", self.changed(image, precision="bfloat16"), "--json")
        if result.returncode == UNSUPPORTED:
            self.assertIn("bfloat16 was asked for", result.stderr)
        else:
            self.assertEqual((json.loads(result.stdout)["precision"], json.loads(result.stdout)["device"]), ("bfloat16", "cpu"))

    def test_what_cannot_be_made_again(self):
        image = self.original()
        arguments = ("generate", "--model", self.folder / "none", "--out", self.folder / "o", "--like")
        cases = (
            (UNSUPPORTED, "start_tokens_sha256", self.changed, {"start_tokens_sha256": "00"}),
            (UNSUPPORTED, "settings_version is 9", self.changed, {"settings_version": 9}),
            (UNSUPPORTED, "unknown key 'of_tomorrow': the image was made by 'libraygen 9.1.0'", self.changed,
             {"of_tomorrow": 1, "generator": "libraygen 9.1.0"}),
            (FORMAT, "steps is", self.changed, {"steps": 0}),
        )
        for code, message, make, values in cases:
            with self.subTest(message):
                result = self.fail_with(code, message, *arguments, make(image, **values))
                self.assertIn("changed.png", result.stderr)
        bare = self.file("bare.png", with_settings(image, lambda settings: None))
        self.fail_with(FORMAT, "bare.png: settings: the image carries none", *arguments, bare)
        self.fail_with(FORMAT, "settings", *arguments, self.file("cut.png", with_settings(image, lambda settings: "{")))
        self.fail_with(IO, "none.png", *arguments, self.folder / "none.png")
        self.fail_with(FORMAT, "text.png", *arguments, self.file("text.png", "no image"))
        tokens = self.folder / "t.safetensors"
        self.generate("tokens", "--prompt", "a", "--steps", 1, "--save-tokens", tokens)
        self.succeed("decode", tokens, "--model", self.model, "--out", self.folder / "decoded")
        self.fail_with(UNSUPPORTED, "decoded from tokens", *arguments, self.folder / "decoded/00000.png")

    def test_not_with_other_prompts(self):
        image = self.original()
        for other in (("--prompt", "a"), ("--prompts", image), ("--classes", image)):
            self.fail_with(USAGE, "--like", "generate", "--model", self.model, "--out", self.folder / "o", "--like", image, *other)
        self.fail_with(USAGE, "--like", "generate", "--model", self.model, "--out", self.folder / "o", "--prompt", "a", "--any-model")


class Info(CommandTest):
    def test_an_image_tells_what_made_it(self):
        self.generate("out", "--prompt", "effusion", "--seed", 9, "--steps", 3, "--grey", "--bit-depth", 16)
        image = self.folder / "out/00000.png"
        told = json.loads(self.succeed("info", image, "--json").stdout)
        self.assertEqual(told["settings"], json.loads(Png(image).text["raygen"]))
        self.assertEqual(told["image"], {"width": SIZE, "height": SIZE, "channels": 1, "bit_depth": 16})
        self.assertEqual(told["file"], str(image))
        printed = self.succeed("info", image).stdout
        for words in ("prompt: effusion", "seed: 9", "steps: 3", "bit_depth: 16", "synthetic: true", "model_sha256: ", "generator: libraygen"):
            self.assertIn(words, printed)

    def test_an_image_without_settings_is_told(self):
        self.generate("out", "--prompt", "effusion", "--steps", 1)
        bare = self.file("bare.png", with_settings(self.folder / "out/00000.png", lambda settings: None))
        self.fail_with(FORMAT, "bare.png: the image carries no settings of libraygen", "info", bare)
        self.fail_with(FORMAT, "no JSON object", "info", self.file("cut.png", with_settings(self.folder / "out/00000.png", lambda s: "[")))
        result = run("info", bare, "--json")
        self.assertEqual(json.loads(result.stdout)["error"]["exit_code"], FORMAT)
        self.fail_with(IO, "none.png", "info", self.folder / "none.png")
        self.fail_with(USAGE, "--model", "info", bare, "--model", self.model)


class Sidecar(CommandTest):
    def test_settings_lie_beside_each_image(self):
        arguments = ("--prompt", "a", "--prompt", "b", "--steps", 1, "--sidecar")
        self.generate("out", *arguments)
        files = [self.folder / f"out/0000{i}.json" for i in range(2)]
        for path in files:
            self.assertEqual(json.loads(path.read_text()), json.loads(Png(path.with_suffix(".png")).text["raygen"]))
        self.assertFalse(list(self.folder.rglob("*.tmp")))
        # Of images that are there they are written, too; one that says the same is left as it is.
        files[0].unlink()
        files[1].write_text("{}")
        pictures = [path.with_suffix(".png").stat() for path in files]
        self.generate("out", *arguments, "--resume")
        self.assertEqual([path.with_suffix(".png").stat().st_ino for path in files], [each.st_ino for each in pictures])
        for path in files:
            self.assertEqual(json.loads(path.read_text()), json.loads(Png(path.with_suffix(".png")).text["raygen"]))
        before = files[0].stat().st_ino
        self.generate("out", *arguments, "--resume")
        self.assertEqual(files[0].stat().st_ino, before)


if __name__ == "__main__":
    unittest.main()
