"""What RayGen is trained on: a random part of the tokens is masked, cross-entropy counts on these alone."""

import math

import torch
from torch.nn import functional as F


def mask_tokens(tokens, mask_id, generator):
    """[B,N] → tokens with max(round(cos(π/2·u)·N), 1) random positions of each row masked, and labels that are −1 elsewhere."""
    batch, count = tokens.shape
    ratio = torch.cos(torch.rand(batch, generator=generator) * math.pi * 0.5)
    masked_count = (ratio * count).round().clamp(min=1)
    order = torch.rand(batch, count, generator=generator).argsort(-1)
    masked = order < masked_count[:, None]
    return torch.where(masked, mask_id, tokens), torch.where(masked, tokens, -1)


def masked_cross_entropy(logits, labels):
    return F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-1)
