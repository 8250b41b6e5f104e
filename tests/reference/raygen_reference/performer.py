"""Attention of the variant "fast": Performer's positive random features (FAVOR+), with no query, key and value projections."""

import torch
from torch import nn


def feature_map(x, projection, is_query):
    """exp(xW − |x|²/2 − max + ε), ε inside the exponent as the original has it. The maximum is over features and positions for
    queries, over features alone for keys."""
    scale = x.shape[-1] ** -0.25
    dash = (scale * x) @ projection.t()
    half_square = x.pow(2).sum(-1, keepdim=True) / 2 * scale**2
    largest = dash.amax((-1, -2) if is_query else -1, keepdim=True)
    return projection.shape[0] ** -0.5 * torch.exp(dash - half_square - largest + 1e-6)


class FastAttention(nn.Module):
    def __init__(self, head_dim, features):
        super().__init__()
        self.register_buffer("projection_matrix", torch.randn(features, head_dim))

    def forward(self, q, k, v):
        q = feature_map(q, self.projection_matrix, True)
        k = feature_map(k, self.projection_matrix, False)
        inverse = 1 / (q @ k.sum(-2).unsqueeze(-1))
        return q @ (k.transpose(-1, -2) @ v) * inverse


class PerformerAttention(nn.Module):
    def __init__(self, hidden, heads, features):
        super().__init__()
        self.heads = heads
        self.fast_attention = FastAttention(hidden // heads, features)
        self.to_out = nn.Linear(hidden, hidden)

    def forward(self, query, key):
        split = lambda x: x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        out = self.fast_attention(split(query), split(key), split(key))
        return self.to_out(out.transpose(1, 2).flatten(2))
