"""Writes what can be written by a program: from include/raygen/raygen.h the calls of Rust and Julia, the layout that they and the library are
checked against, and the version wherever one is wanted; from the schemas of the configs (bindings/schema) the options of sampling in every
language and the tables of the documentation. Run it after a change of the header, and with the library after a change of an option. A test
runs it with --check.

    python3 bindings/generate.py [--library build/release/lib/libraygen.so] [--check]     needs pycparser and a C compiler (cc)
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from generator import ROOT, c, c_header, cpp, julia, pages, python, rust, schema, version  # noqa: E402


def files(library=None):
    """What each file should hold."""
    header = c_header.read()
    layout = c_header.layout_of(header)
    abi = dict((name, value) for name, value, _ in header.constants)["RAYGEN_ABI_VERSION"]
    first_sizes = c.first_sizes(layout, abi)
    schemas = {kind: schema.of_library(library, kind) if library else schema.committed(kind) for kind in schema.KINDS}
    parsed = {kind: json.loads(text) for kind, text in schemas.items()}
    options, training, evaluation, experiment = (list(schema.keys_of(parsed[kind])) for kind in schema.KINDS)
    return {
        **{schema.file_of(kind): text for kind, text in schemas.items()},
        c.FIRST_SIZES: c.first_sizes_text(first_sizes, abi),
        ROOT / "capi/first_sizes.hpp": c.first_sizes_header(first_sizes),
        ROOT / "capi/layout_checks.hpp": c.layout_checks(layout),
        ROOT / "include/raygen/sampling.hpp": cpp.sampling(options),
        ROOT / "bindings/python/raygen/_sampling.py": python.sampling(options),
        ROOT / "bindings/rust/raygen-sys/src/bindings.rs": rust.calls(header),
        ROOT / "bindings/rust/raygen-sys/tests/layout.rs": rust.layout_tests(layout),
        ROOT / "bindings/rust/raygen-sys/tests/misuse.rs": rust.misuse_tests(header, first_sizes),
        ROOT / "bindings/rust/raygen/src/sampling.rs": rust.sampling(options),
        ROOT / "bindings/julia/src/LibRaygen.jl": julia.calls(header),
        ROOT / "bindings/julia/src/sampling.jl": julia.sampling(options),
        **dict([pages.page("options.md", "options", pages.options(options, parsed["sampling"].get("x-presets", {}))),
                pages.page("training_keys.md", "training keys", pages.training(training)),
                pages.page("evaluation_keys.md", "evaluation keys", pages.training(evaluation)),
                pages.page("experiment_keys.md", "experiment keys", pages.training(experiment))]),
        **dict(version.files(c_header.version())),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="ask it for the schemas, instead of taking those that are committed")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a file is not what it would be")
    arguments = parser.parse_args()
    stale = []
    for path, text in files(arguments.library).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not arguments.check:
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'is not up to date: run bindings/generate.py' if arguments.check else 'written'}")
    sys.exit(1 if arguments.check and stale else 0)


if __name__ == "__main__":
    main()
