"""An image is made again of what it carries."""

import json

import numpy as np
import pytest

import raygen
from conftest import PROMPT


def changed(image: raygen.Image, **values) -> raygen.Image:
    """The image with other settings."""
    copy = image.copy()
    copy.text["raygen"] = json.dumps({**image.settings, **values})
    return copy


def test_a_file_is_made_again(generator, tmp_path):
    image = generator.generate(PROMPT, steps=3, seed=2**64 - 1, first_image=41, temperature=1.3, position_choice="random")[0]
    image.save(tmp_path / "a.png")
    again = generator.like(tmp_path / "a.png")
    assert len(again) == 1 and np.array_equal(again[0], image)
    assert again[0].text == image.text
    again[0].save(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_keywords_win(generator):
    image = generator.generate(PROMPT, steps=3, seed=1, temperature=1.3)[0]
    other = generator.like(image, seed=8, steps=2)[0]
    assert np.array_equal(other, generator.generate(PROMPT, steps=2, seed=8, temperature=1.3)[0])
    several = generator.like(image, images_per_prompt=2)
    assert np.array_equal(several[0], image) and several[1].settings["image"] == 1
    assert generator.like(image, config={"top_k_threshold": 0.5})[0].settings == {**image.settings, "top_k_threshold": 0.5}
    assert generator.like(image, preset="raygen-report")[0].settings["top_k_threshold"] == 0.5
    with pytest.raises(TypeError, match="stesp"):
        generator.like(image, stesp=3)


def test_what_cannot_be_made_again(generator, tmp_path):
    image = generator.generate(PROMPT, steps=2)[0]
    with pytest.raises(raygen.Error, match="carries none") as error:
        generator.like(raygen.Image(np.zeros((4, 4))))
    assert error.value.status == "format"
    for wrong in ({"start_tokens_sha256": "00"}, {"settings_version": 9}, {"of_tomorrow": 1}):
        with pytest.raises(raygen.Error, match=next(iter(wrong))) as error:
            generator.like(changed(image, **wrong))
        assert error.value.status == "unsupported"


def test_another_model_and_another_version(generator):
    image = generator.generate(PROMPT, steps=2)[0]
    other = changed(image, model_sha256="0123abcd")
    with pytest.raises(raygen.Error, match="0123abcd.*" + generator.model.digest):
        generator.like(other)
    with pytest.warns(UserWarning, match="0123abcd"):
        assert np.array_equal(generator.like(other, any_model=True)[0], image)
    with pytest.warns(UserWarning, match="libraygen 0.0.1"):
        assert np.array_equal(generator.like(changed(image, generator="libraygen 0.0.1"))[0], image)
