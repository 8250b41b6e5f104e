"""raygen convert: what it prints, and what the model keeps of it."""

import json
import pathlib
import shutil
import struct
import unittest

from command import ARCHITECTURE, FORMAT, IO, OK, USAGE, CommandTest, Png, run


def with_tensor(source, target, name):
    """The file with one more tensor, of one float."""
    data = pathlib.Path(source).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header, values = json.loads(data[8 : 8 + size]), data[8 + size :]
    header[name] = {"dtype": "F32", "shape": [1], "data_offsets": [len(values), len(values) + 4]}
    header = json.dumps(header).encode()
    pathlib.Path(target).write_bytes(struct.pack("<Q", len(header)) + header + values + b"\0" * 4)


class Convert(CommandTest):
    def setUp(self):
        super().setUp()
        sizes = ARCHITECTURE["text_encoder"]
        text = self.folder / "bert"
        text.mkdir()
        shutil.copy(self.model / "text_encoder.safetensors", text / "model.safetensors")
        shutil.copy(self.model / "vocab.txt", text)
        (text / "config.json").write_text(json.dumps({
            "model_type": "bert", "num_attention_heads": sizes["heads"], "hidden_size": sizes["hidden"]}))
        self.decoder = self.folder / "raygen.safetensors"
        shutil.copy(self.model / "decoder.safetensors", self.decoder)
        self.sources = ["--decoder", self.decoder, "--vqgan", self.model / "vqgan.safetensors", "--text-encoder", text]

    def convert(self, *arguments):
        return self.succeed("convert", *self.sources, "--out", self.folder / "model", "--force", *arguments)

    def test_what_was_taken_assumed_and_left_out_is_printed_and_kept(self):
        with_tensor(self.model / "decoder.safetensors", self.decoder, "val_acc.total")
        result = self.convert()
        for line in ("took: The masked decoder: ", "took: The VQ-GAN: ", "took: The text encoder: ", "took: The vocabulary: 128 entries",
                     "assumed: The decoder's number of heads is stated nowhere: 8 was assumed", "left out: raygen.safetensors: 1 tensor called",
                     f"model written to {self.folder / 'model'}"):
            self.assertIn(line, result.stdout)
        for warning in ("8 was assumed", "val_acc"):
            self.assertIn(warning, result.stderr)
        manifest = json.loads((self.folder / "model" / "raygen.json").read_text())["provenance"]
        self.assertIn("8 was assumed", manifest["assumed"][0])
        self.assertIn("val_acc", manifest["left_out"][0])
        self.assertNotIn(str(self.folder), json.dumps(manifest))
        shown = self.succeed("info", "--model", self.folder / "model").stdout
        for sentence in manifest["took"] + manifest["assumed"] + manifest["left_out"]:
            self.assertIn("    " + sentence + "\n", shown)
        printed = json.loads(self.convert("--heads", 2, "--json").stdout)
        self.assertEqual(printed["assumed"], [])
        self.assertIn("The masked decoder has 2 heads: the caller.", printed["took"])
        self.assertEqual(self.convert("--heads", 2, "--quiet").stdout, "")

    def test_unknown_tensors_are_left_out_on_request(self):
        with_tensor(self.model / "decoder.safetensors", self.decoder, "mystery.weight")
        out = ["--out", self.folder / "model", "--heads", 2]
        self.fail_with(FORMAT, "--ignore mystery", "convert", *self.sources, *out)
        result = self.convert("--heads", 2, "--ignore", "mystery", "--ignore", "absent")
        self.assertIn("left out: raygen.safetensors: 1 tensor called 'mystery'… was left out: as --ignore asks.", result.stdout)
        self.assertIn("'absent'", result.stderr)
        self.assertNotEqual(run("convert", *self.sources, *out, "--force", "--ignore", "").returncode, OK)
        self.fail_with(USAGE, "--ignore", "convert", *self.sources, *out, "--ignore")

    def test_stored_in_8_bits(self):
        eight = self.folder / "eight"
        self.succeed("convert", "--model", self.model, "--stored-precision", "int8", "--out", eight)
        self.assertLess((eight / "decoder.safetensors").stat().st_size, (self.model / "decoder.safetensors").stat().st_size)
        for other in ("vqgan.safetensors", "text_encoder.safetensors", "vocab.txt"):
            self.assertEqual((eight / other).read_bytes(), (self.model / other).read_bytes())
        stored = json.loads(self.succeed("info", "--model", eight, "--json").stdout)["provenance"]["stored_anew"]
        self.assertEqual([each["precision"] for each in stored], ["int8"])
        made = []
        for model in (eight, self.model):
            out = self.folder / f"images-{model.name}"
            self.succeed("generate", "--model", model, "--precision", "int8", "--prompt", "Edema.", "--steps", 2, "--out", out)
            made.append(Png(out / "00000.png").samples)
        self.assertEqual(*made)

        self.succeed("convert", "--model", eight, "--stored-precision", "float16", "--out", eight, "--force")  # onto itself
        stored = json.loads(self.succeed("info", "--model", eight, "--json").stdout)["provenance"]["stored_anew"]
        self.assertEqual([each["precision"] for each in stored], ["int8", "float16"])
        self.succeed("convert", "--model", self.model, "--stored-precision", "int8", "--out", eight, "--force")

        self.convert("--heads", 2, "--stored-precision", "int8")
        converted = (self.folder / "model" / "decoder.safetensors").read_bytes()
        self.assertEqual(converted, (eight / "decoder.safetensors").read_bytes())

    def test_what_cannot_be_stored_so(self):
        out = ["--out", self.folder / "model"]
        self.fail_with(USAGE, "--stored-precision", "convert", "--model", self.model, *out)
        self.fail_with(IO, "none", "convert", "--model", self.folder / "none", "--stored-precision", "int8", *out)
        for wrong in (["--model", self.model, "--heads", 2], ["--model", self.model, *self.sources]):
            self.fail_with(USAGE, "model and ", "convert", *wrong, "--stored-precision", "int8", *out)
        self.fail_with(USAGE, "'int4', expected float32, float16, bfloat16, int8", "convert", "--model", self.model, "--stored-precision", "int4", *out)
        self.fail_with(USAGE, "'int4'", "convert", *self.sources, "--stored-precision", "int4", *out)
        self.assertFalse((self.folder / "model").exists())

    def test_a_classifier_alone(self):
        """Any DenseNet's names will do for what the command says; tests/reference has the numbers."""
        stray = self.folder / "stray.safetensors"
        with_tensor(self.model / "vqgan.safetensors", stray, "features.norm5.weight")
        out = ["--out", self.folder / "classifier"]
        self.fail_with(FORMAT, "no other classifiers are known", "convert", "--classifier", stray, *out)
        self.fail_with(USAGE, "--decoder", "convert", *out)
        self.fail_with(USAGE, "--vqgan", "convert", "--decoder", self.decoder, *out)


if __name__ == "__main__":
    unittest.main()
