"""Writes small checkpoints with random weights in the original's own formats, and what the reference computes from them.

    python3 write_fixtures.py OUT [--only CASE …]

Each case is a folder: raygen.ckpt, vqgan.ckpt, project.yaml, cxr-bert/, case.json, expected.safetensors (see expect())
and trained.safetensors (see trained_weights()). Seeds are fixed,
so that the same torch writes the same weights.
"""

import argparse
import copy
import json
import math
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from raygen_reference.decoder import MaskedDecoder
from raygen_reference.lpips import LPIPS
from raygen_reference.loss import mask_tokens, masked_cross_entropy
from raygen_reference.model import Model
from raygen_reference.safetensors import write_safetensors
from raygen_reference.sampler import sample
from raygen_reference.text import TextEncoder, normalize_over_positions
from raygen_reference.vqgan import VQGAN
from raygen_reference.wordpiece import WordPiece, read_vocabulary

VOCABULARY = Path(__file__).parents[1] / "data" / "cxr-bert" / "vocab.txt"
LENGTH = 256
SHORT, LONG = "Pneumothorax", "Moderate LEFT pleural effusion with adjacent atelectasis; heart size is mildly enlarged (ratio 0.56). "
PROMPTS = [SHORT, "no acute cardiopulmonary process", LONG]
FAST = dict(attention="fast", n_features=32)

# What a case does not say is as in `vq`, the first.
DEFAULTS = dict(
    seed=1,
    prompts=PROMPTS[:2],
    vocabulary=4096,  # entries of vocab.txt, from its beginning
    text=dict(hidden=32, layers=2, heads=4, intermediate=64, projection=16),
    text_file="pytorch_model.bin",
    vqgan=dict(quantizer="vq", codebook=1024, embed_dim=32, z_channels=32, ch=32, ch_mult=[1, 2], num_res_blocks=1),
    resolution=64,
    attention_at=[32],
    middle=True,
    decoder=dict(hidden=64, intermediate=128, layers=2, heads=4, attention="normal", n_features=0),
    dtype=torch.float32,
    zip=True,
    side_format=False,
    runs=[(3, 0.5)],
)
CASES = {
    # The published model's habits in small: 1024 tokens and codes, every step count that rounds differently.
    "vq": dict(prompts=PROMPTS[1:], vocabulary=None, runs=[(1, 0.9), (2, 0.5), (3, 0.5), (4, 0.9), (18, 0.9)]),
    "gumbel_fast": dict(
        vqgan=dict(quantizer="gumbel", codebook=1024, embed_dim=16, z_channels=16, ch=32, ch_mult=[1, 1, 2], num_res_blocks=1),
        resolution=128,
        text=dict(hidden=24, layers=1, heads=3, intermediate=48, projection=16),
        decoder=dict(hidden=48, intermediate=96, layers=2, heads=3, **FAST),
        runs=[(1, 0.9), (3, 0.5)],
    ),
    # Torch's legacy format, a text width that needs no projector, features narrower than codebook rows, no attention but the middle's.
    "legacy_one_layer": dict(
        zip=False,
        text=dict(hidden=32, layers=1, heads=2, intermediate=48, projection=8),
        vqgan=dict(quantizer="vq", codebook=512, embed_dim=24, z_channels=16, ch=32, ch_mult=[1, 2, 2], num_res_blocks=1),
        attention_at=[],
        decoder=dict(hidden=32, intermediate=80, layers=1, heads=2, attention="normal", n_features=0),
        runs=[(2, 0.5), (3, 0.5), (18, 0.9)],
    ),
    # The side format, float16, five layers, attention at two resolutions, a prompt that is cut at 256 tokens.
    "side_format_half": dict(
        side_format=True,
        dtype=torch.float16,
        prompts=[LONG * 20, SHORT],
        vqgan=dict(quantizer="vq", codebook=256, embed_dim=16, z_channels=32, ch=32, ch_mult=[2, 1, 3, 2], num_res_blocks=2),
        attention_at=[16, 8],
        decoder=dict(hidden=48, intermediate=72, layers=5, heads=6, attention="normal", n_features=0),
        runs=[(3, 0.5), (8, 0.9)],
    ),
    # bfloat16, the text encoder as safetensors, a performer with a different width, no attention in the VQ-GAN at all.
    "bfloat16_safetensors": dict(
        dtype=torch.bfloat16,
        text_file="model.safetensors",
        text=dict(hidden=40, layers=3, heads=5, intermediate=64, projection=0),
        vqgan=dict(quantizer="gumbel", codebook=300, embed_dim=24, z_channels=24, ch=64, ch_mult=[1, 1, 1], num_res_blocks=1),
        attention_at=[],
        middle=False,
        decoder=dict(hidden=40, intermediate=64, layers=3, heads=5, attention="fast", n_features=24),
        runs=[(3, 0.5), (8, 0.9)],
    ),
    # No text encoder but the one inside the decoder's checkpoint; legacy format and bfloat16 together; one prompt longer than 256 tokens.
    "embedded_text": dict(
        zip=False,
        dtype=torch.bfloat16,
        text_file=None,
        prompts=["x", LONG * 20],
        vqgan=dict(quantizer="vq", codebook=512, embed_dim=32, z_channels=32, ch=32, ch_mult=[1, 2, 1], num_res_blocks=2),
        attention_at=[64, 16],
        runs=[(3, 0.5), (8, 0.9)],
    ),
}


