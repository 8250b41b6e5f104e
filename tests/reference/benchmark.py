"""The network as it was published, for benchmarks/peers.py: the reference at full size, timed. Prints one JSON line.

    python3 benchmark.py --model BUNDLE [--steps 3] [--repeat 3] [--threads 2] [--batch-size 1] [--json]

Times are the best of the repetitions after one run that is not counted, for each image of the batch: text encoder, one decoder step over all positions, VQ
decode, and an image (steps with the sampler's arithmetic and one VQ decode, text apart).
"""

import argparse
import json
import resource
import time

import torch

from raygen_reference.model import Model

PROMPT = "Moderate left pleural effusion with adjacent atelectasis. No pneumothorax."


def best_time(repeat, batch, function):
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times) / batch


@torch.inference_mode()
def measure(arguments):
    begin = time.perf_counter()
    model = Model.from_bundle(arguments.model)
    load = time.perf_counter() - begin
    dtype = getattr(torch, arguments.precision)
    model.to(dtype)
    prompts, repeat, batch = [PROMPT] * arguments.batch, arguments.repeat, arguments.batch
    text = model.embed(prompts)
    masked = torch.full((batch, model.decoder.image_pos_emb.pos_emb.shape[1]), model.decoder.mask_id)
    settings = dict(steps=arguments.steps, temperature=1.3, threshold=0.5)
    tokens, _ = model.generate(text, **settings)  # warm
    return {
        "name": "eager PyTorch",
        "torch": torch.__version__,
        "precision": arguments.precision,
        "load_s": load,
        "text_s": best_time(repeat, batch, lambda: model.embed(prompts)),
        "step_s": best_time(repeat, batch, lambda: model.decoder(masked, text)),
        "vq_decode_s": best_time(repeat, batch, lambda: model.vqgan.decode(tokens)),
        "image_s": best_time(repeat, batch, lambda: model.generate(text, **settings)),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a bundle")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--batch-size", dest="batch", type=int, default=1)
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's)")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--json", action="store_true", help="one line, for machines")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    result = measure(arguments)
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
