"""Files appear whole or not at all, beside whatever other processes have left; files that others shorten are errors."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import MODEL, PROMPT

import raygen

IMAGE = raygen.Image(np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64))


def test_what_a_killed_process_with_this_id_has_left_blocks_nothing(tmp_path):
    for i in range(200):
        (tmp_path / f"x.png.{os.getpid()}-{i}.tmp").write_bytes(b"half")
    IMAGE.save(tmp_path / "x.png")
    assert raygen.Image.read(tmp_path / "x.png").shape == (64, 64, 1)
    assert len(list(tmp_path.iterdir())) == 201


def test_a_name_as_long_as_the_file_system_takes(tmp_path):
    IMAGE.save(tmp_path / ("n" * 251 + ".png"))
    with pytest.raises(raygen.Error, match="too long") as caught:
        IMAGE.save(tmp_path / ("n" * 252 + ".png"))
    assert caught.value.status == "io" and len(list(tmp_path.iterdir())) == 1


def test_permissions_are_the_umasks_or_those_of_the_file_before(tmp_path):
    before = os.umask(0o027)
    try:
        IMAGE.save(tmp_path / "x.png")
        assert (tmp_path / "x.png").stat().st_mode & 0o777 == 0o640
        (tmp_path / "x.png").chmod(0o600)
        IMAGE.save(tmp_path / "x.png")
        assert (tmp_path / "x.png").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_full_disk_leaves_the_old_file(tmp_path):
    IMAGE.save(tmp_path / "x.png")
    old = (tmp_path / "x.png").read_bytes()
    program = f"""
import numpy as np, raygen, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    raygen.Image(np.random.default_rng(0).random((300, 300), np.float32)).save("x.png")
except raygen.Error as error:
    print(error.status, "x.png" in str(error))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, ["io", "True"]), done.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [old]


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", tmp_path / "no" / "x.png", "/dev/null"):
        with pytest.raises(raygen.Error) as caught:
            IMAGE.save(place)
        assert caught.value.status == "io" and str(place) in str(caught.value)
    assert len(list(tmp_path.iterdir())) == 1


def test_one_run_a_folder_of_phantoms(tmp_path):
    refused = []

    def begin_another(now):
        with pytest.raises(raygen.Error, match="another run is writing to this folder") as caught:
            raygen.write_phantoms(tmp_path / "p", count=1, size=64)
        refused.append(caught.value.status)

    raygen.write_phantoms(tmp_path / "p", count=2, size=64, progress=begin_another)
    assert refused == ["io", "io"]
    assert len((tmp_path / "p" / "phantoms.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize("size", [0, 100_000])
def test_a_model_whose_file_is_shortened_is_an_error_and_the_process_lives(tmp_path, size):
    shutil.copytree(MODEL, tmp_path / "model")
    model = raygen.Model(tmp_path / "model", device="cpu")
    whole = (MODEL / "decoder.safetensors").read_bytes()
    os.truncate(tmp_path / "model" / "decoder.safetensors", size)
    for _ in range(2):
        with pytest.raises(raygen.Error, match="decoder.safetensors has .* when it was opened") as caught:
            raygen.Generator(model).generate(PROMPT, steps=1)
        assert caught.value.status == "io"
    with open(tmp_path / "model" / "decoder.safetensors", "r+b") as file:
        file.write(whole)
    assert len(raygen.Generator(model).generate(PROMPT, steps=1)) == 1
    os.truncate(tmp_path / "model" / "decoder.safetensors", size)  # its weights are in memory now
    assert len(raygen.Generator(model).generate(PROMPT, steps=1)) == 1
