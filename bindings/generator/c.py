"""C: what the implementation asserts of the structs' layout, and the sizes that they had in the first version of this ABI."""

from . import OF_THE_HEADER, ROOT

FIRST_SIZES = ROOT / "abi" / "first_sizes.txt"


def grows(fields):
    return fields[0][0] == "struct_size"


def first_sizes(layout, abi, path=FIRST_SIZES):
    """(struct, size): as committed while the ABI number stays; a struct that is new there has the size that it has now."""
    now = {name: size for name, size, fields in layout if grows(fields)}
    committed = read_first_sizes(path)
    if committed.get("abi") != abi:
        return now
    return {name: committed.get(name, size) for name, size in now.items()}


def read_first_sizes(path=FIRST_SIZES):
    if not path.exists():
        return {}
    return {name: int(size) for name, size in (line.split() for line in path.read_text(encoding="utf-8").splitlines())}


def first_sizes_text(sizes, abi):
    return f"abi {abi}\n" + "".join(f"{name} {size}\n" for name, size in sizes.items())


def first_sizes_header(sizes):
    out = "// Written by bindings/generate.py from abi/first_sizes.txt. Do not edit.\n#pragma once\n"
    out += "// The size that each struct had in the first version of this ABI: no caller's struct is shorter.\n\n"
    out += '#include "raygen/raygen.h"\n\n#include <cstddef>\n\nnamespace raygen::capi {\n\n// clang-format off\n'
    out += "template <typename T> inline constexpr std::size_t first_size = 0;\n\n"
    out += "".join(f"template <> inline constexpr std::size_t first_size<{name}> = {size};\n" for name, size in sizes.items())
    return out + "\n}  // namespace raygen::capi\n"


def layout_checks(layout):
    out = f"// {OF_THE_HEADER}\n#pragma once\n"
    out += "// A program that was compiled long ago passes the same bytes: sizes and offsets with 64 bits.\n\n"
    out += '#include "raygen/raygen.h"\n\n#include <cstddef>\n\n#if UINTPTR_MAX == UINT64_MAX\n// clang-format off\n'
    for name, size, fields in layout:
        out += f"\nstatic_assert(sizeof({name}) == {size});\n"
        out += "".join(f"static_assert(offsetof({name}, {each}) == {offset});\n" for each, offset, _ in fields)
    return out + "\n#endif\n"
