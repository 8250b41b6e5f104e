"""evaluate and label: a report on phantoms, a planted leak, mirror images, and what cannot be compared."""

import csv
import json
import pathlib
import unittest

from command import FORMAT, IO, LIMIT, USAGE, CommandTest, Png

REPORTS = {"report.html", "metrics.json", "table.csv"}
CLASSIFIER = pathlib.Path(__file__).parents[2] / "models" / "phantom-128-classifier"


class Phantoms(CommandTest):
    """Phantoms are the real images and, of another seed, the synthetic ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from command import run

        for name, seed, count in (("real", 1, 120), ("synthetic", 2, 60)):
            assert run("phantom", "--count", count, "--seed", seed, "--size", 64, "--out", cls.shared / name).returncode == 0
        made = run("prepare", "table", "--csv", cls.shared / "real/phantoms.csv", "--size", 16, "--test-fraction", 0.5, "--out",
                   cls.shared / "dataset")
        assert made.returncode == 0, made.stderr


class Evaluate(Phantoms):
    def evaluate(self, synthetic, *arguments):
        out = self.folder / "report"
        told = self.succeed("evaluate", "--real", self.shared / "dataset", "--synthetic", synthetic, "--model", self.model, "--out", out,
                            "--json", *arguments)
        return out, json.loads(told.stdout)

    def test_a_report_has_every_number_and_its_floor(self):
        out, metrics = self.evaluate(self.shared / "synthetic/phantoms.csv")
        self.assertLessEqual(REPORTS, {path.name for path in out.iterdir()})
        self.assertEqual(json.loads((out / "metrics.json").read_text()), metrics)
        measures = {key: measure for section in metrics["sections"].values() for key, measure in section["measures"].items()}
        for key in ("fid_vqgan", "kid_vqgan", "coverage_vqgan", "vendi_vqgan"):
            self.assertIsNotNone(measures[key]["value"])
            self.assertIsNotNone(measures[key]["floor"]["value"])
            self.assertIn("VQ-GAN", measures[key]["features"])
        self.assertEqual(measures["too_near"]["verdict"], "none")  # so few held-out images would not show one copy in twenty
        self.assertIn("one copy in twenty", measures["too_near"]["sentence"])
        self.assertIsNotNone(measures["dcr_share_vqgan"]["value"])
        self.assertIn("Without a verdict: ", metrics["conclusion"])
        # Some of the phantoms have the same report; the real images, of 16 pixels, are too small to compare with.
        self.assertEqual(measures["ms_ssim_within_prompt"]["verdict"], "none")
        self.assertTrue(0 < measures["ms_ssim_within_prompt"]["value"] < 1)
        self.assertTrue(any("64 × 64" in warning for warning in metrics["warnings"]))
        with open(out / "table.csv", newline="") as file:
            self.assertEqual(len(list(csv.DictReader(file))), len(measures))
        page = (out / "report.html").read_text()
        self.assertNotIn("http:", page.replace("http://www.w3.org", ""))
        self.assertIn(metrics["conclusion"], page)

    def test_training_images_among_the_synthetic_are_bad(self):
        leak = self.folder / "leak.csv"
        with open(self.shared / "dataset/records.csv", newline="") as file:
            trained = [row["id"] for row in csv.DictReader(file) if row["split"] == "train"]
        images = self.shared / "real/images"
        with open(leak, "w", newline="") as file:
            csv.writer(file).writerows([["prompt", "img_savename"], *(["x", f"images/{name.split('/')[-1]}"] for name in trained[:30])])
        (self.folder / "images").symlink_to(images)
        # The link leads out of the table's folder.
        self.fail_with(FORMAT, "leads out", "evaluate", "--real", self.shared / "dataset", "--synthetic", leak, "--model", self.model, "--out",
                       self.folder / "x")
        (self.folder / "images").unlink()
        leak = leak.rename(self.shared / "real/leak.csv")
        _, metrics = self.evaluate(leak)
        self.assertEqual(metrics["verdict"], "bad")

    def test_a_second_run_reads_the_features_of_the_first(self):
        _, first = self.evaluate(self.shared / "synthetic/phantoms.csv")
        _, second = self.evaluate(self.shared / "synthetic/phantoms.csv")
        self.assertEqual(first, second)

    def test_what_cannot_be_compared_is_refused(self):
        real, out = ("--real", self.shared / "dataset"), ("--out", self.folder / "out")
        synthetic, model = ("--synthetic", self.shared / "synthetic/phantoms.csv"), ("--model", self.model)
        self.fail_with(USAGE, "synthetic is empty", "evaluate", *real, *model, *out)
        self.fail_with(IO, "nowhere", "evaluate", "--real", self.folder / "nowhere", *synthetic, *model, *out)
        empty = self.folder / "empty"
        empty.mkdir()
        self.fail_with(USAGE, "no images", "evaluate", *real, "--synthetic", empty, *model, *out)
        (empty / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        self.fail_with(FORMAT, "broken.png", "evaluate", *real, "--synthetic", empty, *model, *out)

    def test_the_config_is_printed(self):
        self.assertIn("neighbours: 3", self.succeed("evaluate", "--set", "neighbours=3", "--print-config").stdout)


class Sides(CommandTest):
    """Phantoms with their reports, as they are and changed, judged by the classifier that knows them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from command import run

        for name, seed, count in (("real", 1, 120), ("synthetic", 2, 60)):
            assert run("phantom", "--count", count, "--seed", seed, "--out", cls.shared / name).returncode == 0
        made = run("prepare", "table", "--csv", cls.shared / "real/phantoms.csv", "--size", 128, "--test-fraction", 0.5, "--out",
                   cls.shared / "dataset")
        assert made.returncode == 0, made.stderr

    def changed(self, change):
        """FID and the share of right sides of the synthetic images, `change` applied to each line of pixels."""
        (self.folder / "images").mkdir(exist_ok=True)
        for path in (self.shared / "synthetic/images").iterdir():
            png = Png(path)
            pixels = b"".join(bytes(change(line)) for line in png.samples)
            (self.folder / "images" / path.with_suffix(".pgm").name).write_bytes(b"P5 %d %d 255\n" % (png.width, png.height) + pixels)
        table = self.folder / "phantoms.csv"
        table.write_text((self.shared / "synthetic/phantoms.csv").read_text().replace(".png", ".pgm"))
        told = self.succeed("evaluate", "--real", self.shared / "dataset", "--synthetic", table, "--classifier", CLASSIFIER, "--out",
                            self.folder / "report", "--set", "radiomics=false", "--set", "prompt_pairs=0", "--json")
        sections = json.loads(told.stdout)["sections"]
        return sections["realism"]["measures"]["fid_classifier"]["value"], sections["adherence"]["measures"]["right_side"]

    def test_mirror_images_are_seen_by_their_sides_and_hardly_by_fid(self):
        fid, side = self.changed(lambda line: line)
        mirrored_fid, mirrored_side = self.changed(lambda line: line[::-1])
        inverted_fid, _ = self.changed(lambda line: [255 - value for value in line])
        self.assertEqual((side["verdict"], mirrored_side["verdict"]), ("good", "bad"))
        self.assertGreater(side["value"], 0.9)
        self.assertLess(mirrored_side["value"], 0.1)
        self.assertLess(abs(mirrored_fid - fid), 0.1 * (inverted_fid - fid))