def draw_weights(module, gain=1.0):
    """Like a trained model's: no bias is 0, no norm's weight is 1, no two weights alike, activations of about unit variance."""
    for part in module.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            nn.init.normal_(part.weight, std=gain / math.sqrt(part.weight[0].numel()))
            if part.bias is not None:
                nn.init.normal_(part.bias, std=0.1)
        elif isinstance(part, (nn.LayerNorm, nn.GroupNorm)):
            nn.init.normal_(part.weight, 1, 0.1)
            nn.init.normal_(part.bias, std=0.1)
        elif isinstance(part, nn.MultiheadAttention):
            nn.init.normal_(part.in_proj_weight, std=gain / math.sqrt(part.embed_dim))
            nn.init.normal_(part.in_proj_bias, std=0.1)


def build(case, tokens, vocabulary):
    side = case["resolution"]
    levels = len(case["vqgan"]["ch_mult"])
    attention = [side >> level in case["attention_at"] for level in range(levels)]
    text = TextEncoder(vocabulary=len(vocabulary), **case["text"])
    vqgan = VQGAN(
        encoder_attention=attention, decoder_attention=attention, encoder_mid=case["middle"], decoder_mid=case["middle"], **case["vqgan"]
    )
    sizes = {key: value for key, value in case["decoder"].items() if key not in ("attention", "n_features")}
    decoder = MaskedDecoder(
        tokens=tokens,
        codebook=case["vqgan"]["codebook"],
        text_hidden=case["text"]["hidden"],
        features=case["decoder"]["n_features"],
        **sizes,
    )
    for part in (text, vqgan, decoder):
        draw_weights(part)
    # A trained model is sure of some tokens and unsure of others: logits spread over several units.
    nn.init.normal_(decoder.final_dense.weight, std=4 / math.sqrt(sizes["hidden"]))
    for part in (text, vqgan, decoder):  # what is computed is computed from the weights as they are stored
        part.to(case["dtype"]).float().eval()
    return Model(text, vqgan, decoder, WordPiece(vocabulary), LENGTH)


def generated(model, case):
    ids, mask = model.tokenize(case["prompts"])
    text = normalize_over_positions(model.text(ids, mask))
    return {steps: sample(model.decoder, text, steps=steps, temperature=0.0, threshold=alpha) for steps, alpha in case["runs"]}


def smooth_images(case):
    """Two images with structure at several scales, in whole 16-bit steps: a PNG holds them exactly."""
    generator = torch.Generator().manual_seed(case["seed"])
    side = case["resolution"]
    image = torch.zeros(2, 3, side, side)
    for cells in (2, 8, side):
        noise = torch.randn(2, 3, cells, cells, generator=generator)
        image += F.interpolate(noise, side, mode="bilinear", align_corners=False)
    return (torch.sigmoid(image) * 65535).round() / 65535


