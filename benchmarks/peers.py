"""libraygen beside what else runs the published network on a CPU: PyTorch eager and compiled, ONNX Runtime, OpenVINO.

    python3 -m venv build/peers_env && build/peers_env/bin/pip install -r benchmarks/requirements.txt
    build/peers_env/bin/python3 benchmarks/peers.py [--peers raygen openvino] [--batch 1 4 8] [--steps 3 8 18] [--rounds 3] [--chart FILE.svg]

Each measurement is a process of its own, and the peers take turns, so that a machine whose speed drifts is fair to all. A line is added to
--results for each, and a run that was interrupted, or that is asked for more, goes on from there. Without --model, a model of the published size
with random weights is made. README.md beside this file says what the figures mean and what the peers are.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import measured_process
from peer import chart, table
from peer.results import Results

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
TIMES = ("load_s", "text_s", "step_s", "vq_decode_s", "image_s")


@dataclass(frozen=True)
class Peer:
    name: str
    engine: str
    precision: str

    @property
    def key(self):
        return f"{self.engine}-{self.precision}"


PEERS = [
    Peer("PyTorch as published", "published", "float32"),
    Peer("PyTorch eager float32", "eager", "float32"),
    Peer("torch.compile float32", "compile", "float32"),
    Peer("ONNX Runtime float32", "onnxruntime", "float32"),
    Peer("OpenVINO float32", "openvino", "float32"),
    Peer("libraygen float32", "raygen", "float32"),
    Peer("PyTorch eager bfloat16", "eager", "bfloat16"),
    Peer("torch.compile bfloat16", "compile", "bfloat16"),
    Peer("OpenVINO bfloat16", "openvino", "bfloat16"),
    Peer("libraygen bfloat16", "raygen", "bfloat16"),
]

EXPORTS = {"onnxruntime": ("onnx", ".onnx"), "openvino": ("openvino", ".xml")}


class Bench:
    """What all measurements of a run share: the model, the folder of what was made of it, the results."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.model = Path(arguments.model) if arguments.model else arguments.work / "published"
        if not arguments.model and not (self.model / "raygen.json").exists():
            subprocess.run([arguments.raygen, "create-random", "--out", self.model], check=True)
        manifest = self.manifest()
        self.files = arguments.work / hashlib.sha256(manifest).hexdigest()[:12]
        self.work = table.work_of(json.loads(manifest)["parts"])
        setting = {"model": self.files.name, "threads": arguments.threads, "machine": machine()}
        self.results = Results(arguments.results or arguments.work / "results.jsonl", setting)

    def manifest(self):
        try:
            return (self.model / "raygen.json").read_bytes()
        except OSError as error:
            raise SystemExit(f"{self.model}: a bundle with raygen.json was expected: {error.strerror}") from None

    def command(self, peer, batch, steps):
        common = ["--model", self.model, "--batch-size", batch, "--steps", steps, "--repeat", self.arguments.repeat, "--threads", self.arguments.threads]
        if peer.engine == "raygen":
            device = self.arguments.device
            return [self.arguments.raygen, "bench", "--json", "--quiet", "--device", device, "--precision", peer.precision, *common]
        if peer.engine == "published":
            return [sys.executable, self.arguments.reference, "--json", *common]
        return [sys.executable, HERE / "peer/measure.py", peer.engine, peer.precision, "--expected", self.files / "expected.npz", "--exported",
                self.exported(peer.engine, batch), *common]

    def exported(self, engine, batch):
        return self.files / f"{engine}-{batch}"

    def environment(self):
        return {"TORCHINDUCTOR_CACHE_DIR": str(self.files / "compiled"), "TORCHINDUCTOR_FREEZING": "1", "OPENVINO_TELEMETRY": "0"}

    def prepare(self, peer, batch):
        """Makes what the peer's processes only read, unless it is there. → why that failed, or nothing."""
        if peer.engine in ("raygen", "published"):
            return ""
        wanted = [("expected", 1, self.files, ["expected.npz"])]
        if peer.engine in EXPORTS:
            kind, suffix = EXPORTS[peer.engine]
            wanted.append((kind, batch, self.exported(peer.engine, batch), [name + suffix for name in ("text", "step", "decode")]))
        for kind, size, out, files in wanted:
            if all((out / file).exists() for file in files):
                continue
            done = measured_process.run(sys.executable, HERE / "peer/prepare.py", kind, "--model", self.model, "--batch", size, "--out", out)
            if done.status:
                return f"preparing it ended with exit code {done.status}"
        return ""

    def run(self, peer, batch, steps):
        done = measured_process.run(*self.command(peer, batch, steps), environment=self.environment())
        figures, error = judged(done)
        figures["peak_memory_bytes"] = done.peak_memory_bytes
        wanted = {"peer": peer.key, "batch": batch, "steps": steps}
        self.results.add(**({**figures, **wanted} if not error else {**wanted, "error": error}))
        return error


