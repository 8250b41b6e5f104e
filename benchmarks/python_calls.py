"""What calling through Python costs over C++, on the shipped model at batch 1, in one run; and whether memory stays flat.

    build/test_env/bin/python3 benchmarks/python_calls.py [--model models/phantom-128] [--prefix build/release/tests/bindings/prefix]
    build/test_env/bin/python3 benchmarks/python_calls.py --cycles 10000

Needs the Python package (the tests install it into build/test_env) and, for the comparison, an installed libraygen. Compiles a loop in C++
and runs it and the same loop in Python by turns; prints the fastest image of each, and exits with 1 when Python's takes over 2 % more.
--cycles instead makes that many sessions, each of which generates, is cancelled by its callback or its job, or is thrown away unused; opens
the model anew every 100; and prints the resident memory on the way.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 1.02  # Python's time over C++'s
ROOT = Path(__file__).resolve().parent.parent
PROMPT = "Moderate left pleural effusion."
LOOP = """
#include <raygen/raygen.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
int main(int, char** argv) {
  raygen::ModelOptions model;
  model.threads = 1;
  auto generator = raygen::Generator::load(argv[1], model);
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    const auto start = std::chrono::steady_clock::now();
    generator.generate({"%s"});
    std::printf("%%.9f\\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
}
""" % PROMPT


def in_python(model, count):
    import raygen

    generator = raygen.Generator.load(model, threads=1)
    for _ in range(count):
        start = time.perf_counter()
        generator.generate(PROMPT)
        print(f"{time.perf_counter() - start:.9f}")


def compare(arguments):
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder) / "loop.cpp", Path(folder) / "loop"
        source.write_text(LOOP)
        lib = arguments.prefix / "lib"
        subprocess.run(["c++", "-O2", "-std=c++17", source, f"-I{arguments.prefix / 'include'}", f"-L{lib}", "-lraygen",
                        f"-Wl,-rpath,{lib}", "-o", program], check=True)
        commands = {"cpp": [program, arguments.model, "10"],
                    "python": [sys.executable, __file__, "--loop", "10", "--model", arguments.model]}
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                best[name] = min(best[name], *map(float, lines))
    return report(best)


def report(best):
    ratio = best["python"] / best["cpp"]
    times = {f"{name}_image_s": seconds for name, seconds in best.items()}
    print(json.dumps({**times, "python_over_cpp": ratio, "limit": LIMIT}, indent=1))
    return 1 if ratio > LIMIT else 0


def cycles(arguments):
    import raygen

    page = os.sysconf("SC_PAGESIZE")
    resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * page  # noqa: E731

    def cancelled(generator, **how):
        try:
            generator.generate(PROMPT, steps=3, **how)
        except raygen.Error as error:
            if error.status == "cancelled":
                return
            raise
        raise AssertionError("went on although it was cancelled")

    model = None
    for i in range(arguments.cycles):
        if i % 100 == 0:
            model = None  # freed before the next is opened
            model = raygen.Model(arguments.model, threads=1)
        generator, job = raygen.Generator(model), raygen.Job()
        if i % 4 == 0:
            generator.generate(PROMPT, steps=1)
        elif i % 4 == 1:
            cancelled(generator, progress=lambda now: False)
        elif i % 4 == 2:
            cancelled(generator, job=job, progress=lambda now: job.cancel())
        del generator
        if i + 1 in (100, 1000) or (i + 1) % max(arguments.cycles // 5, 1) == 0:
            print(f"{i + 1:7} cycles: {resident() / 2**20:.1f} MiB", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models/phantom-128")
    parser.add_argument("--prefix", type=Path, default=ROOT / "build/release/tests/bindings/prefix")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cycles", type=int)
    parser.add_argument("--loop", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.loop:
        return in_python(arguments.model, arguments.loop)
    return cycles(arguments) if arguments.cycles else compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
