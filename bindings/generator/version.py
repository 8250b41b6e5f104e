"""The version, which stands in raygen.h, where a package's own file wants it too. (CMake reads the header by itself.)"""

import re

from . import ROOT

PLACES = {
    "pyproject.toml": r'(?m)(^\[project\]\nname = "raygen"\nversion = ")[^"]*',
    "bindings/rust/raygen/Cargo.toml": r'(?m)(^name = "raygen"\nversion = ")[^"]*',
    "bindings/rust/raygen-sys/Cargo.toml": r'(?m)(^name = "raygen-sys"\nversion = ")[^"]*',
    "bindings/rust/Cargo.lock": r'(?m)(^name = "raygen(?:-sys)?"\nversion = ")[^"]*',
    "bindings/julia/Project.toml": r'(?m)(^version = ")[^"]*',
}


def files(version):
    for name, place in PLACES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        if not re.search(place, text):
            raise ValueError(f"{name} names no version where one was expected")
        yield ROOT / name, re.sub(place, rf"\g<1>{version}", text)
