"""A job that is killed and started again makes what is missing, and processes that share one make no image twice."""

import fcntl
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import time
import unittest

from command import COMMAND, INTERRUPTED, OK, CommandTest

CLASSES = "classes: [{name: Pneumothorax, prompts: [left, right, both], count: 25}, {name: Edema, count: 14}, {name: Fracture, count: 1}]"
IMAGES = 40
KILLS = 50


class Job(CommandTest):
    """The command of a job with CLASSES, and what it makes in one go."""

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.job = ["generate", "--model", self.model, "--classes", self.file("classes.yaml", CLASSES), "--steps", 1, "--json", "--sidecar"]
        begin = time.monotonic()
        self.succeed(*self.job, "--out", self.folder / "whole")
        self.duration = time.monotonic() - begin
        self.whole = self.content(self.folder / "whole")
        self.assertEqual(len(self.whole), 2 * IMAGES + 2)  # images and sidecars, images.csv and data_info.json

    def start(self, *arguments):
        process = subprocess.Popen([COMMAND, *map(str, [*self.job, *arguments])], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def content(self, folder):
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def wait_until(self, condition, running):
        """While the process runs, and not for ever: one that stands still is a failure."""
        end = time.monotonic() + 300
        while not condition():
            self.assertIsNone(running.poll(), "it ended before that")
            self.assertLess(time.monotonic(), end, f"images there: {sorted(self.there())}")
            time.sleep(0.001)

    def there(self):
        """Image to what the file system knows it by: another number is another file."""
        return {path.name: path.stat().st_ino for path in self.out.glob("*.png")}

    def skipped(self, result):
        return {pathlib.Path(image["file"]).name for image in json.loads(result)["images"] if image["skipped"]}

    def check_part(self):
        """Every image that is there is whole and the right one, with its sidecar."""
        for name, inode in self.there().items():
            self.assertEqual((self.out / name).read_bytes(), self.whole[name], name)
            sidecar = pathlib.Path(name).with_suffix(".json").name
            self.assertEqual((self.out / sidecar).read_bytes(), self.whole[sidecar], name)

    def finish(self, *arguments):
        """The job goes on to its end, and makes exactly what is missing."""
        before = self.there()
        result = self.succeed(*self.job, "--out", self.out, *arguments)
        self.assertEqual(self.skipped(result.stdout), set(before))
        self.assertEqual({name: inode for name, inode in self.there().items() if name in before}, before)
        self.assertEqual(self.content(self.out), self.whole)


class Killed(Job):
    def test_at_fifty_moments(self):
        generator = random.Random(18)
        moments = 0  # at which a part of the job was done
        for kill in range(KILLS):
            before = len(self.there())
            process = self.start("--out", self.out, "--batch-size", generator.choice((1, 3)))
            if kill % 2:  # at any moment, and, however slow the machine is now, after any image
                time.sleep(generator.uniform(0, self.duration))
            else:
                images = generator.randint(before + 1, IMAGES)
                while process.poll() is None and len(self.there()) < images:
                    time.sleep(0.001)
            process.kill()
            process.communicate()
            if not self.out.exists():
                continue
            self.check_part()
            there = self.there()
            moments += 0 < len(there) < IMAGES
            if len(there) == IMAGES:  # so that the next has something to do
                for name in generator.sample(sorted(there), IMAGES // 2):
                    (self.out / name).unlink()
        self.assertGreater(moments, 0)
        self.finish()

    def test_what_it_was_writing_is_removed_and_nothing_else(self):
        self.out.mkdir()
        halves = [self.out / f"{name}.0123456789abcdef.tmp" for name in ("00003.png", "00003.json", "images.csv", "data_info.json")]
        others = [self.out / name for name in ("notes.tmp", "report.pdf.0123456789abcdef.tmp", "00003.png.tmp")]
        for path in halves + others:
            path.write_text("half")
        self.succeed(*self.job, "--out", self.out)
        self.assertEqual([path for path in halves if path.exists()], [])
        for path in others:
            path.unlink()
        self.assertEqual(self.content(self.out), self.whole)

    def test_a_list_of_prompts_is_gone_on_with_as_well(self):
        table = self.file("prompts.csv", "prompt\n" + "".join(f"finding {i}\n" for i in range(8)))
        job = ["generate", "--model", self.model, "--prompts", table, "--count", 2, "--steps", 1, "--json", "--resume", "--out"]
        self.succeed(*job, self.folder / "prompts")
        whole = self.content(self.folder / "prompts")
        for name in ("00001.png", "00014.png", "images.csv"):
            (self.folder / "prompts" / name).unlink()
        result = self.succeed(*job, self.folder / "prompts", "--batch-size", 4)
        self.assertEqual([image["image"] for image in json.loads(result.stdout)["images"] if not image["skipped"]], [1, 14])
        self.assertEqual(self.content(self.folder / "prompts"), whole)


class Shared(Job):
    def test_no_image_is_made_twice(self):
        for _ in range(3):
            processes = [self.start("--out", self.out, "--batch-size", size) for size in (1, 2, 1)]
            results = [process.communicate() for process in processes]
            self.assertEqual([process.returncode for process in processes], [OK] * 3, results)
            makers = [{*self.whole} - self.skipped(stdout) for stdout, _ in results]
            makers = [{name for name in each if name.endswith(".png")} for each in makers]
            self.assertEqual(sum(map(len, makers)), IMAGES)
            self.assertEqual(set().union(*makers), {name for name in self.whole if name.endswith(".png")})
            self.assertEqual(self.content(self.out), self.whole)  # whoever ends last, the set is whole
            for path in self.out.iterdir():
                path.unlink()

    def test_one_that_stands_still_goes_on_or_dies(self):
        for end in (signal.SIGCONT, signal.SIGKILL):
            with self.subTest(end=end):
                first = self.start("--out", self.out, "--batch-size", 1)
                self.wait_until(self.there, first)
                first.send_signal(signal.SIGSTOP)
                second = self.start("--out", self.out)
                self.wait_until(lambda: len(self.there()) >= IMAGES - 1, second)  # one may be in the first one's hands
                first.send_signal(end)
                second_out, second_error = second.communicate()
                first_out, _ = first.communicate()
                self.assertEqual(second.returncode, OK, second_error)
                if end == signal.SIGCONT:
                    self.assertEqual(first.returncode, OK)
                    self.assertEqual(len(self.skipped(first_out)) + len(self.skipped(second_out)), IMAGES)
                self.assertEqual(self.content(self.out), self.whole)
                for path in self.out.iterdir():
                    path.unlink()

    def claim(self, image):
        """Takes an image as another process does, until the descriptor is closed."""
        descriptor = os.open(self.out / ".raygen.lock", os.O_RDWR | os.O_CREAT)
        for kind, byte in ((fcntl.F_RDLCK, 2**62), (fcntl.F_WRLCK, image)):
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", kind, os.SEEK_SET, byte, 1, 0))
        return descriptor

    def test_what_another_has_claimed_is_waited_for(self):
        self.out.mkdir()
        for ending, code in ((None, OK), (signal.SIGINT, INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(ending=ending):
                claimed = self.claim(7)
                process = self.start("--out", self.out)
                self.wait_until(lambda: len(self.there()) >= IMAGES - 1, process)
                self.assertFalse((self.out / "00007.png").exists())
                if ending is not None:
                    process.send_signal(ending)
                    self.assertEqual(process.wait(), code)
                os.close(claimed)
                process.communicate()
                self.assertEqual(process.returncode, code)
                self.assertEqual((self.out / "00007.png").exists(), code == OK)
                self.finish()
                for path in self.out.iterdir():
                    path.unlink()


if __name__ == "__main__":
    unittest.main()
