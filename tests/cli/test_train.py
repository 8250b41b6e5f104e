"""train: its config, and a small training from beginning to end."""

import unittest

from command import FORMAT, IO, USAGE, CommandTest


class Config(CommandTest):
    def test_every_default_is_visible_and_reads_as_itself(self):
        defaults = self.succeed("train", "--print-config").stdout
        for key in ("dataset:", "learning_rate:", "codebook:", "text_dropout:"):
            self.assertIn(key, defaults)
        path = self.file("defaults.yaml", defaults)
        self.assertEqual(self.succeed("train", "--config", path, "--print-config").stdout, defaults)
        changed = self.succeed("train", "--config", path, "--set", "vqgan.loop.steps=123", "--set", "seed=9", "--print-config").stdout
        different = [line for line, before in zip(changed.splitlines(), defaults.splitlines()) if line != before]
        self.assertEqual([line.split("#")[0].strip() for line in different], ["seed: 9", "steps: 123"])

    def test_stages_that_are_not_asked_for_are_disabled(self):
        text = self.succeed("train", "--stage", "vqgan", "--print-config").stdout
        self.assertEqual(text.count("enabled: false"), 2)
        self.assertNotIn("enabled: false", self.succeed("train", "--stage", "masked_decoder", "--print-config").stdout)
        self.fail_with(USAGE, "--stage", "train", "--stage", "gan", "--print-config")

    def test_what_is_wrong_is_told_with_line_and_nearest_name(self):
        path = self.file("train.yaml", "seed: 1\nvqgan:\n  loop:\n    stepz: 3\n")
        self.fail_with(FORMAT, "train.yaml, line 4: unknown key 'vqgan.loop.stepz'; the nearest is vqgan.loop.steps", "train", "--config", path)
        self.fail_with(USAGE, "seed is 'x'", "train", "--set", "seed=x", "--print-config")
        self.fail_with(IO, "none.yaml", "train", "--config", self.folder / "none.yaml")

    def test_without_a_dataset(self):
        self.fail_with(IO, "missing", "train", "--set", f"data.dataset={self.folder / 'missing'}", "--set", f"out={self.folder / 'run'}")


if __name__ == "__main__":
    unittest.main()
