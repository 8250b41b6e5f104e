"""Names of files that are not UTF-8, text that is not, and locales that are not C's."""

import csv
import json
import os
import pathlib
import unittest

from command import FORMAT, IO, USAGE, CommandTest, Png, run

LATIN1 = os.fsdecode(b"caf\xe9")  # what Python makes of bytes that are not UTF-8
LOCALES = pathlib.Path(__file__).resolve().parents[2] / "build/locale"


class Names(CommandTest):
    """The name of a file is bytes. It works everywhere, and stands in what is written as text as "caf\\xe9"."""

    def setUp(self):
        super().setUp()
        self.folder = self.folder / LATIN1
        self.folder.mkdir()

    def json(self, *arguments):
        """What the command prints is UTF-8, whatever the names are."""
        return json.loads(self.succeed(*arguments, "--json", encoding="utf-8").stdout)

    def test_models_and_images(self):
        model, out, image = self.folder / f"{LATIN1}-model", self.folder / f"{LATIN1}-out", self.folder / f"{LATIN1}.png"
        self.succeed("create-random", "--architecture", self.shared / "architecture.json", "--out", model)
        self.assertIn("caf\ufffd", self.json("info", "--model", model)["model"])
        prompts = self.file(f"{LATIN1}.csv", "prompt\neffusion\n")
        made = self.json("generate", "--model", model, "--prompts", prompts, "--out", out, "--steps", 1, "--sheet", "--show-steps",
                         "--save-tokens", self.folder / f"{LATIN1}.tokens", "--save-images", self.folder / f"{LATIN1}.images")
        self.assertTrue(made["images"][0]["file"].endswith("caf\ufffd-out/00000.png"))
        self.assertEqual(Png(out / "00000.png").text["Description"], "effusion")
        (out / "00000.png").rename(image)
        self.json("encode", "--model", model, image, "--out", self.folder / f"{LATIN1}.safetensors")
        self.json("decode", "--model", model, self.folder / f"{LATIN1}.safetensors", "--out", self.folder / f"{LATIN1}-decoded")
        self.json("embed", "--model", model, "--prompt", "a", "--out", self.folder / f"{LATIN1}-embedded.safetensors")
        self.assertTrue(self.json("generate", "--model", model, "--prompts", prompts, "--out", out, "--steps", 1)["images"])

    def test_phantoms_tables_and_their_images(self):
        phantoms, dataset = self.folder / "phantoms", self.folder / f"{LATIN1}-dataset"
        self.json("phantom", "--out", phantoms, "--count", 3, "--size", 64)
        names = [os.fsdecode(name) for name in (b"\xe9.png", b"\xe8.png")]
        for i, name in enumerate(names):
            (phantoms / f"images/P{i:06}.png").rename(phantoms / name)
        table = self.file(f"phantoms/{LATIN1}.csv", b"path,text\n\xe9.png,one\n\xe8.png,two\n\xe7.png,three\n")
        made = self.json("prepare", "table", "--train-csv", table, "--size", 16, "--out", dataset)
        self.assertEqual((made["images"], made["skipped"]), (2, 1))
        with open(dataset / "records.csv", newline="", encoding="utf-8") as file:
            self.assertEqual([row["id"] for row in csv.DictReader(file)], [r"\xe9.png", r"\xe8.png"])
        with open(dataset / "skipped.csv", newline="", encoding="utf-8") as file:
            (skipped,) = csv.DictReader(file)
            self.assertEqual(skipped["path"], r"\xe7.png")
        self.assertEqual(json.loads((dataset / "dataset.json").read_text())["preparation"]["tables"][0]["file"], r"caf\xe9.csv")
        before = {path: path.read_bytes() for path in dataset.rglob("*") if path.is_file()}
        self.json("prepare", "table", "--train-csv", table, "--size", 16, "--out", dataset)
        self.assertEqual({path: path.read_bytes() for path in before}, before)

    def test_a_config(self):
        config = self.file(f"{LATIN1}.yaml", "seed: 5\n")
        self.assertIn("seed: 5 ", self.succeed("train", "--config", config, "--print-config").stdout)
        result = self.fail_with(FORMAT, "caf?.yaml, line 1", "train", "--config", self.file(f"{LATIN1}.yaml", "sead: 5\n"), "--print-config")
        self.assertIn("seed", result.stderr)
        sampling = self.file(f"{LATIN1}.json", '{"steps": 2}')
        self.assertIn("steps: 2 ", self.succeed("generate", "--config", sampling, "--print-config").stdout)

    def test_errors_name_them(self):
        for arguments in (("info", "--model", self.folder / "none"), ("encode", "--model", self.model, self.folder / "none.png", "--out", "x"),
                          ("prepare", "table", "--csv", self.folder / "none.csv", "--out", self.folder / "out"),
                          ("generate", "--model", self.model, "--prompts", self.folder / "none.csv", "--out", self.folder / "out")):
            with self.subTest(arguments[0]):
                result = self.fail_with_json(IO, *arguments)
                self.assertIn("none", result)

    def fail_with_json(self, code, *arguments):
        result = run(*arguments, "--json", encoding="utf-8", errors="surrogateescape")
        self.assertEqual(result.returncode, code, result.stderr)
        result.stdout.encode()  # what is printed is UTF-8
        return json.loads(result.stdout)["error"]["message"]