def expect(model, case, tokens):
    codebook = case["vqgan"]["codebook"]
    ids, mask = model.tokenize(case["prompts"])
    hidden = model.text(ids, mask)
    text = normalize_over_positions(hidden)
    image = smooth_images(case)
    features = model.vqgan.features(image)
    nearest = model.vqgan.quantize.distances(features).topk(2, -1, largest=False)
    codes = nearest.indices[..., 0]
    generator = torch.Generator().manual_seed(case["seed"])
    whole = torch.randint(codebook, (len(case["prompts"]), tokens), generator=generator)
    masked, labels = mask_tokens(whole, codebook, generator)
    logits = model.decoder(masked, text)
    expected = {
        "text.input_ids": ids.int(),
        "text.attention_mask": mask.int(),
        "text.last_hidden_state": hidden,
        "text.normalized": text,
        "decoder.token_ids": masked.int(),
        "decoder.logits": logits[:, :64],
        "train.labels": labels.int(),
        "train.loss": masked_cross_entropy(logits, labels)[None],
        "vq.image": image,
        "vq.prequant": features,
        "vq.token_ids": codes.int(),
        "vq.margin": nearest.values[..., 1] - nearest.values[..., 0],
        "vq.reconstruction": model.vqgan.decode(codes),
    }
    if case["text"]["projection"]:
        expected["text.cls_projection"] = model.text.project(hidden)
    for steps, ids in generated(model, case).items():
        expected[f"generate.K{steps}.token_ids"] = ids.int()
        expected[f"generate.K{steps}.image"] = model.vqgan.decode(ids)
    return expected


def trained_weights(model, expected):
    """The decoder's weights after ten steps of the original's optimiser on the case's masked tokens. In float64: the gradient of a key's bias is
    zero, and in float32 Adam makes steps of full length out of its rounding."""
    decoder = copy.deepcopy(model.decoder).double()
    tokens, labels = expected["decoder.token_ids"].long(), expected["train.labels"].long()
    text = expected["text.normalized"].double()
    optimizer = torch.optim.Adam(decoder.parameters(), lr=1e-5)
    with torch.enable_grad():
        for _ in range(10):
            optimizer.zero_grad()
            masked_cross_entropy(decoder(tokens, text), labels).backward()
            optimizer.step()
    return {name: tensor.detach().float() for name, tensor in decoder.state_dict().items()}


def with_training_weights(text):
    """CXR-BERT's state dict also holds the masked-language head, which generation does not use."""
    state = OrderedDict(text.state_dict())
    words = state["bert.embeddings.word_embeddings.weight"]
    hidden = words.shape[1]
    state["cls.predictions.bias"] = torch.zeros(words.shape[0])
    state["cls.predictions.transform.dense.weight"] = torch.randn(hidden, hidden)
    state["cls.predictions.transform.dense.bias"] = torch.randn(hidden)
    state["cls.predictions.transform.LayerNorm.weight"] = torch.ones(hidden)
    state["cls.predictions.transform.LayerNorm.bias"] = torch.zeros(hidden)
    state["cls.predictions.decoder.weight"] = words
    state["cls.predictions.decoder.bias"] = state["cls.predictions.bias"]
    return state


def write_checkpoints(folder, case, model):
    cast = lambda state: OrderedDict((name, tensor.to(case["dtype"])) for name, tensor in state.items())
    save = lambda value, name: torch.save(value, folder / name, _use_new_zipfile_serialization=case["zip"])
    text = cast(with_training_weights(model.text))
    decoder = cast(model.decoder.state_dict())
    decoder.update((f"tokenizer.{name}", tensor) for name, tensor in text.items())
    optimizer = {"state": {0: {"step": torch.tensor(5.0), "exp_avg": torch.randn(3)}}, "param_groups": [{"lr": 1e-5, "params": [0]}]}
    if case["side_format"]:
        save({"model": decoder, "opt": optimizer}, "raygen.ckpt")
    else:
        lightning = {"epoch": 98, "global_step": 740223, "pytorch-lightning_version": "2.1.1"}
        lightning["state_dict"] = OrderedDict((f"model.{name}", tensor) for name, tensor in decoder.items())
        save(lightning | {"loops": {}, "callbacks": {}, "optimizer_states": [optimizer], "lr_schedulers": []}, "raygen.ckpt")
    vqgan = cast(model.vqgan.state_dict())
    vqgan["loss.discriminator.main.0.weight"] = torch.randn(8, 3, 4, 4)
    save({"epoch": 3, "global_step": 1000, "callbacks": {}, "optimizer_states": [], "state_dict": vqgan}, "vqgan.ckpt")
    hub = folder / "cxr-bert"
    if case["text_file"] == "model.safetensors":  # tied tensors are stored once there
        tied = ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
        write_safetensors(hub / case["text_file"], {name: tensor for name, tensor in text.items() if name not in tied})
    elif case["text_file"]:
        save(text, f"cxr-bert/{case['text_file']}")