def judged(done):
    """What a peer's process printed, and what is wrong with it."""
    figures = done.last_object() or {}
    if "error" in figures:
        return figures, figures["error"].get("message", "it failed")
    if done.status or not figures:
        return figures, f"it ended with exit code {done.status}" + ("" if figures else " and printed no result")
    if not all(isinstance(figures.get(key), (int, float)) for key in TIMES):
        return figures, "its result lacks a time"
    return figures, ""


def machine():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(bench, peers):
    arguments, failed = bench.arguments, set()
    jobs = [(peer, batch, steps) for batch in arguments.batch for steps in arguments.steps for peer in peers]
    for turn in range(arguments.rounds):
        for peer, batch, steps in jobs:
            done = len(bench.results.of(peer=peer.key, batch=batch, steps=steps))
            if done > turn or (peer, batch) in failed:
                continue
            say(f"round {turn + 1} of {arguments.rounds}: {peer.name}, batch {batch}, {steps} steps")
            error = bench.prepare(peer, batch)
            if error:
                bench.results.add(peer=peer.key, batch=batch, steps=steps, error=error)
            error = error or bench.run(peer, batch, steps)
            if error:
                failed.add((peer, batch))
                say(f"{peer.name}: {error}")


def report(bench, peers):
    """Prints the tables. → whether there was anything to print."""
    arguments, anything = bench.arguments, False
    step, decode = (flop / 1e9 for flop in bench.work)
    print(f"Seconds for each image, the best of the rounds, {arguments.threads} threads, {machine()}.")
    print(f"Work: {step:.0f} GFLOP a step, {decode:.0f} GFLOP a VQ decode.")
    for batch in arguments.batch:
        for steps in arguments.steps:
            found, failed = table.rows(bench.results, peers, bench.work, steps, batch)
            print(f"\nBatch {batch}, {steps} steps:\n")
            if found:
                print(table.markdown(found, {peer.key for peer in peers if peer.engine == "raygen"}))
                anything = True
            print("".join(f"\n{line}" for line in failed))
    if arguments.chart and anything:
        draw(bench, peers)
    return anything


def draw(bench, peers):
    batch, steps = bench.arguments.batch[0], bench.arguments.steps[0]
    found, _ = table.rows(bench.results, peers, bench.work, steps, batch)
    title = f"Seconds for an image: {bench.arguments.threads} cores of a CPU, batch {batch}"
    bench.arguments.chart.write_text(chart.svg(found, title, steps))


def chosen(words):
    """The peers whose key or engine is named, in the order of the table."""
    for word in words:
        if not any(word in (peer.key, peer.engine, peer.precision) for peer in PEERS):
            known = ", ".join(dict.fromkeys(name for peer in PEERS for name in (peer.engine, peer.key)))
            raise argparse.ArgumentTypeError(f"{word} is no peer; known are {known}, float32 and bfloat16")
    return [peer for peer in PEERS if not words or {peer.key, peer.engine, peer.precision} & set(words)]


def missing(peers):
    """Packages that the Python that runs this lacks, seen without importing them."""
    needed = {"published": [], "eager": ["torch", "numpy"], "compile": ["torch", "numpy"], "raygen": [],
              "onnxruntime": ["torch", "numpy", "onnx", "onnxscript", "onnxruntime"], "openvino": ["torch", "numpy", "openvino"]}
    names = dict.fromkeys(name for peer in peers for name in needed[peer.engine])
    return [name for name in names if importlib.util.find_spec(name) is None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a bundle (default: the published size, random weights)")
    parser.add_argument("--peers", nargs="+", default=[], metavar="PEER", help="engines or ENGINE-PRECISION (default: all)")
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", help="the command")
    parser.add_argument("--reference", default=ROOT / "tests/reference/benchmark.py", help="what runs the network as it was published")
    parser.add_argument("--device", default="cpu", help="libraygen's: auto, cpu, cuda or cuda:INDEX")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads (default: one a core)")
    parser.add_argument("--batch", type=int, nargs="+", default=[1], help="images worked on together (default 1)")
    parser.add_argument("--steps", type=int, nargs="+", default=[3], help="unmasking steps (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each peer, the best counts; 0: print what is there (default 3)")
    parser.add_argument("--repeat", type=int, default=1, help="measurements in each process (default 1)")
    parser.add_argument("--work", type=Path, default=ROOT / "build/peers", help="folder of models and exported networks (default build/peers)")
    parser.add_argument("--results", type=Path, help="file of results (default: results.jsonl in --work)")
    parser.add_argument("--chart", type=Path, metavar="FILE.svg", help="draw the first batch and steps as bars")
    arguments = parser.parse_args()
    try:
        peers = chosen(arguments.peers)
    except argparse.ArgumentTypeError as error:
        parser.error(f"--peers: {error}")
    lacking = missing(peers) if arguments.rounds else []
    if lacking:
        raise SystemExit(f"{sys.executable} has no {', '.join(lacking)}, which these peers need. Make an environment for them and use its Python:\n"
                         "    python3 -m venv build/peers_env && build/peers_env/bin/pip install -r benchmarks/requirements.txt\n"
                         "or choose others with --peers, for example --peers raygen.")
    bench = Bench(arguments)
    measure(bench, peers)
    return 0 if report(bench, peers) else 1


if __name__ == "__main__":
    sys.exit(main())
