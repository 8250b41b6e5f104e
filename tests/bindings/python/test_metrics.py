import json
import math
import struct

import numpy as np
import pytest
from conftest import MODEL

import raygen
from raygen import metrics

RANDOM = np.random.default_rng(5)
REAL, SYNTHETIC = RANDOM.normal(size=(60, 8)), RANDOM.normal(0.5, 1.2, size=(50, 8))


def frechet(a, b):
    """With numpy's eigenvalues of a product that is not symmetric."""
    one, other = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.linalg.eigvals(one @ other).astype(complex)).real.sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(one) + np.trace(other) - 2 * roots


def test_metrics_of_features():
    assert metrics.fid(REAL, SYNTHETIC) == pytest.approx(frechet(REAL, SYNTHETIC), rel=1e-9)
    kernel = lambda x, y: (x @ y.T / 8 + 1) ** 3  # noqa: E731
    own = lambda x: (kernel(x, x).sum() - np.trace(kernel(x, x))) / (len(x) * (len(x) - 1))  # noqa: E731
    expected = own(REAL) + own(SYNTHETIC) - 2 * kernel(REAL, SYNTHETIC).mean()
    assert metrics.kid(REAL, SYNTHETIC) == pytest.approx(expected, rel=1e-12)
    near = np.sort(np.linalg.norm(REAL[:, None] - REAL[None], axis=2), axis=1)[:, 5]
    inside = np.linalg.norm(SYNTHETIC[:, None] - REAL[None], axis=2) < near
    assert metrics.precision(REAL, SYNTHETIC) == pytest.approx(inside.any(1).mean())
    assert metrics.density(REAL, SYNTHETIC) == pytest.approx(inside.sum(1).mean() / 5)
    assert metrics.vendi(np.eye(4)) == pytest.approx(4)
    assert metrics.cmmd(REAL, REAL) == pytest.approx(0, abs=1e-9)
    assert metrics.fid(REAL.astype(np.float32), SYNTHETIC.tolist()) == pytest.approx(metrics.fid(REAL, SYNTHETIC), rel=1e-5)


def test_nearness_to_training_images():
    distances = np.sort(np.linalg.norm(SYNTHETIC[:, None] - REAL[None], axis=2), axis=1)
    np.testing.assert_allclose(metrics.dcr(REAL, SYNTHETIC), distances[:, 0], rtol=1e-12)
    np.testing.assert_allclose(metrics.nndr(REAL, SYNTHETIC), distances[:, 0] / distances[:, 1], rtol=1e-12)
    np.testing.assert_allclose(metrics.carlini_ratio(REAL, SYNTHETIC), 2 * distances[:, 0] / distances[:, :50].mean(1), rtol=1e-12)
    pixels = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    apart = np.sqrt(((pixels(SYNTHETIC)[:, None] - pixels(REAL)[None]) ** 2).mean(2)).min(1)
    np.testing.assert_allclose(metrics.nearest_rms(pixels(REAL), pixels(SYNTHETIC)), apart, rtol=1e-12)
    half = len(REAL) // 2
    training, held_out = REAL[:half], REAL[half : 2 * half]
    nearer = metrics.dcr(training, SYNTHETIC) < metrics.dcr(held_out, SYNTHETIC)
    assert metrics.dcr_share(training, held_out, SYNTHETIC) == pytest.approx(nearer.mean())
    assert metrics.dcr_share(training, held_out, training) == 1
    assert metrics.closer_than_median(REAL, REAL) == 1
    authentic = metrics.authentic(REAL, SYNTHETIC)
    assert authentic.dtype == bool and authentic.mean() == metrics.authenticity(REAL, SYNTHETIC)
    with pytest.raises(ValueError, match="as many held-out"):
        metrics.dcr_share(training, held_out[:-1], SYNTHETIC)
    with pytest.raises(ValueError, match="features an image"):
        metrics.nndr(REAL, SYNTHETIC[:, :-1])


