"""RayGen's masked transformer with the original's habits: attention weights are asked for and dropped, keys and values of the text are
computed at every step, logits come for all positions."""

import torch
from torch import nn
from torch.nn import functional as F

from .performer import PerformerAttention


class Attention(nn.Module):
    def __init__(self, hidden, heads, features):
        super().__init__()
        self.mha = PerformerAttention(hidden, heads, features) if features else nn.MultiheadAttention(hidden, heads, batch_first=True)

    def forward(self, query, key):
        if isinstance(self.mha, PerformerAttention):
            return self.mha(query, key)
        return self.mha(query, key, key, need_weights=True)[0]


class FeedForward(nn.Module):
    def __init__(self, hidden, intermediate):
        super().__init__()
        self.layer_norm_1 = nn.LayerNorm(hidden)
        self.linear_1 = nn.Linear(hidden, 2 * intermediate, bias=False)
        self.layer_norm_2 = nn.LayerNorm(intermediate)
        self.linear_2 = nn.Linear(intermediate, hidden, bias=False)

    def forward(self, x):
        a, b = self.linear_1(self.layer_norm_1(x)).chunk(2, -1)
        return self.linear_2(self.layer_norm_2(b * F.gelu(a)))


class Layer(nn.Module):
    def __init__(self, hidden, intermediate, heads, features):
        super().__init__()
        self.layer_norm_1 = nn.LayerNorm(hidden)  # stored by the original, never applied
        self.layer_norm_2 = nn.LayerNorm(hidden)  # stored by the original, never applied
        self.layer_norm_3 = nn.LayerNorm(hidden)
        self.mha = Attention(hidden, heads, features)
        self.cross_mha = Attention(hidden, heads, features)
        self.ffn = FeedForward(hidden, intermediate)

    def forward(self, x, text):
        x = x + self.mha(x, x)
        x = x + self.cross_mha(x, text)
        x = x + self.ffn(x)
        return self.layer_norm_3(x)


class Transformer(nn.Module):
    def __init__(self, layers, *sizes):
        super().__init__()
        self.dec_layers = nn.ModuleList(Layer(*sizes) for _ in range(layers))


class PositionEmbedding(nn.Module):
    def __init__(self, tokens, hidden):
        super().__init__()
        self.pos_emb = nn.Parameter(torch.randn(1, tokens, hidden))


class MaskedDecoder(nn.Module):
    def __init__(self, *, tokens, codebook, hidden, intermediate, layers, heads, text_hidden, features=0):
        """intermediate: half of linear_1's rows. features: Performer's random features, 0 for softmax attention."""
        super().__init__()
        self.mask_id = codebook
        self.image_embedding = nn.Embedding(codebook + 1, hidden)
        self.image_pos_emb = PositionEmbedding(tokens, hidden)
        self.text_projector = nn.Linear(text_hidden, hidden) if text_hidden != hidden else nn.Identity()
        self.transformer = Transformer(layers, hidden, intermediate, heads, features)
        self.final_dense = nn.Linear(hidden, codebook)

    @classmethod
    def from_state_dict(cls, state, heads):
        """Sizes from the weights' shapes; the count of heads is in none of them. Bundles leave out the two norms that are never applied."""
        state = {name: tensor.float() for name, tensor in state.items() if not name.startswith("tokenizer.")}
        rows, hidden = state["image_embedding.weight"].shape
        projector = state.get("text_projector.weight")
        features = state.get("transformer.dec_layers.0.mha.mha.fast_attention.projection_matrix")
        with torch.device("meta"):  # the weights themselves become the parameters
            model = cls(
                tokens=state["image_pos_emb.pos_emb"].shape[1],
                codebook=rows - 1,
                hidden=hidden,
                intermediate=state["transformer.dec_layers.0.ffn.linear_2.weight"].shape[1],
                layers=1 + max(int(name.split(".")[2]) for name in state if name.startswith("transformer.dec_layers.")),
                heads=heads,
                text_hidden=hidden if projector is None else projector.shape[1],
                features=0 if features is None else features.shape[0],
            )
        missing, unexpected = model.load_state_dict(state, strict=False, assign=True)
        missing = [name for name in missing if name.split(".")[3:4] not in (["layer_norm_1"], ["layer_norm_2"])]
        if missing or unexpected:
            raise ValueError(f"masked decoder: missing {missing}, unexpected {unexpected}")
        return model.eval()

    def forward(self, tokens, text):
        """tokens [B,N], text [B,L,D] → logits [B,N,V]."""
        x = self.image_embedding(tokens) + self.image_pos_emb.pos_emb
        text = self.text_projector(text)
        for layer in self.transformer.dec_layers:
            x = layer(x, text)
        return self.final_dense(x)
