"""Compares the reference with a case's expected.safetensors: python3 check_reference.py CASE… [--vocabulary vocab.txt]"""

import argparse
import json
from pathlib import Path

import torch

from raygen_reference.loss import masked_cross_entropy
from raygen_reference.model import Model
from raygen_reference.safetensors import read_safetensors
from raygen_reference.text import normalize_over_positions


def measure(model, case, expected):
    """Yields name, largest absolute difference and the tolerance."""
    ids, mask = model.tokenize(case["prompts"])
    hidden = model.text(ids, mask)
    text = normalize_over_positions(hidden)
    logits = model.decoder(expected["decoder.token_ids"].long(), text)
    features = model.vqgan.features(expected["vq.image"])
    tokens = expected["vq.token_ids"].long()
    nearest = model.vqgan.quantize.distances(features).topk(2, -1, largest=False)
    clear = nearest.values[..., 1] - nearest.values[..., 0] > 1e-4
    results = {
        "text.input_ids": (ids, 0),
        "text.attention_mask": (mask, 0),
        "text.last_hidden_state": (hidden, 1e-4),
        "text.normalized": (text, 1e-4),
        "decoder.logits": (logits[:, : expected["decoder.logits"].shape[1]], 1e-4),
        "train.loss": (masked_cross_entropy(logits, expected["train.labels"].long())[None], 1e-4),
        "vq.prequant": (features, 1e-4),
        "vq.token_ids": (torch.where(clear, nearest.indices[..., 0], tokens), 0),
        "vq.reconstruction": (model.vqgan.decode(tokens), 1e-4),
    }
    if "text.cls_projection" in expected:
        results["text.cls_projection"] = (model.text.project(hidden), 1e-4)
    for run in case["generate_runs"]:
        tokens, image = model.generate(text, steps=run["steps"], temperature=run["temperature"], threshold=run["topk_threshold"])
        results[f"generate.K{run['steps']}.token_ids"] = (tokens, 0)
        results[f"generate.K{run['steps']}.image"] = (image, 1e-3)
    inputs = {"decoder.token_ids", "train.labels", "vq.image", "vq.margin"}
    unknown = expected.keys() - results.keys() - inputs
    assert not unknown, unknown
    for name, (value, tolerance) in results.items():
        yield name, (value - expected[name]).abs().max().item(), tolerance


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--vocabulary", help="vocab.txt, where the case has none")
    arguments = parser.parse_args()
    failed = False
    for folder in arguments.cases:
        case = json.loads((folder / "case.json").read_text())
        model = Model.from_original(folder, arguments.vocabulary)
        for name, difference, tolerance in measure(model, case, read_safetensors(folder / "expected.safetensors")):
            wrong = not difference <= tolerance
            failed |= wrong
            print(f"{folder.name}: {name:26} {difference:.2e}{'  WRONG' if wrong else ''}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
