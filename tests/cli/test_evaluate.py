"""evaluate and label: a report on phantoms, a planted leak, and what cannot be compared."""

import csv
import json
import unittest

from command import FORMAT, IO, USAGE, CommandTest

REPORTS = {"report.html", "metrics.json", "table.csv"}


class Evaluate(CommandTest):
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
        self.assertEqual(measures["too_near"]["verdict"], "good")
        self.assertEqual(measures["ms_ssim_within_prompt"]["verdict"], "undefined")
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
        self.fail_with(USAGE, "a model", "evaluate", *real, *synthetic, *out)
        self.fail_with(USAGE, "synthetic is empty", "evaluate", *real, *model, *out)
        self.fail_with(IO, "nowhere", "evaluate", "--real", self.folder / "nowhere", *synthetic, *model, *out)
        empty = self.folder / "empty"
        empty.mkdir()
        self.fail_with(USAGE, "no images", "evaluate", *real, "--synthetic", empty, *model, *out)
        (empty / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        self.fail_with(FORMAT, "broken.png", "evaluate", *real, "--synthetic", empty, *model, *out)

    def test_the_config_is_printed(self):
        self.assertIn("neighbours: 3", self.succeed("evaluate", "--set", "neighbours=3", "--print-config").stdout)


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
