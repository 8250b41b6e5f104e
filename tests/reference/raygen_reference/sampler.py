"""The original's unmasking loop."""

import math

import torch


def masked_count(t, tokens):
    """Positions masked before the step at time t (0..1), in the original's float32 arithmetic."""
    return max(int(torch.cos(t * math.pi * 0.5) * tokens), 1)


def keep_largest(logits, threshold):
    count = math.ceil((1 - threshold) * logits.shape[-1])
    values, indices = logits.topk(count, -1)
    return torch.full_like(logits, -torch.inf).scatter(-1, indices, values)


def gumbel(like, generator):
    u = torch.rand(like.shape, generator=generator).to(like)
    return -torch.log((-torch.log(u.clamp(min=1e-6))).clamp(min=1e-6))


@torch.no_grad()
def sample(decoder, text, *, steps, temperature=1.0, threshold=0.9, seed=0):
    """text [B,L,D] → tokens [B,N]."""
    batch, count = text.shape[0], decoder.image_pos_emb.pos_emb.shape[1]
    generator = torch.Generator().manual_seed(seed)
    ids = torch.full((batch, count), decoder.mask_id)
    score = torch.zeros(batch, count, dtype=text.dtype)
    for t, left in zip(torch.linspace(0, 1, steps), reversed(range(steps))):
        chosen = score.topk(masked_count(t, count), -1).indices
        ids = ids.scatter(1, chosen, decoder.mask_id)
        logits = decoder(ids, text)
        warmth = max(temperature * left / steps, 1e-10)
        choice = (keep_largest(logits, threshold) / warmth + gumbel(logits, generator)).argmax(-1)
        masked = ids == decoder.mask_id
        ids = torch.where(masked, choice, ids)
        probability = logits.softmax(-1).gather(2, choice[..., None])[..., 0]
        score = (1 - probability).masked_fill(~masked, -1e5)
    return ids
