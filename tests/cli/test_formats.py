"""What earlier versions of libraygen left on a disk is read and gone on with: tests/data/formats/README.md."""

import csv
import gzip
import hashlib
import json
import pathlib
import re
import shutil
import struct
import unittest
import zlib

from command import FORMAT, UNSUPPORTED, USAGE, CommandTest, Png

FORMATS = pathlib.Path(__file__).resolve().parents[1] / "data/formats"
VERSIONS = sorted(path.name for path in FORMATS.iterdir() if path.is_dir() and path.name[0].isdigit())


def edit_json(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def edit_metadata(path, change):
    """Of a safetensors file: `change` gets the strings by name."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    change(header["__metadata__"])
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 8)
    path.write_bytes(struct.pack("<Q", len(packed)) + packed + data[8 + size :])


class Formats(CommandTest):
    """A copy of each version's folders for each test."""

    def copies(self):
        self.assertTrue(VERSIONS)
        for version in VERSIONS:
            with self.subTest(version=version):
                self.of = self.folder / version
                shutil.copytree(FORMATS / version, self.of)
                for packed in self.of.rglob("*.gz"):
                    packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
                    packed.unlink()
                self.settings = json.loads((self.of / "settings.json").read_text())
                yield version


class Bundles(Formats):
    def test_bundles_open_and_generate(self):
        for _ in self.copies():
            for bundle in ("bundle", "bundle_1"):
                if bundle == "bundle_1":
                    shutil.copyfile(FORMATS / "bundle_1/raygen.json", self.of / "bundle/raygen.json")
                out = self.of / f"made_by_{bundle}"
                self.succeed("generate", "--model", self.of / "bundle", "--prompt", "effusion", "--steps", 2, "--out", out)
                self.assertEqual(Png(out / "00000.png").width, 8)

    def test_a_newer_one_is_told(self):
        for _ in self.copies():
            edit_json(self.of / "bundle/raygen.json", lambda manifest: manifest.update(format_version=9))
            result = self.fail_with(UNSUPPORTED, "written by a newer libraygen", "info", "--model", self.of / "bundle")
            self.assertIn("format_version is 9", result.stderr)
            self.assertIn("up to version 2", result.stderr)


class Images(Formats):
    def resumed(self, *arguments):
        """Which of the images were left as they are."""
        before = {path.name: path.read_bytes() for path in (self.of / "images").glob("*.png")}
        result = self.succeed("generate", "--model", self.of / "bundle", "--prompt", self.settings["prompt"], "--count", 2, "--steps", 2,
                              "--temperature", 1, "--out", self.of / "images", "--resume", "--json", *arguments)
        skipped = [image["skipped"] for image in json.loads(result.stdout)["images"]]
        for i, left in enumerate(skipped):
            if left:
                self.assertEqual((self.of / f"images/{i:05}.png").read_bytes(), before[f"{i:05}.png"])
        return skipped

    def edit_settings(self, change):
        """Of the first image. Its text is written anew as one chunk."""
        path = self.of / "images/00000.png"
        data, at, out = path.read_bytes(), 8, [path.read_bytes()[:8]]
        while at < len(data):
            (length,) = struct.unpack(">I", data[at : at + 4])
            kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
            if kind in (b"tEXt", b"iTXt") and body.startswith(b"raygen\0"):
                body = b"raygen\0" + change(Png(path).text["raygen"]).encode("latin-1")
                kind = b"tEXt"
            out.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
            at += 12 + length
        path.write_bytes(b"".join(out))

    def test_images_are_left_as_they_are(self):
        for _ in self.copies():
            self.assertEqual(self.resumed(), [True, True])
            self.assertEqual(self.resumed("--top-k-threshold", 0.5), [False, False])

    def test_images_are_made_again(self):
        for _ in self.copies():
            image = self.of / "images/00001.png"
            self.succeed("generate", "--model", self.of / "bundle", "--like", image, "--out", self.of / "again")
            then, now = (json.loads(Png(path).text["raygen"]) for path in (image, self.of / "again/00001.png"))
            for key in then.keys() - {"generator", "settings_version"}:
                self.assertEqual(now[key], then[key], key)
            self.assertEqual(json.loads(self.succeed("info", image, "--json").stdout)["settings"], then)

    def test_values_are_compared_and_not_their_text(self):
        def change(settings, **values):
            return json.dumps({**json.loads(settings), **values})

        cases = {
            "another order": (lambda text: json.dumps(dict(reversed(json.loads(text).items()))), True),
            "spaces": (lambda text: json.dumps(json.loads(text), indent=1), True),
            "1 for 1.0": (lambda text: text.replace('"temperature":1.0', '"temperature":1'), True),
            "9e-1 for 0.9": (lambda text: text.replace('"top_k_threshold":0.9', '"top_k_threshold":9e-1'), True),
            "another version": (lambda text: change(text, generator="libraygen 0.1.0"), True),
            "before an option was there": (lambda text: re.sub(r'"guidance_scale":[^,]*,', "", text), True),
            "another value": (lambda text: change(text, temperature=1.5), False),
            "an option of somebody else's": (lambda text: change(text, unheard_of=1), False),
            "another prompt": (lambda text: change(text, prompt="Other."), False),
            "no JSON": (lambda text: text[:-1], False),
        }
        for version in self.copies():
            for name, (edit, same) in cases.items():
                with self.subTest(name):
                    shutil.copyfile(FORMATS / version / "images/00000.png", self.of / "images/00000.png")
                    self.edit_settings(edit)
                    self.assertEqual(self.resumed()[0], same)

    def test_settings_of_a_newer_form_are_told(self):
        for _ in self.copies():
            self.edit_settings(lambda text: json.dumps({**json.loads(text), "settings_version": 9}))
            kept = (self.of / "images/00000.png").read_bytes()
            self.fail_with(UNSUPPORTED, "written by a newer libraygen", "generate", "--model", self.of / "bundle", "--prompt",
                           self.settings["prompt"], "--steps", 2, "--temperature", 1, "--out", self.of / "images", "--resume")
            self.assertEqual((self.of / "images/00000.png").read_bytes(), kept)


class Phantoms(Formats):
    def draw(self, *arguments):
        return "phantom", "--out", self.of / "phantoms", "--count", 12, "--size", 64, "--seed", 5, *arguments

    def test_a_folder_is_gone_on_with(self):
        for _ in self.copies():
            before = {path: path.read_bytes() for path in (self.of / "phantoms").rglob("*") if path.is_file()}
            self.succeed(*self.draw("--first", 12))
            self.assertEqual({path: path.read_bytes() for path in before if path.suffix == ".png"},
                             {path: content for path, content in before.items() if path.suffix == ".png"})
            with open(self.of / "phantoms/phantoms.csv", newline="") as file:
                self.assertEqual(len(list(csv.DictReader(file))), 24)

    def test_what_differs_or_is_newer_is_told(self):
        for _ in self.copies():
            file = self.of / "phantoms/phantoms.json"
            result = self.fail_with(USAGE, "choose another folder", "phantom", "--out", self.of / "phantoms", "--count", 1, "--size", 96, "--seed", 5)
            self.assertIn("size was '64', is '96' now", result.stderr)
            edit_json(file, lambda content: content.update(seed=5.0, version=1))
            self.succeed(*self.draw())
            edit_json(file, lambda content: content.update(unheard_of=3))
            self.fail_with(USAGE, "unheard_of was '3', which is not known here", *self.draw())
            edit_json(file, lambda content: content.update(version=9))
            self.fail_with(UNSUPPORTED, "version is 9: written by a newer libraygen", *self.draw())


class Datasets(Formats):
    def prepare(self, out):
        return ("prepare", "table", "--csv", self.of / "phantoms/phantoms.csv", "--size", 8, "--rows-per-shard", 2, "--val-fraction", 0.3,
                "--test-fraction", 0, "--seed", 1, "--out", self.of / out)

    def preparation(self, out, change=lambda preparation: None):
        """Edits what the folder was begun with. It knows the folder of its images by a sum, which is another one in each test."""
        finished = self.of / out / "dataset.json"
        file = finished if finished.exists() else self.of / out / "journal/preparation.json"

        def edit(content):
            preparation = content.get("preparation", content)
            preparation["roots_sha256"] = hashlib.sha256(bytes((self.of / "phantoms").resolve()) + b"\0").hexdigest()
            change(preparation)

        edit_json(file, edit)

    def contents(self, out):
        return {path: path.read_bytes() for path in (self.of / out).rglob("*") if path.is_file()}

    def test_a_finished_one_is_left_as_it_is(self):
        for _ in self.copies():
            self.preparation("dataset")
            before = self.contents("dataset")
            self.succeed(*self.prepare("dataset"))
            self.assertEqual(self.contents("dataset"), before)

    def test_one_under_way_is_gone_on_with(self):
        for _ in self.copies():
            self.preparation("dataset_under_way")
            shards = {path: content for path, content in self.contents("dataset_under_way").items() if path.suffix == ".safetensors"}
            self.assertEqual(len(shards), 4)
            self.succeed(*self.prepare("dataset_under_way"))
            after = self.contents("dataset_under_way")
            self.assertEqual({path: after[path] for path in shards}, shards)
            self.assertEqual((self.of / "dataset_under_way/records.csv").read_bytes(), (self.of / "dataset/records.csv").read_bytes())

    def test_values_are_compared(self):
        def older(preparation):  # than an option of the table, and than one of every dataset
            del preparation["columns"]["view"]
            del preparation["rows_per_shard"]

        for version in self.copies():
            arguments = self.prepare("dataset_under_way")
            self.preparation("dataset_under_way", lambda preparation: preparation.update(seed=1.0, test_fraction=0))
            result = self.fail_with(USAGE, "begun otherwise: val_fraction was '0.3', is '0.2' now", *arguments[:9], "0.2", *arguments[10:])
            self.assertNotIn("seed", result.stderr)
            self.preparation("dataset_under_way", older)
            result = self.fail_with(USAGE, "rows_per_shard was '512', is '2' now", *arguments)
            self.assertNotIn("columns", result.stderr)
            self.preparation("dataset_under_way", lambda preparation: preparation.update(rows_per_shard=2, unheard_of="x"))
            self.fail_with(USAGE, "unheard_of was '\"x\"', which is not known here", *arguments)
            self.preparation("dataset_under_way", lambda preparation: preparation.pop("unheard_of"))
            self.succeed(*arguments)

    def test_a_newer_one_is_told(self):
        for _ in self.copies():
            self.preparation("dataset")
            edit_json(self.of / "dataset/dataset.json", lambda manifest: manifest.update(version=9))
            self.fail_with(UNSUPPORTED, "version is 9: written by a newer libraygen", *self.prepare("dataset"))
            journal = self.of / "dataset_under_way/journal/preparation.json"
            preparation = json.loads(journal.read_text())
            journal.write_text(json.dumps({"format": "raygen-dataset-journal", "version": 9, "preparation": preparation}))
            self.fail_with(UNSUPPORTED, "version is 9: written by a newer libraygen", *self.prepare("dataset_under_way"))


class Trainings(Formats):
    RUNS = {"text_run": "text_encoder", "decoder_run": "masked_decoder"}

    def checkpoint(self, run):
        return self.of / run / self.RUNS[run] / "last.safetensors"

    def step(self, run):
        steps = []
        edit_metadata(self.checkpoint(run), lambda values: steps.append(int(values["step"])))
        return steps[0]

    def arguments(self, run, *more):
        stage, bundle = self.RUNS[run], self.of / "bundle"
        keys = [*self.settings[run], f"{stage}.loop.steps={self.step(run) + 2}", f"data.dataset={self.of / 'dataset'}", f"out={self.of / run}"]
        if stage == "masked_decoder":
            keys += [f"vqgan.from={bundle}", f"text_encoder.from={bundle}"]
        return ["train", *(part for key in [*keys, *more] for part in ("--set", key))]

    def edit(self, run, change):
        """The settings as text, in the form that this version keeps them."""
        edit_metadata(self.checkpoint(run), lambda values: values.update(settings=change(values["settings"])))

    def test_runs_go_on(self):
        for _ in self.copies():
            for run, stage in self.RUNS.items():
                begun = self.step(run)
                result = self.succeed(*self.arguments(run))
                self.assertRegex(result.stderr, f"{stage} {begun}/{begun + 2} .*resumed")
                self.assertEqual(self.step(run), begun + 2)
                with open(self.of / run / stage / "log.csv", newline="") as file:
                    steps = [int(row["step"]) for row in csv.DictReader(file) if row["metric"] == "train/loss"]
                self.assertEqual(steps, list(range(1, begun + 3)))
                self.succeed(*self.arguments(run))  # from what this version has written
            self.succeed("info", "--model", self.of / "decoder_run/model")

    def test_comments_order_and_how_numbers_are_written_do_not_matter(self):
        for _ in self.copies():
            for run, stage in self.RUNS.items():
                form = "comments"
                if self.checkpoint(run).read_bytes().find(b"# Settings of") < 0:
                    form = "JSON"
                    self.edit(run, lambda text: json.dumps(json.loads(text), indent=3, sort_keys=True).replace("0.0001", "1e-4"))
                else:
                    def reword(text):
                        text = re.sub(r"#.*", "# said otherwise", text)
                        lines = text.replace(" 0.0001", " 1E-4").replace("1e-05", "0.00001").replace("weight: 1 ", "weight: 1.0 ").splitlines()
                        seed = next(i for i, line in enumerate(lines) if line.startswith("seed:"))
                        return "\n".join([*lines[:seed], *lines[seed + 1 :], lines[seed]]) + "\n"

                    self.edit(run, reword)
                with self.subTest(run=run, form=form):
                    self.assertIn("resumed", self.succeed(*self.arguments(run)).stderr)

    def without(self, text, name):
        if text.startswith("{"):
            content = json.loads(text)

            def remove(section):
                section.pop(name, None)
                for value in section.values():
                    if isinstance(value, dict):
                        remove(value)

            remove(content)
            return json.dumps(content)
        return re.sub(rf"(?m)^ *{name}:.*\n", "", text)

    def test_a_key_that_was_not_there_yet_has_its_default(self):
        for _ in self.copies():
            for run, key in (("text_run", "mask_probability"), ("decoder_run", "label_smoothing")):
                self.edit(run, lambda text: self.without(text, key))
                stage = self.RUNS[run]
                result = self.fail_with(USAGE, "begun with other settings", *self.arguments(run, f"{stage}.{key}=0.25"))
                self.assertRegex(result.stderr, rf"{stage}\.{key} was 0\.1\d*, is 0\.25 now")
                self.assertIn("resumed", self.succeed(*self.arguments(run)).stderr)

    def test_a_key_that_is_not_known_here_is_named(self):
        for version in self.copies():
            for run, stage in self.RUNS.items():
                whole = self.checkpoint(run).read_bytes()

                def add(text, to=stage):
                    if not text.startswith("{"):
                        return re.sub(rf"(?m)^({to}:.*)$", r"\1\n  unheard_of: 3  # of tomorrow", text, count=1)
                    content = json.loads(text)
                    content["config"].setdefault(to, {})["unheard_of"] = 3
                    return json.dumps(content)

                self.edit(run, add)
                self.fail_with(UNSUPPORTED, f"{stage}.unheard_of = '3'", *self.arguments(run))
                self.checkpoint(run).write_bytes(whole)
                self.edit(run, lambda text: add(text, "vqgan"))  # another stage's
                self.succeed(*self.arguments(run))

    def test_a_real_difference_is_named_with_both_values(self):
        for _ in self.copies():
            for run, stage in self.RUNS.items():
                result = self.fail_with(USAGE, "begun with other settings", *self.arguments(run, f"{stage}.loop.batch_size=4", "seed=4"))
                self.assertIn("seed was 3, is 4 now", result.stderr)
                self.assertIn(f"{stage}.loop.batch_size was 2, is 4 now", result.stderr)
            shutil.copyfile(self.of / "dataset/records.csv", self.of / "records")
            (self.of / "dataset/records.csv").write_bytes((self.of / "records").read_bytes().replace(b"\n", b"\r\n"))
            self.assertIn("records was ", self.fail_with(USAGE, "begun with other settings", *self.arguments("text_run")).stderr)

    def test_a_newer_one_is_told(self):
        for _ in self.copies():
            edit_metadata(self.checkpoint("text_run"), lambda values: values.update(format_version="9"))
            self.fail_with(UNSUPPORTED, "format_version is 9: written by a newer libraygen", *self.arguments("text_run"))
            edit_metadata(self.checkpoint("text_run"), lambda values: values.update(format_version="x"))
            self.fail_with(FORMAT, "format_version", *self.arguments("text_run"))


if __name__ == "__main__":
    unittest.main()
