"""CXR-BERT: the last hidden state, the normalisation that RayGen was trained with, the contrastive projection."""

import math

import torch
from torch import nn
from torch.nn import functional as F

EPSILON = 1e-12


class Embeddings(nn.Module):
    def __init__(self, vocabulary, hidden, positions, types):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, hidden)
        self.position_embeddings = nn.Embedding(positions, hidden)
        self.token_type_embeddings = nn.Embedding(types, hidden)
        self.LayerNorm = nn.LayerNorm(hidden, EPSILON)

    def forward(self, ids):
        positions = self.position_embeddings.weight[: ids.shape[1]]
        return self.LayerNorm(self.word_embeddings(ids) + self.token_type_embeddings.weight[0] + positions)


class SelfAttention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)

    def forward(self, x, mask):
        split = lambda y: y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask
        return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


class Output(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.dense = nn.Linear(width, hidden)
        self.LayerNorm = nn.LayerNorm(hidden, EPSILON)

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class Attention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.self = SelfAttention(hidden, heads)
        self.output = Output(hidden, hidden)

    def forward(self, x, mask):
        return self.output(self.self(x, mask), x)


class Intermediate(nn.Module):
    def __init__(self, hidden, width):
        super().__init__()
        self.dense = nn.Linear(hidden, width)

    def forward(self, x):
        return F.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, hidden, heads, width):
        super().__init__()
        self.attention = Attention(hidden, heads)
        self.intermediate = Intermediate(hidden, width)
        self.output = Output(width, hidden)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Encoder(nn.Module):
    def __init__(self, layers, hidden, heads, width):
        super().__init__()
        self.layer = nn.ModuleList(Layer(hidden, heads, width) for _ in range(layers))


class Bert(nn.Module):
    def __init__(self, vocabulary, hidden, layers, heads, width, positions, types):
        super().__init__()
        self.embeddings = Embeddings(vocabulary, hidden, positions, types)
        self.encoder = Encoder(layers, hidden, heads, width)


class ProjectionHead(nn.Module):
    def __init__(self, hidden, projection):
        super().__init__()
        self.dense_to_hidden = nn.Linear(hidden, projection)
        self.LayerNorm = nn.LayerNorm(projection, EPSILON)
        self.dense_to_output = nn.Linear(projection, projection)

    def forward(self, x):
        return self.dense_to_output(self.LayerNorm(F.gelu(self.dense_to_hidden(x))))


class TextEncoder(nn.Module):
    def __init__(self, *, vocabulary, hidden, layers, heads, intermediate, positions=512, types=2, projection=0):
        super().__init__()
        self.bert = Bert(vocabulary, hidden, layers, heads, intermediate, positions, types)
        self.cls_projection_head = ProjectionHead(hidden, projection) if projection else None

    @classmethod
    def from_state_dict(cls, state, heads):
        """Sizes from the weights' shapes; the count of heads is in none of them."""
        state = {name: tensor.float() for name, tensor in state.items() if name.startswith(("bert.", "cls_projection_head."))}
        unused = ("bert.pooler.", "bert.embeddings.position_ids")
        state = {name: tensor for name, tensor in state.items() if not name.startswith(unused)}
        vocabulary, hidden = state["bert.embeddings.word_embeddings.weight"].shape
        projection = state.get("cls_projection_head.dense_to_hidden.weight")
        with torch.device("meta"):  # the weights themselves become the parameters
            model = cls(
                vocabulary=vocabulary,
                hidden=hidden,
                layers=1 + max(int(name.split(".")[3]) for name in state if name.startswith("bert.encoder.layer.")),
                heads=heads,
                intermediate=state["bert.encoder.layer.0.intermediate.dense.weight"].shape[0],
                positions=state["bert.embeddings.position_embeddings.weight"].shape[0],
                types=state["bert.embeddings.token_type_embeddings.weight"].shape[0],
                projection=0 if projection is None else projection.shape[0],
            )
        model.load_state_dict(state, assign=True)
        return model.eval()

    def forward(self, ids, mask):
        x = self.bert.embeddings(ids)
        additive = (1 - mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.bert.encoder.layer:
            x = layer(x, additive)
        return x

    def project(self, last_hidden_state):
        return F.normalize(self.cls_projection_head(last_hidden_state[:, 0]), dim=-1)


def normalize_over_positions(last_hidden_state):
    """Every channel divided by its norm along the tokens, pads included: a quirk that the weights were trained with."""
    return F.normalize(last_hidden_state, dim=1, eps=1e-12)
