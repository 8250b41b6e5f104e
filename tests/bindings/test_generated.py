"""What is generated is what the header and the library's schemas say, and Julia's structs lie in memory as C's do (Rust's own tests check
Rust's).

There is no Julia where this runs: what can be checked without one is. Needs pycparser and a C compiler.
"""

import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings"))
import generate
from generator import ROOT, c, c_header, pages, schema

JULIA = ROOT / "bindings" / "julia" / "src"
LIBRARY = os.environ.get("RAYGEN_LIBRARY")
CTYPES = {"UInt8": ctypes.c_uint8, "Int32": ctypes.c_int32, "Int64": ctypes.c_int64, "UInt32": ctypes.c_uint32, "UInt64": ctypes.c_uint64,
          "Csize_t": ctypes.c_size_t, "Float32": ctypes.c_float, "Float64": ctypes.c_double}


def julia_structs(text):
    """name -> ctypes.Structure, from Julia's declarations."""
    aliases = set(re.findall(r"^const (\w+) = Int32$", text, re.M))
    structs = {}

    def ctype(name):
        if array := re.fullmatch(r"NTuple\{(\d+), (.+)\}", name):
            return ctype(array.group(2)) * int(array.group(1))
        if name.startswith("Ptr{"):
            return ctypes.c_void_p
        return ctypes.c_int32 if name in aliases else structs.get(name) or CTYPES[name]

    for name, body in re.findall(r"^struct (\w+)\n(.*?)^end$", text, re.M | re.S):
        fields = [(each, ctype(kind)) for each, kind in re.findall(r"^    (\w+)::(.+)$", body, re.M)]
        structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    return structs


class Bindings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.header = c_header.read()
        cls.julia = (JULIA / "LibRaygen.jl").read_text(encoding="utf-8")

    def test_generated_files_are_what_the_header_and_the_library_say(self):
        command = [sys.executable, generate.__file__, "--check", *(["--library", LIBRARY] if LIBRARY else [])]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_not_up_to_date_is_found(self):
        """One word of one option, and every file that tells of the options."""
        text = schema.committed("sampling").replace("unmasking steps", "steps of unmasking")
        with mock.patch.object(schema, "committed", lambda kind, real=schema.committed: text if kind == "sampling" else real(kind)):
            stale = {str(path.relative_to(ROOT)) for path, text in generate.files().items() if path.read_text(encoding="utf-8") != text}
        self.assertEqual(stale, {"bindings/schema/sampling.json", "include/raygen/sampling.hpp", "bindings/python/raygen/_sampling.py",
                                 "bindings/rust/raygen/src/sampling.rs", "bindings/julia/src/sampling.jl", "docs/options.md"})

    def test_every_option_is_everywhere(self):
        keys = list(schema.keys_of(json.loads(schema.committed("sampling"))))
        self.assertTrue({"preset", "steps", "temperature", "guidance_scale"} <= {key.name for key in keys})
        for name in ("include/raygen/sampling.hpp", "bindings/python/raygen/_sampling.py", "bindings/rust/raygen/src/sampling.rs",
                     "bindings/julia/src/sampling.jl", "docs/options.md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            self.assertEqual([key.name for key in keys if not re.search(rf"\b{key.name}\b", text)], [], name)

    def test_a_comment_of_several_lines_is_read_whole(self):
        options = next(each for each in self.header.structs if each.name == "raygen_options")
        docs = {each.name: each.doc for each in options.fields}
        self.assertTrue(docs["config"].startswith("how images are sampled") and docs["config"].endswith("asked"), docs["config"])
        self.assertEqual(docs["seed"], "0")

    def test_a_page_without_its_marks_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "docs/abi.md lacks the lines"):
            pages.page("abi.md", "options", "")

    def test_first_sizes_stay_while_the_abi_number_does(self):
        layout = [("raygen_old", 24, [("struct_size", 0, 8)]), ("raygen_new", 32, [("struct_size", 0, 8)]), ("raygen_plain", 16, [("x", 0, 8)])]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "first_sizes.txt"
            path.write_text(c.first_sizes_text({"raygen_old": 16}, 1))
            self.assertEqual(c.first_sizes(layout, 1, path), {"raygen_old": 16, "raygen_new": 32})
            self.assertEqual(c.first_sizes(layout, 2, path), {"raygen_old": 24, "raygen_new": 32})

    def test_the_version_is_the_headers(self):
        self.assertEqual(len(set(re.findall(r'(?m)^version = "(\d+\.\d+\.\d+)"', "".join(
            (ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "bindings/rust/Cargo.lock",
                                                                   "bindings/julia/Project.toml"))))), 1)
        if LIBRARY:
            library = ctypes.CDLL(LIBRARY)
            library.raygen_version.restype = ctypes.c_char_p
            self.assertEqual(library.raygen_version().decode(), c_header.version())

    def test_nothing_of_the_header_is_overlooked(self):
        text = c_header.HEADER.read_text(encoding="utf-8")
        declared = set(re.findall(r"^RAYGEN_(?:API|CALL)\b[^;]*?\b(raygen_\w+)\(", text, re.M))
        self.assertEqual(declared, {each.name for each in self.header.functions})
        self.assertEqual(set(re.findall(r"^} (raygen_\w+);", text, re.M)), {each.name for each in self.header.structs})

    def test_julia_structs_lie_in_memory_as_c_has_them(self):
        structs = julia_structs(self.julia)
        layout = c_header.layout_of(self.header)
        self.assertEqual(set(structs), {name for name, _, _ in layout})
        for name, size, fields in layout:
            self.assertEqual(ctypes.sizeof(structs[name]), size, name)
            for each, offset, width in fields:
                place = getattr(structs[name], each)
                self.assertEqual((place.offset, place.size), (offset, width), f"{name}.{each}")

    def test_julia_calls_have_as_many_arguments_as_types(self):
        calls = re.findall(r"^(raygen_\w+)\((.*?)\) =\n    ccall\(symbol\(:(\w+)\), ([^(]+), \((.*?)\)(?:, (.*))?\)$", self.julia, re.M)
        self.assertEqual(len(calls), len(self.header.functions))
        for name, parameters, called, _, types, passed in calls:
            self.assertEqual(name, called)
            count = len([each for each in types.split(",") if each.strip()])
            self.assertEqual(count, len([each for each in parameters.split(",") if each.strip()]), name)
            self.assertEqual(parameters, passed or "", name)

    def test_julia_module_calls_what_there_is(self):
        module = (JULIA / "Raygen.jl").read_text(encoding="utf-8")
        known = set(re.findall(r"^(?:struct |const )?(\w+)", self.julia, re.M)) | {"handle"}
        for name in set(re.findall(r"LibRaygen\.(\w+)", module)):
            if name != "jl":
                self.assertIn(name, known)

    def test_julia_files_are_julia(self):
        try:
            import tree_sitter
            import tree_sitter_julia
        except ImportError:
            self.skipTest("tree-sitter and its grammar of Julia are not installed")
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language()))
        self.assertTrue(parser.parse(b"function f(\n").root_node.has_error)
        for path in JULIA.parent.rglob("*.jl"):
            self.assertFalse(parser.parse(path.read_bytes()).root_node.has_error, path)


if __name__ == "__main__":
    unittest.main()
