"""Writes from include/raygen/raygen.h what the bindings must know of it: the calls of Rust and Julia, and the layout that both are checked
against. Run it after every change of the header; a test runs it with --check.

    python3 bindings/generate.py [--check]        needs pycparser and a C compiler (cc)
"""

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pycparser import c_ast, c_parser

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "raygen" / "raygen.h"
MACROS = ("RAYGEN_ABI_VERSION", "RAYGEN_THREADS_HOST", "RAYGEN_HEADS_INFER", "RAYGEN_PARTS_GENERATE")
STANDARD_TYPES = "typedef int int32_t; typedef long int64_t; typedef unsigned uint32_t; typedef unsigned long uint64_t; typedef unsigned long size_t;"


@dataclass
class Type:
    """name is a plain type, a type of ours, or "function" with parameters and result."""

    name: str
    pointers: list = field(default_factory=list)  # outermost last; of each whether what it points to is const
    array: int = 0
    parameters: list = field(default_factory=list)
    result: "Type | None" = None


@dataclass
class Named:
    name: str
    type: Type
    doc: str = ""


@dataclass
class Struct:
    name: str
    fields: list
    doc: str = ""


@dataclass
class Function:
    name: str
    parameters: list
    result: Type
    doc: str = ""


@dataclass
class Header:
    constants: list  # (name, value, doc)
    aliases: dict  # a type under another name
    opaque: list
    callbacks: list
    structs: list
    functions: list


def run_compiler(*arguments, source=None):
    return subprocess.run(["cc", *map(str, arguments)], input=source, capture_output=True, text=True, check=True).stdout


