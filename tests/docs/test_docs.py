"""The pages for C, C++, Rust and the shell, followed word by word: their programs are saved under the names that they are given, their
commands run in a folder that looks like a clone after a build and an installation, and the images they promise are there. Left out are the
commands that build and install, and those that need somebody's checkpoints or reports. A guide need not say again where libraygen is
installed: its reader has followed the README.

RAYGEN_BUILD is the build, RAYGEN_PREFIX the installation, CC and CXX the compilers that `cc` and `c++` mean."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = b"<!DOCTYPE html>"
PNG = b"\x89PNG\r\n\x1a\n"
DONE_ALREADY = ("scripts/", "./demo.sh", "./test.sh", "cmake --install", "sudo apt-get install")
NEEDS_MORE = ("raygen convert", "raygen prepare", "raygen train")
WARNINGS = "-Wall -Wextra -pedantic -Werror"


def blocks(page):
    """(language, text, what the line before says) of every fenced block."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        yield found[1], found[2], text[: found.start()].rstrip("\n").rpartition("\n")[2]


class Docs(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.clone, self.tools = self.folder / "clone", self.folder / "tools"
        (self.clone / "build").mkdir(parents=True)
        self.tools.mkdir()
        for name in ("models", "bindings", "examples"):
            (self.clone / name).symlink_to(ROOT / name)
        (self.clone / "build/release").symlink_to(os.environ["RAYGEN_BUILD"])
        (self.clone / "build/installed").symlink_to(os.environ["RAYGEN_PREFIX"])
        for name, variable in (("cc", "CC"), ("c++", "CXX")):
            (self.tools / name).write_text(f'#!/bin/sh\nexec {shlex.quote(os.environ[variable])} {WARNINGS} "$@"\n')
            (self.tools / name).chmod(0o755)

    def follow(self, page, *promised, guide=False, needs=NEEDS_MORE):
        """Does what the page says, in its order; the images that its programs name and those `promised`, images or pages, must be there afterwards."""
        commands, promised = ["set -eux"], set(promised)
        for i, (language, text, before) in enumerate(blocks(page)):
            if language in ("c", "cpp", "rust"):
                name = re.search(r"`([\w./-]+\.(?:c|cpp|rs))`", before)
                self.assertTrue(name, f"{page}: no file name before\n{text}")
                saved = self.folder / f"program-{i}"
                saved.write_text(text, encoding="utf-8")
                commands.append(f"cp {saved} {name[1]}")
                promised.update(re.findall(r'"([\w-]+\.(?:png|dcm))"', text))
            elif not language:
                commands += [line for line in text.splitlines() if not line.startswith(DONE_ALREADY + needs)]
        self.assertTrue(promised, page)
        environment = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "CARGO_NET_OFFLINE": "true"}
        for name in ("RAYGEN_LIB_DIR", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "RUSTFLAGS"):
            environment.pop(name, None)
        if guide:
            installed = self.clone / "build/installed"
            environment["PATH"] = f"{installed}/bin:{environment['PATH']}"
            environment["PKG_CONFIG_PATH"] = f"{installed}/lib/pkgconfig"
        ran = subprocess.run(["bash", "-c", "\n".join(commands)], cwd=self.clone, env=environment, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, f"{page}\n{ran.stdout}{ran.stderr}")
        for path in promised:
            with self.subTest(page=page, image=path):
                content = (self.clone / path).read_bytes()
                self.assertTrue(content.startswith((PNG, PAGE)) or content[128:132] == b"DICM")

    def test_readme(self):
        self.follow("README.md", "images/00000.png", "images/00000_steps.png")

    def test_c(self):
        self.follow("docs/c.md")

    def test_cpp(self):
        self.follow("docs/cpp.md")

    @unittest.skipUnless(shutil.which("cargo"), "no cargo")
    def test_rust(self):
        self.follow("docs/rust.md", "images/00000.png")

    def test_first_image(self):
        several = [f"several/{i:05}.png" for i in range(4)]
        self.follow("docs/first_image.md", "mine/00000.png", *several, "steps/00000_steps.png", "plain/00000.png")

    def test_sampling(self):
        self.follow("docs/sampling.md", "asked/00000.png", guide=True)

    def test_reproduce(self):
        self.follow("docs/reproduce.md", "once/00041.png", "again/00040.png", "again/00041.png", guide=True)

    def test_by_class(self):
        self.follow("docs/by_class.md", *(f"set/{i:05}.png" for i in range(10)), guide=True)

    def test_by_hand(self):
        self.follow("docs/by_hand.md", guide=True)

    def test_editing(self):
        self.follow("docs/editing.md", "without.png", "with.png", "variations/00003.png", guide=True)

    def test_viewer(self):
        self.follow("docs/viewer.md", guide=True)

    def test_dicom(self):
        self.follow("docs/dicom.md", "images/00000.dcm", "dx/00000.dcm", guide=True)

    def test_experiment(self):
        self.follow("docs/experiment.md", "experiment/report.html", guide=True, needs=())

    def test_evaluation(self):
        self.follow("docs/evaluation.md", "synthetic/00000.png", guide=True, needs=())

    def test_memorisation(self):
        self.follow("docs/memorisation.md", "images/00001.png", guide=True, needs=())

    def test_threads(self):
        self.follow("docs/threads.md", guide=True)


if __name__ == "__main__":
    unittest.main()
