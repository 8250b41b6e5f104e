import numpy as np
import pytest
from conftest import PROMPT

import raygen


@pytest.fixture(scope="module")
def parts(model):
    return raygen.TextEncoder(model), raygen.MaskedDecoder(model), raygen.Encoder(model)


def test_the_loop_by_hand_equals_the_generator(model, generator, parts):
    text, decoder, codec = parts
    condition = decoder.condition(text.encode(PROMPT))
    sampler = raygen.Sampler(model, seed=7, steps=4)  # knows no model: its defaults are those of the preset
    while not sampler.done:
        sampler.step(decoder.logits(sampler.tokens, condition, sampler.masked))
    expected = generator.generate(PROMPT, seed=7, steps=4, preset="raygen")[0]
    assert sampler.step_index == 4 and np.array_equal(sampler.tokens[0], expected.tokens)
    assert np.abs(codec.decode(sampler.tokens[0]) - expected).max() < 1e-6


def test_a_loop_of_ones_own(model, parts):
    """Random order, greedy tokens: ten lines, nothing of ours but logits."""
    text, decoder, codec = parts
    condition = decoder.condition(text.encode(PROMPT))
    rng = np.random.default_rng(7)
    tokens = np.full((1, int(np.prod(model.info["grid"]))), model.mask_token, dtype=np.int32)
    for chosen in np.array_split(rng.permutation(tokens.shape[1]), 8):
        positions = np.sort(chosen)[None]
        tokens[0, positions[0]] = decoder.logits(tokens, condition, positions)[0].argmax(axis=1)
    assert tokens.max() < model.mask_token
    assert codec.decode(tokens[0]).std() > 0.01


def test_text(model, parts):
    text = parts[0].encode([PROMPT, "No pneumothorax."])
    length, dim = model.info["text_length"], model.info["text_dim"]
    assert text.input_ids.shape == text.attention_mask.shape == (2, length)
    assert text.last_hidden_state.shape == text.normalized.shape == (2, length, dim)
    assert list(text.attention_mask.sum(axis=1)) == [min(count, length) for count in text.token_counts]
    norm = np.linalg.norm(text.last_hidden_state, axis=1, keepdims=True)
    assert np.allclose(text.normalized, text.last_hidden_state / norm, atol=1e-5)


def test_image_to_tokens_and_back(model, generator, parts):
    codec = parts[2]
    image = generator.generate(PROMPT, seed=1, steps=4)[0]
    tokens = codec.encode(image)
    assert tokens.shape == image.tokens.shape and codec.decode(tokens).shape == image.shape
    both, features = codec.encode_with_features(image)
    assert np.array_equal(both, tokens) and features.shape == (model.info["feature_channels"], *model.info["grid"])
    assert codec.encode(np.random.default_rng(0).random((300, 200))).shape == tokens.shape, "any size, grey without a third axis"


def test_wrong_shapes_and_types(model, parts):
    text, decoder, codec = parts
    condition = decoder.condition(text.encode(PROMPT))
    count = int(np.prod(model.info["grid"]))
    wrong = [
        lambda: codec.decode([1, 2, 3]),
        lambda: codec.decode(np.full(count, model.mask_token)),
        lambda: codec.decode(np.full(count, -1)),
        lambda: decoder.logits(np.zeros((1, count - 1), dtype=int), condition),
        lambda: decoder.logits(np.zeros((1, count), dtype=int), condition, np.full((1, 3), count)),
        lambda: decoder.logits(np.full((1, count), model.mask_token + 1), condition),
        lambda: decoder.condition(np.zeros((1, 3, 5))),
        lambda: decoder.condition(np.zeros((1, 3))),
        lambda: codec.encode(np.full((8, 8), np.nan)),
        lambda: raygen.Sampler(model, batch=0),
        lambda: raygen.Sampler(model).step(np.zeros(7)),
    ]
    for call in wrong:
        with pytest.raises(raygen.Error) as caught:
            call()
        assert caught.value.status in ("invalid_argument", "numeric"), caught.value
    for call in (lambda: codec.decode(np.zeros(count)), lambda: codec.encode(np.zeros((2, 2, 2, 2))), lambda: codec.decode([2**40] * count),
                 lambda: codec.encode("image.png")):
        with pytest.raises((TypeError, ValueError)):
            call()


def test_an_image_keeps_the_tokens_it_was_made_of(model, parts):
    tokens = np.zeros(256, dtype=np.int32)
    image = parts[2].decode(tokens)
    tokens[:] = 5
    assert (image.tokens == 0).all()


def test_a_sampler_starts_from_tokens_with_seeds_of_its_own(model, generator, parts):
    text, decoder, _ = parts
    made = generator.generate(PROMPT, seed=1, steps=4)[0]
    start = np.stack([made.tokens, made.tokens])
    start[:, 10:20] = model.mask_token
    sampler = raygen.Sampler(model, batch=2, seeds=[7, 8], indices=[0, 3], start_tokens=start, steps=3)
    assert set(np.flatnonzero(sampler.tokens[0] == model.mask_token)) <= set(range(10, 20))
    condition = decoder.condition(text.encode([PROMPT, PROMPT]))
    while not sampler.done:
        sampler.step(decoder.logits(sampler.tokens, condition, sampler.masked))
    kept = start[0] != model.mask_token
    assert (sampler.tokens[:, kept] == start[:, kept]).all() and sampler.tokens.max() < model.mask_token


def test_a_samplers_options_are_the_librarys_unless_given(model):
    assert raygen.config_schema()["properties"]["steps"]["default"] == 18
    for options, steps in (({}, 18), ({"config": "raygen-report"}, 3), ({"preset": "raygen-report"}, 3), ({"config": "steps: 5", "steps": 2}, 2)):
        sampler, count = raygen.Sampler(model, **options), 0
        while not sampler.done:
            sampler.step(np.zeros((1, sampler.masked.shape[1], model.mask_token), np.float32))
            count += 1
        assert count == steps, options


def test_no_positions(model, parts):
    _, decoder, _ = parts
    tokens = np.full((1, 256), model.mask_token)
    assert decoder.logits(tokens, decoder.empty_condition(), np.zeros((1, 0), dtype=int)).shape == (1, 0, model.mask_token)
    with pytest.raises(raygen.Error) as caught:
        decoder.empty_condition(0)
    assert caught.value.status == "invalid_argument"


def test_what_has_dlpack_is_an_image(parts):
    class Exchanged:
        """As a tensor of a library that numpy does not know."""

        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    array = np.random.default_rng(1).random((128, 128, 1), dtype=np.float32)
    assert raygen.Image(Exchanged(array)).ctypes.data == array.ctypes.data
    assert np.array_equal(parts[2].encode(Exchanged(array)), parts[2].encode(array))
