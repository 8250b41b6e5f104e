"""Trains a masked decoder on the original's own image tokenizer and text encoder, taken as they are from their files.

    python3 train_on_originals.py CASES --raygen build/release/bin/raygen

CASES is a folder that write_fixtures.py wrote.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import torch

from raygen_reference.safetensors import read_safetensors


def run(*arguments):
    command = [str(argument) for argument in arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")


def check(holds, what):
    if not holds:
        raise SystemExit(f"not so: {what}")


def check_same(part, ours, theirs):
    check(ours.keys() == theirs.keys(), f"{part}: its weights are those of its file")
    for name, tensor in theirs.items():
        check(torch.equal(ours[name], tensor), f"{part}: {name} is what its file holds")


def train(raygen, vqgan, hub, image_size, attention, work):
    """Returns the bundle of a masked decoder trained for a few steps on the VQ-GAN of a checkpoint and the encoder of a folder."""
    run(raygen, "phantom", "--count", 12, "--size", 64, "--out", work / "phantoms")
    run(raygen, "prepare", "table", "--csv", work / "phantoms/phantoms.csv", "--size", image_size, "--val-fraction", 0.3, "--out", work / "dataset")
    loop = {"steps": 3, "batch_size": 2, "log_every": 1, "validate_every": 3, "sample_every": 3}
    decoder = {"hidden": 32, "intermediate": 32, "layers": 1, "heads": 2, "features": 16, "attention": attention, "loop": loop}
    config = {"out": str(work / "run"), "threads": 1, "data": {"dataset": str(work / "dataset")}, "vqgan": {"from": str(vqgan)},
              "text_encoder": {"from": str(hub)}, "masked_decoder": decoder}
    (work / "train.yaml").write_text(json.dumps(config))  # JSON is YAML
    run(raygen, "train", "--config", work / "train.yaml")
    run(raygen, "generate", "--model", work / "run/model", "--prompt", "Small left pleural effusion.", "--out", work / "images")
    check((work / "images/00000.png").exists(), "the model makes an image")
    return work / "run/model"


def try_case(raygen, case, attention, work):
    hub = case / "cxr-bert"
    run(raygen, "convert", "--decoder", case / "raygen.ckpt", "--vqgan", case / "vqgan.ckpt", "--vqgan-config", case / "project.yaml",
        "--heads", json.loads((case / "case.json").read_text())["decoder"]["n_heads"], "--text-encoder", hub, "--out", work / "converted")
    converted = json.loads((work / "converted/raygen.json").read_text())["parts"]
    model = train(raygen, case / "vqgan.ckpt", hub, converted["vqgan"]["architecture"]["resolution"], attention, work)
    for part in ("vqgan", "text_encoder"):
        check_same(part, read_safetensors(model / f"{part}.safetensors"), read_safetensors(work / f"converted/{part}.safetensors"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("--raygen", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, attention in (("vq", "normal"), ("gumbel_fast", "fast")):
        with tempfile.TemporaryDirectory() as work:
            try_case(arguments.raygen, arguments.cases / name, attention, Path(work))
        print(f"{name}: trained on the original's parts", flush=True)


if __name__ == "__main__":
    main()
