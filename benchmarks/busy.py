"""libraygen on a machine that other processes keep busy.

    python3 benchmarks/busy.py [--model MODEL] [--busy 2] [--count 4] [--rounds 3] [--threads 2] [-- words for raygen generate]

Generates the same images alone and beside processes that only spin, by turns, and compares the time with the share of the cores that is left:
T threads beside B busy processes get T / (T + B) of C cores, so that a fair time is (T + B) / C times the quiet one. The last column is the time
over that. README.md beside this file has figures.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class BusyProcesses:
    def __init__(self, count):
        self.count = count

    def __enter__(self):
        self.running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(self.count)]

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()


def generate_time(arguments, environment):
    """Seconds that the images of one run took, the model loaded."""
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.raygen, "generate", "--model", arguments.model, "--prompt", "Moderate left pleural effusion.", "--count",
                   arguments.count, "--batch-size", arguments.count, "--out", folder, "--threads", arguments.threads, "--json", "--quiet",
                   *arguments.words]
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True,
                              env={**os.environ, **environment})
        return json.loads(done.stdout)["timing"]["generate_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", help="the command")
    parser.add_argument("--model", default=ROOT / "models/phantom-128")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--busy", type=int, default=cores, help="processes that spin (default: one a core)")
    parser.add_argument("--threads", type=int, default=cores, help="libraygen's threads (default: one a core)")
    parser.add_argument("--count", type=int, default=4, help="images, one batch (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts (default 3)")
    parser.add_argument("--environment", action="append", default=[], metavar="NAME=VALUE", help="of raygen alone: another row beside the plain one")
    parser.add_argument("words", nargs="*", help="further words for raygen generate")
    arguments = parser.parse_args()
    settings = [{}] + [dict([words.split("=", 1)]) for words in arguments.environment]
    fair = max((arguments.threads + arguments.busy) / cores, 1)
    rows = [{"quiet": [], "busy": []} for _ in settings]
    for _ in range(arguments.rounds):
        for row, environment in zip(rows, settings):
            row["quiet"].append(generate_time(arguments, environment))
            with BusyProcesses(arguments.busy):
                row["busy"].append(generate_time(arguments, environment))
    print(f"{arguments.count} images, {arguments.threads} threads on {cores} cores, {arguments.busy} busy processes: a fair time is {fair:.2f} x quiet\n")
    print(f"{'':28} {'quiet':>8} {'busy':>8} {'busy/quiet':>11} {'of fair':>8}")
    for row, environment in zip(rows, settings):
        quiet, busy = (sorted(row[name])[len(row[name]) // 2] for name in ("quiet", "busy"))
        name = " ".join(f"{key}={value}" for key, value in environment.items()) or "as it is"
        print(f"{name:28} {quiet:7.2f}s {busy:7.2f}s {busy / quiet:11.2f} {busy / quiet / fair:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
