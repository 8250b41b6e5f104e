"""abi/check.py lets additions pass and nothing else, and no binding goes on with a library of another ABI version. Needs what abi/check.py
needs."""

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "abi"))
import check
from generator import c, c_header

HEADER = c_header.HEADER
LIBRARY = os.environ.get("RAYGEN_LIBRARY")


class Abi(unittest.TestCase):
    def tearDown(self):
        c_header.HEADER = HEADER

    def after(self, *changes):
        """What is found when the header is changed: (old, new)…"""
        text = HEADER.read_text(encoding="utf-8")
        for old, new in changes:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new, 1)
        with tempfile.TemporaryDirectory() as folder:
            c_header.HEADER = Path(folder) / "raygen.h"
            c_header.HEADER.write_text(text, encoding="utf-8")
            return check.differences()

    def test_the_header_and_the_library_hold_what_was_promised(self):
        self.assertEqual(check.differences(Path(LIBRARY) if LIBRARY else None), [])

    def test_what_is_committed_is_up_to_date(self):
        """Additions are committed with what they add."""
        header = c_header.read()
        self.assertEqual({line[0] for line in check.read_list("symbols.txt")}, {each.name for each in header.functions})
        self.assertEqual(dict(check.read_list("constants.txt")), check.constants_of(header))
        self.assertEqual(check.promised_declarations(), check.declarations_of(header))

    def test_additions_pass(self):
        end = "#ifdef __cplusplus\n}\n#endif\n#endif /* RAYGEN_RAYGEN_H */"
        self.assertEqual(self.after((end, "RAYGEN_API int32_t raygen_new_call(const raygen_model *model);\n" + end)), [])
        self.assertEqual(self.after(("RAYGEN_ERROR_INTERNAL = 10 ", "RAYGEN_ERROR_INTERNAL = 10, RAYGEN_ERROR_NEW = 11 ")), [])
        self.assertEqual(self.after(("\n} raygen_options;", "\n  double new_field;\n} raygen_options;")), [])
        self.assertEqual(self.after(("\n} raygen_model_info;", "\n  int64_t new_size;\n  int32_t another;\n} raygen_model_info;")), [])

    def test_removals_and_changes_fail(self):
        changes = {
            "a call is gone": ("RAYGEN_API int32_t raygen_abi_version(void);", ""),
            "a call has another name": ("raygen_session_trim(raygen_session", "raygen_session_clear(raygen_session"),
            "a parameter is of another type": ("raygen_embedding_token_count(const raygen_embedding *embedding, size_t i)",
                                               "raygen_embedding_token_count(const raygen_embedding *embedding, int32_t i)"),
            "a parameter more": ("raygen_model_memory(const raygen_model *model)", "raygen_model_memory(const raygen_model *model, int32_t parts)"),
            "another result": ("uint64_t raygen_model_memory", "uint32_t raygen_model_memory"),
            "a field in the middle": ("  int32_t images_per_prompt;", "  int32_t guidance;\n  int32_t more;\n  int32_t images_per_prompt;"),
            "a field less": ("  size_t override_count;\n  int32_t images_per_prompt;", "  int32_t images_per_prompt;"),
            "a field of another type": ("  double val_fraction; ", "  float val_fraction; "),
            "a field in the padding": ("  int32_t bit_depth; /* 8 or 16; 8 */", "  int32_t bit_depth; /* 8 or 16; 8 */\n  int32_t level;"),
            "a constant of another value": ("RAYGEN_ERROR_IO = 2,", "RAYGEN_ERROR_IO = 12,"),
            "a constant less": ("  RAYGEN_ERROR_INTERNAL = 10 ", "  RAYGEN_ERROR_DEFECT = 10 "),
            "an alias of another type": ("typedef int32_t raygen_device;", "typedef int64_t raygen_device;"),
            "another field of another type": ("  uint64_t max_pixels;", "  double max_pixels;"),
            "the last field of another type": ("  const uint8_t *editable;", "  const int32_t *editable;"),
            "a longer field": ("  int32_t bit_depth; /* 8 or 16; 8 */", "  int64_t bit_depth; /* 8 or 16; 8 */"),
            "a field under another name": ("  double val_fraction; ", "  double part; "),
            "a longer array": ("images_of[3]", "images_of[4]"),
            "a callback without a result": ("typedef int32_t (*raygen_progress_callback)", "typedef void (*raygen_progress_callback)"),
            "a callback with another parameter": ("(*raygen_progress_callback)(const raygen_progress *progress,",
                                                  "(*raygen_progress_callback)(raygen_progress *progress,"),
            "a struct without struct_size that grows": ("} raygen_string;", "  int32_t more;\n} raygen_string;"),
            "a parameter that is no longer const": ("raygen_model_memory(const raygen_model *model)", "raygen_model_memory(raygen_model *model)"),
            "an _init without its macro": ("#define raygen_options_init(options) raygen_options_init((options), sizeof *(options))", ""),
            "another ABI version": ("#define RAYGEN_ABI_VERSION 1", "#define RAYGEN_ABI_VERSION 2"),
        }
        for what, change in changes.items():
            with self.subTest(what):
                self.assertNotEqual(self.after(change), [])

    def test_a_first_size_does_not_change(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for file in check.FOLDER.glob("*.*"):
            shutil.copy(file, folder)
        sizes = c.read_first_sizes(folder / "first_sizes.txt")
        sizes["raygen_options"] += 8
        with mock.patch.object(check, "FOLDER", folder):
            self.assertEqual(check.differences(), [])
            (folder / "first_sizes.txt").write_text(c.first_sizes_text({name: size for name, size in sizes.items() if name != "abi"}, 1))
            self.assertIn("first size of raygen_options", "\n".join(check.differences()))

    def write_after(self, change):
        """(exit code, output, what is committed then) of --write when the header is changed."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for name in ("symbols.txt", "constants.txt", "declarations.txt", "first_sizes.txt", "raygen.abi"):
            shutil.copy(check.FOLDER / name, folder)
        c_header.HEADER = folder / "raygen.h"
        text = HEADER.read_text(encoding="utf-8")
        for old, new in change:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new, 1)
        c_header.HEADER.write_text(text, encoding="utf-8")
        output, code = io.StringIO(), 0
        with mock.patch.object(check, "FOLDER", folder), mock.patch.object(sys, "argv", ["check.py", "--write"]):
            with contextlib.redirect_stdout(output):
                try:
                    check.main()
                except SystemExit as end:
                    code = end.code
        return code, output.getvalue(), (folder / "symbols.txt").read_text()

    def test_write_breaks_no_promise(self):
        gone = ("RAYGEN_API int32_t raygen_job_cancelled(const raygen_job *job);", "")
        added = ("RAYGEN_API void raygen_job_free(", "RAYGEN_API void raygen_job_reset(raygen_job *job);\nRAYGEN_API void raygen_job_free(")
        raised = ("#define RAYGEN_ABI_VERSION 1", "#define RAYGEN_ABI_VERSION 2")
        lowered = ("#define RAYGEN_ABI_VERSION 1", "#define RAYGEN_ABI_VERSION 0")
        for change in ([gone], [gone, lowered], [lowered]):
            code, output, symbols = self.write_after(change)
            self.assertEqual(code, 1, output)
            self.assertIn("nothing is written", output)
            self.assertEqual(symbols, (check.FOLDER / "symbols.txt").read_text())
        code, output, symbols = self.write_after([added])
        self.assertEqual(code, 0, output)
        self.assertIn("raygen_job_reset", symbols)
        code, output, symbols = self.write_after([gone, raised])
        self.assertEqual(code, 0, output)
        self.assertNotIn("raygen_job_cancelled", symbols)


PROGRAM = r"""
#include <raygen/raygen.hpp>
#include <cstdio>

template <typename Action>
void attempt(const char* name, Action action) {
  try {
    action();
    std::printf("%s: done\n", name);
  } catch (const raygen::Error& error) {
    std::printf("%s: %s\n", name, error.what());
  }
}

int main() {
  attempt("Model", [] { raygen::Model::open("none"); });
  attempt("Image", [] { raygen::Image(4, 4, 1); });
  attempt("Image::read", [] { raygen::Image::read("none.png"); });
  attempt("Job", [] { raygen::Job(); });
  attempt("Sampler", [] { raygen::Sampler({4, 4, 8}, raygen::Options()); });
  attempt("Tensors", [] { raygen::Tensors(); });
  attempt("convert", [] { raygen::convert({}, "none"); });
  attempt("write_phantoms", [] { raygen::write_phantoms(""); });
  attempt("train", [] { raygen::train({}); });
}
"""


@unittest.skipUnless(LIBRARY, "RAYGEN_LIBRARY says which library to load")
class AtLoad(unittest.TestCase):
    """A library that says 99 is put in front: what is loaded then is of another ABI, as far as a binding can tell."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "stub.c").write_text("int raygen_abi_version(void) { return 99; }\n")
        cls.stub = cls.folder / "stub.so"
        c_header.run_compiler("-shared", "-fPIC", "-o", cls.stub, cls.folder / "stub.c")

    def run_with(self, stub, *command):
        environment = {**os.environ, **({"LD_PRELOAD": str(stub)} if stub else {})}
        return subprocess.run([str(each) for each in command], capture_output=True, text=True, cwd=self.folder, env=environment)

    def test_cpp(self):
        (self.folder / "program.cpp").write_text(PROGRAM)
        program, include = self.folder / "program", HEADER.parents[1]
        subprocess.run(["c++", "-std=c++17", "-I", include, "-o", program, self.folder / "program.cpp", LIBRARY,
                        f"-Wl,-rpath,{Path(LIBRARY).parent}", "-Wl,--allow-shlib-undefined"], check=True)
        lines = self.run_with(self.stub, program).stdout.splitlines()
        self.assertEqual(len(lines), PROGRAM.count('  attempt("'))
        for line in lines:
            self.assertIn("ABI 99", line)
        lines = self.run_with(None, program).stdout.splitlines()
        self.assertEqual([each for each in lines if "ABI" in each], [])
        self.assertIn("Image: done", lines)

    def test_python(self):
        if importlib.util.find_spec("raygen") is None:
            self.skipTest("the Python package is not installed")
        done = self.run_with(self.stub, sys.executable, "-c", "import raygen")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ABI 99", done.stderr)

    def test_rust(self):
        built = Path(os.environ.get("RAYGEN_RUST_TESTS", "none"))
        programs = sorted((each for each in built.glob("generate-*") if not each.suffix), key=lambda each: each.stat().st_mtime)
        if not programs:
            self.skipTest("Rust's tests are not built")
        done = self.run_with(self.stub, programs[-1])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ABI 99", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
