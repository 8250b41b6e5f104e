"""Trains small classifiers with PyTorch's AdamW, in float64, and writes what they began with, what they saw and what became of them.

    python3 write_classifier_training.py OUT

Each case is a folder: case.json {"classifier": sizes as in raygen.json, learning_rate, weight_decay}, begin.safetensors, batches.safetensors
(images [S,B,C,R,R] as the network sees them, targets [S,B,K] with NaN for what is not known, label_weights [K], losses [S]) and
trained.safetensors: weights and running statistics after S steps.
"""

import argparse
import json
from pathlib import Path

import torch
from torch.nn import functional as F

from raygen_reference.image_classifiers import DenseNet, EfficientNetLite
from raygen_reference.safetensors import write_safetensors

STEPS, BATCH, CLASSES = 10, 6, 4
LEARNING_RATE, WEIGHT_DECAY = 1e-4, 0.1
# repeats, kernel, stride of the first, expansion, output channels
LITE = ((1, 3, 1, 1, 8), (2, 5, 2, 3, 6), (1, 3, 2, 2, 10))


def lite_sizes():
    blocks = [(kernel, stride if i == 0 else 1, expansion, out) for repeats, kernel, stride, expansion, out in LITE for i in range(repeats)]
    names = ("kernels", "strides", "expansions", "block_channels")
    return {"stem_channels": 8, **{name: list(values) for name, values in zip(names, zip(*blocks))}, "head_channels": 16}


# network, its own sizes, those of raygen.json, channels, resolution
CASES = {
    "densenet": (
        lambda: DenseNet(channels=1, classes=CLASSES, initial=8, growth=4, bottleneck=2, blocks=(2, 3, 1)),
        {"kind": "densenet", "initial_channels": 8, "growth": 4, "bottleneck": 2, "blocks": [2, 3, 1]},
        1,
        40,
    ),
    "lite": (lambda: EfficientNetLite(classes=CLASSES, stem=8, head=16, stages=LITE), {"kind": "efficientnet_lite", **lite_sizes()}, 3, 37),
}


def classifier_json(sizes, channels, resolution):
    kind = {"kind": sizes["kind"], "channels": channels, "classes": [f"class {k}" for k in range(CLASSES)], "thresholds": [], "calibrated": False}
    seen = {"resolution": resolution, "resize": "squash", "filter": "bilinear", "scale": [1] * channels, "shift": [0] * channels}
    return {**kind, **seen, **{key: value for key, value in sizes.items() if key != "kind"}}


def some_targets():
    targets = (torch.rand(STEPS, BATCH, CLASSES) < 0.4).double()
    targets[torch.rand(STEPS, BATCH, CLASSES) < 0.25] = float("nan")
    targets[3, :, 1] = float("nan")  # a batch that knows nothing of a class
    return targets


def state_of(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def train(model, images, targets, label_weights):
    groups = {True: [], False: []}
    for parameter in model.parameters():
        groups[parameter.dim() > 1].append(parameter)
    optimizer = torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": WEIGHT_DECAY}, {"params": groups[False], "weight_decay": 0}], lr=LEARNING_RATE, betas=(0.9, 0.99)
    )
    losses = []
    model.train()
    for batch, target in zip(images, targets):
        logits, known = model(batch), ~target.isnan()
        # Labels one by one, so that what is not known is left out and not multiplied by zero.
        terms = [
            label_weights[k] * F.binary_cross_entropy_with_logits(logits[known[:, k], k], target[known[:, k], k], reduction="sum")
            for k in range(CLASSES)
        ]
        loss = sum(terms) / (BATCH * CLASSES)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def write_case(folder, make, sizes, channels, resolution):
    folder.mkdir(parents=True, exist_ok=True)
    model = make().double()
    images = torch.rand(STEPS, BATCH, channels, resolution, resolution).double() * 4 - 2
    targets, label_weights = some_targets(), torch.tensor([1, 0.5, 0.25, 0.8]).double()
    write_safetensors(folder / "begin.safetensors", state_of(model))
    losses = train(model, images, targets, label_weights)
    batches = {"images": images, "targets": targets, "label_weights": label_weights, "losses": losses}
    write_safetensors(folder / "batches.safetensors", batches)
    write_safetensors(folder / "trained.safetensors", state_of(model))
    about = {"classifier": classifier_json(sizes, channels, resolution), "learning_rate": LEARNING_RATE, "weight_decay": WEIGHT_DECAY}
    (folder / "case.json").write_text(json.dumps(about))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    torch.set_num_threads(1)  # the work is small, and tests run beside each other
    for seed, (name, case) in enumerate(CASES.items()):
        torch.manual_seed(seed)
        write_case(out / name, *case)


if __name__ == "__main__":
    main()
