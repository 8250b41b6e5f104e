"""A classifier from Python: a small DenseNet with random weights, converted from a file that is written here."""

import json
import struct

import numpy as np
import pytest
from conftest import MODEL

import raygen

CLASSES = ["Edema", "Effusion", ""]
CONFIG = {"classes": CLASSES, "thresholds": [0.25, None, None], "resolution": 32, "resize": "centre_square", "scale": [2], "shift": [-1]}


def dense_net(channels=8, growth=4, bottleneck=2, blocks=(2, 2)):
    """torchvision's names and shapes, in small."""
    random = np.random.default_rng(3)
    weights = {}

    def norm(name, width):
        for part, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            weights[f"{name}.{part}"] = np.full(width, value, np.float32)

    def kernel(name, out, into, size):
        weights[f"{name}.weight"] = random.normal(0, (2 / (into * size * size)) ** 0.5, (out, into, size, size)).astype(np.float32)

    kernel("features.conv0", channels, 1, 7)
    norm("features.norm0", channels)
    for block, layers in enumerate(blocks, 1):
        for layer in range(1, layers + 1):
            name = f"features.denseblock{block}.denselayer{layer}"
            norm(f"{name}.norm1", channels)
            kernel(f"{name}.conv1", bottleneck * growth, channels, 1)
            norm(f"{name}.norm2", bottleneck * growth)
            kernel(f"{name}.conv2", growth, bottleneck * growth, 3)
            channels += growth
        if block < len(blocks):
            norm(f"features.transition{block}.norm", channels)
            kernel(f"features.transition{block}.conv", channels // 2, channels, 1)
            channels //= 2
    norm("features.norm5", channels)
    weights["classifier.weight"] = random.normal(0, 0.3, (len(CLASSES), channels)).astype(np.float32)
    weights["classifier.bias"] = random.normal(0, 0.3, len(CLASSES)).astype(np.float32)
    return weights


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.nbytes]}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.fixture(scope="module")
def weights():
    return dense_net()


@pytest.fixture(scope="module")
def classifier(weights, tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier")
    write_safetensors(folder / "weights.safetensors", weights)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    raygen.convert(folder / "model", classifier=folder / "weights.safetensors", classifier_kind="plain",
                   classifier_config=folder / "config.json")
    model = raygen.Model(folder / "model", device="cpu")
    assert model.info["parts"] == ["classifier"]
    return raygen.Classifier(model)


@pytest.fixture(scope="module")
def films():
    random = np.random.default_rng(1)
    return [random.random((40 + 4 * i, 60)).astype(np.float32) for i in range(3)]


def test_classify(classifier, films, weights):
    seen = classifier.classify(films, maps=True)
    assert seen.class_names == CLASSES and seen.thresholds[0] == 0.25 and np.isnan(seen.thresholds[1:]).all()
    assert seen.logits.shape == seen.probabilities.shape == (3, 3) and seen.maps.shape == (3, 3, 4, 4)
    np.testing.assert_allclose(seen.probabilities, 1 / (1 + np.exp(-seen.logits.astype(float))), atol=1e-6)
    by_head = seen.features @ weights["classifier.weight"].T + weights["classifier.bias"]
    np.testing.assert_allclose(by_head, seen.logits, atol=1e-5)
    np.testing.assert_allclose(seen.maps.mean(axis=(2, 3)) + weights["classifier.bias"], seen.logits, atol=1e-5)
    assert seen.positive.tolist() == [[p >= 0.25, False, False] for p in seen.probabilities[:, 0]]
    alone = classifier.classify(films[1])
    assert alone.maps is None
    np.testing.assert_allclose(alone.logits[0], seen.logits[1], atol=1e-5)


def test_explain(classifier, films):
    seen = classifier.classify(films[0], maps=True)
    shown = classifier.explain(films[0])
    assert shown.shape == (40, 60, 3)
    assert np.array_equal(shown, classifier.explain(films[0], CLASSES[int(seen.probabilities[0, :2].argmax())]))
    assert np.array_equal(shown[:, :10, 0], films[0][:, :10])  # cut off before the network saw it
    with pytest.raises(raygen.Error, match="no class \"Fracture\""):
        classifier.explain(films[0], "Fracture")


def test_a_model_without_a_classifier(films):
    with pytest.raises(raygen.Error, match="classifier") as caught:
        raygen.Classifier(raygen.Model(MODEL)).classify(films[0])
    assert caught.value.status == "unsupported"
