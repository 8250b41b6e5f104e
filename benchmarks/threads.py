"""Images a second by threads and batch.

    python3 benchmarks/threads.py [--model MODEL] [--threads 1 2 4] [--batch 1 2 4 8] [--precision float32] [--steps 18] [--chart FILE.svg]

Runs `raygen bench` once for each pair, in a process of its own. With several threads and a batch, libraygen tries images one after another on
all threads and side by side on some of them each, and keeps what is faster. README.md beside this file has figures.
"""

import argparse
import os
import sys
from html import escape
from pathlib import Path

import measured_process

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560, 300, 60, 44, 48
STYLE = """
    .panel { fill: #ffffff } text { fill: #1c2733 } .grid { stroke: #d5dbe1 } .line { fill: none; stroke-width: 2.5 }
    .t0 { stroke: #8b9aaa; fill: #8b9aaa } .t1 { stroke: #1f6feb; fill: #1f6feb } .t2 { stroke: #b35900; fill: #b35900 } .t3 { stroke: #1a7f37; fill: #1a7f37 }
    @media (prefers-color-scheme: dark) { .panel { fill: #151b23 } text { fill: #e6edf3 } .grid { stroke: #3d444d } .t1 { stroke: #4493f8; fill: #4493f8 } }"""


def images_a_second(arguments, threads, batch):
    done = measured_process.run(arguments.raygen, "bench", "--model", arguments.model, "--threads", threads, "--batch-size", batch, "--steps",
                                arguments.steps, "--repeat", arguments.repeat, "--precision", arguments.precision, "--json", "--quiet")
    figures = done.last_object()
    if done.status or figures is None:
        raise SystemExit(f"{' '.join(done.command)} ended with exit code {done.status}")
    return 1 / figures["image_s"]


def chart(rates, threads, batches, title):
    """A line for each number of threads."""
    most = max(rates.values())
    x = {batch: LEFT + 20 + i * (WIDTH - LEFT - 150) / max(len(batches) - 1, 1) for i, batch in enumerate(batches)}

    def y(rate):
        return HEIGHT - BOTTOM - rate / most * (HEIGHT - BOTTOM - TOP)

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="13">',
             f"  <title>{escape(title)}</title>", f"  <style>{STYLE}\n  </style>", f'  <rect class="panel" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
             f'  <text x="{LEFT}" y="26" font-size="15" font-weight="bold">{escape(title)}</text>']
    for part in (0, 0.25, 0.5, 0.75, 1):
        lines += [f'  <line class="grid" x1="{LEFT}" x2="{WIDTH - 120}" y1="{y(part * most):.1f}" y2="{y(part * most):.1f}"/>',
                  f'  <text x="{LEFT - 8}" y="{y(part * most) + 4:.1f}" text-anchor="end">{part * most:.2f}</text>']
    for batch in batches:
        lines.append(f'  <text x="{x[batch]:.1f}" y="{HEIGHT - 24}" text-anchor="middle">{batch}</text>')
    lines.append(f'  <text x="{(LEFT + WIDTH - 120) / 2}" y="{HEIGHT - 8}" text-anchor="middle">batch</text>')
    for i, number in enumerate(threads):
        points = " ".join(f"{x[batch]:.1f},{y(rates[number, batch]):.1f}" for batch in batches)
        lines += [f'  <polyline class="line t{i % 4}" style="fill: none" points="{points}"/>',
                  f'  <text x="{x[batches[-1]] + 10:.1f}" y="{y(rates[number, batches[-1]]) + 4:.1f}">{number} thread{"s" if number > 1 else ""}</text>']
        lines += [f'  <circle class="t{i % 4}" cx="{x[batch]:.1f}" cy="{y(rates[number, batch]):.1f}" r="3.5"/>' for batch in batches]
    return "\n".join([*lines, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", help="the command")
    parser.add_argument("--model", default=ROOT / "models/phantom-128")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, max(cores // 2, 1), cores}), help="default: one, half the cores, all")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--steps", type=int, default=18)
    parser.add_argument("--repeat", type=int, default=5, help="runs of a batch, the fastest counts (default 5)")
    parser.add_argument("--chart", type=Path, help="write the figure there, as SVG")
    arguments = parser.parse_args()
    rates = {(threads, batch): images_a_second(arguments, threads, batch) for threads in arguments.threads for batch in arguments.batch}
    print(f"Images a second, {arguments.steps} steps, {arguments.precision}, {cores} cores\n")
    print("| threads | " + " | ".join(f"batch {batch}" for batch in arguments.batch) + " |\n| --- |" + " --- |" * len(arguments.batch))
    for threads in arguments.threads:
        print(f"| {threads} | " + " | ".join(f"{rates[threads, batch]:.3g}" for batch in arguments.batch) + " |")
    if arguments.chart:
        arguments.chart.write_text(chart(rates, arguments.threads, arguments.batch, f"Images a second, {Path(arguments.model).name}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