def preprocessed():
    """The header without attributes and system headers, its lines kept."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stddef.h", "stdint.h"):
            (Path(folder) / name).touch()
        return run_compiler("-E", "-nostdinc", "-U__GNUC__", "-I", folder, "-x", "c", HEADER)


def doc_of(lines, line):
    """The /** */ that ends right above a declaration, else the /* */ behind it on its line. line counts from 1."""
    behind = re.search(r"/\*+\s*(.*?)\s*\*/\s*$", lines[line - 1])
    end = line - 2
    if end >= 0 and lines[end].rstrip().endswith("*/") and not lines[end].lstrip().startswith("/* ----"):
        start = end
        while start >= 0 and "/*" not in lines[start]:
            start -= 1
        if lines[start].lstrip().startswith("/**"):
            text = " ".join(re.sub(r"^\s*(/\*\*|\*(?!/))?\s?|\s*\*/\s*$", "", each) for each in lines[start : end + 1])
            return " ".join(text.split())
    return behind.group(1) if behind else ""


def type_of(node):
    if isinstance(node, c_ast.PtrDecl):
        if isinstance(node.type, c_ast.FuncDecl):
            inner = node.type
            parameters = [Named(each.name, type_of(each.type)) for each in inner.args.params]
            return Type("function", parameters=parameters, result=type_of(inner.type))
        inner = type_of(node.type)
        inner.pointers.append("const" in getattr(node.type, "quals", []))
        return inner
    if isinstance(node, c_ast.ArrayDecl):
        inner = type_of(node.type)
        inner.array = int(node.dim.value)
        return inner
    if isinstance(node, c_ast.TypeDecl):
        named = node.type
        return Type(named.name if isinstance(named, c_ast.Struct) else " ".join(named.names))
    raise TypeError(f"raygen.h holds a declaration that the bindings do not know: {node}")


def evaluate(node, known):
    if isinstance(node, c_ast.Constant):
        return int(node.value, 0)
    if isinstance(node, c_ast.UnaryOp) and node.op == "-":
        return -evaluate(node.expr, known)
    if isinstance(node, c_ast.ID):
        return known[node.name]
    if isinstance(node, c_ast.BinaryOp) and node.op == "|":
        return evaluate(node.left, known) | evaluate(node.right, known)
    raise TypeError(f"raygen.h holds a constant that the bindings do not know: {node}")


def read_header():
    lines = HEADER.read_text(encoding="utf-8").splitlines()
    text = preprocessed()
    macros = "".join(f"enum {{ {name}_ = {value} }};" for name, value in macro_values())
    tree = c_parser.CParser().parse(STANDARD_TYPES + "\n" + text + macros, str(HEADER))
    header = Header([], {}, [], [], [], [])
    known = {}
    for node in tree.ext:
        doc = doc_of(lines, node.coord.line) if node.coord.line <= len(lines) and str(HEADER) in str(node.coord.file) else ""
        if isinstance(node, c_ast.Typedef):
            if node.name in ("int32_t", "int64_t", "uint32_t", "uint64_t", "size_t"):
                continue
            inner = node.type.type if isinstance(node.type, c_ast.TypeDecl) else None
            if isinstance(inner, c_ast.Struct):
                if inner.decls is None:
                    header.opaque.append(node.name)
                else:
                    header.structs.append(Struct(node.name, [Named(d.name, type_of(d.type), doc_of(lines, d.coord.line)) for d in inner.decls], doc))
            elif isinstance(node.type, c_ast.PtrDecl):
                header.callbacks.append(Named(node.name, type_of(node.type), doc))
            else:
                header.aliases[node.name] = type_of(node.type)
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.Enum):
            for each in node.type.values.enumerators:
                known[each.name] = evaluate(each.value, known)
                name = each.name[:-1] if each.name.endswith("_") else each.name
                line = each.coord.line
                header.constants.append((name, known[each.name], doc_of([lines[line - 1]], 1) if each.name == name and line <= len(lines) else ""))
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            parameters = node.type.args.params if node.type.args else []
            parameters = [Named(each.name, type_of(each.type)) for each in parameters if type_of(each.type).name != "void" or each.name]
            header.functions.append(Function(node.name, parameters, type_of(node.type.type), doc))
    return header


def macro_values():
    source = f'#include "{HEADER}"\n#include <stdio.h>\nint main(void) {{ ' + "".join(f'printf("{name} %d\\n", (int){name});' for name in MACROS) + " }"
    for line in run_program(source).splitlines():
        name, value = line.split()
        yield name, int(value)


def run_program(source):
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        run_compiler("-x", "c", "-o", program, "-", source=source)
        return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def layout_of(header):
    """(struct, size, [(field, offset, size)]) as the C compiler has it."""
    source = f'#include "{HEADER}"\n#include <stdio.h>\nint main(void) {{\n'
    for struct in header.structs:
        source += f'printf("struct {struct.name} %zu\\n", sizeof({struct.name}));\n'
        for each in struct.fields:
            source += f'printf("{each.name} %zu %zu\\n", offsetof({struct.name}, {each.name}), sizeof((({struct.name} *)0)->{each.name}));\n'
    layout = []
    for line in run_program(source + "}\n").splitlines():
        words = line.split()
        if words[0] == "struct":
            layout.append((words[1], int(words[2]), []))
        else:
            layout[-1][2].append((words[0], int(words[1]), int(words[2])))
    return layout


NOTICE = "Written by bindings/generate.py from include/raygen/raygen.h: change that, not this."

RUST = {"char": "c_char", "int32_t": "i32", "int64_t": "i64", "uint32_t": "u32", "uint64_t": "u64", "size_t": "usize", "float": "f32",
        "double": "f64", "void": "c_void"}


def rust_type(type_, optional=True):
    if type_.name == "function":
        parameters = ", ".join(f"{each.name}: {rust_type(each.type)}" for each in type_.parameters)
        return f'unsafe extern "C" fn({parameters}) -> {rust_type(type_.result)}'
    text = RUST.get(type_.name, type_.name)
    for is_const in type_.pointers:
        text = f"*{'const' if is_const else 'mut'} {text}"
    return f"[{text}; {type_.array}]" if type_.array else text


def rust_field(type_, callbacks):
    return f"Option<{type_.name}>" if type_.name in callbacks and not type_.pointers else rust_type(type_)


def rust_doc(doc, indent=""):
    return f"{indent}/// {doc.replace('[', chr(92) + '[').replace(']', chr(92) + ']')}\n" if doc else ""


def rust(header):
    callbacks = {each.name for each in header.callbacks}
    out = f"// {NOTICE}\n\nuse std::os::raw::{{c_char, c_void}};\n\n"
    out += "".join(f"pub type {name} = {rust_type(type_)};\n" for name, type_ in header.aliases.items()) + "\n"
    for name, value, doc in header.constants:
        kind = "u32" if name.startswith("RAYGEN_PART") else "i32"
        out += rust_doc(doc) + f"pub const {name}: {kind} = {value};\n"
    out += "\n"
    for name in header.opaque:
        out += f"#[repr(C)]\npub struct {name} {{\n    _private: [u8; 0],\n    _not_send: std::marker::PhantomData<*mut u8>,\n}}\n\n"
    for each in header.callbacks:
        out += rust_doc(each.doc) + f"pub type {each.name} = {rust_type(each.type)};\n"
    for struct in header.structs:
        out += "\n" + rust_doc(struct.doc) + f"#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {struct.name} {{\n"
        for each in struct.fields:
            out += rust_doc(each.doc, "    ") + f"    pub {each.name}: {rust_field(each.type, callbacks)},\n"
        out += "}\n"
    out += '\nextern "C" {\n'
    for function in header.functions:
        parameters = ", ".join(f"{each.name}: {rust_field(each.type, callbacks)}" for each in function.parameters)
        void = function.result.name == "void" and not function.result.pointers
        result = "" if void else f" -> {rust_type(function.result)}"
        out += rust_doc(function.doc, "    ") + f"    pub fn {function.name}({parameters}){result};\n"
    return out + "}\n"


def rust_layout(layout):
    out = f"// {NOTICE}\n//! Sizes and offsets as the C compiler has them (64 bits).\n#![cfg(target_pointer_width = \"64\")]\n\n"
    out += "use raygen_sys::*;\nuse std::mem::{size_of, MaybeUninit};\n\n"
    out += "macro_rules! offset {\n    ($type:ty, $field:ident) => {{\n        let value = MaybeUninit::<$type>::uninit();\n        let base = value.as_ptr();\n"
    out += "        unsafe { std::ptr::addr_of!((*base).$field) as usize - base as usize }\n    }};\n}\n"
    for name, size, fields in layout:
        out += f"\n#[test]\nfn {name}_is_laid_out_as_in_c() {{\n    assert_eq!(size_of::<{name}>(), {size});\n"
        out += "".join(f"    assert_eq!(offset!({name}, {each}), {offset});\n" for each, offset, _ in fields) + "}\n"
    return out


def rust_nothing(type_, structs):
    """The value of a parameter for which nothing is given."""
    if type_.pointers:
        return "null_mut()" if not type_.pointers[-1] else "null()"
    return "nothing()" if type_.name in structs else "0"


def rust_misuse(header, layout):
    sizes = {name: size for name, size, fields in layout if fields[0][0] == "struct_size"}
    structs = {each.name for each in header.structs}
    fallible = [each for each in header.functions if each.result.name == "raygen_status" and not each.result.pointers]
    out = f"// {NOTICE}\n//! Every call with nothing, and with structs whose struct_size is none: an error, never a crash.\n"
    out += "#![cfg(target_pointer_width = \"64\")]\n\nuse raygen_sys::*;\nuse std::ptr::{null, null_mut};\n\n"
    out += "fn nothing<T>() -> T {\n    unsafe { std::mem::zeroed() } // plain old data\n}\n\n"
    out += "#[test]\nfn nothing_is_refused() {\n    unsafe {\n"
    for function in fallible:
        arguments = ", ".join(rust_nothing(each.type, structs) for each in function.parameters)
        out += f"        assert_ne!({function.name}({arguments}), RAYGEN_OK);\n"
    out += "    }\n}\n\n#[test]\nfn null_is_nothing_to_free() {\n    unsafe {\n"
    for function in header.functions:
        if function.name.endswith("_free"):
            out += f"        {function.name}(null_mut());\n"
    out += "    }\n}\n"
    for function in fallible:
        for i, parameter in enumerate(function.parameters):
            kind = parameter.type.name
            if kind not in sizes or len(parameter.type.pointers) != 1:
                continue
            arguments = [rust_nothing(each.type, structs) for each in function.parameters]
            arguments[i] = "&value" if parameter.type.pointers[0] else "&mut value"
            out += f"\n#[test]\nfn {function.name}_refuses_{parameter.name}_of_wrong_sizes() {{\n    let mut value: {kind} = nothing();\n"
            out += f"    for size in [0, 7, {sizes[kind] - 1}] {{\n        value.struct_size = size;\n"
            out += f"        assert_ne!(unsafe {{ {function.name}({', '.join(arguments)}) }}, RAYGEN_OK);\n    }}\n}}\n"
    return out


JULIA = {"char": "UInt8", "int32_t": "Int32", "int64_t": "Int64", "uint32_t": "UInt32", "uint64_t": "UInt64", "size_t": "Csize_t",
         "float": "Float32", "double": "Float64", "void": "Cvoid"}


def julia_type(type_, callbacks, opaque):
    if type_.name in callbacks:
        return "Ptr{Cvoid}"
    text = "Cvoid" if type_.name in opaque else JULIA.get(type_.name, type_.name)
    for _ in type_.pointers:
        text = f"Ptr{{{text}}}"
    return f"NTuple{{{type_.array}, {text}}}" if type_.array else text


def julia(header):
    callbacks, opaque = {each.name for each in header.callbacks}, set(header.opaque)
    kind = lambda type_: julia_type(type_, callbacks, opaque)  # noqa: E731
    out = f'# {NOTICE}\n"""The C ABI, call by call. Handles are Ptr{{Cvoid}}; see raygen.h for what each call does."""\nmodule LibRaygen\n\n'
    out += "import Libdl\n\nconst handle = Ref{Ptr{Cvoid}}(C_NULL)\n"
    out += "symbol(name) = Libdl.dlsym(handle[], name)\n\n"
    out += "".join(f"const {name} = {kind(type_)}\n" for name, type_ in header.aliases.items()) + "\n"
    for name, value, doc in header.constants:
        out += f"const {name} = {'UInt32' if name.startswith('RAYGEN_PART') else 'Int32'}({value})" + (f"  # {doc}" if doc else "") + "\n"
    for struct in header.structs:
        out += f"\nstruct {struct.name}\n" + "".join(f"    {each.name}::{kind(each.type)}\n" for each in struct.fields) + "end\n"
    for function in header.functions:
        names = ", ".join(each.name for each in function.parameters)
        types = "".join(f"{kind(each.type)}, " for each in function.parameters)
        call = f"ccall(symbol(:{function.name}), {kind(function.result)}, ({types.strip()})" + (f", {names}" if names else "") + ")"
        out += f"\n{function.name}({names}) =\n    {call}\n"
    return out + "\nend\n"


def files():
    header = read_header()
    layout = layout_of(header)
    return {
        ROOT / "bindings/rust/raygen-sys/src/bindings.rs": rust(header),
        ROOT / "bindings/rust/raygen-sys/tests/layout.rs": rust_layout(layout),
        ROOT / "bindings/rust/raygen-sys/tests/misuse.rs": rust_misuse(header, layout),
        ROOT / "bindings/julia/src/LibRaygen.jl": julia(header),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a file is not what it would be")
    arguments = parser.parse_args()
    stale = []
    for path, text in files().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not arguments.check:
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'is not what the header says: run bindings/generate.py' if arguments.check else 'written'}")
    sys.exit(1 if arguments.check and stale else 0)


if __name__ == "__main__":
    main()
