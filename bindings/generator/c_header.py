"""raygen.h as the bindings need it: its declarations, what the comments say of them, and how a C compiler lays its structs out.

Needs pycparser and a C compiler (cc).
"""

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pycparser import c_ast, c_parser

from . import ROOT

HEADER = ROOT / "include" / "raygen" / "raygen.h"
MACROS = ("RAYGEN_ABI_VERSION", "RAYGEN_THREADS_HOST", "RAYGEN_HEADS_INFER", "RAYGEN_FEATHER_AUTO", "RAYGEN_PARTS_GENERATE")
VERSION = ("RAYGEN_VERSION_MAJOR", "RAYGEN_VERSION_MINOR", "RAYGEN_VERSION_PATCH")
STANDARD_TYPES = {"uint8_t": "unsigned char", "int32_t": "int", "int64_t": "long", "uint32_t": "unsigned", "uint64_t": "unsigned long",
                  "size_t": "unsigned long"}


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


def words(comment):
    """The text of the lines of a comment."""
    return " ".join(" ".join(re.sub(r"^\s*(/\*+|\*(?!/))?\s?|\s*\*/\s*$", "", each) for each in comment).split())


def doc_behind(lines, line):
    """The comment that begins behind a declaration on its line, to where it ends."""
    begin = re.search(r"[;,\w)\s](/\*.*)$", lines[line - 1])
    if begin is None or not begin.string[: begin.start()].strip():
        return ""
    comment = [begin.group(1)]
    while not comment[-1].rstrip().endswith("*/"):
        if "*/" in comment[-1]:
            return ""  # more stands behind it
        comment.append(lines[line - 1 + len(comment)])
    return words(comment)


def doc_of(lines, line):
    """The /** */ that ends right above a declaration, else the comment behind it. line counts from 1."""
    end = line - 2
    if end >= 0 and lines[end].rstrip().endswith("*/") and not lines[end].lstrip().startswith("/* ----"):
        start = end
        while start >= 0 and "/*" not in lines[start]:
            start -= 1
        if lines[start].lstrip().startswith("/**"):
            return words(lines[start : end + 1])
    return doc_behind(lines, line)


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


def read():
    lines = HEADER.read_text(encoding="utf-8").splitlines()
    text = preprocessed()
    types = "".join(f"typedef {kind} {name};" for name, kind in STANDARD_TYPES.items())
    macros = "".join(f"enum {{ {name}_ = {value} }};" for name, value in macro_values(MACROS))
    tree = c_parser.CParser().parse(types + "\n" + text + macros, str(HEADER))
    header = Header([], {}, [], [], [], [])
    known = {}
    for node in tree.ext:
        doc = doc_of(lines, node.coord.line) if node.coord.line <= len(lines) and str(HEADER) in str(node.coord.file) else ""
        if isinstance(node, c_ast.Typedef):
            if node.name in STANDARD_TYPES:
                continue
            inner = node.type.type if isinstance(node.type, c_ast.TypeDecl) else None
            if isinstance(inner, c_ast.Struct):
                if inner.decls is None:
                    header.opaque.append(node.name)
                else:
                    fields = [Named(each.name, type_of(each.type), doc_of(lines, each.coord.line)) for each in inner.decls]
                    header.structs.append(Struct(node.name, fields, doc_of(lines, inner.coord.line)))
            elif isinstance(node.type, c_ast.PtrDecl):
                header.callbacks.append(Named(node.name, type_of(node.type), doc))
            else:
                header.aliases[node.name] = type_of(node.type)
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.Enum):
            for each in node.type.values.enumerators:
                known[each.name] = evaluate(each.value, known)
                name = each.name[:-1] if each.name.endswith("_") else each.name
                line = each.coord.line
                header.constants.append((name, known[each.name], doc_behind(lines, line) if each.name == name and line <= len(lines) else ""))
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            parameters = node.type.args.params if node.type.args else []
            parameters = [Named(each.name, type_of(each.type)) for each in parameters if type_of(each.type).name != "void" or each.name]
            header.functions.append(Function(node.name, parameters, type_of(node.type.type), doc))
    return header


def macro_values(names):
    source = f'#include "{HEADER}"\n#include <stdio.h>\nint main(void) {{ ' + "".join(f'printf("{name} %d\\n", (int){name});' for name in names) + " }"
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


def version():
    return ".".join(str(value) for _, value in macro_values(VERSION))
