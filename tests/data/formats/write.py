"""Writes a set of folders as a libraygen leaves them: write.py COMMAND FOLDER. README.md beside this says what for.

Weights are replaced by numbers that compress, and the VQ-GAN's are packed: what counts is the form."""

import csv
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

PROMPT = "Small right pleural effusion."
SIZE, PHANTOMS = 8, 12
ARCHITECTURE = {
    "text_encoder": {
        "encoder": "bert", "tokenizer": "wordpiece", "vocabulary": 128, "hidden": 8, "layers": 1, "heads": 1, "head_dim": 8,
        "intermediate": 8, "positions": 16, "token_types": 2, "layer_norm_epsilon": 1e-12, "activation": "gelu", "projection": 0,
        "relative_buckets": 32, "relative_max_distance": 128, "length": 16, "lower_case": True, "strip_accents": True,
        "split_cjk": True, "pad_id": 0, "unk_id": 1, "cls_id": 2, "sep_id": 3, "mask_id": 4,
    },
    "vqgan": {
        "quantizer": "vq", "resolution": SIZE, "in_channels": 1, "out_channels": 1, "channels": 32, "channel_multipliers": [1, 1],
        "residual_blocks": 1, "encoder_attention": [False, False], "decoder_attention": [False, False], "encoder_mid_attention": False,
        "decoder_mid_attention": False, "z_channels": 4, "embedding": 4, "codebook": 16,
    },
    "masked_decoder": {
        "attention": "normal", "tokens": 16, "codebook": 16, "hidden": 8, "intermediate": 8, "layers": 1, "heads": 1, "text_hidden": 8,
        "text_projector": False, "features": 0,
    },
}
LOOP = ["loop.batch_size=2", "loop.log_every=1", "loop.validate_every=2", "loop.checkpoint_every=2", "loop.keep_best=1",
        "loop.sample_every=0", "loop.optimizer.learning_rate=0.0001", "loop.optimizer.weight_decay=1e-05"]
TEXT_RUN = ["seed=3", "threads=1", "device=cpu", "vqgan.enabled=false", "masked_decoder.enabled=false", "text_encoder.vocabulary=80",
            "text_encoder.length=16", "text_encoder.hidden=8", "text_encoder.layers=1", "text_encoder.heads=1",
            "text_encoder.intermediate=8", *(f"text_encoder.{key}" for key in LOOP)]
DECODER_RUN = ["seed=3", "threads=1", "device=cpu", "masked_decoder.hidden=8", "masked_decoder.intermediate=8", "masked_decoder.layers=1",
               "masked_decoder.heads=1", *(f"masked_decoder.{key}" for key in LOOP)]


def overrides(keys):
    return [part for key in keys for part in ("--set", key)]


class Writer:
    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        folder.mkdir(parents=True)

    def run(self, *arguments):
        subprocess.run([self.command, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def stop_when(self, condition, *arguments):
        """Runs the command, and ends it by Ctrl-C when it has come so far."""
        process = subprocess.Popen([self.command, *map(str, arguments)], stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
        while not condition():
            assert process.poll() is None, "it ended before it could be stopped"
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130

    def bundle(self):
        bundle = self.folder / "bundle"
        with tempfile.TemporaryDirectory() as scratch:
            architecture = pathlib.Path(scratch) / "architecture.json"
            architecture.write_text(json.dumps(ARCHITECTURE))
            self.run("create-random", "--architecture", architecture, "--out", bundle)
        manifest = json.loads((bundle / "raygen.json").read_text())
        for part in manifest["parts"].values():
            for name, record in part["files"].items():
                if name.endswith(".safetensors"):
                    data = (bundle / name).read_bytes()
                    begin = 8 + struct.unpack("<Q", data[:8])[0]
                    count = (len(data) - begin) // 4
                    data = data[:begin] + struct.pack(f"<{count}f", *((i * 37 % 17 - 8) / 64 for i in range(count)))
                    (bundle / name).write_bytes(data)
                    record["sha256"] = hashlib.sha256(data).hexdigest()
        (bundle / "raygen.json").write_text(json.dumps(manifest, indent=2) + "\n")

    def pack(self):
        for path in self.folder.rglob("vqgan.safetensors"):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            path.unlink()

    def datasets(self):
        table = self.folder / "phantoms/phantoms.csv"
        arguments = ["prepare", "table", "--csv", table, "--size", SIZE, "--rows-per-shard", 2, "--val-fraction", 0.3, "--test-fraction", 0,
                     "--seed", 1]
        self.run(*arguments, "--out", self.folder / "dataset")
        # Reading an image of 60 megapixels takes long enough for Ctrl-C. It is of the second handful of images that are read together.
        slow, kept = self.folder / f"phantoms/images/P{PHANTOMS - 2:06}.png", self.folder / "kept.png"
        shutil.copy(slow, kept)
        width, height = 10000, 6000
        chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        slow.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
                         chunk(b"IDAT", zlib.compress(bytes((width + 1) * height))) + chunk(b"IEND", b""))
        out = self.folder / "dataset_under_way"
        self.stop_when((out / "journal/00001.csv").exists, *arguments, "--out", out)
        kept.replace(slow)
        assert not (out / "dataset.json").exists()

    def training(self, name, stage, keys, *more):
        out = self.folder / name

        def three_steps():
            log = out / stage / "log.csv"
            return log.exists() and any(row[0] == "3" for row in csv.reader(log.open()))

        self.stop_when(three_steps, "train", *overrides(keys), *overrides([f"{stage}.loop.steps=1000000", f"data.dataset={self.folder}/dataset",
                                                                            f"out={out}", *more]))
        for path in out.rglob("events*"):  # TensorBoard's, which libraygen never reads
            path.unlink()

    def write(self):
        self.run("phantom", "--out", self.folder / "phantoms", "--count", PHANTOMS, "--size", 64, "--seed", 5)
        self.bundle()
        self.datasets()
        bundle = self.folder / "bundle"
        self.run("generate", "--model", bundle, "--prompt", PROMPT, "--count", 2, "--steps", 2, "--temperature", 1, "--out", self.folder / "images")
        self.training("text_run", "text_encoder", TEXT_RUN)
        self.training("decoder_run", "masked_decoder", DECODER_RUN, f"vqgan.from={bundle}", f"text_encoder.from={bundle}")
        self.pack()
        (self.folder / "settings.json").write_text(json.dumps({"prompt": PROMPT, "text_run": TEXT_RUN, "decoder_run": DECODER_RUN}, indent=2) + "\n")


if __name__ == "__main__":
    Writer(sys.argv[1], pathlib.Path(sys.argv[2]).resolve()).write()
