"""train: its config, and a small training from beginning to end."""

import csv
import json
import os
import resource
import signal
import socket
import subprocess
import time
import unittest

from command import COMMAND, DEVICE, FORMAT, INTERRUPTED, IO, TERMINATED, USAGE, CommandTest, Png, run

CONFIG = """
threads: 1
vqgan:
  channel_multipliers: [1, 1]
  z_channels: 4
  embedding: 4
  codebook: 16
  middle_attention: false
  discriminator_channels: 8
  discriminator_layers: 1
  adversarial_start: 2
  loop: &loop
    {steps: 4, batch_size: 4, log_every: 1, validate_every: 2, checkpoint_every: 1, validation_images: 4, sample_every: 3}
text_encoder: {vocabulary: 120, length: 32, hidden: 16, layers: 1, heads: 2, intermediate: 32, loop: *loop}
masked_decoder: {hidden: 16, intermediate: 16, layers: 1, heads: 2, loop: *loop}
"""


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
        self.assertEqual(text.count("enabled: false"), 3)  # the classifier, too, which nobody asks for
        for stage in ("masked_decoder", "classifier"):
            told = self.succeed("train", "--stage", "masked_decoder", "--stage", stage, "--print-config").stdout
            self.assertEqual(told.count("enabled: false"), stage == "masked_decoder")
        self.fail_with(USAGE, "--stage", "train", "--stage", "gan", "--print-config")

    def test_what_is_wrong_is_told_with_line_and_nearest_name(self):
        path = self.file("train.yaml", "seed: 1\nvqgan:\n  loop:\n    stepz: 3\n")
        self.fail_with(FORMAT, "train.yaml, line 4: unknown key 'vqgan.loop.stepz'; the nearest is vqgan.loop.steps",
                       "train", "--config", path)
        self.fail_with(USAGE, "seed is 'x'", "train", "--set", "seed=x", "--print-config")
        self.fail_with(IO, "none.yaml", "train", "--config", self.folder / "none.yaml")

    def test_without_a_dataset(self):
        self.fail_with(IO, "missing", "train", "--set", f"data.dataset={self.folder / 'missing'}", "--set", f"out={self.folder / 'run'}")


