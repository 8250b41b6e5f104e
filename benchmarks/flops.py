"""Arithmetic of the published algorithm in floating-point operations (two a multiply-add), products only. What is not computed again because a
result is kept, or is folded into less, still counts: rates compare like with like."""


def product(rows, inner, out):
    return 2 * rows * inner * out


def decoder_step(decoder, text_length):
    """One step of the masked decoder, one image, text keys and values included."""
    tokens, hidden, intermediate = decoder["tokens"], decoder["hidden"], decoder["intermediate"]

    def attention(keys):
        if decoder["attention"] == "fast":  # feature maps of queries and keys, keys by values, queries by that; projection of the output
            return 2 * product(tokens + keys, decoder["features"], hidden) + product(tokens, hidden, hidden)
        projections = 2 * product(tokens, hidden, hidden) + 2 * product(keys, hidden, hidden)
        return projections + 2 * product(tokens, keys, hidden)

    feed_forward = product(tokens, hidden, 2 * intermediate) + product(tokens, intermediate, hidden)
    layer = attention(tokens) + attention(text_length) + feed_forward
    return decoder["layers"] * layer + product(tokens, hidden, decoder["codebook"])


def vqgan_decode(vqgan):
    """One image from its tokens."""

    def convolution(kernel, inputs, outputs):
        return product(side * side, kernel * kernel * inputs, outputs)

    def residual_block(inputs, outputs):
        shortcut = 0 if inputs == outputs else convolution(1, inputs, outputs)
        return convolution(3, inputs, outputs) + convolution(3, outputs, outputs) + shortcut

    def attention_block():
        return 4 * convolution(1, channels, channels) + 2 * product(side * side, side * side, channels)

    multipliers = vqgan["channel_multipliers"]
    side = vqgan["resolution"] >> (len(multipliers) - 1)
    channels = vqgan["channels"] * multipliers[-1]
    work = convolution(1, vqgan["embedding"], vqgan["z_channels"]) + convolution(3, vqgan["z_channels"], channels)
    work += 2 * residual_block(channels, channels) + (attention_block() if vqgan["decoder_mid_attention"] else 0)
    for level in reversed(range(len(multipliers))):
        out = vqgan["channels"] * multipliers[level]
        for _ in range(vqgan["residual_blocks"] + 1):
            work += residual_block(channels, out)
            channels = out
            work += attention_block() if vqgan["decoder_attention"][level] else 0
        if level > 0:
            side *= 2
            work += convolution(3, channels, channels)
    return work + convolution(3, channels, vqgan["out_channels"])