class Text(CommandTest):
    """A text that is not UTF-8 is refused before anything is done."""

    def test_keys_of_a_training(self):
        phantoms = self.folder / "phantoms"
        for key in ("licence", "out", "data.dataset", "data.train", "vqgan.from", "vqgan.lpips"):
            with self.subTest(key=key):
                result = self.fail_with(USAGE, "is not UTF-8 at byte", "train", "--set", f"{key}={LATIN1}", "--set", f"out={phantoms}")
                self.assertIn("overrides[0]", result.stderr)
        self.fail_with(USAGE, "config is not UTF-8 at byte 9", "train", "--config", self.file("a.yaml", b"licence: \xe9\n"))

    def test_prompts_and_columns(self):
        out = self.folder / "out"
        self.fail_with(USAGE, "the prompt is not UTF-8", "generate", "--model", self.model, "--prompt", LATIN1, "--out", out)
        self.fail_with(USAGE, "is not UTF-8", "generate", "--model", self.model, "--prompt", "a", "--negative-prompt", LATIN1, "--out", out)
        self.fail_with(USAGE, "text_column is not UTF-8 at byte 3 of 4", "prepare", "table", "--csv", self.file("a.csv", "path,text\na.png,b\n"),
                       "--text-column", LATIN1, "--out", out)
        self.assertFalse(out.exists())


class Locales(CommandTest):
    def everything(self, folder, **options):
        """What the command writes as text, with the environment of `options`."""
        self.succeed("phantom", "--out", folder / "phantoms", "--count", 8, "--size", 64, "--seed", 16384, **options)
        table = folder / "phantoms/phantoms.csv"
        header, _, rows = table.read_text().partition("\n")
        table.write_text(header.upper() + "\n" + rows)
        self.succeed("prepare", "table", "--csv", table, "--size", 16, "--val-fraction", "0.5", "--test-fraction", "0", "--out",
                     folder / "dataset", **options)
        keys = ["seed=16384", "threads=1", "device=cpu", "vqgan.enabled=false", "masked_decoder.enabled=false", "text_encoder.hidden=8",
                "text_encoder.layers=1", "text_encoder.heads=1", "text_encoder.loop.steps=2", "text_encoder.loop.batch_size=2",
                "text_encoder.loop.log_every=1", "text_encoder.loop.optimizer.learning_rate=1e-4"]
        keys = [part for key in keys for part in ("--set", key)]
        self.succeed("train", *keys, "--set", f"data.dataset={folder / 'dataset'}", "--set", f"out={folder / 'run'}", **options)
        sampling = ("--steps", "2", "--temperature", "1.25", "--top-k-threshold", "0.125", "--seed", "16384")
        self.succeed("generate", "--model", self.model, "--prompt", "Effusion İI", *sampling, "--out", folder / "images", **options)
        resumed = self.succeed("generate", "--model", self.model, "--prompt", "Effusion İI", *sampling, "--out", folder / "images", "--resume",
                               "--json", **options)
        self.assertTrue(json.loads(resumed.stdout)["images"][0]["skipped"])
        files = ["images/00000.png", "images/images.csv", "dataset/records.csv", "run/text_encoder/weights.safetensors"]
        texts = [(folder / name).read_bytes() for name in files]
        log = (folder / "run/text_encoder/log.csv").read_text().splitlines()
        texts.append([line for line in log if "images_per_second" not in line])
        texts.append(self.succeed("train", *keys, "--print-config", **options).stdout)
        texts.append(self.succeed("generate", "--print-config", *sampling[:6], **options).stdout)
        return texts

    def test_none_changes_what_is_read_or_written(self):
        plain = self.everything(self.folder / "plain", env={**os.environ, "LC_ALL": "C"})
        for name in ("tr_TR.UTF-8", "de_DE.UTF-8"):
            if not (LOCALES / name).exists():
                self.skipTest("scripts/set_up_tests.sh makes the locales")
            with self.subTest(name):
                environment = {**os.environ, "LC_ALL": name, "LOCPATH": str(LOCALES)}
                self.assertEqual(self.everything(self.folder / name, env=environment), plain)


if __name__ == "__main__":
    unittest.main()