def test_radiomics_are_the_rows_that_frd_compares():
    random = np.random.default_rng(5)
    real, made = ([metrics.radiomics(random.random((24, 20)) ** power) for _ in range(30)] for power in (1, 2))
    assert len(real[0]) == 398 and list(real[0]) == list(made[3])
    rows = lambda images: [list(each.values()) for each in images]  # noqa: E731
    assert metrics.frd(rows(real), rows(made)) > 0
    with pytest.raises(raygen.Error):
        metrics.radiomics(np.zeros((24, 20)))


def test_typical_and_authentic_features():
    """By numpy, after the papers."""
    distance = lambda a, b: np.linalg.norm(a[:, None] - b[None], axis=2)  # noqa: E731
    levels = np.linspace(0, 1, 30)
    likeness = lambda curve: 1 - np.abs(levels - curve).sum() / levels.sum()  # noqa: E731
    radii = lambda x: np.linalg.norm(x - x.mean(0), axis=1)  # noqa: E731
    to_centre = np.linalg.norm(SYNTHETIC - REAL.mean(0), axis=1)
    precision = likeness([(to_centre <= np.quantile(radii(REAL), level)).mean() for level in levels])
    assert metrics.alpha_precision(REAL, SYNTHETIC) == pytest.approx(precision, abs=1e-12)
    across, among = distance(REAL, SYNTHETIC), distance(REAL, REAL)
    np.fill_diagonal(among, np.inf)
    covered, own = across.min(1) <= among.min(1), radii(SYNTHETIC)
    recall = likeness([(covered & (own[across.argmin(1)] <= np.quantile(own, level))).mean() for level in levels])
    assert metrics.beta_recall(REAL, SYNTHETIC) == pytest.approx(recall, abs=1e-12)
    authentic = across.min(0) > among.min(1)[across.argmin(0)]
    assert metrics.authenticity(REAL, SYNTHETIC) == pytest.approx(authentic.mean())
    scale = lambda x: (x - REAL.mean(0)) / REAL.std(0)  # noqa: E731
    assert metrics.frd(REAL, SYNTHETIC) == pytest.approx(frechet(scale(REAL), scale(SYNTHETIC)), rel=1e-5)  # of float32
    with_constant = lambda x: np.column_stack([x, np.ones(len(x))])  # noqa: E731
    assert metrics.frd(with_constant(REAL), with_constant(SYNTHETIC)) == metrics.frd(REAL, SYNTHETIC)


def write_lpips(path):
    """AlexNet's LPIPS, made up, as safetensors; and its weights."""
    weights, inputs = {}, 3
    for i, (layer, outputs, side) in enumerate(((0, 64, 11), (3, 192, 5), (6, 384, 3), (8, 256, 3), (10, 256, 3))):
        weights[f"features.{layer}.weight"] = RANDOM.normal(0, (2 / inputs / side**2) ** 0.5, (outputs, inputs, side, side))
        weights[f"features.{layer}.bias"] = RANDOM.normal(0, 0.1, outputs)
        weights[f"lin{i}.model.1.weight"] = RANDOM.random((1, outputs, 1, 1))
        inputs = outputs
    weights, header, end = {name: each.astype(np.float32) for name, each in weights.items()}, {}, 0
    for name, each in weights.items():
        header[name] = {"dtype": "F32", "shape": each.shape, "data_offsets": [end, end + each.nbytes]}
        end += each.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(each.tobytes() for each in weights.values()))


def test_lpips(tmp_path):
    write_lpips(tmp_path / "alex.safetensors")
    one, other = RANDOM.random((2, 64, 48))
    distance = metrics.lpips(one, other, tmp_path / "alex.safetensors")
    assert distance > 0 and metrics.lpips(one, one, [tmp_path / "alex.safetensors"]) == 0
    assert metrics.lpips(np.repeat(one[:, :, None], 3, 2), np.repeat(other[:, :, None], 3, 2), tmp_path / "alex.safetensors") == pytest.approx(distance, rel=1e-6)
    assert metrics.lpips(one, 0.9 * one + 0.1 * other, tmp_path / "alex.safetensors") < distance
    write_lpips(tmp_path / "alex.safetensors")  # another network in its place
    assert metrics.lpips(one, other, tmp_path / "alex.safetensors") != distance
    with pytest.raises(raygen.Error, match="lpips_vgg"):
        metrics.lpips(one, other, tmp_path / "alex.safetensors", network="lpips_vgg")
    with pytest.raises(FileNotFoundError):
        metrics.lpips(one, other, tmp_path / "none")
    with pytest.raises(raygen.Error, match="at least 32"):
        metrics.lpips(one[:16], other[:16], tmp_path / "alex.safetensors")


