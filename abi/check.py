"""Holds the ABI to what was promised (docs/abi.md): raygen.h, and a library if one is given, against what is committed here.

    python3 abi/check.py [LIBRARY]          exit code 1 and a line each for what was removed or changed; additions pass
    python3 abi/check.py --write            commits the header as it is now: after additions, and for a new ABI version, not otherwise

symbols.txt and constants.txt list names and values; declarations.txt has every declaration of the header, with the names that say what a
parameter or a field means, and the sizes that structs had in the first version of this ABI (first_sizes.txt); raygen.abi is libabigail's dump of types and signatures, made of a stub library that defines every function of
the header with debug information. Needs pycparser, a C compiler and libabigail's tools.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "bindings"))
from generator import c, c_header

# Appending to a struct is no break: struct_size comes first, and the library looks no further than the caller's size. libabigail lets more
# pass with this than it says; declarations.txt does not.
SUPPRESSIONS = "[suppress_type]\n  type_kind = struct\n  has_data_member_inserted_at = end\n  has_size_change = yes\n"


def declared(type_, name=""):
    """A declaration in one line."""
    if type_.name == "function":
        return f"{declared(type_.result)} (*{name})({', '.join(declared(each.type, each.name) for each in type_.parameters)})"
    pointers = "".join(" const *" if is_const else " *" for is_const in type_.pointers)
    return f"{type_.name}{pointers} {name}".strip() + (f"[{type_.array}]" if type_.array else "")


def stub_library(header, folder):
    """Every function of the header with an empty body."""
    source = f'#include "{c_header.HEADER}"\n'
    for function in header.functions:
        if any(each.type.name == "function" for each in function.parameters):
            raise TypeError("a function of the header takes a plain function pointer: give it a typedef")
        parameters = ", ".join(declared(each.type, each.name) for each in function.parameters) or "void"
        body = "{ }" if function.result.name == "void" and not function.result.pointers else "{ return 0; }"
        source += f"#undef {function.name}\n{declared(function.result)} {function.name}({parameters}) {body}\n"
    (folder / "stub.c").write_text(source)
    library = folder / "libraygen.so"
    soname = f"-Wl,-soname,libraygen.so.{constants_of(header)['RAYGEN_ABI_VERSION']}"
    c_header.run_compiler("-g", "-shared", "-fPIC", "-Wno-unused", soname, "-o", library, folder / "stub.c")
    return library


def dump_of(library):
    run = subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", library], capture_output=True, text=True, check=True)
    return run.stdout


def exported(library):
    run = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    return {line.split()[-1] for line in run.stdout.splitlines()}


def declarations_of(header):
    """What may not change, line by line. A struct is a line for each field and one for its end unless it may grow there."""
    lines = [f"typedef {declared(type_, name)}" for name, type_ in header.aliases.items()]
    lines += [f"typedef struct {name}" for name in header.opaque]
    lines += [f"typedef {declared(each.type, each.name)}" for each in header.callbacks]
    for struct in header.structs:
        lines += [f"struct {struct.name} {i}: {declared(each.type, each.name)}" for i, each in enumerate(struct.fields)]
        if struct.fields[0].name != "struct_size":
            lines.append(f"struct {struct.name} {len(struct.fields)}: end")
    for function in header.functions:
        parameters = ", ".join(declared(each.type, each.name) for each in function.parameters)
        lines.append(f"{declared(function.result)} {function.name}({parameters or 'void'})")
    first_sizes = c.read_first_sizes(FOLDER / "first_sizes.txt")
    lines += [f"first size of {name}: {size}" for name, size in first_sizes.items() if name != "abi"]
    lines += [line for line in c_header.HEADER.read_text(encoding="utf-8").splitlines() if re.match(r"#define raygen_\w+\(", line)]
    return lines


def constants_of(header):
    return {name: str(value) for name, value, _ in header.constants}


def read_list(name):
    return [line.split() for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def promised_declarations():
    return (FOLDER / "declarations.txt").read_text(encoding="utf-8").splitlines()


def promised_sizes():
    """Of every struct, in bytes."""
    dump = (FOLDER / "raygen.abi").read_text(encoding="utf-8")
    return {name: int(bits) // 8 for name, bits in re.findall(r"<class-decl name='(raygen_\w+)' size-in-bits='(\d+)'", dump)}


def fields_in_padding(header):
    """New fields where an old struct ends in padding: no struct_size would tell that they are there."""
    promised, sizes = set(promised_declarations()), promised_sizes()
    declared_now = {struct.name: struct.fields for struct in header.structs}
    for name, _, fields in c_header.layout_of(header):
        for i, (field, offset, _) in enumerate(fields):
            line = f"struct {name} {i}: {declared(declared_now[name][i].type, field)}"
            if offset < sizes.get(name, 0) and line not in promised:
                yield f"{name}.{field} lies where padding was: begin with a field that is aligned to 8 bytes"


def differences(library=None):
    header = c_header.read()
    found = []
    promised = {line[0] for line in read_list("symbols.txt")}
    found += [f"{name} is gone from raygen.h" for name in sorted(promised - {each.name for each in header.functions})]
    if library is not None:
        found += [f"{name} is not exported by {library}" for name in sorted({each.name for each in header.functions} - exported(library))]
    constants = constants_of(header)
    for name, value in read_list("constants.txt"):
        if constants.get(name) != value:
            found.append(f"{name} was {value} and is {constants.get(name, 'gone')}")
    now = set(declarations_of(header))
    found += [f"no longer declared: {line}" for line in promised_declarations() if line not in now]
    found += fields_in_padding(header)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "suppressions").write_text(SUPPRESSIONS)
        (folder / "now.abi").write_text(dump_of(stub_library(header, folder)))
        run = subprocess.run(["abidiff", "--no-added-syms", "--suppressions", folder / "suppressions", FOLDER / "raygen.abi", folder / "now.abi"],
                             capture_output=True, text=True)
        if run.returncode:
            found.append(f"abidiff (exit code {run.returncode}):\n{run.stdout}{run.stderr}")
    return found


def abi_version_rises():
    promised = dict(read_list("constants.txt"))
    return int(constants_of(c_header.read())["RAYGEN_ABI_VERSION"]) > int(promised["RAYGEN_ABI_VERSION"])


def write():
    header = c_header.read()
    (FOLDER / "symbols.txt").write_text("".join(f"{each.name}\n" for each in sorted(header.functions, key=lambda each: each.name)))
    (FOLDER / "constants.txt").write_text("".join(f"{name} {value}\n" for name, value in constants_of(header).items()))
    (FOLDER / "declarations.txt").write_text("".join(f"{line}\n" for line in declarations_of(header)), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (FOLDER / "raygen.abi").write_text(dump_of(stub_library(header, Path(folder))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", nargs="?", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.write:
        broken = [] if abi_version_rises() else differences()
        if broken:
            print("\n".join([*broken, "nothing is written: what was promised changes with a higher RAYGEN_ABI_VERSION only"]))
            sys.exit(1)
        write()
        return
    found = differences(arguments.library)
    print("\n".join(found) if found else "the ABI holds")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
