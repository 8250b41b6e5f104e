"""libraygen beside plain PyTorch, in one run.

    .venv/bin/python3 benchmarks/compare.py [--model MODEL] [--steps 3] [--repeat 3] [--threads 2] [--json]

Runs `raygen bench` in float32 and in bfloat16, and tests/reference/benchmark.py with the Python that runs this, in turns and each in a process
of its own. Without --model it makes one of the published size with random weights in a temporary folder (about 1.3 GB). README.md beside this
file says what the figures mean.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from flops import decoder_step, vqgan_decode

ROOT = Path(__file__).resolve().parent.parent
TIMES = ("load_s", "text_s", "step_s", "vq_decode_s", "image_s")
LEAST, MOST = (*TIMES, "read_s"), ("peak_memory_bytes", "matmul_gflops")


class Peer:
    """One line of the table: a command that prints its measurements as JSON, and the best of what it printed."""

    def __init__(self, name, *command):
        self.name, self.command, self.best, self.why_not = name, [str(part) for part in command], {}, ""

    def run(self):
        if self.why_not:
            return
        done = subprocess.run(self.command, stdout=subprocess.PIPE, text=True)
        figures = last_object(done.stdout)
        if figures is not None and "error" in figures:
            self.why_not = figures["error"].get("message", "it failed")
        elif done.returncode or figures is None:
            self.why_not = f"it ended with exit code {done.returncode}" + ("" if figures else " and printed no result")
        elif not all(isinstance(figures.get(key), (int, float)) for key in TIMES):
            self.why_not = "its result lacks a time"
        else:
            self.keep_best(figures)

    def keep_best(self, figures):
        for keys, better in ((LEAST, min), (MOST, max)):
            figures.update({key: better(figures[key], self.best.get(key, figures[key])) for key in keys if key in figures})
        self.best = figures


def last_object(output):
    """The last line that is a JSON object."""
    for line in reversed(output.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return None


def peers_of(arguments, model, repeat):
    common = ("--model", model, "--steps", arguments.steps, "--repeat", repeat, "--threads", arguments.threads)
    precisions = ("float32", "bfloat16") if arguments.precision == "all" else (arguments.precision,)
    peers = [Peer(f"raygen {precision}", arguments.raygen, "bench", "--json", "--quiet", "--device", arguments.device, "--precision", precision,
                  *common) for precision in precisions]
    if not arguments.no_reference:
        peers.append(Peer("PyTorch eager float32", sys.executable, arguments.reference, "--json", *common))
    return peers


def derive(peers, image_flop):
    """Adds what follows from the times: work a second, its share of the machine's peak, the ratio to eager PyTorch."""
    float32_peak = next((peer.best["matmul_gflops"] for peer in peers if peer.name == "raygen float32" and peer.best), None)
    eager = next((peer.best["image_s"] for peer in peers if peer.name.startswith("PyTorch") and peer.best), None)
    for peer in peers:
        if not peer.best:
            continue
        peer.best["gflops"] = image_flop / peer.best["image_s"] / 1e9
        peak = peer.best.get("matmul_gflops", float32_peak)
        if peak:
            peer.best["fraction_of_peak"] = peer.best["gflops"] / peak
        if eager:
            peer.best["times_as_fast_as_eager"] = eager / peer.best["image_s"]


def print_table(peers, steps, step, decode):
    print(f"One image: {steps} steps and one VQ decode, text encoder apart. Seconds, the best of the repetitions.")
    print(f"Work: {step / 1e9:.0f} GFLOP a step, {decode / 1e9:.0f} GFLOP a VQ decode. Step: logits at all positions.\n")
    print(f"{'':22} {'text':>8} {'step':>8} {'VQ decode':>9} {'image':>8} {'vs eager':>9} {'GFLOP/s':>8} {'of peak':>14} {'load':>8} "
          f"{'reading':>8} {'memory':>9}")
    for peer in peers:
        best = peer.best
        if not best:
            print(f"{peer.name:22} {peer.why_not}")
            continue
        ratio = f"{best['times_as_fast_as_eager']:.2f} x" if "times_as_fast_as_eager" in best else "-"
        share = f"{best['fraction_of_peak']:.0%} of {best['gflops'] / best['fraction_of_peak']:.0f}" if "fraction_of_peak" in best else "-"
        reading = f"{best['read_s']:.2f}" if "read_s" in best else "-"
        print(f"{peer.name:22} {best['text_s']:8.3f} {best['step_s']:8.3f} {best['vq_decode_s']:9.3f} {best['image_s']:8.3f} {ratio:>9} "
              f"{best['gflops']:8.0f} {share:>14} {best['load_s']:8.2f} {reading:>8} {best.get('peak_memory_bytes', 0) / 1e9:6.2f} GB")


def compare(arguments, model):
    parts = json.loads((Path(model) / "raygen.json").read_text())["parts"]
    architecture = {name: part["architecture"] for name, part in parts.items()}
    step, decode = decoder_step(architecture["masked_decoder"], architecture["text_encoder"]["length"]), vqgan_decode(architecture["vqgan"])
    rounds = min(arguments.repeat, 2)  # in turns, so that a machine whose speed drifts is fair to all
    peers = peers_of(arguments, model, -(-arguments.repeat // rounds))
    for turn in range(rounds):
        for peer in peers:
            if not peer.why_not:
                print(f"round {turn + 1} of {rounds}: {peer.name}", file=sys.stderr)
            peer.run()
    derive(peers, arguments.steps * step + decode)
    if arguments.json:
        results = [{**(peer.best or {"error": peer.why_not}), "name": peer.name} for peer in peers]
        print(json.dumps({"steps": arguments.steps, "step_gflop": step / 1e9, "vq_decode_gflop": decode / 1e9, "results": results}))
    else:
        print_table(peers, arguments.steps, step, decode)
    return 0 if any(peer.best for peer in peers) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a bundle (default: the published size, random weights)")
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", help="the command")
    parser.add_argument("--reference", default=ROOT / "tests/reference/benchmark.py", help="the eager peer")
    parser.add_argument("--no-reference", action="store_true", help="leave the eager peer out")
    parser.add_argument("--precision", choices=["all", "float32", "bfloat16"], default="all")
    parser.add_argument("--device", default="auto", help="libraygen's: auto, cpu, cuda or cuda:INDEX")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads (default: one a core)")
    parser.add_argument("--steps", type=int, default=3, help="unmasking steps (default 3)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions, the best counts (default 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.model:
        return compare(arguments, arguments.model)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        subprocess.run([arguments.raygen, "create-random", "--out", model], check=True)
        return compare(arguments, model)


if __name__ == "__main__":
    sys.exit(main())
