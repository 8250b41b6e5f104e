import re
from pathlib import Path

import numpy as np
import pytest
from conftest import MODEL, PROMPT

import raygen

SMALL = {
    "seed": 1,
    "threads": 1,
    "vqgan": {"channel_multipliers": [1, 1], "codebook": 32, "embedding": 8, "z_channels": 16, "adversarial_weight": 0,
              "loop": {"steps": 4, "batch_size": 2}},
    "text_encoder": {"vocabulary": 200, "hidden": 16, "layers": 1, "heads": 2, "intermediate": 32, "loop": {"steps": 4, "batch_size": 2}},
    "masked_decoder": {"hidden": 32, "intermediate": 32, "layers": 1, "heads": 2, "loop": {"steps": 4, "batch_size": 2}},
}


def test_phantoms_to_a_model_that_generates(tmp_path):
    seen = []
    raygen.write_phantoms(tmp_path / "phantoms", count=12, seed=3, size=64, progress=seen.append)
    assert seen[-1].done == seen[-1].total == 12
    made = raygen.prepare_table(tmp_path / "phantoms" / "phantoms.csv", tmp_path / "dataset", image_size=32, val_fraction=0.3)
    assert made["images"] == 12 and made["skipped"] == 0 and made["train"] + made["val"] + made["test"] == 12
    config = {**SMALL, "out": str(tmp_path / "run"), "data": {"dataset": str(tmp_path / "dataset")}}
    with pytest.raises(raygen.Error) as caught:
        raygen.train(config, progress=lambda now: now.stage != "text_encoder")
    assert caught.value.status == "cancelled"
    stages = []
    raygen.train(config, progress=lambda now: stages.append((now.stage, now.event)))
    assert ("text_encoder", "step") in stages and ("masked_decoder", "stage finished") in stages
    assert ("vqgan", "step") not in stages, "the second call went on where the first was stopped"
    (image,) = raygen.Generator.load(tmp_path / "run" / "model").generate(PROMPT, steps=2)
    assert image.shape == (32, 32, 1)


def test_tables_of_a_split_each_with_columns_of_other_names(tmp_path):
    for name, patients in {"mine": "abcd", "theirs": "ef"}.items():
        rows = []
        for patient in patients:
            raygen.Image(np.full((40, 30), 0.5, np.float32)).save(tmp_path / f"{patient}.png")
            rows.append(f"{patient}.png,Normal {patient}.,{patient},1,0\n")
        (tmp_path / f"{name}.csv").write_text("bild,befund,wer,mass,edema\n" + "".join(rows))
    made = raygen.prepare_table(
        {"train": tmp_path / "mine.csv", "test": [tmp_path / "theirs.csv"]},
        tmp_path / "dataset",
        image_size=32,
        columns={"path": "bild", "text": "befund", "patient": "wer"},
        label_columns=["mass", "edema"],
    )
    assert made == {"images": 6, "skipped": 0, "train": 4, "val": 0, "test": 2}
    (tmp_path / "nobody.csv").write_text("path,report,findings\n" + "".join(f"{patient}.png,Normal.,Mass\n" for patient in "abcd"))
    with pytest.raises(raygen.Error, match="patient_per_image"):
        raygen.prepare_table(tmp_path / "nobody.csv", tmp_path / "leak", image_size=32)
    seen = []
    raygen.prepare_table(
        tmp_path / "nobody.csv",
        tmp_path / "by image",
        image_size=32,
        patient_per_image=True,
        text_from_findings=True,
        progress=seen.append,
    )
    assert "each image its own patient, text from the findings" in seen[0].description and "4 images" in seen[0].description
    with pytest.raises(ValueError, match="'Text'"):
        raygen.prepare_table(tmp_path / "mine.csv", tmp_path / "other", columns={"Text": "befund"})
    with pytest.raises(ValueError, match="'tset'"):
        raygen.prepare_table({"tset": tmp_path / "mine.csv"}, tmp_path / "other")


def test_mimic(tmp_path):
    root, study = tmp_path / "mimic", tmp_path / "mimic" / "files" / "p10" / "p10000032"
    (study / "s1").mkdir(parents=True)
    raygen.Image(np.full((40, 40), 0.5, np.float32)).save(study / "s1" / "aa.png")
    (study / "s1" / "aa.png").rename(study / "s1" / "aa.jpg")
    (study / "s1.txt").write_text("IMPRESSION: No pneumothorax.")
    (root / "mimic-cxr-2.0.0-metadata.csv").write_text("dicom_id,subject_id,study_id,ViewPosition\naa,10000032,1,PA\n")
    (root / "mimic-cxr-2.0.0-chexpert.csv").write_text("subject_id,study_id,Edema\n10000032,1,0.0\n")
    made = raygen.prepare_mimic(root, tmp_path / "dataset", image_size=32)
    assert made == {"images": 1, "skipped": 0, "train": 0, "val": 0, "test": 1}


def test_config():
    assert "steps: 77" in raygen.training_config({"vqgan": {"loop": {"steps": 77}}})
    assert "steps: 78" in raygen.training_config("vqgan: {loop: {steps: 77}}", overrides=["vqgan.loop.steps=78"])
    assert "runs/😀" in raygen.training_config({"out": Path("runs") / "😀"})
    assert re.search(r"steps: 7\b", raygen.training_config({"vqgan": {"loop": {"steps": np.int64(7)}}}))
    with pytest.raises(TypeError, match="config"):
        raygen.training_config({"out": object()})
    with pytest.raises(raygen.Error, match="steps"):
        raygen.training_config({"vqgan": {"loop": {"step": 77}}})


def test_a_model_is_stored_in_another_precision(tmp_path):
    assert raygen.convert(tmp_path / "model", model=MODEL, stored_precision="int8") == []
    assert (tmp_path / "model" / "decoder.safetensors").stat().st_size < 0.6 * (Path(MODEL) / "decoder.safetensors").stat().st_size
    assert raygen.Model(tmp_path / "model", precision="int8").info["parts"] == raygen.Model(MODEL).info["parts"]
    with pytest.raises(raygen.Error, match="decoder were given"):
        raygen.convert(tmp_path / "none", model=MODEL, decoder=MODEL, stored_precision="int8")


def test_conversion_names_the_file_that_is_missing(tmp_path):
    with pytest.raises(raygen.Error) as caught:
        raygen.convert(tmp_path / "model", decoder=tmp_path / "none.ckpt", vqgan=tmp_path / "none.ckpt")
    assert caught.value.status == "io" and "none.ckpt" in str(caught.value)
