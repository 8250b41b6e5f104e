"""raygen generate: what it writes, that an image is its seed's and index's alone, and that nothing is half done."""

import base64
import json
import os
import pathlib
import unittest
from xml.etree import ElementTree

from command import IO, LIMIT, SIZE, TOKENS, UNSUPPORTED, USAGE, CommandTest, Png, read_safetensors, rows, run

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "models/phantom-128"
TEN = [argument for i in range(10) for argument in ("--prompt", f"finding number {i}")]


class Output(CommandTest):
    def test_images_carry_what_made_them(self):
        self.generate("out", "--prompt", "Größe ½", "--prompt", "胸部", "--seed", 3, "--steps", 4, "--temperature", 1.3,
                      "--top-k-threshold", 0.5)
        for i, prompt in enumerate(("Größe ½", "胸部")):
            png = Png(self.folder / "out" / f"{i:05}.png")
            self.assertEqual((png.width, png.height, png.channels, png.depth), (SIZE, SIZE, 3, 8))
            self.assertEqual(png.text["Description"], prompt)
            settings = json.loads(png.text["raygen"])
            self.assertEqual((settings["seed"], settings["image"], settings["steps"]), (3, i, 4))
            self.assertEqual((settings["temperature"], settings["top_k_threshold"], settings["prompt"]), (1.3, 0.5, prompt))

    def test_json(self):
        result = self.generate("out", "--prompt", "a", "--count", 2, "--seed", 9, "--steps", 2, "--json",
                               "--save-tokens", self.folder / "t.safetensors")
        output = json.loads(result.stdout)
        self.assertEqual([image["file"] for image in output["images"]], [str(self.folder / "out" / f"0000{i}.png") for i in range(2)])
        self.assertEqual([(image["prompt"], image["seed"], image["image"]) for image in output["images"]], [("a", 9, 0), ("a", 9, 1)])
        self.assertEqual(output["tokens_file"], str(self.folder / "t.safetensors"))
        self.assertEqual((output["device"], output["precision"], output["settings"]["steps"]), ("cpu", "float32", 2))
        self.assertGreater(output["timing"]["image_s"], 0)
        self.assertEqual(result.stderr, "")

    def test_quiet_says_nothing_and_no_bar_without_a_terminal(self):
        result = self.generate("out", "--prompt", "a", "--steps", 1, "--quiet")
        self.assertEqual((result.stdout, result.stderr), ("", ""))
        self.assertEqual(self.generate("out", "--prompt", "a", "--steps", 1).stderr, "")

    def test_grey_16_bits_and_pixels(self):
        self.generate("rgb", "--prompt", "a", "--bit-depth", 16, "--save-images", self.folder / "rgb.safetensors")
        self.generate("grey", "--prompt", "a", "--bit-depth", 16, "--grey", "--save-images", self.folder / "grey.safetensors")
        rgb, grey = Png(self.folder / "rgb" / "00000.png"), Png(self.folder / "grey" / "00000.png")
        self.assertEqual((rgb.channels, rgb.depth, grey.channels, grey.depth), (3, 16, 1, 16))
        shape, pixels = read_safetensors(self.folder / "rgb.safetensors")["images"]
        self.assertEqual(shape, [1, 3, SIZE, SIZE])
        self.assertEqual(read_safetensors(self.folder / "grey.safetensors")["images"][0], [1, 1, SIZE, SIZE])
        self.assertGreater(max(pixels) - min(pixels), 0.1)
        for y in range(SIZE):
            for x in range(SIZE):
                values = [pixels[(c * SIZE + y) * SIZE + x] for c in range(3)]
                self.assertEqual(rgb.samples[y][3 * x : 3 * x + 3], [int(v * 65535 + 0.5) for v in values])
                self.assertAlmostEqual(grey.samples[y][x], sum(values) / 3 * 65535, delta=1)

    def test_a_sheet_of_all_images_with_their_prompts(self):
        self.generate("out", "--prompt", "a < b & <c>, with words enough for more than one line", "--prompt", "胸部", "--steps", 1, "--sheet")
        root = ElementTree.parse(self.folder / "out/sheet.svg").getroot()
        space = "{http://www.w3.org/2000/svg}"
        pictures = [base64.b64decode(image.get("href").split(",")[1]) for image in root.iter(f"{space}image")]
        self.assertEqual(pictures, [(self.folder / f"out/0000{i}.png").read_bytes() for i in range(2)])
        self.assertEqual(" ".join(text.text for text in root.iter(f"{space}text")),
                         "a < b & <c>, with words enough for more than one line 胸部")
        self.fail_with(LIMIT, "401 images", "generate", "--model", self.model, "--out", self.folder / "many", "--prompt", "a", "--count", 401,
                       "--sheet")
        self.assertFalse((self.folder / "many").exists())

    def test_steps_side_by_side(self):
        steps = 4
        self.generate("out", *TEN[:6], "--steps", steps, "--show-steps", "--batch-size", 2)
        for i in range(3):
            image, picture = Png(self.folder / "out" / f"{i:05}.png"), Png(self.folder / "out" / f"{i:05}_steps.png")
            self.assertEqual((picture.width, picture.height, picture.channels), (steps * SIZE, SIZE, 3))
            parts = [[line[3 * SIZE * s : 3 * SIZE * (s + 1)] for line in picture.samples] for s in range(steps)]
            self.assertEqual(parts[-1], image.samples)
            self.assertNotEqual(parts[0], parts[-1])

    def test_steps_in_grey(self):
        self.generate("out", "--prompt", "a", "--steps", 2, "--show-steps", "--grey")
        self.assertEqual(Png(self.folder / "out" / "00000_steps.png").channels, 1)


