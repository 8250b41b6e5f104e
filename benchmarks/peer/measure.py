"""Measures one peer, in this process and in no other. Prints one JSON line, times in seconds for each image of the batch.

    python3 measure.py ENGINE PRECISION --model BUNDLE --expected FILE [--exported FOLDER] [--batch 1] [--steps 3] [--repeat 1] [--threads 2]

First, a step and a VQ decode are compared with the reference's: a peer that computes something else is no peer. They also warm up.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/reference"))
import numpy as np  # noqa: E402
from engines import ENGINES  # noqa: E402
from sampler import sample  # noqa: E402

TOLERANCE = {"float32": 1e-4, "bfloat16": 0.05}  # root mean square of the difference over that of what was expected


def seconds(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def best(repeat, batch, call):
    return min(seconds(call) for _ in range(repeat)) / batch


def check(name, answer, expected, precision):
    """→ the largest difference, if it is the same network."""
    difference = answer - expected
    share = float(np.sqrt(np.mean(difference**2) / np.mean(expected**2)))
    if not share <= TOLERANCE[precision]:
        raise SystemExit(f"{name}: differs from the reference by {share:.1e} of its size, {TOLERANCE[precision]:.0e} at the most was expected")
    return float(np.abs(difference).max())


def measure(arguments):
    expected = np.load(arguments.expected)
    batch, repeat = arguments.batch, arguments.repeat
    ids, mask, half, tokens = (np.repeat(expected[name], batch, 0) for name in ("ids", "mask", "half", "tokens"))
    begin = time.perf_counter()
    engine = ENGINES[arguments.engine](arguments)
    load = time.perf_counter() - begin
    text = engine.text(ids, mask)
    figures = {
        "version": engine.version,
        "logits_differ_by": check("logits", engine.step(half, text), expected["logits"], arguments.precision),
        "pixels_differ_by": check("image", engine.decode(tokens), expected["image"], arguments.precision),
        "load_s": load,
        "first_image_s": time.perf_counter() - begin,
    }

    positions, codebook = expected["logits"].shape[1:]

    def step(tokens):
        return engine.step(tokens, text)

    def image():
        engine.decode(sample(step, batch, positions, codebook, steps=arguments.steps))

    return figures | {
        "text_s": best(repeat, batch, lambda: engine.text(ids, mask)),
        "step_s": best(repeat, batch, lambda: step(half)),
        "vq_decode_s": best(repeat, batch, lambda: engine.decode(tokens)),
        "image_s": best(repeat, batch, image),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("precision", choices=TOLERANCE)
    parser.add_argument("--model", required=True, help="a bundle")
    parser.add_argument("--expected", required=True, help="what prepare.py wrote")
    parser.add_argument("--exported", type=Path, help="folder of the networks as files, for engines that read such")
    parser.add_argument("--batch-size", dest="batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--threads", type=int, required=True)
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