def write_configs(folder, case, vocabulary):
    text, vqgan = case["text"], case["vqgan"]
    config = dict(
        architectures=["CXRBertModel"],
        model_type="cxr-bert",
        hidden_act="gelu",
        hidden_size=text["hidden"],
        intermediate_size=text["intermediate"],
        layer_norm_eps=1e-12,
        max_position_embeddings=512,
        num_attention_heads=text["heads"],
        num_hidden_layers=text["layers"],
        pad_token_id=0,
        position_embedding_type="absolute",
        type_vocab_size=2,
        vocab_size=len(vocabulary),
    )
    if text["projection"]:
        config["projection_size"] = text["projection"]
    tokenizer = dict(do_lower_case=True, do_basic_tokenize=True, tokenize_chinese_chars=True, strip_accents=None, unk_token="[UNK]",
                     sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]", tokenizer_class="CXRBertTokenizer")
    (folder / "cxr-bert" / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "cxr-bert" / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=1))
    (folder / "cxr-bert" / "vocab.txt").write_text("".join(f"{token}\n" for token in vocabulary), encoding="utf-8")
    target = "GumbelVQ" if vqgan["quantizer"] == "gumbel" else "VQModel"
    (folder / "project.yaml").write_text(
        f"model:\n  base_learning_rate: 4.5e-06\n  target: taming.models.vqgan.{target}\n  params:\n"
        f"    embed_dim: {vqgan['embed_dim']}\n    n_embed: {vqgan['codebook']}\n    ddconfig:\n      double_z: false\n"
        f"      z_channels: {vqgan['z_channels']}\n      resolution: {case['resolution']}\n      in_channels: 3\n      out_ch: 3\n"
        f"      ch: {vqgan['ch']}\n      ch_mult: {vqgan['ch_mult']}\n      num_res_blocks: {vqgan['num_res_blocks']}\n"
        f"      attn_resolutions: {case['attention_at']}\n      dropout: 0.0\n"
        "    lossconfig:\n      target: taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator\n"
    )
    decoder = case["decoder"]
    about = dict(
        prompts=case["prompts"],
        decoder=dict(
            embed_dim=decoder["hidden"],
            hidden_dim=decoder["intermediate"],
            n_heads=decoder["heads"],
            n_layers=decoder["layers"],
            attention=decoder["attention"],
            n_features=decoder["n_features"],
            text_dim=text["hidden"],
        ),
        generate_runs=[dict(steps=steps, topk_threshold=alpha, temperature=0.0) for steps, alpha in case["runs"]],
    )
    (folder / "case.json").write_text(json.dumps(about, indent=1))


@torch.no_grad()
def write_case(folder, case, vocabulary, check):
    (folder / "cxr-bert").mkdir(parents=True, exist_ok=True)
    vocabulary = vocabulary[: case["vocabulary"]]
    tokens = (case["resolution"] >> (len(case["vqgan"]["ch_mult"]) - 1)) ** 2
    torch.manual_seed(case["seed"])
    model = build(case, tokens, vocabulary)
    expected = expect(model, case, tokens)
    write_safetensors(folder / "trained.safetensors", trained_weights(model, expected))
    write_checkpoints(folder, case, model)
    write_configs(folder, case, vocabulary)
    write_safetensors(folder / "expected.safetensors", expected)
    if check:
        for steps, ids in generated(model.to(torch.float64), case).items():
            if not torch.equal(ids, expected[f"generate.K{steps}.token_ids"].long()):
                raise SystemExit(f"{folder.name}: the tokens of K = {steps} are others in float64: choose another seed")


@torch.no_grad()
def write_perceptual(folder):
    """LPIPS with random weights, and what it says of two images."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(11)
    model = LPIPS().eval()
    for layer in model.features:
        if isinstance(layer, nn.Conv2d):  # as a trained net's: activations that do not die out
            nn.init.kaiming_normal_(layer.weight)
    for i in range(5):
        getattr(model, f"lin{i}").model[1].weight.abs_()
    x = torch.rand(2, 3, 40, 40) * 2 - 1
    y = (x + 0.3 * torch.randn_like(x)).clamp(-1, 1)
    torch.save(model.state_dict(), folder / "lpips.pth")
    write_safetensors(folder / "expected.safetensors", {"x": x, "y": y, "lpips": model(x, y)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="+", choices=CASES, help="write these cases alone")
    parser.add_argument("--vocabulary", type=Path, default=VOCABULARY)
    parser.add_argument("--check", action="store_true", help="compute the tokens in float64 too: they must not rest on rounding")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    vocabulary = read_vocabulary(arguments.vocabulary)
    for name in arguments.only or CASES:
        write_case(arguments.out / name, DEFAULTS | CASES[name], vocabulary, arguments.check)
    if not arguments.only:
        write_perceptual(arguments.out / "perceptual")


if __name__ == "__main__":
    main()
