"""libraygen's peers on a GPU: plain PyTorch, eager and compiled, with the networks of tests/reference.

    python3 benchmarks/cuda_peers.py --model BUNDLE [--device cuda] [--batches 1,32] [--steps 3,18] [--repeat 5] [--budget 240]

Prints one JSON object a line: name, batch, steps, step_s, vq_decode_s, image_s (K steps, the draws, one VQ decode and the copy to the CPU; text
apart), peak_memory_bytes. The peers: eager in float32 (TF32 in convolutions, as PyTorch has it), eager in bfloat16 with channels last,
torch.compile of that in mode max-autotune. Text keys are computed at each step, as the original does. What the budget of seconds does not
allow is left out, and said to be.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reference"))
from raygen_reference.model import Model  # noqa: E402
from raygen_reference.sampler import keep_largest, masked_count  # noqa: E402

PROMPT = "Moderate left pleural effusion with adjacent atelectasis. No pneumothorax."


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def best_time(repeat, device, function):
    function()
    times = []
    for _ in range(repeat):
        wait(device)
        begin = time.perf_counter()
        function()
        wait(device)
        times.append(time.perf_counter() - begin)
    return min(times)


def generate(decoder, decode, text, tokens, mask, steps):
    """The original's loop with its noise drawn on the device, and the pixels on the CPU."""
    count, batch, device = tokens, text.shape[0], text.device
    ids = torch.full((batch, count), mask, device=device)
    score = torch.zeros(batch, count, device=device)
    for t, left in zip(torch.linspace(0, 1, steps), reversed(range(steps))):
        ids = ids.scatter(1, score.topk(masked_count(t, count), -1).indices, mask)
        logits = decoder(ids, text).float()
        noise = -torch.log((-torch.log(torch.rand_like(logits).clamp(min=1e-6))).clamp(min=1e-6))
        choice = (keep_largest(logits, 0.9) / max(left / steps, 1e-10) + noise).argmax(-1)
        masked = ids == mask
        ids = torch.where(masked, choice, ids)
        score = (1 - logits.softmax(-1).gather(2, choice[..., None])[..., 0]).masked_fill(~masked, -1e5)
    return decode(ids).float().cpu()


def whole(module):
    """The original's layers own norms that are never applied; a bundle leaves their weights out."""
    for part in module.modules():
        for name, parameter in part.named_parameters(recurse=False):
            if parameter.is_meta:
                setattr(part, name, torch.nn.Parameter(torch.ones(parameter.shape)))
    return module


class Peer:
    def __init__(self, name, bundle, device, dtype, compiled):
        self.name, self.device = name, device
        model = Model.from_bundle(bundle)
        self.text = model.embed([PROMPT]).to(device, dtype)
        self.tokens, self.mask = model.decoder.image_pos_emb.pos_emb.shape[1], model.decoder.mask_id
        self.decoder = whole(model.decoder).to(device, dtype)
        vqgan = model.vqgan.to(device, dtype)
        if dtype == torch.bfloat16:
            vqgan = vqgan.to(memory_format=torch.channels_last)
        self.decode = vqgan.decode
        if compiled:
            self.decoder = torch.compile(self.decoder, mode="max-autotune")
            self.decode = torch.compile(self.decode, mode="max-autotune")

    @torch.inference_mode()
    def measure(self, batch, steps, repeat):
        text = self.text.expand(batch, -1, -1).contiguous()
        ids = torch.full((batch, self.tokens), self.mask, device=self.device)
        codes = torch.zeros(batch, self.tokens, dtype=torch.long, device=self.device)
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        row = {
            "step_s": best_time(repeat, self.device, lambda: self.decoder(ids, text)),
            "vq_decode_s": best_time(repeat, self.device, lambda: self.decode(codes)),
        }
        images = {}
        for k in steps:
            images[k] = best_time(repeat, self.device, lambda: generate(self.decoder, self.decode, text, self.tokens, self.mask, k))
        memory = torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else 0
        for k, seconds in images.items():
            yield {"name": self.name, "batch": batch, "steps": k, **row, "image_s": seconds / batch, "peak_memory_bytes": memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a bundle")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batches", default="1,32")
    parser.add_argument("--steps", default="3,18")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--budget", type=float, default=240, help="seconds after which no further measurement begins")
    parser.add_argument("--peers", default="eager float32,eager bfloat16,torch.compile bfloat16")
    arguments = parser.parse_args()
    began = time.monotonic()
    device = torch.device(arguments.device)
    batches, steps = ([int(each) for each in text.split(",")] for text in (arguments.batches, arguments.steps))
    for name in arguments.peers.split(","):
        dtype = torch.float32 if name.endswith("float32") else torch.bfloat16
        peer = None
        for batch in batches:
            if time.monotonic() - began > arguments.budget:
                print(json.dumps({"name": name, "batch": batch, "left_out": "the budget of seconds was used up"}), flush=True)
                continue
            try:
                peer = peer or Peer(name, arguments.model, device, dtype, "compile" in name)
                for row in peer.measure(batch, steps, arguments.repeat):
                    print(json.dumps(row), flush=True)
            except Exception as error:  # out of memory, a compiler that is not there: the others go on
                print(json.dumps({"name": name, "batch": batch, "left_out": str(error).splitlines()[0][:200]}), flush=True)
        del peer
    return 0


if __name__ == "__main__":
    sys.exit(main())
