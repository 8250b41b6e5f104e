"""How often the likeliest token is float32's, and what a step takes, in each precision.

    build/test_env/bin/python3 benchmarks/precisions.py models/phantom-128 [MODEL …] [--prompts 4]

Tokens of each prompt are those that float32 generates. Parts of them are masked, an eighth to all, and the likeliest token at each masked
position is compared. A step is a call of the decoder for one prompt, all masked but one, the least of several; precisions take turns. A model
of the published size with random weights: `raygen create-random --out MODEL`. Whether images show what was asked in each precision says
sampling_table.py. It needs the package raygen: `pip install .`, or test.sh's environment after its tests.
"""

import argparse
import time

import numpy as np

import raygen

PRECISIONS = ("float32", "bfloat16", "int8")
PROMPTS = ("Moderate left pleural effusion. No pneumothorax.", "Large right pneumothorax.", "Mild cardiomegaly with pulmonary edema.",
           "No acute cardiopulmonary process.", "Right lower lobe consolidation.", "Small left apical pneumothorax.")


class Decoder:
    def __init__(self, path, precision):
        self.model = raygen.Model(path, device="cpu", precision=precision)
        self.text, self.decoder = raygen.TextEncoder(self.model), raygen.MaskedDecoder(self.model)
        self.least = float("inf")

    def condition(self, prompt):
        return self.decoder.condition(self.text.encode(prompt))

    def likeliest(self, tokens, condition):
        begun = time.perf_counter()
        logits = self.decoder.logits(tokens[None], condition)[0]
        self.least = min(self.least, time.perf_counter() - begun)
        return logits.argmax(axis=1)


def compare(path, prompts, steps):
    decoders = {precision: Decoder(path, precision) for precision in PRECISIONS}
    first = decoders["float32"]
    count = int(np.prod(first.model.info["grid"]))
    random = np.random.default_rng(0)
    agreed, of = dict.fromkeys(PRECISIONS, 0), 0
    for prompt in prompts:
        conditions = {precision: each.condition(prompt) for precision, each in decoders.items()}
        sampler = raygen.Sampler(first.model, seed=1, steps=steps)
        while not sampler.done:
            sampler.step(first.decoder.logits(sampler.tokens, conditions["float32"], sampler.masked))
        tokens = np.asarray(sampler.tokens).reshape(-1)
        for share in (0.125, 0.25, 0.5, 0.75, 1):
            masked = random.permutation(count)[: max(int(share * count) - 1, 1)]
            given = tokens.copy()
            given[masked] = first.model.mask_token
            chosen = {precision: each.likeliest(given, conditions[precision])[masked] for precision, each in decoders.items()}
            for precision in PRECISIONS:
                agreed[precision] += (chosen[precision] == chosen["float32"]).sum()
            of += len(masked)
    print(f"\n{path}, {len(prompts)} prompts, {of} positions\n\n| precision | step | likeliest token is float32's |\n| --- | --- | --- |")
    for precision, each in decoders.items():
        print(f"| {precision} | {each.least:.3f} s | {agreed[precision] / of:.2%} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--prompts", type=int, default=4, choices=range(1, len(PROMPTS) + 1))
    parser.add_argument("--steps", type=int, default=8, help="of the tokens that are generated")
    arguments = parser.parse_args()
    for path in arguments.models:
        compare(path, PROMPTS[: arguments.prompts], arguments.steps)


if __name__ == "__main__":
    main()
