"""Julia: the calls of LibRaygen, and the keywords of sampling."""

from . import OF_THE_HEADER, OF_THE_SCHEMA
from .schema import wrapped

JULIA = {"char": "UInt8", "uint8_t": "UInt8", "int32_t": "Int32", "int64_t": "Int64", "uint32_t": "UInt32", "uint64_t": "UInt64", "size_t": "Csize_t",
         "float": "Float32", "double": "Float64", "void": "Cvoid"}


def julia_type(type_, callbacks, opaque):
    if type_.name in callbacks:
        return "Ptr{Cvoid}"
    text = "Cvoid" if type_.name in opaque else JULIA.get(type_.name, type_.name)
    for _ in type_.pointers:
        text = f"Ptr{{{text}}}"
    return f"NTuple{{{type_.array}, {text}}}" if type_.array else text


def calls(header):
    callbacks, opaque = {each.name for each in header.callbacks}, set(header.opaque)
    kind = lambda type_: julia_type(type_, callbacks, opaque)  # noqa: E731
    out = f'# {OF_THE_HEADER}\n"""The C ABI, call by call. Handles are Ptr{{Cvoid}}; see raygen.h for what each call does."""\nmodule LibRaygen\n\n'
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


VALUES = {"integer": "Int64", "number": "Float64", "string": "String", "boolean": "Bool"}


def sampling(keys):
    out = f'# {OF_THE_SCHEMA}\n"""\nHow images are sampled. What is not given is the preset\'s, the config\'s or the model\'s.\n\n'
    for key in keys:
        text = key.doc().replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        out += f"- `{key.name}`: " + wrapped(text, "  ", 120).lstrip()
    out += '"""\nstruct Sampling\n' + "".join(f"    {key.name}::Union{{Nothing, {VALUES[key.type]}}}\n" for key in keys)
    names = [key.name for key in keys]
    keywords = ",\n           ".join(f"{name} = nothing" for name in names)
    return out + f"end\n\nSampling(; {keywords}) =\n    Sampling({', '.join(names)})\n"
