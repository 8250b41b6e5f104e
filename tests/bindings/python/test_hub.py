"""Names of models on the Hugging Face hub; the hub is a folder, laid out as huggingface_hub lays out its cache."""

import hashlib
import os
import sys
import types

import pytest
from conftest import MODEL

import raygen

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """What was asked of the hub, and where the model is in its cache."""
    repository = tmp_path / "hub" / "models--someone--a-model"
    blobs, snapshot = repository / "blobs", repository / "snapshots" / COMMIT
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    asked = types.SimpleNamespace(repository=repository, calls=[])

    def snapshot_download(name, revision=None, allow_patterns=None):
        asked.calls.append((name, revision))
        for file in MODEL.iterdir():
            if any(file.match(pattern) for pattern in allow_patterns) and not (snapshot / file.name).is_symlink():
                blob = blobs / hashlib.sha256(file.name.encode()).hexdigest()
                blob.write_bytes(file.read_bytes())
                (snapshot / file.name).symlink_to(os.path.join("..", "..", "blobs", blob.name))
        return str(snapshot)

    module = types.ModuleType("huggingface_hub")
    module.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    return asked


def test_without_huggingface_hub(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(FileNotFoundError, match="pip install huggingface_hub"):
        raygen.Model("hf://someone/a-model")


def test_a_model_is_fetched_and_opened_where_the_cache_has_it(hub):
    snapshot = hub.repository / "snapshots" / COMMIT
    digest = raygen.Model(MODEL).digest
    assert raygen.Model("hf://someone/a-model", revision="v1").digest == digest
    assert hub.calls == [("someone/a-model", "v1")]
    assert raygen.Model("hf://someone/a-model@v1").digest == digest
    assert hub.calls == [("someone/a-model", "v1")] * 2
    assert raygen.Model(snapshot).digest == digest, "links to the blobs of the same repository are followed"

    outside = hub.repository.parent / "vocab.txt"
    (snapshot / "vocab.txt").resolve().replace(outside)
    (snapshot / "vocab.txt").unlink()
    (snapshot / "vocab.txt").symlink_to(outside)
    with pytest.raises(raygen.Error, match="leads out of"):
        raygen.Model(snapshot)


def test_a_cache_of_real_files_is_opened_where_it_is(hub):
    """As huggingface_hub makes it on a file system without symbolic links."""
    snapshot = hub.repository / "snapshots" / COMMIT
    for file in MODEL.iterdir():
        (snapshot / file.name).write_bytes(file.read_bytes())
    module = sys.modules["huggingface_hub"]
    module.snapshot_download = lambda name, revision=None, allow_patterns=None: str(snapshot)
    raygen.Model("hf://someone/a-model")


def test_a_path_is_no_name_on_the_hub(hub):
    for path in ("./typo", "../typo", "/typo/model", "models/", "a/b/c"):
        with pytest.raises(raygen.Error, match="does not exist"):
            raygen.Model(path)
    assert hub.calls == []


def test_only_names_of_the_hub_ask_the_hub(hub, tmp_path, monkeypatch):
    """A folder that is missing is an error about a folder, whatever its name looks like."""
    monkeypatch.chdir(tmp_path)
    for path in ("someone/a-model", "models/phantom-128"):
        with pytest.raises(FileNotFoundError, match=f"{path}: no such folder here.*hf://{path}"):
            raygen.Generator.load(path)
    for path in (MODEL, "someone/a-model"):
        with pytest.raises(ValueError, match="revision"):
            raygen.Model(path, revision="v1")
    for name in ("hf://", "hf://a-model", "hf://a/b/c", "hf:///etc/passwd", "hf://../x", "hf://a/b@"):
        with pytest.raises(ValueError, match="owner/name"):
            raygen.Model(name)
    with pytest.raises(ValueError, match="another revision"):
        raygen.Model("hf://a/b@v1", revision="v2")
    for path in ("HF://someone/a-model", b"someone/a-model", tmp_path / "someone" / "a-model"):
        with pytest.raises(raygen.Error, match="does not exist"):
            raygen.Model(path)
    assert hub.calls == []


def test_what_the_hub_does_not_have(hub):
    def refuse(*_, **__):
        raise OSError("404 Client Error")

    sys.modules["huggingface_hub"].snapshot_download = refuse
    with pytest.raises(FileNotFoundError, match="hf://someone/a-model: not to be had.*404"):
        raygen.Model("hf://someone/a-model")
