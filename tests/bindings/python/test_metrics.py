import json
import math

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
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        metrics.auroc(scores, labels * 2)


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
