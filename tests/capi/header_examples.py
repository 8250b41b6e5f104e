"""The example at the top of each public header compiles: header_examples.py CXX CC INCLUDE EIGEN FOLDER (EIGEN may be empty)."""
import pathlib
import re
import subprocess
import sys

# What an example leaves to the reader.
AROUND = """
#include <raygen/raygen.hpp>
#include <cstdio>
#include <thread>
extern const raygen::Model& model;
extern const raygen::Text& text;
extern const raygen::Image& image;
extern const raygen::Condition& condition;
extern raygen::Generator& generator;
extern raygen::MaskedDecoder& decoder;
extern raygen::Encoder& codec;
extern raygen::Options options;
extern const std::vector<std::string> prompts;
extern const std::vector<std::int32_t> tokens;
extern const std::vector<double> real, synthetic, scores;
extern const std::vector<std::uint8_t> labels;
extern const std::vector<std::string> patients;
const std::size_t width = 2;
void wait_for_the_stop_button();
"""


def example(header: pathlib.Path) -> str:
    """The indented lines of the comment at the top."""
    text = header.read_text()
    start = {".h": r" \*   (.*)", ".hpp": r"//   (.*)"}[header.suffix]
    top = text[: text.index("*/") if header.suffix == ".h" else text.index("#include")]
    lines = [re.fullmatch(start, line) for line in top.splitlines()]
    return "\n".join(match[1] for match in lines if match)


def main() -> None:
    cxx, cc, include, eigen, folder = sys.argv[1:]
    source = AROUND + ("#include <Eigen/Core>\n#include <raygen/eigen.hpp>\n" if eigen else "")
    for header in sorted(pathlib.Path(include, "raygen").glob("*.hpp")):
        if header.name == "eigen.hpp" and not eigen:
            continue
        source += f"void {header.stem}_example() {{\n{example(header)}\n}}\n"
    file = pathlib.Path(folder, "header_examples.cpp")
    file.write_text(source)
    options = ["-isystem", eigen] if eigen else []
    subprocess.run([cxx, "-std=c++17", "-fsyntax-only", "-I", include, *options, file], check=True)

    c = example(pathlib.Path(include, "raygen/raygen.h")).split("\n")
    c = "\n".join(c[: next(i for i, line in enumerate(c) if "raygen_model_free" in line) + 1])  # below it stand the rules
    file = pathlib.Path(folder, "header_example.c")
    file.write_text(f"#include <raygen/raygen.h>\n#include <stdio.h>\nvoid example(void);\nvoid example(void) {{\n{c}\n}}\n")
    subprocess.run([cc, "-std=c99", "-Wall", "-Werror", "-fsyntax-only", "-I", include, file], check=True)


main()
