"""Writes tests/data/text: tiny text encoders with random weights and what plain PyTorch computes from them, tiny SentencePiece models and
the ids that they give. Needs torch, safetensors and sentencepiece. Run by hand when the fixtures have to change."""

import io
import json
import math
from pathlib import Path

import sentencepiece
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parent.parent / "data" / "text"
VOCABULARY, HIDDEN, LAYERS, HEADS, POSITIONS, PROJECTION = 40, 16, 2, 2, 24, 6
BERT_INTERMEDIATE, T5_HEAD_DIM, T5_INTERMEDIATE, T5_LENGTH, T5_BUCKETS, T5_MAX_DISTANCE = 24, 6, 20, 40, 8, 20
ACTIVATIONS = {"gelu": F.gelu, "gelu_new": lambda x: F.gelu(x, approximate="tanh"), "relu": F.relu,
               "gated-gelu": lambda x: F.gelu(x, approximate="tanh"), "gated-silu": F.silu}


def attend(q, k, v, bias):
    """[B,L,H·d] each, softmax over the keys, all as written in the papers."""
    split = lambda x: x.unflatten(-1, (HEADS, -1)).transpose(1, 2)
    weights = (split(q) @ split(k).transpose(-1, -2) + bias).softmax(-1)
    return (weights @ split(v)).transpose(1, 2).flatten(2)


def pad_bias(mask):
    return torch.zeros(mask.shape).masked_fill(mask == 0, float("-inf"))[:, None, None, :]