def test_a_report_of_numpy_features(tmp_path):
    for name, features in {"real": REAL, "made": SYNTHETIC.astype(np.float32)}.items():
        np.save(tmp_path / f"{name}.npy", features)
    files = [f"{key}={tmp_path / name}.npy" for key, name in {"real_features": "real", "synthetic_features": "made"}.items()]
    report = raygen.evaluate("", "", tmp_path / "report", overrides=[*files, "floor_draws=2"])
    assert report["fid_file"].value == pytest.approx(metrics.fid(REAL, SYNTHETIC.astype(np.float32)), rel=1e-12)
    assert "made.npy" in report["fid_file"].features
    np.save(tmp_path / "made.npy", np.asfortranarray(SYNTHETIC))
    with pytest.raises(raygen.Error, match="ascontiguousarray"):
        raygen.evaluate("", "", tmp_path / "report", overrides=files)


def test_features_that_do_not_fit():
    with pytest.raises(ValueError, match="as many"):
        metrics.fid(REAL, SYNTHETIC[:, :4])
    with pytest.raises(ValueError, match="a row an image"):
        metrics.fid(REAL[0], SYNTHETIC)
    with pytest.raises(raygen.Error) as caught:
        metrics.fid(np.full_like(REAL, np.nan), SYNTHETIC)
    assert caught.value.status == "numeric"


