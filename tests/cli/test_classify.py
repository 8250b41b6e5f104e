"""raygen classify: a row an image, from files, folders and tables; features, maps, and what is refused."""

import csv
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import time
import unittest

from command import COMMAND, FORMAT, INTERRUPTED, IO, UNSUPPORTED, USAGE, CommandTest, Png, read_safetensors, rows, run

CLASSIFIER = {
    "classifier": {
        "kind": "densenet", "channels": 1, "classes": ["Edema", "Pleural, Effusion", ""], "thresholds": [0.25, None, None], "calibrated": False,
        "resolution": 32, "resize": "centre_square", "filter": "bilinear", "scale": [2], "shift": [-1], "initial_channels": 8, "growth": 4,
        "bottleneck": 2, "blocks": [2, 2],
    },
}
PAGE = pathlib.Path(__file__).parents[2] / "docs/classifiers.md"
HEADER = ["image", "Edema", "Pleural, Effusion", "Edema_positive"]


class Classify(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.shared / "classifier.json").write_text(json.dumps(CLASSIFIER))
        cls.classifier = cls.shared / "classifier"
        made = run("create-random", "--architecture", cls.shared / "classifier.json", "--out", cls.classifier)
        assert made.returncode == 0, made.stderr
        made = run("phantom", "--count", 4, "--size", 64, "--out", cls.shared / "phantoms")
        assert made.returncode == 0, made.stderr
        cls.images = sorted((cls.shared / "phantoms/images").iterdir())

    def classify(self, *arguments, **options):
        """The rows of the table, and what was printed."""
        table = self.folder / "seen.csv"
        told = self.succeed("classify", "--model", self.classifier, "--out", table, *arguments, **options)
        with open(table, newline="") as file:
            lines = list(csv.reader(file))
        return lines, told.stdout

    def test_a_row_for_each_image(self):
        lines, told = self.classify(*reversed(self.images))
        self.assertEqual(lines[0], HEADER)
        self.assertEqual([line[0] for line in lines[1:]], [str(path) for path in reversed(self.images)])
        for line in lines[1:]:
            self.assertTrue(0 < float(line[1]) < 1 and 0 < float(line[2]) < 1)
            self.assertEqual(line[3], str(int(float(line[1]) >= 0.25)))
        positive = sum(line[3] == "1" for line in lines)
        self.assertIn(f"Edema: {positive} of 4 at or above the threshold", told)
        self.assertIn("4 images", told)

    def test_files_folders_and_tables_are_classified_alike(self):
        alone, _ = self.classify(*self.images)
        numbers = [line[1:] for line in alone]
        of_folder, _ = self.classify(self.shared / "phantoms/images")
        self.assertEqual([line[0] for line in of_folder[1:]], [path.name for path in self.images])
        self.assertEqual([line[1:] for line in of_folder], numbers)
        of_table, _ = self.classify(self.shared / "phantoms/phantoms.csv")
        self.assertEqual([line[0] for line in of_table[1:]], [f"images/{path.name}" for path in self.images])
        self.assertEqual([line[1:] for line in of_table], numbers)
        together, _ = self.classify(*self.images, "--batch-size", 3)
        for a, b in zip(together[1:], alone[1:]):
            self.assertAlmostEqual(float(a[1]), float(b[1]), delta=2e-6)

    def test_what_generate_wrote_is_read_by_its_list(self):
        self.generate("made", "--prompt", "a", "--count", 2, "--steps", 2, "--show-steps")
        lines, _ = self.classify(self.folder / "made")
        self.assertEqual([line[0] for line in lines], ["image", "00000.png", "00001.png"])
        semicolons = self.file("made/list.csv", "prompt;img_savename\na;00001.png\n")
        lines, _ = self.classify(semicolons)
        self.assertEqual([line[0] for line in lines[1:]], ["00001.png"])

    def test_features_and_json(self):
        file = self.folder / "features.safetensors"
        lines, told = self.classify(*self.images, "--features", file, "--json")
        tensors = read_safetensors(file)
        self.assertEqual(tensors["features"][0], [4, 16])
        self.assertEqual(tensors["logits"][0], [4, 3])
        json_ = json.loads(told)
        self.assertEqual(json_["classes"], [{"name": "Edema", "threshold": 0.25}, {"name": "Pleural, Effusion", "threshold": None}])
        self.assertEqual(json_["features_file"], str(file))
        for line, image, logits in zip(lines[1:], json_["images"], rows(tensors["logits"])):
            self.assertEqual(image["image"], line[0])
            self.assertAlmostEqual(image["probabilities"]["Edema"], float(line[1]), delta=1e-6)
            self.assertAlmostEqual(1 / (1 + 2.718281828459045 ** -logits[0]), float(line[1]), delta=1e-6)
            self.assertEqual(image["positive"], ["Edema"] if line[3] == "1" else [])

    def test_maps_of_the_most_probable_class_or_of_one(self):
        maps = self.folder / "maps"
        lines, _ = self.classify(*self.images[:2], "--explain", maps)
        self.assertEqual(lines[0], [*HEADER, "map_class", "map"])
        for i, line in enumerate(lines[1:]):
            self.assertEqual(line[4], HEADER[1] if float(line[1]) > float(line[2]) else HEADER[2])
            self.assertEqual(line[5], str(maps / f"0000{i}_map.png"))
            picture, film = Png(line[5]), Png(line[0])
            self.assertEqual((picture.width, picture.height, picture.channels), (64, 64, 3))
            self.assertEqual(film.channels, 1)
            # What is laid on is yellow to red: blue only falls.
            self.assertTrue(all(a <= b for ours, theirs in zip(picture.samples, film.samples) for a, b in zip(ours[2::3], theirs)))
        other, _ = self.classify(*self.images[:2], "--explain", maps, "--class", "Edema")
        self.assertEqual([line[4] for line in other[1:]], ["Edema", "Edema"])
        self.fail_with(USAGE, "Edema, Pleural, Effusion", "classify", "--model", self.classifier, self.images[0], "--out",
                       self.folder / "x.csv", "--explain", maps, "--class", "Edemas")
        self.fail_with(USAGE, "--explain", "classify", "--model", self.classifier, self.images[0], "--out", self.folder / "x.csv", "--class",
                       "Edema")

    def test_nothing_that_is_read_is_written_over(self):
        table = self.file("list.csv", "path\n00000_map.png\n")
        (self.folder / "00000_map.png").write_bytes(self.images[0].read_bytes())
        before = {path: path.read_bytes() for path in self.folder.iterdir()}
        start = ("classify", "--model", self.classifier, table)
        self.fail_with(USAGE, "list.csv is read", *start, "--out", table)
        self.fail_with(USAGE, "00000_map.png is read", *start, "--out", self.folder / "seen.csv", "--explain", self.folder)
        self.assertEqual({path: path.read_bytes() for path in self.folder.iterdir()}, before)

    def test_what_cannot_be_classified_is_refused_and_nothing_written(self):
        out = self.folder / "seen.csv"

        def refused(code, message, *arguments, model=self.classifier):
            self.fail_with(code, message, "classify", "--model", model, "--out", out, *arguments)
            self.assertFalse(out.exists())

        refused(UNSUPPORTED, "raygen convert --classifier", self.images[0], model=self.model)
        refused(IO, "missing.png", self.images[0], self.folder / "missing.png")
        refused(FORMAT, "text.png", self.file("text.png", "hello"))
        refused(USAGE, "has no images", self.shared)
        (self.folder / "empty").mkdir()
        refused(USAGE, "empty has no images", self.folder / "empty")
        refused(USAGE, "has no images", self.file("header.csv", "path\n"))
        refused(FORMAT, "names the images", self.file("other.csv", "prompt\na\n"))
        refused(FORMAT, "both called", self.file("twice.csv", "path,Path\na,b\n"))
        refused(FORMAT, "line 2: image \"x.png\": there is no such file", self.file("gone.csv", "path\nx.png\n"))
        refused(FORMAT, "leads out", self.file("out.csv", f"path\n../{self.shared.name}/x.png\n"))
        refused(FORMAT, "within the table's folder", self.file("absolute.csv", f"path\n{self.images[0]}\n"))
        (self.folder / "x.png").write_bytes(self.images[0].read_bytes())
        refused(FORMAT, "line 3: 2 fields", self.file("fields.csv", "path\nx.png\na,b\n"))
        refused(IO, "no folder", self.images[0], "--features", self.folder / "nowhere/f.safetensors")

    def test_interrupt(self):
        out = self.folder / "seen.csv"
        many = self.file("many.csv", "path\n" + "x.png\n" * 20000)
        (self.folder / "x.png").write_bytes(self.images[0].read_bytes())
        maps = self.folder / "maps"
        process = subprocess.Popen([COMMAND, "classify", "--model", self.classifier, many, "--out", out, "--explain", maps, "--quiet"],
                                   stderr=subprocess.PIPE, text=True)
        while process.poll() is None and len(list(maps.glob("*.png"))) < 3:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, INTERRUPTED, stderr)
        self.assertFalse(out.exists())
        self.assertEqual([name for name in os.listdir(maps) if name.endswith(".tmp")], [])


class Page(CommandTest):
    def test_the_commands_of_the_page(self):
        """docs/classifiers.md from phantoms to maps, with fewer of them and fewer steps: what is learnt does not matter here."""
        commands = [line for block in re.findall(r"^```\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S) for line in block.splitlines()]
        self.assertEqual(len(commands), 5)
        for line in commands:
            for told, shorter in (("--count 400", "--count 60"), ("loop.steps=200", "loop.steps=4"), ("validate_every=100", "validate_every=4")):
                line = line.replace(told, shorter)
            program, *arguments = shlex.split(line)
            self.assertEqual(program, "raygen")
            self.succeed(*arguments, cwd=self.folder)
        with open(self.folder / "again.csv", newline="") as file:
            seen = list(csv.DictReader(file))
        self.assertEqual(len(seen), 60)
        self.assertIn("Pneumothorax", seen[0])
        self.assertTrue(all((self.folder / row["map"]).exists() and row["map_class"] in row for row in seen))
        self.assertEqual(read_safetensors(self.folder / "features.safetensors")["features"][0][0], 60)


if __name__ == "__main__":
    unittest.main()
