"""The whole model, from the original's checkpoint files or from a bundle."""

import json
from pathlib import Path

import torch

from .decoder import MaskedDecoder
from .safetensors import read_safetensors
from .sampler import sample
from .text import TextEncoder, normalize_over_positions
from .vqgan import VQGAN
from .wordpiece import WordPiece, read_vocabulary


def read_state(path):
    """A checkpoint's state dict: Lightning, the `{"model": …}` side format, or the names themselves."""
    path = Path(path)
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    content = torch.load(path, map_location="cpu", weights_only=True)
    return content.get("state_dict") or content.get("model") or content


def without_prefix(state, prefix):
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}


class Model:
    def __init__(self, text, vqgan, decoder, tokenizer=None, length=256):
        self.text, self.vqgan, self.decoder, self.tokenizer, self.length = text, vqgan, decoder, tokenizer, length

    @classmethod
    def from_original(cls, folder, vocabulary=None):
        """raygen.ckpt, vqgan.ckpt, cxr-bert/ and case.json, which holds the decoder's count of heads."""
        folder = Path(folder)
        case = json.loads((folder / "case.json").read_text())
        state = read_state(folder / "raygen.ckpt")
        state = without_prefix(state, "model.") if "model.final_dense.weight" in state else state
        hub = folder / "cxr-bert"
        weights = [path for path in (hub / "pytorch_model.bin", hub / "model.safetensors") if path.exists()]
        text = read_state(weights[0]) if weights else without_prefix(state, "tokenizer.")
        vocabulary = vocabulary or hub / "vocab.txt"
        return cls(
            TextEncoder.from_state_dict(text, json.loads((hub / "config.json").read_text())["num_attention_heads"]),
            VQGAN.from_state_dict(read_state(folder / "vqgan.ckpt")),
            MaskedDecoder.from_state_dict(state, case["decoder"]["n_heads"]),
            WordPiece(read_vocabulary(vocabulary)),
        )

    @classmethod
    def from_bundle(cls, folder):
        folder = Path(folder)
        parts = json.loads((folder / "raygen.json").read_text())["parts"]
        return cls(
            TextEncoder.from_state_dict(read_safetensors(folder / "text_encoder.safetensors"), parts["text_encoder"]["architecture"]["heads"]),
            VQGAN.from_state_dict(read_safetensors(folder / "vqgan.safetensors")),
            MaskedDecoder.from_state_dict(read_safetensors(folder / "decoder.safetensors"), parts["masked_decoder"]["architecture"]["heads"]),
            WordPiece(read_vocabulary(folder / "vocab.txt")),
            parts["text_encoder"]["architecture"]["length"],
        )

    def to(self, dtype):
        for part in (self.text, self.vqgan, self.decoder):
            part.to(dtype)
        return self

    def tokenize(self, prompts):
        """→ input_ids, attention_mask [B,L]."""
        ids, mask = zip(*(self.tokenizer.encode(prompt, self.length) for prompt in prompts))
        return torch.tensor(ids), torch.tensor(mask)

    def embed(self, prompts):
        """→ what the masked decoder takes, [B,L,D]."""
        return normalize_over_positions(self.text(*self.tokenize(prompts)))

    def generate(self, text, **settings):
        """→ tokens [B,N] and images [B,C,R,R] in 0..1."""
        tokens = sample(self.decoder, text, **settings)
        return tokens, self.vqgan.decode(tokens)
