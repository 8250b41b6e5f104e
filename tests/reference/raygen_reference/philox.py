"""Philox 4x32-10 (Salmon et al., SC 2011) and the places of an image's noise in its counter."""

import torch

WORD = 0xFFFFFFFF
# What the noise of a step is for stands beside the step.
POSITIONS, REMASKING, ROLL, ORDER = 0x400, 0x800, 0xFFE, 0xFFF


def philox(counter, key):
    """counter: 4 and key: 2 words of 32 bits, ints or int64 tensors → 4 words. int64 wraps around, which keeps the lower 64 bits."""
    x0, x1, x2, x3 = (torch.as_tensor(word) for word in counter)
    k0, k1 = key
    for _ in range(10):
        a, b = x0 * 0xD2511F53, x2 * 0xCD9E8D57
        x0, x1, x2, x3 = (b >> 32 & WORD) ^ x1 ^ k0, b & WORD, (a >> 32 & WORD) ^ x3 ^ k1, a & WORD
        k0, k1 = k0 + 0x9E3779B9 & WORD, k1 + 0xBB67AE85 & WORD
    return x0, x1, x2, x3


def uniform(seed, image, streams, positions, entries):
    """Noise in [0,1), a multiple of 2^-24: float64 [streams, positions, entries]."""
    block = torch.arange((entries + 3) // 4)
    place = torch.as_tensor(streams)[:, None, None] << 20 | torch.as_tensor(positions)[:, None]
    words = philox((block, place, image & WORD, image >> 32), (seed & WORD, seed >> 32))
    words = torch.stack(torch.broadcast_tensors(*words), -1).flatten(2)[:, :, :entries]
    return (words >> 8).double() * 2.0**-24


class Noise:
    """All noise of an image of so many steps, tokens and codes, drawn together."""

    def __init__(self, seed, image, steps, tokens, codebook):
        self.steps = steps
        self.of_tokens = uniform(seed, image, range(steps), range(tokens), codebook)  # [steps, tokens, codebook]
        streams = [first + i for first in (POSITIONS, REMASKING) for i in range(steps)]
        every = uniform(seed, image, [*streams, ROLL, ORDER], [0], tokens)[:, 0]  # a number for each position
        self.of_positions, self.of_remasking = every[:steps], every[steps : 2 * steps]
        self.of_roll, self.of_order = every[-2, 0], every[-1]