class Index(Phantoms):
    """Images that are too near a training image are drawn again."""

    def index(self, quantile):
        path = self.folder / "training.index"
        told = json.loads(self.succeed("index", "--model", self.model, "--data", self.shared / "dataset", "--out", path, "--quantile", quantile,
                                       "--json").stdout)
        self.assertGreater(told["images"], 10)
        return path, told["sha256"]

    def made(self, path):
        return Png(path).text["raygen"]

    def test_an_image_says_what_it_was_compared_with_and_is_made_again(self):
        path, digest = self.index(0.9)
        again = ("--prompt", "normal", "--seed", 5, "--steps", 3)
        self.generate("out", *again, "--count", 6, "--reject-near", path, "--reject-tries", 200)
        self.generate("plain", *again, "--count", 6)
        tries = []
        for i in range(6):
            settings = json.loads(self.made(self.folder / f"out/{i:05}.png"))
            self.assertEqual(settings["reject_near"]["index"], digest)
            self.assertEqual(settings["reject_near"]["tries"], settings.get("attempt", 0) + 1)
            tries.append(settings.get("attempt", 0))
            self.generate(f"like{i}", "--like", self.folder / f"out/{i:05}.png")
            like, out = (Png(self.folder / folder / f"{name:05}.png").samples for folder, name in ((f"like{i}", i), ("out", i)))
            self.assertEqual(like, out)
            self.assertEqual(out == Png(self.folder / f"plain/{i:05}.png").samples, tries[-1] == 0)
        self.assertGreater(max(tries), 0)

    def test_a_run_that_goes_on_wants_images_that_were_compared(self):
        path, _ = self.index(0.1)
        arguments = ("--prompt", "normal", "--seed", 5, "--steps", 2, "--count", 3, "--resume", "--json")
        self.generate("out", *arguments)
        judged = (*arguments, "--reject-near", path, "--reject-tries", 50)
        skipped = lambda *how: sum(image["skipped"] for image in json.loads(self.generate("out", *how).stdout)["images"])  # noqa: E731
        self.assertEqual([skipped(*judged), skipped(*judged), skipped(*arguments)], [0, 3, 3])

    def test_refusals(self):
        path, _ = self.index(0.999)
        self.fail_with(USAGE, "--overwrite", "index", "--model", self.model, "--data", self.shared / "dataset", "--out", path)
        self.fail_with(LIMIT, "too near", "generate", "--model", self.model, "--prompt", "x", "--out", self.folder / "out", "--reject-near", path,
                       "--reject-tries", 2)
        self.fail_with(USAGE, "quantile", "index", "--model", self.model, "--data", self.shared / "dataset", "--out", self.folder / "other",
                       "--quantile", 1)
        (self.folder / "no.index").write_text("nothing")
        self.fail_with(FORMAT, "no.index", "generate", "--model", self.model, "--prompt", "x", "--out", self.folder / "out", "--reject-near",
                       self.folder / "no.index")


class Label(CommandTest):
    def test_texts_to_a_table(self):
        told = self.succeed("label", "--prompt", "Small right pneumothorax. No effusion.").stdout
        (row,) = csv.DictReader(told.splitlines())
        self.assertEqual((row["positive"], row["negative"]), ("Pneumothorax, right, mild", "Pleural Effusion"))

    def test_json_and_rules(self):
        (told,) = json.loads(self.succeed("label", "--json", "--prompt", "Cardiomegaly.").stdout)
        self.assertEqual(told["labels"]["Cardiomegaly"]["state"], "positive")
        rules = self.folder / "rules.yaml"
        rules.write_text(self.succeed("label", "--print-rules").stdout)
        self.assertEqual(self.succeed("label", "--rules", rules, "--prompt", "Edema.").stdout, self.succeed("label", "--prompt", "Edema.").stdout)


if __name__ == "__main__":
    unittest.main()
