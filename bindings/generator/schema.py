"""The keys of configs, as raygen_config_schema gives them. What is committed in bindings/schema is what everything is written from."""

import ctypes
import json
import textwrap
from dataclasses import dataclass, field

from . import ROOT

KINDS = {"sampling": 0, "training": 1, "evaluation": 2, "experiment": 3}  # raygen_config_kind


def short(number):
    return str(int(number)) if number == int(number) else repr(number)


@dataclass
class Key:
    """A value of a config, or a section of them."""

    path: str
    type: str  # "integer", "number", "string", "boolean", "array" (of integers) or "object"
    meaning: str
    source: str = ""
    choices: list = field(default_factory=list)
    least: "float | None" = None
    most: "float | None" = None
    below: "float | None" = None
    default: object = None  # None: there is none

    @property
    def name(self):
        return self.path.split(".")[-1]

    @property
    def range(self):
        if self.choices:
            return ", ".join(map(str, self.choices))
        if self.least is None:
            return "true or false" if self.type == "boolean" else ""
        if self.below is not None:
            return f"{short(self.least)} to below {short(self.below)}"
        return f"at least {short(self.least)}" if self.most is None else f"{short(self.least)} to {short(self.most)}"

    @property
    def default_text(self):
        return "" if self.default is None else json.dumps(self.default, ensure_ascii=False)

    def doc(self):
        """Sentences: the meaning, the values, the library's default, the source."""
        sentences = [self.meaning]
        if self.range:
            sentences.append(f"Values: {self.range}")
        if self.default is not None:
            sentences.append(f"The library's default: {self.default_text}")
        if self.source:
            sentences.append(f"Source: {self.source}")
        return " ".join(each if each.endswith(".") else each + "." for each in sentences)


def file_of(kind):
    return ROOT / "bindings" / "schema" / f"{kind}.json"


def committed(kind):
    return file_of(kind).read_text(encoding="utf-8")


def of_library(path, kind):
    """What the library says, laid out as it is committed."""
    library = ctypes.CDLL(str(path))
    text = ctypes.c_void_p()
    status = library.raygen_config_schema(ctypes.c_int32(KINDS[kind]), ctypes.byref(text), None)
    if status != 0:
        raise RuntimeError(f"raygen_config_schema of {path} ended with status {status}")
    try:
        schema = json.loads(ctypes.string_at(text.value))
    finally:
        library.raygen_buffer_free(text)
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def keys_of(schema, prefix=""):
    """Every key, sections before what they hold."""
    for name, each in schema["properties"].items():
        path = prefix + name
        bounds = each.get("items", each)
        yield Key(path, each["type"], each.get("description", ""), each.get("x-source", ""), each.get("enum", []), bounds.get("minimum"),
                  bounds.get("maximum"), bounds.get("exclusiveMaximum"), each.get("default"))
        if each["type"] == "object":
            yield from keys_of(each, path + ".")


def wrapped(text, prefix, width=100):
    """Lines that begin with `prefix` and end before `width`."""
    return "".join(f"{line}\n" for line in textwrap.wrap(text, width, initial_indent=prefix, subsequent_indent=prefix,
                                                          break_long_words=False, break_on_hyphens=False))
