"""What an earlier version left unfinished is gone on with."""

import json
import shutil
import struct
from pathlib import Path

import pytest

import raygen

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"
VERSIONS = sorted(path.name for path in FORMATS.iterdir() if path.is_dir() and path.name[0].isdigit())


def _reword(checkpoint):
    """Other comments in the config that a checkpoint keeps, where it has comments."""
    data = checkpoint.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"]["settings"] = header["__metadata__"]["settings"].replace("  # ", "  # said otherwise: ")
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 8)
    checkpoint.write_bytes(struct.pack("<Q", len(packed)) + packed + data[8 + size :])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_training_is_gone_on_with_unless_a_value_differs(tmp_path, version):
    shutil.copytree(FORMATS / version, tmp_path / version)
    home = tmp_path / version
    config = {"data": {"dataset": home / "dataset"}, "out": home / "text_run"}
    overrides = [*json.loads((home / "settings.json").read_text())["text_run"], "text_encoder.loop.steps=1000000"]
    seen = []

    def stop(now):
        seen.append((now.event, now.step))
        return False

    def train(*more):
        with pytest.raises(raygen.Error) as caught:
            raygen.train(config, overrides=[*overrides, *more], progress=stop)
        return caught.value

    for change in (lambda: None, lambda: _reword(home / "text_run/text_encoder/last.safetensors")):
        change()
        seen.clear()
        assert train().status == "cancelled"
        assert seen[0][0] == "resumed" and seen[0][1] >= 3
    error = train("text_encoder.loop.batch_size=4")
    assert error.status == "invalid_argument"
    assert "text_encoder.loop.batch_size was 2, is 4 now" in str(error)


@pytest.mark.parametrize("version", VERSIONS)
def test_phantoms_are_gone_on_with(tmp_path, version):
    folder = tmp_path / "phantoms"
    shutil.copytree(FORMATS / version / "phantoms", folder)
    before = {path: path.read_bytes() for path in (folder / "images").iterdir()}
    raygen.write_phantoms(folder, count=13, size=64, seed=5)
    assert {path: path.read_bytes() for path in before} == before
    with pytest.raises(raygen.Error, match="size was '64', is '96' now"):
        raygen.write_phantoms(folder, count=1, size=96, seed=5)
