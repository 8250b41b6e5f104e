"""Ctrl-C and SIGTERM: whole files, the images that were finished, the right exit code."""

import csv
import json
import signal
import subprocess
import time
import unittest

from command import COMMAND, INTERRUPTED, TERMINATED, CommandTest, Png


class Cancel(CommandTest):
    def cancelled(self, number, *arguments):
        """Generates far more than there is time for, and is stopped when there are a few images."""
        out = self.folder / "out"
        command = [COMMAND, "generate", "--model", self.model, "--prompt", "a", "--count", "1000000", "--out", out, "--json", *arguments]
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and len(list(out.glob("*.png"))) < 3:
            time.sleep(0.01)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)
        return process.returncode, stdout, stderr, out

    def check(self, number, code, *arguments):
        returncode, stdout, stderr, out = self.cancelled(number, *arguments)
        self.assertEqual(returncode, code, stderr)
        self.assertIn("cancelled", stderr)
        self.assertEqual(json.loads(stdout)["error"]["exit_code"], code)
        self.assertEqual([path for path in self.folder.rglob("*") if path.name.endswith(".tmp")], [])
        images = sorted(path for path in out.glob("?????.png"))
        self.assertGreaterEqual(len(images), 2)
        for path in out.glob("*.png"):
            Png(path)
        with open(out / "images.csv", newline="") as file:
            self.assertEqual([row["img_savename"] for row in csv.DictReader(file)], [path.name for path in images])
        return images

    def test_interrupt(self):
        images = self.check(signal.SIGINT, INTERRUPTED, "--save-tokens", self.folder / "t.safetensors")
        self.assertFalse((self.folder / "t.safetensors").exists())
        # What is there is used by a run that goes on.
        again = self.generate("out", "--prompt", "a", "--count", len(images) + 1, "--resume", "--json")
        self.assertEqual([image["skipped"] for image in json.loads(again.stdout)["images"]], [True] * len(images) + [False])

    def test_terminate(self):
        self.check(signal.SIGTERM, TERMINATED, "--batch-size", 2, "--show-steps")

    def test_before_the_first_image(self):
        out = self.folder / "out"
        command = [COMMAND, "generate", "--model", self.model, "--prompt", "a", "--count", "1000", "--batch-size", "1000", "--steps", "1000",
                   "--out", out]
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not out.exists():
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, INTERRUPTED, stderr)
        self.assertFalse(out.exists())


if __name__ == "__main__":
    unittest.main()