class Training(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = cls.shared / "dataset"
        cls.config = cls.shared / "train.yaml"
        cls.config.write_text(CONFIG)
        cls().succeed("phantom", "--count", 24, "--size", 64, "--out", cls.shared / "phantoms")
        cls().succeed("prepare", "table", "--csv", cls.shared / "phantoms/phantoms.csv", "--size", 16, "--val-fraction", 0.3, "--out",
                      cls.dataset)

    def arguments(self, out, *overrides):
        settings = [f"data.dataset={self.dataset}", f"out={out}", *overrides]
        return ["train", "--config", str(self.config), "--json", *(part for setting in settings for part in ("--set", setting))]

    def start(self, *arguments, **environment):
        return subprocess.Popen([COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **environment})

    def start_two(self, *arguments):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = str(listener.getsockname()[1])
        return [self.start(*arguments, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
                for rank in (0, 1)]

    def log(self, out, stage, metric="train/loss"):
        return {int(row["step"]): float(row["value"]) for row in self.rows(out / stage / "log.csv") if row["metric"] == metric}

    def rows(self, path):
        with open(path, newline="") as file:
            return list(csv.DictReader(file))

    def wait_for_step(self, process, out, step):
        path = out / "vqgan/log.csv"
        while process.poll() is None and not (path.exists() and f"\n{step},train/loss" in path.read_text()):
            time.sleep(0.01)

    def test_from_phantoms_to_images_to_a_dataset(self):
        out = self.folder / "run"
        result = self.succeed(*self.arguments(out))
        metrics = json.loads(result.stdout)["metrics"]
        for stage in ("vqgan", "text_encoder", "masked_decoder"):
            self.assertEqual(sorted(self.log(out, stage)), [1, 2, 3, 4])
            self.assertEqual(len(list((out / stage).glob("events.out.tfevents.*"))), 1)
            self.assertIn("validation/loss", metrics[stage])
            self.assertIn(f"{stage} 4/4", result.stderr)
        self.generate_and_prepare(out / "model")

    def generate_and_prepare(self, model):
        """The reports of other phantoms become images, and images.csv is a table to prepare again."""
        unseen, images, synthetic = (self.folder / name for name in ("unseen", "images", "synthetic"))
        self.succeed("phantom", "--count", 3, "--first", 24, "--size", 64, "--out", unseen)
        self.succeed("generate", "--model", model, "--prompts", unseen / "phantoms.csv", "--out", images)
        reports = [row["text"] for row in self.rows(unseen / "phantoms.csv")]
        made = self.rows(images / "images.csv")
        self.assertEqual([row["prompt"] for row in made], reports)
        for row in made:
            image = Png(images / row["img_savename"])
            self.assertEqual((image.width, image.height), (16, 16))
        self.succeed("prepare", "table", "--train-csv", images / "images.csv", "--size", 16, "--out",
                     synthetic)
        self.assertEqual([(row["id"], row["text"], row["split"]) for row in self.rows(synthetic / "records.csv")],
                         [(row["img_savename"], row["prompt"], "train") for row in made])

    def test_a_run_that_was_stopped_ends_with_the_same_bits(self):
        only = ("vqgan.loop.steps=60", "text_encoder.enabled=false", "masked_decoder.enabled=false")
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        self.succeed(*self.arguments(whole, *only))
        for number, step, code in ((signal.SIGINT, 5, INTERRUPTED), (signal.SIGTERM, 20, TERMINATED)):
            process = self.start(*self.arguments(stopped, *only))
            self.wait_for_step(process, stopped, step)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=300)
            self.assertEqual(process.returncode, code, stderr)
            self.assertEqual(json.loads(stdout)["error"]["exit_code"], code)
            self.assertFalse((stopped / "model").exists())
        self.assertIn("resumed", self.succeed(*self.arguments(stopped, *only)).stderr)
        self.assertEqual((stopped / "vqgan/weights.safetensors").read_bytes(), (whole / "vqgan/weights.safetensors").read_bytes())
        self.assertEqual(self.log(stopped, "vqgan"), self.log(whole, "vqgan"))

    def test_a_full_disk_ends_the_run_and_keeps_the_last_checkpoint(self):
        out = self.folder / "run"
        only = ("text_encoder.enabled=false", "masked_decoder.enabled=false")
        self.succeed(*self.arguments(out, "vqgan.loop.steps=2", *only))
        checkpoint = out / "vqgan/last.safetensors"
        kept = checkpoint.read_bytes()
        room = len(kept) // 2
        result = run(*self.arguments(out, *only), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
        self.assertEqual(result.returncode, IO, result.stderr)
        self.assertIn("last.safetensors", result.stderr)
        self.assertEqual(checkpoint.read_bytes(), kept)
        self.assertEqual([path for path in out.rglob("*") if ".tmp" in path.name], [])
        self.succeed(*self.arguments(out, *only))
        self.assertEqual(sorted(self.log(out, "vqgan")), [1, 2, 3, 4])

    def test_two_processes_train_as_one_does(self):
        one, two = self.folder / "one", self.folder / "two"
        self.succeed(*self.arguments(one))
        processes = self.start_two(*self.arguments(two))
        outputs = [process.communicate(timeout=300) for process in processes]
        self.assertEqual([process.returncode for process in processes], [0, 0], outputs)
        self.assertEqual(json.loads(outputs[0][0])["out"], str(two))
        self.assertEqual(outputs[1], ("", ""))  # the first alone tells how it goes
        for stage in ("vqgan", "text_encoder", "masked_decoder"):
            self.assertEqual(self.log(one, stage).keys(), self.log(two, stage).keys())
            for step, loss in self.log(one, stage).items():
                self.assertAlmostEqual(loss, self.log(two, stage)[step], delta=1e-4, msg=f"{stage}, step {step}")

    def test_when_one_of_two_dies_the_other_ends_and_the_run_goes_on(self):
        only = ("text_encoder.enabled=false", "masked_decoder.enabled=false")
        for rank in (0, 1):  # the first keeps the meeting place and writes the checkpoints
            with self.subTest(killed=rank):
                out = self.folder / f"run-{rank}"
                processes = self.start_two(*self.arguments(out, "vqgan.loop.steps=100000", *only))
                self.wait_for_step(processes[0], out, 3)
                killed, other = processes[rank], processes[1 - rank]
                killed.kill()
                killed.communicate()
                stdout, stderr = other.communicate(timeout=300)
                self.assertEqual(other.returncode, DEVICE, stderr)
                self.assertIn("another process is gone", json.loads(stdout)["error"]["message"])
                last = max(self.log(out, "vqgan"))
                self.assertIn("resumed", self.succeed(*self.arguments(out, f"vqgan.loop.steps={last + 2}", *only)).stderr)
                self.assertEqual(max(self.log(out, "vqgan")), last + 2)


if __name__ == "__main__":
    unittest.main()
