"""The unmasking loop (the reference's sampler.py) in NumPy, which is the same and costs the same for every peer."""

import math

import numpy as np


def masked_count(i, steps, positions):
    """Positions masked before step i: cosine schedule, in float32."""
    t = np.float32(i / (steps - 1) if steps > 1 else 0)
    return max(1, int(np.cos(t * np.float32(math.pi) * np.float32(0.5)) * positions))


def without_small(logits, threshold):
    """All but the largest ceil((1 − threshold)·V) logits of each position become −∞."""
    codebook = logits.shape[-1]
    least = codebook - math.ceil((1 - threshold) * codebook)
    return np.where(logits < np.partition(logits, least, -1)[..., least : least + 1], np.float32(-np.inf), logits)


def gumbel(shape, generator):
    u = np.maximum(generator.random(shape, np.float32), np.float32(1e-6))
    return -np.log(np.maximum(-np.log(u), np.float32(1e-6)))


def probability_of(choice, logits):
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    return np.take_along_axis(exponentials, choice[..., None], -1)[..., 0] / exponentials.sum(-1)


def sample(step, batch, positions, codebook, *, steps, temperature=1.3, threshold=0.5, seed=0):
    """step: tokens [B,N] → logits [B,N,V], where token V is the mask. → tokens [B,N]."""
    generator = np.random.Generator(np.random.SFC64(seed))
    tokens = np.full((batch, positions), codebook, np.int64)
    score = np.zeros((batch, positions), np.float32)
    for i in range(steps):
        count = masked_count(i, steps, positions)
        np.put_along_axis(tokens, np.argpartition(-score, count - 1, -1)[:, :count], codebook, -1)
        logits = step(tokens)
        warmth = np.float32(max(temperature * (steps - 1 - i) / steps, 1e-10))
        choice = (without_small(logits, threshold) / warmth + gumbel(logits.shape, generator)).argmax(-1)
        masked = tokens == codebook
        tokens = np.where(masked, choice, tokens)
        score = np.where(masked, 1 - probability_of(choice, logits), np.float32(-1e5))
    return tokens