class Reproducible(CommandTest):
    def tokens(self, name, *arguments):
        file = self.folder / f"{name}.safetensors"
        self.generate(name, "--seed", 7, "--steps", 6, "--save-tokens", file, *arguments)
        tensor = read_safetensors(file)["token_ids"]
        self.assertEqual(tensor[0][1], TOKENS)
        return rows(tensor)

    def test_batch_size_threads_and_company_change_nothing(self):
        reference = self.tokens("reference", *TEN, "--batch-size", 1, "--threads", 1)
        self.assertEqual(len(reference), 10)
        self.assertEqual(len({tuple(row) for row in reference}), 10)
        for batch_size in (1, 3, 8):
            for threads in (1, 2):
                with self.subTest(batch_size=batch_size, threads=threads):
                    name = f"b{batch_size}t{threads}"
                    self.assertEqual(self.tokens(name, *TEN, "--batch-size", batch_size, "--threads", threads), reference)
                    for i in range(10):
                        ours, theirs = (self.folder / folder / f"{i:05}.png" for folder in (name, "reference"))
                        self.assertEqual(ours.read_bytes(), theirs.read_bytes())
        self.assertEqual(self.tokens("alone", *TEN[10:12], "--first-image", 5), [reference[5]])

    def test_the_shipped_model_makes_the_same_pixels_with_any_number_of_threads(self):
        def pixels(precision, threads, batch_size):
            file = self.folder / f"{precision}-{threads}-{batch_size}.safetensors"
            done = run("generate", "--model", SHIPPED, "--prompt", "Moderate left pleural effusion.", "--steps", 8, "--count", 3, "--precision", precision,
                       "--threads", threads, "--batch-size", batch_size, "--out", file.with_suffix(""), "--save-images", file, "--quiet")
            return None if precision == "bfloat16" and done.returncode == UNSUPPORTED else (done.returncode, file.read_bytes())

        for precision in ("float32", "bfloat16", "int8"):
            reference = pixels(precision, 1, 1)
            for threads, batch_size in ((2, 1), (2, 3), (3, 3), (5, 2)):
                with self.subTest(precision=precision, threads=threads, batch_size=batch_size):
                    self.assertEqual(pixels(precision, threads, batch_size), reference)

    def test_several_images_a_prompt(self):
        reference = self.tokens("reference", *TEN[:4], "--count", 5)
        self.assertEqual(len({tuple(row) for row in reference}), 10)
        for batch_size in (2, 3, 7):
            self.assertEqual(self.tokens(f"b{batch_size}", *TEN[:4], "--count", 5, "--batch-size", batch_size), reference)
        self.assertEqual(self.tokens("last", *TEN[2:4], "--count", 5, "--first-image", 5), reference[5:])

    def test_the_seed_matters(self):
        self.generate("a", "--prompt", "a", "--seed", 1)
        self.generate("b", "--prompt", "a", "--seed", 2)
        self.assertNotEqual(Png(self.folder / "a" / "00000.png").samples, Png(self.folder / "b" / "00000.png").samples)


