"""The published network as a user who wants speed writes it in PyTorch: fused attention, the text's keys and values computed once, tokens looked
up instead of multiplied. The weights and their names are the reference's (tests/reference); what is exported and compiled is this."""

import torch
from raygen_reference.model import Model
from raygen_reference.text import normalize_over_positions
from torch import nn
from torch.nn import functional as F


def linear(weight, bias=None):
    """A Linear whose parameters are these tensors."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias is not None, device="meta")
    layer.weight = nn.Parameter(weight.detach(), False)
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach(), False)
    return layer


def rows(attention, first, last):
    """What projects to query (0), key (1) and value (2), from one of them to another: PyTorch keeps all three in one matrix."""
    width = attention.embed_dim
    chosen = slice(first * width, last * width)
    return linear(attention.in_proj_weight[chosen], attention.in_proj_bias[chosen])


def split(x, heads):
    """[B,N,H] → [B,heads,N,H/heads]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(q, k, v):
    """[B,heads,N,d] → [B,N,heads·d]."""
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class Text(nn.Module):
    """Prompts to the keys and values that every step looks at."""

    def __init__(self, model):
        super().__init__()
        self.encoder, self.projector = model.text, model.decoder.text_projector
        attentions = [layer.cross_mha.mha for layer in model.decoder.transformer.dec_layers]
        self.heads = attentions[0].num_heads
        self.of_layers = nn.ModuleList(rows(attention, 1, 3) for attention in attentions)

    def forward(self, ids, mask):
        """[B,L] each → for each layer keys and values [B,heads,L,d]."""
        text = self.projector(normalize_over_positions(self.encoder(ids, mask)))
        return tuple(split(x, self.heads) for layer in self.of_layers for x in layer(text).chunk(2, -1))


class Layer(nn.Module):
    def __init__(self, layer):
        super().__init__()
        own, cross = layer.mha.mha, layer.cross_mha.mha
        self.heads = own.num_heads
        self.qkv, self.out = rows(own, 0, 3), own.out_proj
        self.text_q, self.text_out = rows(cross, 0, 1), cross.out_proj
        self.feed_forward, self.norm = layer.ffn, layer.layer_norm_3

    def forward(self, x, text_k, text_v):
        q, k, v = (split(y, self.heads) for y in self.qkv(x).chunk(3, -1))
        x = x + self.out(attend(q, k, v))
        x = x + self.text_out(attend(split(self.text_q(x), self.heads), text_k, text_v))
        return self.norm(x + self.feed_forward(x))


class Step(nn.Module):
    """The masked decoder once."""

    def __init__(self, decoder):
        super().__init__()
        self.embedding, self.positions = decoder.image_embedding, decoder.image_pos_emb.pos_emb
        self.layers = nn.ModuleList(Layer(layer) for layer in decoder.transformer.dec_layers)
        self.logits = decoder.final_dense

    def forward(self, tokens, *text):
        """[B,N] and what Text gives → logits [B,N,V]."""
        x = self.embedding(tokens) + self.positions
        for layer, k, v in zip(self.layers, text[::2], text[1::2]):
            x = layer(x, k, v)
        return self.logits(x)


class Decode(nn.Module):
    """Tokens to pixels."""

    def __init__(self, vqgan, positions):
        super().__init__()
        self.side = round(positions**0.5)
        self.codebook = nn.Parameter(vqgan.quantize.rows.detach(), False)
        self.first, self.decoder = vqgan.post_quant_conv, vqgan.decoder

    def forward(self, tokens):
        """[B,N] → [B,C,R,R] in 0..1."""
        decoder = self.decoder
        x = F.embedding(tokens, self.codebook).unflatten(1, (self.side, self.side)).permute(0, 3, 1, 2)
        x = decoder.conv_in(self.first(x))
        x = residual(decoder.mid.block_1, x)
        if hasattr(decoder.mid, "attn_1"):
            x = attention_block(decoder.mid.attn_1, x)
        x = residual(decoder.mid.block_2, x)
        for level in reversed(decoder.up):
            for i, block in enumerate(level.block):
                x = residual(block, x)
                x = attention_block(level.attn[i], x) if level.attn else x
            x = level.upsample(x) if hasattr(level, "upsample") else x
        return (decoder.conv_out(F.silu(decoder.norm_out(x))).clamp(-1, 1) + 1) / 2


def residual(block, x):
    h = block.conv1(F.silu(block.norm1(x)))
    h = block.conv2(F.silu(block.norm2(h)))
    return (block.nin_shortcut(x) if hasattr(block, "nin_shortcut") else x) + h


def attention_block(block, x):
    h = block.norm(x)
    q, k, v = (convolution(h).flatten(2).transpose(1, 2)[:, None] for convolution in (block.q, block.k, block.v))
    h = F.scaled_dot_product_attention(q, k, v)[:, 0].transpose(1, 2)
    return x + block.proj_out(h.reshape(x.shape))


def networks_of(bundle):
    """→ {"text": …, "step": …, "decode": …} in float32, and the reference that they were made of."""
    model = Model.from_bundle(bundle)
    if not isinstance(model.decoder.transformer.dec_layers[0].mha.mha, nn.MultiheadAttention):
        raise SystemExit(f"{bundle}: the peers know softmax attention only, and this masked decoder has another kind")
    positions = model.decoder.image_pos_emb.pos_emb.shape[1]
    networks = {"text": Text(model), "step": Step(model.decoder), "decode": Decode(model.vqgan, positions)}
    for network in networks.values():
        network.eval().requires_grad_(False)
    return networks, model
