"""Taming's VQ-GAN: encoder, decoder and both quantizers, with the original's parameter names."""

import torch
from torch import nn
from torch.nn import functional as F


def norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


def swish(x):
    return x * torch.sigmoid(x)


class ResnetBlock(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.norm1 = norm(channels)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.norm2 = norm(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        if channels != out:
            self.nin_shortcut = nn.Conv2d(channels, out, 1)

    def forward(self, x):
        h = self.conv1(swish(self.norm1(x)))
        h = self.conv2(swish(self.norm2(h)))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class AttnBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = norm(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        h = self.norm(x)
        q, k, v = self.q(h).flatten(2), self.k(h).flatten(2), self.v(h).flatten(2)
        weights = torch.bmm(q.transpose(1, 2), k) * q.shape[1] ** -0.5
        h = torch.bmm(v, weights.softmax(2).transpose(1, 2))
        return x + self.proj_out(h.reshape(x.shape))


class Downsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Middle(nn.Module):
    def __init__(self, channels, attention):
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels)
        if attention:
            self.attn_1 = AttnBlock(channels)
        self.block_2 = ResnetBlock(channels, channels)

    def forward(self, x):
        x = self.block_1(x)
        if hasattr(self, "attn_1"):
            x = self.attn_1(x)
        return self.block_2(x)


class Level(nn.Module):
    def __init__(self, channels, out, blocks, attention):
        super().__init__()
        self.block = nn.ModuleList(ResnetBlock(channels if i == 0 else out, out) for i in range(blocks))
        self.attn = nn.ModuleList(AttnBlock(out) for _ in range(blocks if attention else 0))

    def forward(self, x):
        for i, block in enumerate(self.block):
            x = block(x)
            if self.attn:
                x = self.attn[i](x)
        return x


class Encoder(nn.Module):
    def __init__(self, *, in_channels, ch, ch_mult, blocks, attention, mid_attention, z_channels):
        super().__init__()
        self.conv_in = nn.Conv2d(in_channels, ch, 3, padding=1)
        self.down = nn.ModuleList()
        channels = ch
        for level, mult in enumerate(ch_mult):
            down = Level(channels, ch * mult, blocks, attention[level])
            channels = ch * mult
            if level != len(ch_mult) - 1:
                down.downsample = Downsample(channels)
            self.down.append(down)
        self.mid = Middle(channels, mid_attention)
        self.norm_out = norm(channels)
        self.conv_out = nn.Conv2d(channels, z_channels, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
            if hasattr(level, "downsample"):
                x = level.downsample(x)
        return self.conv_out(swish(self.norm_out(self.mid(x))))


class Decoder(nn.Module):
    def __init__(self, *, out_channels, ch, ch_mult, blocks, attention, mid_attention, z_channels):
        super().__init__()
        channels = ch * ch_mult[-1]
        self.conv_in = nn.Conv2d(z_channels, channels, 3, padding=1)
        self.mid = Middle(channels, mid_attention)
        ups = []
        for level in reversed(range(len(ch_mult))):
            up = Level(channels, ch * ch_mult[level], blocks + 1, attention[level])
            channels = ch * ch_mult[level]
            if level != 0:
                up.upsample = Upsample(channels)
            ups.insert(0, up)
        self.up = nn.ModuleList(ups)
        self.norm_out = norm(channels)
        self.conv_out = nn.Conv2d(channels, out_channels, 3, padding=1)

    def forward(self, z):
        x = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            x = level(x)
            if hasattr(level, "upsample"):
                x = level.upsample(x)
        return self.conv_out(swish(self.norm_out(x)))


class VectorQuantizer(nn.Module):
    def __init__(self, codebook, width):
        super().__init__()
        self.embedding = nn.Embedding(codebook, width)

    @property
    def rows(self):
        return self.embedding.weight

    def distances(self, z):
        """[B,e,h,w] → squared distances [B,h·w,V]; the nearest row is the token."""
        z = z.flatten(2).transpose(1, 2)
        return z.pow(2).sum(2, keepdim=True) + self.rows.pow(2).sum(1) - 2 * z @ self.rows.t()


class GumbelQuantizer(nn.Module):
    def __init__(self, codebook, width):
        super().__init__()
        self.proj = nn.Conv2d(width, codebook, 1)
        self.embed = nn.Embedding(codebook, width)

    @property
    def rows(self):
        return self.embed.weight

    def distances(self, z):
        """Negative logits: the original draws from them with noise, the most likely row is the noise-free choice."""
        return -self.proj(z).flatten(2).transpose(1, 2)


class VQGAN(nn.Module):
    def __init__(self, *, quantizer, codebook, embed_dim, z_channels, ch, ch_mult, num_res_blocks, encoder_attention, decoder_attention,
                 encoder_mid, decoder_mid, in_channels=3, out_ch=3):
        super().__init__()
        sizes = dict(ch=ch, ch_mult=ch_mult, blocks=num_res_blocks, z_channels=z_channels)
        self.encoder = Encoder(in_channels=in_channels, attention=encoder_attention, mid_attention=encoder_mid, **sizes)
        self.decoder = Decoder(out_channels=out_ch, attention=decoder_attention, mid_attention=decoder_mid, **sizes)
        self.quantize = (GumbelQuantizer if quantizer == "gumbel" else VectorQuantizer)(codebook, embed_dim)
        self.quant_conv = nn.Conv2d(z_channels, embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(embed_dim, z_channels, 1)

    @classmethod
    def from_state_dict(cls, state):
        """Sizes and attention blocks from the weights' names and shapes."""
        state = {name: tensor.float() for name, tensor in state.items() if not name.startswith("loss.")}
        gumbel = "quantize.proj.weight" in state
        codebook, embed_dim = state["quantize.embed.weight" if gumbel else "quantize.embedding.weight"].shape
        ch, in_channels = state["encoder.conv_in.weight"].shape[:2]
        levels = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.down."))
        blocks = 1 + max(int(name.split(".")[4]) for name in state if name.startswith("encoder.down.0.block."))
        with torch.device("meta"):  # the weights themselves become the parameters
            model = cls(
                quantizer="gumbel" if gumbel else "vq",
                codebook=codebook,
                embed_dim=embed_dim,
                z_channels=state["encoder.conv_out.weight"].shape[0],
                in_channels=in_channels,
                out_ch=state["decoder.conv_out.weight"].shape[0],
                ch=ch,
                ch_mult=[state[f"encoder.down.{i}.block.0.conv2.weight"].shape[0] // ch for i in range(levels)],
                num_res_blocks=blocks,
                encoder_attention=[f"encoder.down.{i}.attn.0.q.weight" in state for i in range(levels)],
                decoder_attention=[f"decoder.up.{i}.attn.0.q.weight" in state for i in range(levels)],
                encoder_mid="encoder.mid.attn_1.q.weight" in state,
                decoder_mid="decoder.mid.attn_1.q.weight" in state,
            )
        model.load_state_dict(state, assign=True)
        return model.eval()

    def features(self, image):
        """[B,C,R,R] in 0..1 → what is quantised, [B,e,h,w]."""
        return self.quant_conv(self.encoder(2 * image - 1))

    def encode(self, image):
        return self.quantize.distances(self.features(image)).argmin(2)

    def decode(self, tokens):
        """[B,N] → [B,C,R,R] in 0..1, through a one-hot product as the original has it."""
        rows = self.quantize.rows
        side = round(tokens.shape[1] ** 0.5)
        one_hot = F.one_hot(tokens, rows.shape[0]).to(rows.dtype)
        z = (one_hot @ rows).transpose(1, 2).unflatten(2, (side, side))
        return (self.decoder(self.post_quant_conv(z)).clamp(-1, 1) + 1) / 2
