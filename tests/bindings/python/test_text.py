"""Names of files that are not UTF-8, text that is not, and locales that are not C's."""

import contextlib
import csv
import locale
import os
from pathlib import Path

import numpy as np
import pytest

import raygen
from conftest import MODEL

LATIN1 = os.fsdecode(b"caf\xe9")  # what Python makes of bytes that are not UTF-8


class OtherPath:
    """An os.PathLike of bytes."""

    def __init__(self, path):
        self.path = os.fsencode(path)

    def __fspath__(self):
        return self.path


@pytest.mark.parametrize("form", [str, Path, os.fsencode, OtherPath])
def test_a_path_is_whatever_python_takes_for_one(tmp_path, form):
    home = tmp_path / LATIN1
    home.mkdir()
    model = home / f"{LATIN1}-model"
    model.symlink_to(MODEL.resolve())
    assert raygen.Model(form(model)).digest == raygen.Model(MODEL).digest
    image = raygen.Image(np.zeros((4, 4), np.float32), {"Description": "größer ½"})
    image.save(form(home / f"{LATIN1}.png"))
    assert raygen.Image.read(form(home / f"{LATIN1}.png")).prompt == "größer ½"
    raygen.write_phantoms(form(home / "phantoms"), count=2, size=64)
    (home / "phantoms/images/P000000.png").rename(home / "phantoms" / os.fsdecode(b"\xe9.png"))
    (home / f"phantoms/{LATIN1}.csv").write_bytes(b"path,text\n\xe9.png,one\n")
    made = raygen.prepare_table({"train": form(home / f"phantoms/{LATIN1}.csv")}, form(home / "dataset"), image_size=16)
    assert made["images"] == 1
    with open(home / "dataset/records.csv", newline="", encoding="utf-8") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [r"\xe9.png"]


def test_messages_about_such_paths_are_text(tmp_path):
    with pytest.raises(raygen.Error, match=r"caf\?/none.png") as caught:
        raygen.Image.read(tmp_path / LATIN1 / "none.png")
    assert caught.value.status == "io"
    with pytest.raises(raygen.Error, match="zero"):
        raygen.Image.read("a\0b")


def test_text_that_is_no_utf8_is_refused_by_name(model, generator, tmp_path):
    for prompts, name in ((LATIN1, "the prompt"), (["a", LATIN1], "prompt 1")):
        with pytest.raises(ValueError, match=f"{name} is no text at character 3"):
            generator.generate(prompts)
        with pytest.raises(ValueError, match=name):
            raygen.TextEncoder(model).encode(prompts)
    for call, name in (
        (lambda: model.count_tokens(LATIN1), "prompt"),
        (lambda: generator.settings(LATIN1), "prompt"),
        (lambda: generator.generate("a", negative_prompt=LATIN1), "negative_prompt"),
        (lambda: generator.generate("a", config={"negative_prompt": LATIN1}), "config"),
        (lambda: raygen.training_config({"licence": LATIN1}), "config"),
        (lambda: raygen.train({}, overrides=[f"licence={LATIN1}"]), "an override"),
        (lambda: raygen.prepare_table("a.csv", tmp_path / "out", columns={"text": LATIN1}), "the column of text"),
        (lambda: raygen.prepare_table("a.csv", tmp_path / "out", label_columns=[LATIN1]), "a label's column"),
        (lambda: raygen.prepare_mimic("a", tmp_path / "out", view=LATIN1), "view"),
        (lambda: raygen.Model.open_memory({LATIN1: b""}), "the name of a file"),
        (lambda: raygen.Image(np.zeros((2, 2)), {"Description": LATIN1}).encode_png(), "the text 'Description'"),
    ):
        with pytest.raises(ValueError, match=f"{name} is no text"):
            call()
    assert not (tmp_path / "out").exists()


@contextlib.contextmanager
def _locale(name):
    known = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pytest.skip("scripts/set_up_tests.sh makes the locales")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, known)


def _everything(generator, folder):
    """What is written as text."""
    raygen.write_phantoms(folder / "phantoms", count=8, size=64, seed=16384)
    table = folder / "phantoms/phantoms.csv"
    header, _, rows = table.read_text(encoding="utf-8").partition("\n")
    table.write_text("PATH,PATIENT_ID,VIEW,AGE,SEX,FINDINGS,TEXT,SIDES,SEVERITIES,ZONES\n" + rows, encoding="utf-8")
    assert header.count(",") == 9
    raygen.prepare_table(table, folder / "dataset", image_size=16, val_fraction=0.5, test_fraction=0)
    config = {
        "seed": 16384, "threads": 1, "device": "cpu", "out": folder / "run", "data": {"dataset": folder / "dataset"},
        "vqgan": {"enabled": False}, "masked_decoder": {"enabled": False},
        "text_encoder": {"hidden": 8, "layers": 1, "heads": 1, "mask_probability": 0.25, "tokenizer": "sentencepiece", "vocabulary": 120,
                         "loop": {"steps": 2, "batch_size": 2, "log_every": 1, "optimizer": {"learning_rate": 1e-4}}},
    }
    raygen.train(config)
    raygen.train(config)  # goes on with it
    image = generator.generate("Effusion İI", seed=16384, steps=2, temperature=1.25, top_k_threshold=0.125)[0]
    return {
        "png": image.encode_png(),
        "settings": image.settings,
        "records": (folder / "dataset/records.csv").read_bytes(),
        "log": [line for line in (folder / "run/text_encoder/log.csv").read_text().splitlines() if "images_per_second" not in line],
        "weights": (folder / "run/text_encoder/weights.safetensors").read_bytes(),
        "config": raygen.training_config(overrides=["vqgan.l1_weight=0.25", "seed=16384"]),
        "sampling": generator.print_config(temperature=1.25),
    }


@pytest.mark.parametrize("name", ["tr_TR.UTF-8", "de_DE.UTF-8"])
def test_no_locale_changes_what_is_read_or_written(generator, tmp_path, name):
    plain = _everything(generator, tmp_path / "plain")
    with _locale(name):
        assert _everything(generator, tmp_path / "here") == plain
