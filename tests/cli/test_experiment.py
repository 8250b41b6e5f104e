"""experiment: arms of classifiers, stopped and gone on with, and what cannot be tried."""

import csv
import json
import unittest

from command import FORMAT, USAGE, CommandTest, run

TINY = ("classifier.initial_channels=8", "classifier.growth=4", "classifier.blocks=[2, 2]", "classifier.loop.steps=3", "classifier.loop.batch_size=4",
        "classifier.loop.sample_every=0", "seeds=2", "bootstrap_draws=100", "sampling={steps: 2}", "threads=1")


class Experiment(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert run("phantom", "--count", 60, "--seed", 1, "--size", 64, "--out", cls.shared / "real").returncode == 0
        made = run("prepare", "table", "--csv", cls.shared / "real/phantoms.csv", "--size", 32, "--test-fraction", 0.5, "--out",
                   cls.shared / "dataset")
        assert made.returncode == 0, made.stderr

    def arguments(self, *more, out="out"):
        settings = [each for key in TINY for each in ("--set", key)]
        return ("experiment", "--real", self.shared / "dataset", "--out", self.folder / out, "--model", self.model, *settings, *more)

    def test_a_report_has_every_arm_and_goes_on(self):
        few = ("--set", "arms=real, mix:0.5")
        first = json.loads(self.succeed(*self.arguments(*few, "--json")).stdout)
        section = first["sections"]["arms"]
        self.assertEqual(set(section["measures"]), {"auroc_real", "auroc_mix_0.5", "gain_mix_0.5"})
        self.assertEqual(len(section["tables"]["runs"]["rows"]), 4)
        self.assertIn("five are the least", first["warnings"][0])
        self.assertEqual(first, json.loads((self.folder / "out/metrics.json").read_text()))
        with open(self.folder / "out/table.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["key"] for row in rows if row["section"] == "arms"], list(section["measures"]))
        self.assertTrue(any(row["key"] == "auroc_gap_sex_real" for row in rows))
        model = self.folder / "out/runs/real/0/training/classifier/model"
        self.assertIn("classifier", self.succeed("info", "--model", model).stdout)
        made = model.stat().st_mtime_ns
        # Another arm: what is there stays, to the last digit.
        more = json.loads(self.succeed(*self.arguments("--set", "arms=real, mix:0.5, replace:0.5", "--json")).stdout)
        self.assertEqual(model.stat().st_mtime_ns, made)
        for key, measure in section["measures"].items():
            self.assertEqual(more["sections"]["arms"]["measures"][key], measure)
        self.assertIn("auroc_replace_0.5", more["sections"]["arms"]["measures"])
        page = (self.folder / "out/report.html").read_text()
        self.assertIn(more["conclusion"], page)
        self.assertNotIn("http:", page.replace("http://www.w3.org", ""))

    def test_synthetic_images_of_another_program(self):
        arguments = list(self.arguments("--set", "arms=real, synthetic:1", "--json"))
        place = arguments.index("--model")
        arguments[place:place + 2] = ["--synthetic", self.shared / "real/phantoms.csv"]
        told = json.loads(self.succeed(*arguments).stdout)
        self.assertIsNotNone(told["sections"]["arms"]["measures"]["share_synthetic_1"]["value"])

    def test_what_cannot_be_tried_is_refused(self):
        self.fail_with(USAGE, "mixed", *self.arguments("--set", "arms=real, mixed:1"))
        self.fail_with(USAGE, "patience", *self.arguments("--set", "classifier.patience=2"))
        self.fail_with(USAGE, "excludes", *self.arguments("--synthetic", "x"))
        self.fail_with(USAGE, "no synthetic image", *self.arguments("--set", "arms=real, mix:0.001"))
        config = self.folder / "experiment.yaml"
        config.write_text("seed_count: 3\n")
        self.fail_with(FORMAT, "seeds", *self.arguments("--config", config))

    def test_a_folder_that_was_begun_otherwise_is_refused(self):
        self.succeed(*self.arguments("--set", "arms=real"))
        self.fail_with(USAGE, "classifier.loop.steps was '3', is '4' now", *self.arguments("--set", "arms=real", "--set", "classifier.loop.steps=4"))

    def test_the_config_is_printed(self):
        printed = self.succeed("experiment", "--set", "seeds=3", "--print-config").stdout
        self.assertIn("seeds: 3", printed)
        self.assertIn("batch_statistics: false", printed)


if __name__ == "__main__":
    unittest.main()
