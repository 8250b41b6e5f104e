"""The generated calls are those of the header, and Julia's structs lie in memory as C's do (Rust's own tests check Rust's).

There is no Julia where this runs: what can be checked without one is. Needs pycparser and a C compiler.
"""

import ctypes
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings"))
import generate

JULIA = generate.ROOT / "bindings" / "julia" / "src"
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
        cls.header = generate.read_header()
        cls.julia = (JULIA / "LibRaygen.jl").read_text(encoding="utf-8")

    def test_generated_files_are_what_the_header_says(self):
        done = subprocess.run([sys.executable, generate.__file__, "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_nothing_of_the_header_is_overlooked(self):
        text = generate.HEADER.read_text(encoding="utf-8")
        declared = set(re.findall(r"^RAYGEN_API\b[^;]*?\b(raygen_\w+)\(", text, re.M))
        self.assertEqual(declared, {each.name for each in self.header.functions})
        self.assertEqual(set(re.findall(r"^} (raygen_\w+);", text, re.M)), {each.name for each in self.header.structs})

    def test_julia_structs_lie_in_memory_as_c_has_them(self):
        structs = julia_structs(self.julia)
        layout = generate.layout_of(self.header)
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
