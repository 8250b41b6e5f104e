"""The command from end to end against the reference: convert, embed, generate, encode, decode.

    python3 compare.py CASE… --raygen build/release/bin/raygen [--vocabulary vocab.txt]

CASE is a folder as write_fixtures.py writes it, or a folder of such.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from raygen_reference.model import Model
from raygen_reference.png import read_png, write_png
from raygen_reference.safetensors import read_safetensors, write_safetensors


class Comparison:
    def __init__(self, raygen, folder, vocabulary, work):
        self.raygen, self.folder, self.work = raygen, folder, work
        self.case = json.loads((folder / "case.json").read_text())
        self.expected = read_safetensors(folder / "expected.safetensors")
        self.vocabulary = vocabulary if not (folder / "cxr-bert" / "vocab.txt").exists() else None
        self.bundle = work / "bundle"
        self.failed = False

    def run(self, *arguments):
        command = [str(argument) for argument in (self.raygen, *arguments)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{self.folder.name}: {' '.join(command)}: exit code {result.returncode}\n{result.stderr}")

    def check(self, name, difference, tolerance):
        wrong = not difference <= tolerance
        self.failed |= wrong
        print(f"{self.folder.name}: {name:28} {difference:.2e} of {tolerance:.1e}{'  WRONG' if wrong else ''}", flush=True)

    def check_close(self, name, value, expected, tolerance):
        if value.shape != expected.shape:
            raise SystemExit(f"{self.folder.name}: {name}: shape {list(value.shape)}, expected {list(expected.shape)}")
        self.check(name, (value.double() - expected.double()).abs().max().item(), tolerance)

    def prompts(self):
        return [argument for prompt in self.case["prompts"] for argument in ("--prompt", prompt)]

    def convert(self):
        hub = self.folder / "cxr-bert"
        arguments = ["--decoder", self.folder / "raygen.ckpt", "--vqgan", self.folder / "vqgan.ckpt"]
        arguments += ["--vqgan-config", self.folder / "project.yaml", "--heads", self.case["decoder"]["n_heads"]]
        if any((hub / name).exists() for name in ("pytorch_model.bin", "model.safetensors")):
            arguments += ["--text-encoder", hub]
            if self.vocabulary:
                arguments += ["--vocab", self.vocabulary]
        else:
            arguments += ["--text-config", hub / "config.json", "--vocab", self.vocabulary or hub / "vocab.txt"]
        self.run("convert", *arguments, "--out", self.bundle)

    def embed(self):
        out = self.work / "embeddings.safetensors"
        self.run("embed", "--model", self.bundle, "--precision", "float32", *self.prompts(), "--out", out)
        values = read_safetensors(out)
        for name, tolerance in (("input_ids", 0), ("attention_mask", 0), ("last_hidden_state", 1e-4), ("normalized", 1e-4)):
            self.check_close(f"embed {name}", values[name], self.expected[f"text.{name}"], tolerance)

    def generate(self, settings):
        steps = settings["steps"]
        out = self.work / f"K{steps}"
        tokens, images = self.work / f"K{steps}-tokens.safetensors", self.work / f"K{steps}-images.safetensors"
        self.run("generate", "--model", self.bundle, "--precision", "float32", *self.prompts(), "--out", out, "--steps", steps,
                 "--temperature", settings["temperature"], "--top-k-threshold", settings["topk_threshold"], "--save-tokens", tokens,
                 "--save-images", images)
        ids = read_safetensors(tokens)["token_ids"]
        self.check_close(f"generate K{steps} tokens", ids, self.expected[f"generate.K{steps}.token_ids"], 0)
        expected = self.expected[f"generate.K{steps}.image"]
        self.check_close(f"generate K{steps} images", read_safetensors(images)["images"], expected, 1e-3)
        files = torch.stack([read_png(path) for path in sorted(out.glob("*.png"))])
        self.check_close(f"generate K{steps} 8-bit files", files, expected, 1e-3 + 0.5 / 255)

    def encode(self, model):
        images = self.expected["vq.image"]
        paths = [self.work / f"image{i}.png" for i in range(len(images))]
        for path, image in zip(paths, images):
            write_png(path, image)
        out = self.work / "tokens.safetensors"
        self.run("encode", "--model", self.bundle, "--precision", "float32", *paths, "--out", out)
        tokens = read_safetensors(out)["token_ids"].long()
        # Of the image as the PNG holds it, in 16 bits.
        features = model.vqgan.features(torch.stack([read_png(path) for path in paths]))
        nearest = model.vqgan.quantize.distances(features).topk(2, -1, largest=False)
        clear = nearest.values[..., 1] - nearest.values[..., 0] > 1e-4
        wrong = (tokens != nearest.indices[..., 0]) & clear
        self.check("encode clear tokens, wrong", wrong.sum().item(), 0)

    def decode(self):
        tokens, out = self.work / "given.safetensors", self.work / "decoded"
        write_safetensors(tokens, {"token_ids": self.expected["vq.token_ids"]})
        self.run("decode", "--model", self.bundle, "--precision", "float32", tokens, "--out", out, "--bit-depth", 16)
        images = torch.stack([read_png(path) for path in sorted(out.glob("*.png"))])
        self.check_close("decode 16-bit files", images, self.expected["vq.reconstruction"], 1e-4 + 0.5 / 65535)


@torch.no_grad()
def compare(raygen, folder, vocabulary):
    with tempfile.TemporaryDirectory() as work:
        comparison = Comparison(raygen, folder, vocabulary, Path(work))
        comparison.convert()
        comparison.embed()
        for settings in comparison.case["generate_runs"]:
            comparison.generate(settings)
        comparison.encode(Model.from_original(folder, comparison.vocabulary))
        comparison.decode()
        return comparison.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="+", type=Path, help="a case's folder, or a folder of cases")
    parser.add_argument("--raygen", required=True, type=lambda path: Path(path).absolute(), help="the command")
    parser.add_argument("--vocabulary", type=Path, help="vocab.txt for cases that have none")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folders = [path.parent for root in arguments.cases for path in sorted([*root.glob("case.json"), *root.glob("*/case.json")])]
    if not folders:
        sys.exit(f"no case.json in {', '.join(map(str, arguments.cases))}")
    results = [compare(arguments.raygen, folder, arguments.vocabulary) for folder in folders]
    sys.exit(1 if any(results) else 0)


if __name__ == "__main__":
    main()