class Resume(CommandTest):
    def skipped(self, *arguments):
        result = self.generate("out", *TEN[:6], "--steps", 2, "--resume", "--json", *arguments)
        return [image["skipped"] for image in json.loads(result.stdout)["images"]]

    def test_only_what_is_missing_or_different_is_made(self):
        self.assertEqual(self.skipped(), [False] * 3)
        whole = {path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}
        self.assertEqual(self.skipped("--batch-size", 3), [True] * 3)
        (self.folder / "out" / "00001.png").unlink()
        self.assertEqual(self.skipped(), [True, False, True])
        (self.folder / "out" / "00002.png").write_bytes(whole["00002.png"][:-20])
        self.assertEqual(self.skipped(), [True, True, False])
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}, whole)
        self.assertEqual(self.skipped("--seed", 1), [False] * 3)
        self.assertEqual(self.skipped("--seed", 1, "--bit-depth", 16), [False] * 3)
        self.assertEqual(self.skipped("--seed", 1, "--bit-depth", 16, "--grey"), [False] * 3)
        self.assertEqual(self.skipped("--seed", 1, "--bit-depth", 16, "--grey", "--show-steps"), [False] * 3)
        self.assertEqual(self.skipped("--seed", 1, "--bit-depth", 16, "--grey", "--show-steps"), [True] * 3)

    def test_not_with_tensors_of_all_images(self):
        self.fail_with(USAGE, "--resume", "generate", "--model", self.model, "--prompt", "a", "--out", self.folder / "out", "--resume",
                       "--save-tokens", self.folder / "t.safetensors")


class Unwritable(CommandTest):
    def refuse(self, code, message, *arguments):
        before = sorted(self.folder.rglob("*"))
        self.fail_with(code, message, "generate", "--model", self.model, "--prompt", "a", "--steps", 1, *arguments)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_outputs_are_checked_before_anything_is_written(self):
        file = self.file("file", "")
        out = self.folder / "out"
        self.refuse(IO, str(file), "--out", file)
        self.refuse(IO, str(file), "--out", file / "below")
        self.refuse(IO, "no folder", "--out", out, "--save-tokens", self.folder / "none" / "t.safetensors")
        self.refuse(IO, "is a folder", "--out", out, "--save-images", self.folder)
        self.refuse(LIMIT, "--save-images", "--out", out, "--save-images", self.folder / "i.safetensors", "--count", 1000000000)

    def test_tensors_into_the_folder_that_is_made(self):
        out = self.folder / "out"
        self.generate("out", "--prompt", "a", "--steps", 1, "--save-tokens", out / "t.safetensors")
        self.assertTrue((out / "t.safetensors").exists())
        self.refuse(USAGE, "the path is empty", "--out", self.folder / "other", "--save-tokens", "")

    def test_a_link_is_followed(self):
        out, elsewhere = self.folder / "out", self.file("elsewhere.csv", "")
        out.mkdir()
        (out / "images.csv").symlink_to(elsewhere)
        self.generate("out", "--prompt", "a", "--steps", 1)
        self.assertTrue((out / "images.csv").is_symlink())
        self.assertIn("prompt,img_savename", elsewhere.read_text())

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_without_permission(self):
        locked = self.folder / "locked"
        locked.mkdir(mode=0o500)
        self.refuse(IO, "locked", "--out", locked)
        self.refuse(IO, "locked", "--out", locked / "below")


if __name__ == "__main__":
    unittest.main()
