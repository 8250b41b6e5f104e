"""Every function of raygen.h, called with nothing and with structs of wrong sizes: an error, never a crash. Through ctypes, each call in a
process that must end by itself."""

import ctypes
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import generate
from test_generated import JULIA, julia_structs

SIMPLE = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64,
          "size_t": ctypes.c_size_t, "float": ctypes.c_float, "double": ctypes.c_double}
OK = 0


def prepare():
    header = generate.read_header()
    structs = julia_structs((JULIA / "LibRaygen.jl").read_text(encoding="utf-8"))
    library = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])

    def kind(type_):
        if type_.pointers or type_.name in {each.name for each in header.callbacks}:
            return ctypes.c_void_p
        return structs.get(type_.name) or SIMPLE.get(type_.name, ctypes.c_int32)

    calls = []
    for function in header.functions:
        call = getattr(library, function.name)
        call.argtypes = [kind(each.type) for each in function.parameters]
        void = function.result.name == "void" and not function.result.pointers
        call.restype = None if void else kind(function.result)
        calls.append((function, call))
    return calls, structs


def nothing(call):
    return [kind() if kind is not ctypes.c_void_p else None for kind in call.argtypes]


def call_with_nothing():
    """All arguments NULL and 0: what can fail says so."""
    for function, call in prepare()[0]:
        print(function.name, flush=True)
        result = call(*nothing(call))
        # Asking for the config of no options is legal, but there is nowhere to put it.
        if function.result.name == "raygen_status":
            assert result != OK, function.name


def call_with_odd_addresses():
    """Every pointer at an address that no type but char may have; the numbers are 0, then 1."""
    room = (ctypes.c_char * 65536)()
    odd = ctypes.addressof(room) | 1
    for number in (0, 1):
        for function, call in prepare()[0]:
            if function.result.name != "raygen_status":
                continue
            print(function.name, flush=True)
            arguments = [number if kind in SIMPLE.values() else odd if kind is ctypes.c_void_p else kind() for kind in call.argtypes]
            assert call(*arguments) != OK, function.name


def call_with_wrong_structs():
    """Every parameter that is a struct with a struct_size, with sizes that are none, and then with wrong contents."""
    calls, structs = prepare()
    for function, call in calls:
        for i, parameter in enumerate(function.parameters):
            struct = structs.get(parameter.type.name)
            if struct is None or len(parameter.type.pointers) != 1 or struct._fields_[0][0] != "struct_size" or function.name.endswith("_init"):
                continue
            for size in (0, 1, 7, ctypes.sizeof(struct) - 1, 1 << 40):
                print(function.name, parameter.name, size, flush=True)
                room = (ctypes.c_char * (ctypes.sizeof(struct) + 64))()  # what is looked at beyond the size is ours
                if size < ctypes.sizeof(struct):  # a larger one is a newer caller's, whose fields count
                    ctypes.memset(room, 0xFF, len(room))
                ctypes.c_size_t.from_buffer(room).value = size
                arguments = nothing(call)
                arguments[i] = ctypes.addressof(room)
                result = call(*arguments)
                if function.result.name == "raygen_status":
                    assert result != OK, (function.name, size)


class Misuse(unittest.TestCase):
    def check(self, what):
        done = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"after {done.stdout.splitlines()[-1:]}: {done.stderr}")
        self.assertGreater(len(done.stdout.splitlines()), 20)

    def test_nothing(self):
        self.check("call_with_nothing")

    def test_odd_addresses(self):
        self.check("call_with_odd_addresses")

    def test_wrong_structs(self):
        self.check("call_with_wrong_structs")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1].startswith("call_with_"):
        globals()[sys.argv[1]]()
    else:
        unittest.main()
