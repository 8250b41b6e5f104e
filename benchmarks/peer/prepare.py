"""What the peers need of a bundle, for one batch size: the networks of network.py as files, or what the reference answers.

    python3 prepare.py onnx|openvino|expected --model BUNDLE --batch 1 --out FOLDER

onnx, openvino: text, step and decode in float32, shapes fixed. expected: expected.npz with the inputs of one step and one VQ decode, and what
tests/reference makes of them, batch 1. Runs in a process of its own, so that its memory counts for nobody. What is there stays.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/reference"))
import torch  # noqa: E402
from network import networks_of  # noqa: E402

PROMPT = "Moderate left pleural effusion with adjacent atelectasis. No pneumothorax."
OPSET = 18


def examples(networks, model, batch):
    """What each network takes."""
    positions = model.decoder.image_pos_emb.pos_emb.shape[1]
    text = tuple(part.expand(batch, -1).contiguous() for part in model.tokenize([PROMPT]))
    tokens = torch.zeros(batch, positions, dtype=torch.int64)
    return {"text": text, "step": (tokens, *networks["text"](*text)), "decode": (tokens,)}


def to_onnx(network, inputs, path):
    torch.onnx.export(network, inputs, str(path), dynamo=True, opset_version=OPSET, external_data=True, verbose=False)


def to_openvino(network, inputs, path):
    import openvino

    model = openvino.convert_model(network, example_input=inputs, input=[tuple(tensor.shape) for tensor in inputs])
    openvino.save_model(model, str(path), compress_to_fp16=False)


def write_expected(model, path):
    import numpy

    mask_id, positions = model.decoder.mask_id, model.decoder.image_pos_emb.pos_emb.shape[1]
    tokens = torch.arange(positions)[None] * 7919 % mask_id
    half = torch.where(torch.arange(positions) % 2 == 0, mask_id, tokens)  # a step amid a run
    ids, mask = model.tokenize([PROMPT])
    arrays = {"ids": ids, "mask": mask, "half": half, "logits": model.decoder(half, model.embed([PROMPT])), "tokens": tokens,
              "image": model.vqgan.decode(tokens)}
    numpy.savez(path, **{name: tensor.numpy() for name, tensor in arrays.items()})


def finished(path, write):
    """Writes a file that is not there yet; half a file never has its name."""
    if path.exists():
        return
    folder = path.parent / "unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / path.name)
    for file in sorted(folder.iterdir(), key=lambda file: file.name == path.name):  # weights first
        os.replace(file, path.parent / file.name)
    folder.rmdir()


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["onnx", "openvino", "expected"])
    parser.add_argument("--model", required=True, help="a bundle")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder of the files")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    networks, model = networks_of(arguments.model)
    if arguments.kind == "expected":
        return finished(arguments.out / "expected.npz", lambda path: write_expected(model, path))
    suffix, export = {"onnx": (".onnx", to_onnx), "openvino": (".xml", to_openvino)}[arguments.kind]
    for name, inputs in examples(networks, model, arguments.batch).items():
        finished(arguments.out / (name + suffix), lambda path: export(networks[name], inputs, path))


if __name__ == "__main__":
    main()
