"""Rust: the calls of raygen-sys, the tests of their layout and misuse, and the options of sampling."""

from . import OF_THE_HEADER, OF_THE_SCHEMA
from .schema import wrapped

RUST = {"char": "c_char", "uint8_t": "u8", "int32_t": "i32", "int64_t": "i64", "uint32_t": "u32", "uint64_t": "u64", "size_t": "usize", "float": "f32",
        "double": "f64", "void": "c_void"}


def rust_type(type_):
    if type_.name == "function":
        parameters = ", ".join(f"{each.name}: {rust_type(each.type)}" for each in type_.parameters)
        return f'unsafe extern "C" fn({parameters}){rust_result(type_.result)}'
    text = RUST.get(type_.name, type_.name)
    for is_const in type_.pointers:
        text = f"*{'const' if is_const else 'mut'} {text}"
    return f"[{text}; {type_.array}]" if type_.array else text


def rust_result(type_):
    return "" if type_.name == "void" and not type_.pointers else f" -> {rust_type(type_)}"


def rust_field(type_, callbacks):
    return f"Option<{type_.name}>" if type_.name in callbacks and not type_.pointers else rust_type(type_)


def rust_doc(doc, indent=""):
    return f"{indent}/// {doc.replace('[', chr(92) + '[').replace(']', chr(92) + ']')}\n" if doc else ""


def calls(header):
    callbacks = {each.name for each in header.callbacks}
    out = f"// {OF_THE_HEADER}\n\nuse std::os::raw::{{c_char, c_void}};\n\n"
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
        out += rust_doc(function.doc, "    ") + f"    pub fn {function.name}({parameters}){rust_result(function.result)};\n"
    return out + "}\n"


def layout_tests(layout):
    out = f"// {OF_THE_HEADER}\n//! Sizes and offsets as the C compiler has them (64 bits).\n#![cfg(target_pointer_width = \"64\")]\n\n"
    out += "use raygen_sys::*;\nuse std::mem::{size_of, MaybeUninit};\n\n"
    out += "macro_rules! offset {\n    ($type:ty, $field:ident) => {{\n        let value = MaybeUninit::<$type>::uninit();\n        let base = value.as_ptr();\n"
    out += "        unsafe { std::ptr::addr_of!((*base).$field) as usize - base as usize }\n    }};\n}\n"
    for name, size, fields in layout:
        out += f"\n#[test]\nfn {name}_is_laid_out_as_in_c() {{\n    assert_eq!(size_of::<{name}>(), {size});\n"
        out += "".join(f"    assert_eq!(offset!({name}, {each}), {offset});\n" for each, offset, _ in fields) + "}\n"
    return out


def rust_nothing(type_, structs, callbacks):
    """The value of a parameter for which nothing is given."""
    if type_.name in callbacks and not type_.pointers:
        return "None"
    if type_.pointers:
        return "null_mut()" if not type_.pointers[-1] else "null()"
    if type_.name in ("float", "double"):
        return "0.0"
    return "nothing()" if type_.name in structs else "0"


def misuse_tests(header, sizes):
    """sizes: of each struct that grows the one that it had first."""
    structs, callbacks = {each.name for each in header.structs}, {each.name for each in header.callbacks}
    fallible = [each for each in header.functions if each.result.name == "raygen_status" and not each.result.pointers]
    out = f"// {OF_THE_HEADER}\n//! Every call with nothing, and with structs whose struct_size is none: an error, never a crash.\n"
    out += "#![cfg(target_pointer_width = \"64\")]\n\nuse raygen_sys::*;\nuse std::ptr::{null, null_mut};\n\n"
    out += "fn nothing<T>() -> T {\n    unsafe { std::mem::zeroed() } // plain old data\n}\n\n"
    out += "#[test]\nfn nothing_is_refused() {\n    unsafe {\n"
    for function in fallible:
        arguments = ", ".join(rust_nothing(each.type, structs, callbacks) for each in function.parameters)
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
            arguments = [rust_nothing(each.type, structs, callbacks) for each in function.parameters]
            arguments[i] = "&value" if parameter.type.pointers[0] else "&mut value"
            out += f"\n#[test]\nfn {function.name}_refuses_{parameter.name}_of_wrong_sizes() {{\n    let mut value: {kind} = nothing();\n"
            out += f"    for size in [0, 7, {sizes[kind] - 1}] {{\n        value.struct_size = size;\n"
            out += f"        assert_ne!(unsafe {{ {function.name}({', '.join(arguments)}) }}, RAYGEN_OK);\n    }}\n}}\n"
    return out


VALUES = {"integer": "i64", "number": "f64", "string": "String", "boolean": "bool"}


def sampling(keys):
    out = f"// {OF_THE_SCHEMA}\n\n"
    out += "/// How images are sampled. A field that is set wins over the config. Without either, a value is the preset's where one is\n"
    out += "/// named, else the model's, else the library's default.\n#[derive(Clone, Debug, Default, PartialEq)]\npub struct Sampling {\n"
    for key in keys:
        out += wrapped(key.doc().replace("[", "\\[").replace("]", "\\]"), "    /// ", 120)
        out += f"    pub {key.name}: Option<{VALUES[key.type]}>,\n"
    out += "}\n\nfn add<T: std::fmt::Display>(overrides: &mut Vec<String>, name: &str, value: &Option<T>) {\n"
    out += '    if let Some(value) = value {\n        overrides.push(format!("{name}={value}"));\n    }\n}\n\n'
    out += 'impl Sampling {\n    /// What is set: "steps=12", …\n    pub fn overrides(&self) -> Vec<String> {\n        let mut set = Vec::new();\n'
    out += "".join(f'        add(&mut set, "{key.name}", &self.{key.name});\n' for key in keys)
    return out + "        set\n    }\n}\n"
