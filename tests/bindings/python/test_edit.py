import hashlib

import numpy as np
import pytest
from conftest import FAST, PROMPT

import raygen


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """A phantom with an effusion on the left, and its healthy twin."""
    folder = tmp_path_factory.mktemp("patients")
    for name, healthy in (("sick", False), ("healthy", True)):
        raygen.write_phantoms(folder / name, count=1, seed=20, masks=True, healthy=healthy)
    return folder


def test_only_the_mask_changes(generator, patient):
    path = patient / "sick/images/P000000.png"
    film = raygen.Image.read(path)
    mask = raygen.read_phantom_region(path, "left lung")
    assert mask.shape == film.shape and set(np.unique(mask)) == {0, 1}
    (edited,) = generator.edit(film, PROMPT, mask=mask, **FAST)
    outside = np.asarray(mask) == 0
    assert np.array_equal(edited[outside], film[outside]) and not np.array_equal(edited, film)
    assert edited.settings["edit"]["input_sha256"] == hashlib.sha256(np.ascontiguousarray(film, "<f4").tobytes()).hexdigest()
    assert edited.settings["edit"]["mask_sha256"] == hashlib.sha256(np.asarray(mask, np.uint8).tobytes()).hexdigest()
    before = raygen.Encoder(generator.model).encode(film)
    kept = ~cells(mask[:, :, 0], 16)
    assert np.array_equal(np.reshape(edited.tokens, (16, 16))[kept], np.reshape(before, (16, 16))[kept])


def cells(mask, grid):
    side = len(mask) // grid
    return np.asarray(mask).reshape(grid, side, grid, side).max(axis=(1, 3)) > 0


def test_paths_boxes_and_margins(generator, patient, tmp_path):
    path = patient / "sick/images/P000000.png"
    (edited,) = generator.edit(path, PROMPT, boxes=[(60, 60, 30, 40)], outpaint=(0, 0, 16, 0), grow=2, feather=0, close=True, **FAST)
    said = edited.settings["edit"]
    assert edited.shape == (128, 144, 1)
    assert said["input_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (said["boxes"], said["outpaint"], said["grow"], said["feather"], said["region"]) == ([[60, 60, 30, 40]], [0, 0, 16, 0], 2, 0, "mask")
    edited.save_like(tmp_path / "edited.png", path)
    back = np.rint(np.asarray(raygen.Image.read(tmp_path / "edited.png")) * 255)
    film = np.rint(np.asarray(raygen.Image.read(path)) * 255)
    assert np.array_equal(back[:58, :120], film[:58, :120])


def test_variations(generator, patient):
    film = raygen.Image.read(patient / "healthy/images/P000000.png")
    none, some = generator.vary(film, 0)[0], generator.vary(film, 0.4, PROMPT, **FAST)[0]
    codec = raygen.Encoder(generator.model)
    assert np.array_equal(none, codec.decode(codec.encode(film)))
    assert 0 < np.mean(some.tokens != none.tokens) <= 0.41
    assert np.array_equal(generator.vary(film, 1, PROMPT, **FAST)[0], generator.generate(PROMPT, **FAST)[0])
    assert "prompt" not in generator.vary(film, 0.4, **FAST)[0].settings


def test_what_is_wrong_is_said(generator):
    film = np.zeros((40, 30), np.float32)
    with pytest.raises(raygen.Error, match="nothing says where to edit"):
        generator.edit(film, PROMPT)
    with pytest.raises(raygen.Error, match="the mask is 30 x 30 pixels and the image 30 x 40"):
        generator.edit(film, PROMPT, mask=np.ones((30, 30)))
    with pytest.raises(raygen.Error, match="box 0 is 20,0,20,5"):
        generator.edit(film, PROMPT, boxes=[(20, 0, 20, 5)])
    with pytest.raises(ValueError, match="4 were expected"):
        generator.edit(film, PROMPT, boxes=[(1, 2, 3)])
    with pytest.raises(TypeError, match="stepz.*the nearest is 'steps'"):
        generator.edit(film, PROMPT, boxes=[(1, 2, 3, 4)], stepz=3)
    with pytest.raises(raygen.Error, match="strength is 2"):
        generator.vary(film, 2)
    with pytest.raises(raygen.Error, match="start_tokens and editable"):
        generator.edit(film, PROMPT, boxes=[(1, 2, 3, 4)], editable=np.ones((1, 256), bool))
    with pytest.raises(raygen.Error, match="cannot open"):
        generator.edit("/nowhere.png", PROMPT, boxes=[(1, 2, 3, 4)])


def test_progress_and_cancelling(generator):
    film, seen = np.zeros((40, 30), np.float32), []
    generator.edit(film, PROMPT, boxes=[(1, 2, 20, 20)], progress=seen.append, preview=True, **FAST)
    assert [now.step for now in seen] == [1, 2, 3, 4] and seen[0].preview.shape == (128, 128, 1)
    with pytest.raises(raygen.Error) as cancelled:
        generator.vary(film, 0.5, progress=lambda now: False, **FAST)
    assert cancelled.value.status == "cancelled"