def bert(w, ids, mask, activation, epsilon=1e-12):
    linear = lambda x, name: F.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], epsilon)
    e = "bert.embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "token_type_embeddings.weight"][0]
    x = norm(x + w[e + "position_embeddings.weight"][: ids.shape[1]], e + "LayerNorm")
    for i in range(LAYERS):
        n = f"bert.encoder.layer.{i}."
        q, k, v = (linear(x, n + "attention.self." + p) for p in ("query", "key", "value"))
        attended = attend(q / math.sqrt(HIDDEN // HEADS), k, v, pad_bias(mask))
        x = norm(x + linear(attended, n + "attention.output.dense"), n + "attention.output.LayerNorm")
        inner = ACTIVATIONS[activation](linear(x, n + "intermediate.dense"))
        x = norm(x + linear(inner, n + "output.dense"), n + "output.LayerNorm")
    head = F.gelu(linear(x[:, 0], "cls_projection_head.dense_to_hidden"))
    head = linear(norm(head, "cls_projection_head.LayerNorm"), "cls_projection_head.dense_to_output")
    return x, F.normalize(head, dim=-1)


def bert_weights():
    shapes = {"bert.embeddings.word_embeddings": (VOCABULARY, HIDDEN), "bert.embeddings.position_embeddings": (POSITIONS, HIDDEN),
              "bert.embeddings.token_type_embeddings": (2, HIDDEN), "bert.embeddings.LayerNorm": (HIDDEN,),
              "cls_projection_head.dense_to_hidden": (PROJECTION, HIDDEN), "cls_projection_head.LayerNorm": (PROJECTION,),
              "cls_projection_head.dense_to_output": (PROJECTION, PROJECTION)}
    for i in range(LAYERS):
        n = f"bert.encoder.layer.{i}."
        shapes |= {n + "attention.self." + p: (HIDDEN, HIDDEN) for p in ("query", "key", "value")}
        shapes |= {n + "attention.output.dense": (HIDDEN, HIDDEN), n + "attention.output.LayerNorm": (HIDDEN,),
                   n + "intermediate.dense": (BERT_INTERMEDIATE, HIDDEN), n + "output.dense": (HIDDEN, BERT_INTERMEDIATE),
                   n + "output.LayerNorm": (HIDDEN,)}
    weights = {}
    for name, shape in shapes.items():
        weights[name + ".weight"] = torch.randn(shape) * 0.4 + (1 if len(shape) == 1 else 0)
        if "embeddings." not in name or len(shape) == 1:
            weights[name + ".bias"] = torch.randn(shape[0]) * 0.2
    return weights


def relative_buckets(length):
    """Raffel et al. 2020, bidirectional: half of the buckets for each direction, exact near by, logarithmic further away."""
    table = torch.zeros(length, length, dtype=torch.long)
    half, exact = T5_BUCKETS // 2, T5_BUCKETS // 4
    for query in range(length):
        for key in range(length):
            distance = key - query
            size = abs(distance)
            if size >= exact:
                scaled = torch.log(torch.tensor(size / exact, dtype=torch.float32)) / math.log(T5_MAX_DISTANCE / exact) * (half - exact)
                size = min(exact + int(scaled), half - 1)
            table[query, key] = size + (half if distance > 0 else 0)
    return table


def t5(w, ids, mask, activation, epsilon=1e-6):
    linear = lambda x, name: F.linear(x, w[name + ".weight"])
    norm = lambda x, name: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * w[name + ".weight"]
    x = w["shared.weight"][ids]
    table = w["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
    bias = table[relative_buckets(ids.shape[1])].permute(2, 0, 1)[None] + pad_bias(mask)
    for i in range(LAYERS):
        a, f = f"encoder.block.{i}.layer.0.", f"encoder.block.{i}.layer.1."
        y = norm(x, a + "layer_norm")
        q, k, v = (linear(y, a + "SelfAttention." + p) for p in "qkv")
        x = x + linear(attend(q, k, v, bias), a + "SelfAttention.o")
        y, d = norm(x, f + "layer_norm"), f + "DenseReluDense."
        if activation.startswith("gated-"):
            inner = ACTIVATIONS[activation](linear(y, d + "wi_0")) * linear(y, d + "wi_1")
        else:
            inner = ACTIVATIONS[activation](linear(y, d + "wi"))
        x = x + linear(inner, d + "wo")
    return norm(x, "encoder.final_layer_norm")


def t5_weights(activation):
    inner = HEADS * T5_HEAD_DIM
    shapes = {"shared": (VOCABULARY, HIDDEN), "encoder.final_layer_norm": (HIDDEN,),
              "encoder.block.0.layer.0.SelfAttention.relative_attention_bias": (T5_BUCKETS, HEADS)}
    for i in range(LAYERS):
        a, f = f"encoder.block.{i}.layer.0.", f"encoder.block.{i}.layer.1."
        shapes |= {a + "SelfAttention." + p: (inner, HIDDEN) for p in "qkv"}
        shapes |= {a + "SelfAttention.o": (HIDDEN, inner), a + "layer_norm": (HIDDEN,), f + "layer_norm": (HIDDEN,),
                   f + "DenseReluDense.wo": (HIDDEN, T5_INTERMEDIATE)}
        inputs = ("wi_0", "wi_1") if activation.startswith("gated-") else ("wi",)
        shapes |= {f + "DenseReluDense." + p: (T5_INTERMEDIATE, HIDDEN) for p in inputs}
    return {name + ".weight": torch.randn(shape) * 0.4 + (1 if len(shape) == 1 else 0) for name, shape in shapes.items()}


def inputs(length):
    """Three prompts: a short one, one that fills the length, one with a hole in its mask."""
    mask = torch.ones(3, length, dtype=torch.long)
    mask[0, 5:] = 0
    mask[2, length // 2 :] = 0
    mask[2, 3] = 0
    return torch.randint(VOCABULARY, (3, length)) * mask, mask


def write_encoder(name, weights, ids, mask, last_hidden_state, projection=None):
    tensors = dict(weights, input_ids=ids, attention_mask=mask, last_hidden_state=last_hidden_state,
                   normalized=F.normalize(last_hidden_state, dim=1))
    if projection is not None:
        tensors["projection"] = projection
    save_file({k: v.contiguous() for k, v in tensors.items()}, OUT / f"{name}.safetensors")


SENTENCES = """No acute cardiopulmonary process.
Moderate left pleural effusion with adjacent atelectasis.
Heart size is mildly enlarged. The lungs are clear.
There is no focal consolidation, pleural effusion or pneumothorax.
Right lower lobe opacity concerning for pneumonia.
Interval placement of an endotracheal tube, 3.2 cm above the carina.
Mild pulmonary edema; cardiomegaly is unchanged.
Small right apical pneumothorax. No evidence of tension.
Bibasilar atelectasis and small bilateral effusions.
Fracture of the left fifth rib. No lung lesion is seen.""".split("\n")
# Rules of a normaliser, source and target as code points: a ligature, no-break space, longer and shorter sources that begin alike.
RULES = "FB01\t66 69\nA0\t20\n3BC\tB5\n61 30A\tE5\n61 30A 301\t1FB\nFF0E\t2E\nAD\t\n"


def sentencepiece_models():
    rules = OUT / "rules.tsv"
    rules.write_text(RULES)
    unigram = dict(vocab_size=150, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, user_defined_symbols=["<image>"])
    bpe = dict(vocab_size=130, pad_id=0, unk_id=1, bos_id=2, eos_id=3, control_symbols=["[MASK]"])
    texts = SENTENCES + ["", " ", "  Large   effusion ", "MIXED Case", "µm ﬁbrosis．", "心 unknown ☃",
                         "a\u030a b a\u030a\u0301 c\u00add\u00a0e",
                         "<image> clear </s>", "pneumothorax " * 30, "bad \ufffd text"]
    cases = []
    for name, options in (("unigram", unigram), ("bpe", bpe)):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(SENTENCES * 5), model_writer=model, model_type=name,
                                                 normalization_rule_tsv=str(rules), hard_vocab_limit=False, minloglevel=2, **options)
        (OUT / f"{name}.model").write_bytes(model.getvalue())
        processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        cases += [{"model": name, "text": text, "ids": processor.encode(text)} for text in texts]
    rules.unlink()
    (OUT / "sentencepiece.json").write_text(json.dumps(cases, ensure_ascii=False, indent=0) + "\n")


def main():
    torch.manual_seed(7)
    torch.set_num_threads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    for activation in ("gelu", "gelu_new", "relu"):
        weights, (ids, mask) = bert_weights(), inputs(POSITIONS)
        write_encoder(f"bert-{activation}", weights, ids, mask, *bert(weights, ids, mask, activation))
    for activation in ("relu", "gated-gelu", "gated-silu"):
        weights, (ids, mask) = t5_weights(activation), inputs(T5_LENGTH)
        write_encoder(f"t5-{activation}", weights, ids, mask, t5(weights, ids, mask, activation))
    sentencepiece_models()


if __name__ == "__main__":
    main()
