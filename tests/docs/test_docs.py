"""The pages for C, C++ and Rust, followed word by word: their programs are saved under the names that they are given, their commands run in a
folder that looks like a clone after a build and an installation, and the images they promise are there. Left out are the commands that build
and install, and those of the README that need somebody's checkpoints or reports.

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
        for name in ("models", "bindings"):
            (self.clone / name).symlink_to(ROOT / name)
        (self.clone / "build/release").symlink_to(os.environ["RAYGEN_BUILD"])
        (self.clone / "build/installed").symlink_to(os.environ["RAYGEN_PREFIX"])
        for name, variable in (("cc", "CC"), ("c++", "CXX")):
            (self.tools / name).write_text(f'#!/bin/sh\nexec {shlex.quote(os.environ[variable])} {WARNINGS} "$@"\n')
            (self.tools / name).chmod(0o755)

    def follow(self, page, *promised):
        """Does what the page says, in its order; the images that its programs name and those `promised` must be there afterwards."""
        commands, promised, programs = ["set -eux"], set(promised), 0
        for i, (language, text, before) in enumerate(blocks(page)):
            if language in ("c", "cpp", "rust"):
                name = re.search(r"`([\w./-]+\.(?:c|cpp|rs))`", before)
                self.assertTrue(name, f"{page}: no file name before\n{text}")
                saved = self.folder / f"program-{i}"
                saved.write_text(text, encoding="utf-8")
                commands.append(f"cp {saved} {name[1]}")
                promised.update(re.findall(r'"([\w-]+\.png)"', text))
                programs += 1
            elif not language:
                commands += [line for line in text.splitlines() if not line.startswith(DONE_ALREADY + NEEDS_MORE)]
        self.assertTrue(programs and promised, page)
        environment = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "CARGO_NET_OFFLINE": "true"}
        for name in ("RAYGEN_LIB_DIR", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "RUSTFLAGS"):
            environment.pop(name, None)
        ran = subprocess.run(["bash", "-c", "\n".join(commands)], cwd=self.clone, env=environment, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, f"{page}\n{ran.stdout}{ran.stderr}")
        for path in promised:
            with self.subTest(page=page, image=path):
                self.assertEqual((self.clone / path).read_bytes()[:8], PNG)

    def test_readme(self):
        self.follow("README.md", "images/00000.png", "images/00000_steps.png")

    def test_c(self):
        self.follow("docs/c.md")

    def test_cpp(self):
        self.follow("docs/cpp.md")

    @unittest.skipUnless(shutil.which("cargo"), "no cargo")
    def test_rust(self):
        self.follow("docs/rust.md", "images/00000.png")

    def test_threads(self):
        """The page has no commands: its program is compiled as docs/cpp.md says."""
        (program,) = [text for language, text, _ in blocks("docs/threads.md") if language == "cpp"]
        (self.clone / "first.cpp").write_text(program, encoding="utf-8")
        command = next(line for _, text, _ in blocks("docs/cpp.md") for line in text.splitlines() if line.startswith("c++ "))
        command = 'export PKG_CONFIG_PATH="$PWD/build/installed/lib/pkgconfig"\n' + command + " -pthread && ./first"
        environment = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}"}
        ran = subprocess.run(["bash", "-ec", command], cwd=self.clone, env=environment, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        for name in ("first.png", "second.png"):
            self.assertEqual((self.clone / name).read_bytes()[:8], PNG)


if __name__ == "__main__":
    unittest.main()
