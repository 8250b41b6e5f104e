"""A training step of the masked decoder at full size, beside the PyTorch reference's, in one run.

    python3 benchmarks/training_step.py [--raygen build/release/bin/raygen] [--batch 2] [--steps 6] [--precision float32]

Makes a model of the published size with random weights (130 M decoder, 512 px) and phantoms to train on in a temporary folder, trains for a few
steps with the original's recipe through `raygen train`, and does the same step (frozen text encoder, masked decoder, Adam) with
tests/reference. Prints seconds a step (the median of all but the first) and peak memory of both, one JSON object.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measured_process

ROOT = Path(__file__).resolve().parent.parent


def run(*command):
    """Peak resident bytes of the command."""
    done = measured_process.run(*command)
    if done.status:
        raise SystemExit(f"{' '.join(done.command)}: exit code {done.status}")
    return done.peak_memory_bytes


def ours(arguments, work):
    raygen = arguments.raygen
    run(raygen, "phantom", "--count", 16, "--size", 512, "--out", work / "phantoms", "--quiet")
    run(raygen, "prepare", "table", "--csv", work / "phantoms/phantoms.csv", "--size", 512, "--val-fraction", 0.2, "--out", work / "dataset",
        "--quiet")
    settings = {
        "out": work / "run",
        "device": "cpu",
        "data.dataset": work / "dataset",
        "vqgan.from": work / "model",
        "text_encoder.from": work / "model",
        "masked_decoder.recipe": "original",
        "masked_decoder.hidden": 1024,
        "masked_decoder.intermediate": 4096,
        "masked_decoder.layers": 6,
        "masked_decoder.heads": 8,
        "masked_decoder.loop.batch_size": arguments.batch,
        "masked_decoder.loop.steps": arguments.steps,
        "masked_decoder.loop.precision": arguments.precision,
        "masked_decoder.loop.log_every": 1,
        "masked_decoder.loop.validate_every": 1000000,
        "masked_decoder.loop.validation_images": 1,
        "masked_decoder.loop.sample_every": 0,
    }
    memory = run(raygen, "train", *(part for key, value in settings.items() for part in ("--set", f"{key}={value}")), "--quiet")
    with open(work / "run/masked_decoder/log.csv", newline="") as file:
        rates = [float(row["value"]) for row in csv.DictReader(file) if row["metric"] == "train/images_per_second"]
    return {"step_s": statistics.median(arguments.batch / rate for rate in rates[1:]), "peak_memory_bytes": memory}


def reference(arguments, model):
    """Runs in a process of its own: prints one JSON line."""
    sys.path.insert(0, str(ROOT / "tests/reference"))
    import resource

    import torch
    from raygen_reference.loss import mask_tokens, masked_cross_entropy
    from raygen_reference.model import Model

    parts = Model.from_bundle(model)
    decoder = parts.decoder.train()
    codebook, positions = decoder.mask_id, decoder.image_pos_emb.pos_emb.shape[1]
    optimizer = torch.optim.Adam(decoder.parameters(), lr=1e-5)
    generator = torch.Generator().manual_seed(0)
    for parameter in decoder.parameters():
        parameter.requires_grad_()
    times = []
    for _ in range(arguments.steps):
        tokens, labels = mask_tokens(torch.randint(codebook, (arguments.batch, positions), generator=generator), codebook, generator)
        begin = time.perf_counter()
        with torch.no_grad():
            text = parts.embed(["No acute cardiopulmonary process."] * arguments.batch).clone()
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.precision == "bfloat16"):
            logits = decoder(tokens, text)
        masked_cross_entropy(logits.float(), labels).backward()
        optimizer.step()
        times.append(time.perf_counter() - begin)
    print(json.dumps({"step_s": statistics.median(times[1:]), "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raygen", type=Path, default=ROOT / "build/release/bin/raygen")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6, help="two or more")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--reference-model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.reference_model:
        return reference(arguments, arguments.reference_model)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run(arguments.raygen, "create-random", "--out", work / "model")
        figures = {"batch": arguments.batch, "precision": arguments.precision, "raygen": ours(arguments, work)}
        peer = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--reference-model", work / "model"], check=True, stdout=subprocess.PIPE)
        figures["eager PyTorch"] = json.loads(peer.stdout.splitlines()[-1])
    figures["speed_against_eager"] = figures["eager PyTorch"]["step_s"] / figures["raygen"]["step_s"]
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