def test_metrics_of_scores():
    scores, labels = RANDOM.random(80), RANDOM.integers(0, 2, 80)
    above = (scores[labels == 1][:, None] > scores[labels == 0][None]).mean()
    found = metrics.auroc(scores, labels, groups=[str(i // 2) for i in range(80)], draws=200)
    assert found.value == pytest.approx(above) and found.low < above < found.high and found.draws == 200
    assert metrics.auroc(scores, labels, minus=scores).value == 0
    assert math.isnan(metrics.auroc(scores, np.ones(80, int)).value)
    assert metrics.brier(scores, labels) == pytest.approx(((scores - labels) ** 2).mean())
    assert metrics.f1(scores, labels, 0.3) == pytest.approx(
        2 * ((scores >= 0.3) & (labels == 1)).sum() / ((scores >= 0.3).sum() + (labels == 1).sum()))
    found_at = scores >= 0.3
    assert metrics.precision_at(scores, labels, 0.3) == pytest.approx(labels[found_at].mean())
    assert metrics.recall_at(scores, labels, 0.3) == pytest.approx(found_at[labels == 1].mean())
    assert math.isnan(metrics.precision_at(scores, labels, 2))
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        metrics.auroc(scores, labels * 2)


def test_fairness():
    labels, sexes = RANDOM.integers(0, 2, 400), np.array(["F", "M"] * 200)
    scores = labels * np.where(sexes == "F", 2.0, 0.3) + RANDOM.normal(size=400)
    rows = metrics.fairness(scores, labels, sexes.tolist(), [str(i) for i in range(400)], threshold=1.0, draws=300)
    own = {(row.measure, row.group): row for row in rows if row.finding == "0" and row.minus is None}
    for sex in "FM":
        of = sexes == sex
        above = (scores[of & (labels == 1)][:, None] > scores[of & (labels == 0)][None]).mean()
        assert own["auroc", sex].value == pytest.approx(above)
        assert own["missed", sex].value == pytest.approx((scores[of & (labels == 1)] < 1).mean())
        assert own["auroc", sex].patients == 200 and own["auroc", sex].draws == 300
    (gap,) = [row for row in rows if row.measure == "auroc" and row.finding is None and row.minus is not None]
    assert (gap.group, gap.minus) == ("F", "M") and gap.value == pytest.approx(own["auroc", "F"].value - own["auroc", "M"].value)
    assert 0 < gap.low < gap.value < gap.high and gap.images is None


def test_fairness_of_several_findings_and_what_is_not_known():
    labels = RANDOM.integers(0, 2, (200, 2)).astype(float)
    labels[:, 1] = 1 - labels[:, 0]
    scores, groups = labels + RANDOM.normal(size=(200, 2)), [None] * 10 + ["a"] * 10 + ["b", "c"] * 90
    labels[50, 0] = np.nan
    rows = metrics.fairness(scores, labels, groups, threshold=[0.5, 0.8], findings=["Edema", "No Finding"], no_finding="No Finding", draws=100)
    assert {row.finding for row in rows} == {None, "Edema"}
    healthy = {row.group: row.value for row in rows if row.measure == "underdiagnosis" and row.minus is None}
    of = np.array([group == "b" for group in groups]) & (labels[:, 1] == 0)
    assert healthy["b"] == pytest.approx((scores[of, 1] >= 0.8).mean())
    assert healthy["a"] is None and "10 patients" in next(row.left_out for row in rows if row.group == "a")
    for change, match in (({"findings": ["x"]}, "names"), ({"no_finding": "x"}, "no_finding"), ({"patients": ["p"]}, "patients")):
        with pytest.raises(ValueError, match=match):
            metrics.fairness(scores, labels, groups, **change)
    with pytest.raises(ValueError, match="neither 0 nor 1 nor NaN"):
        metrics.fairness(scores, labels * 2, groups)
    with pytest.raises(ValueError, match="shape"):
        metrics.fairness(scores, labels[:, 0], groups)


def test_metrics_of_images():
    image = RANDOM.random((96, 120)).astype(np.float32)
    assert metrics.ssim(image, image) == pytest.approx(1)
    assert metrics.psnr(image, 0.5 * image) == pytest.approx(-10 * np.log10(np.mean((0.5 * image.astype(float)) ** 2)), rel=1e-6)
    assert metrics.ms_ssim(image, image, variant="torchmetrics") == pytest.approx(1)
    with pytest.raises(raygen.Error, match="ms_ssim_nonsense"):
        metrics.ms_ssim(image, image, variant="nonsense")


def test_labels():
    found = metrics.read_labels("Large left pleural effusion. Possible pneumonia. No pneumothorax.")
    assert found["Pleural Effusion"] == metrics.Label("positive", "left", "severe")
    assert found["Pneumonia"].state == "uncertain" and found["Pneumothorax"].state == "negative"
    assert "Fracture" not in found
    with pytest.raises(raygen.Error, match="rules"):
        metrics.read_labels("Edema.", rules="mentions: 3")


def test_a_report(tmp_path):
    for name, seed in {"real": 1, "synthetic": 2}.items():
        raygen.write_phantoms(tmp_path / name, count=60, seed=seed, size=128)
    raygen.prepare_table(tmp_path / "real" / "phantoms.csv", tmp_path / "dataset", image_size=128, test_fraction=0.8)
    stages = []
    report = raygen.evaluate(tmp_path / "dataset", tmp_path / "synthetic" / "phantoms.csv", tmp_path / "report", model=MODEL,
                             overrides=["floor_draws=3", "membership_images=3"], progress=lambda now: stages.append(now.stage))
    assert {"real images", "synthetic images", "training images", "report"} <= set(stages)
    assert report.verdict in ("good", "weak") and report.conclusion
    assert report["fid_vqgan"].floor > 0 and report["fid_vqgan"].synthetic_count == 60
    assert [row["key"] for row in report.rows()] == [measure.key for measure in report.measures]
    assert report.metrics == json.loads((tmp_path / "report" / "metrics.json").read_text())
    with pytest.raises(raygen.Error) as caught:
        raygen.evaluate(tmp_path / "dataset", tmp_path / "synthetic" / "phantoms.csv", tmp_path / "other", model=MODEL,
                        progress=lambda now: False)
    assert caught.value.status == "cancelled"
