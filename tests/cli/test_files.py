"""What the command writes: whole or not at all, whatever lies beside it."""

import os
import signal
import subprocess
import time
import unittest

from command import COMMAND, IO, CommandTest, Png


class Files(CommandTest):
    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_names_as_long_as_the_file_system_takes(self):
        name = "n" * 243 + ".safetensors"
        self.succeed("embed", "--model", self.model, "--prompt", "a", "--out", self.folder / name)
        self.assertEqual(self.names(), [name])
        self.fail_with(IO, "too long", "embed", "--model", self.model, "--prompt", "a", "--out", self.folder / ("n" + name))
        self.assertEqual(self.names(), [name])
        self.generate("out", "--prompt", "a")  # its sheet and table
        self.assertEqual([path for path in self.folder.rglob("*") if path.suffix == ".tmp"], [])

    def test_links_are_followed_and_permissions_kept(self):
        (self.folder / "there").mkdir()
        (self.folder / "link").symlink_to("there/x.safetensors")
        for _ in range(2):
            self.succeed("embed", "--model", self.model, "--prompt", "a", "--out", self.folder / "link")
            self.assertTrue((self.folder / "link").is_symlink())
        file = self.folder / "there" / "x.safetensors"
        file.chmod(0o600)
        self.succeed("embed", "--model", self.model, "--prompt", "a", "--out", self.folder / "link")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(sorted(path.name for path in (self.folder / "there").iterdir()), ["x.safetensors"])

    def test_what_is_no_place_for_a_file(self):
        os.mkfifo(self.folder / "pipe")
        for out, why in ((self.folder, "it is a folder"), (self.folder / "pipe", "a pipe"), ("/dev/stdout", "a pipe"),
                         ("/dev/null", "it is a device"), (self.folder / "no" / "x", "there is no folder")):
            self.fail_with(IO, why, "embed", "--model", self.model, "--prompt", "a", "--out", out)
        self.assertEqual(self.names(), ["pipe"])

    def test_a_model_is_replaced_whole(self):
        out = self.folder / ("m" * 255)
        architecture = self.shared / "architecture.json"
        self.succeed("create-random", "--architecture", architecture, "--out", out)
        out.chmod(0o750)
        self.succeed("create-random", "--architecture", architecture, "--out", out, "--seed", 2, "--force")
        self.assertEqual(out.stat().st_mode & 0o777, 0o750)
        self.assertEqual(self.names(), [out.name])

    def test_one_run_a_folder_and_nothing_of_one_that_was_killed(self):
        out = self.folder / "phantoms"
        command = [COMMAND, "phantom", "--count", "100000", "--size", "64", "--out", str(out)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and len(list(out.glob("images/*.png"))) < 2:
            time.sleep(0.01)
        self.fail_with(IO, "another run is writing to this folder", "phantom", "--count", 1, "--size", 64, "--out", out)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=120)
        for name in ("phantoms.csv.1-0.tmp", "images/P000000.png.7-0.tmp", "images/P000000.png.0123456789abcdef.tmp"):
            (out / name).write_bytes(b"half")
        self.succeed("phantom", "--count", 2, "--size", 64, "--out", out)
        self.assertEqual([path for path in out.rglob("*") if path.suffix == ".tmp"], [])
        Png(out / "images" / "P000000.png")


if __name__ == "__main__":
    unittest.main()
