"""What the tests of the command share: running it, a tiny model, and reading what it wrote without libraygen."""

import array
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

COMMAND = os.environ["RAYGEN_COMMAND"]
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other are most of a tiny model's time

OK, INTERNAL, USAGE, IO, FORMAT, UNSUPPORTED, LIMIT = 0, 1, 2, 3, 4, 5, 6
DEVICE, NUMERIC, INTERRUPTED, TERMINATED = 8, 9, 130, 143

TOKENS, CODEBOOK, SIZE, LENGTH, WIDTH, PROJECTION = 64, 32, 16, 32, 16, 8
ARCHITECTURE = {
    "text_encoder": {
        "encoder": "bert", "tokenizer": "wordpiece", "vocabulary": 128, "hidden": WIDTH, "layers": 1, "heads": 2, "head_dim": 8,
        "intermediate": 32, "positions": 64, "token_types": 2, "layer_norm_epsilon": 1e-12, "activation": "gelu", "projection": PROJECTION,
        "relative_buckets": 32, "relative_max_distance": 128, "length": LENGTH, "lower_case": True, "strip_accents": True,
        "split_cjk": True, "pad_id": 0, "unk_id": 1, "cls_id": 2, "sep_id": 3, "mask_id": 4,
    },
    "vqgan": {
        "quantizer": "vq", "resolution": SIZE, "in_channels": 3, "out_channels": 3, "channels": 32, "channel_multipliers": [1, 1],
        "residual_blocks": 1, "encoder_attention": [False, True], "decoder_attention": [False, True], "encoder_mid_attention": True,
        "decoder_mid_attention": True, "z_channels": 32, "embedding": 16, "codebook": CODEBOOK,
    },
    "masked_decoder": {
        "attention": "normal", "tokens": TOKENS, "codebook": CODEBOOK, "hidden": 32, "intermediate": 32, "layers": 2, "heads": 2,
        "text_hidden": WIDTH, "text_projector": True, "features": 0,
    },
}


def run(*arguments, **options):
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=300, **options)


class CommandTest(unittest.TestCase):
    """A folder for the test and a model for its class."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="raygen-cli-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared)
        (cls.shared / "architecture.json").write_text(json.dumps(ARCHITECTURE))
        cls.model = cls.shared / "model"
        made = run("create-random", "--architecture", cls.shared / "architecture.json", "--out", cls.model)
        if made.returncode != OK:
            raise AssertionError(made.stderr)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.shared))

    def succeed(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, OK, result.stderr)
        return result

    def fail_with(self, code, message, *arguments, **options):
        """The run ends with the code, says the message on standard error and nothing on standard output."""
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(result.stdout, "")
        return result

    def generate(self, out, *arguments):
        return self.succeed("generate", "--model", self.model, "--out", self.folder / out, *arguments)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def read_safetensors(path):
    """Name to (shape, values)."""
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = array.array({"F32": "f", "I32": "i"}[entry["dtype"]])
        values.frombytes(data[8 + size + begin : 8 + size + end])
        tensors[name] = (entry["shape"], values)
    return tensors


def write_safetensors(path, name, dtype, shape, data):
    header = json.dumps({name: {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(header)) + header + data)


def rows(tensor):
    """A matrix as a list of its rows."""
    (count, width), values = tensor
    return [values[i * width : (i + 1) * width].tolist() for i in range(count)]


class Png:
    """A PNG of 8 or 16 bits, grey or RGB, read by the specification; any damage is an exception."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n", path
        at, kind, pixels, self.text = 8, b"", b"", {}
        while kind != b"IEND":
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + length]
            assert struct.unpack(">I", data[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),), path
            at += 12 + length
            if kind == b"IHDR":
                self.width, self.height, self.depth, colour = struct.unpack(">IIBB", body[:10])
                self.channels = {0: 1, 2: 3}[colour]
            elif kind == b"IDAT":
                pixels += body
            elif kind == b"tEXt":
                keyword, text = body.split(b"\0", 1)
                self.text[keyword.decode("latin-1")] = text.decode("latin-1")
            elif kind == b"iTXt":
                keyword, rest = body.split(b"\0", 1)
                self.text[keyword.decode("latin-1")] = rest[2:].split(b"\0", 2)[2].decode()
        assert at == len(data), path
        self.samples = self._samples(zlib.decompress(pixels))

    def _samples(self, data):
        """[height][width × channels] as integers."""
        pixel = self.channels * self.depth // 8
        stride = self.width * pixel
        assert len(data) == self.height * (stride + 1)
        previous, lines = bytearray(stride), []
        for y in range(self.height):
            kind, line = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
            for i in range(stride):
                left, up, corner = line[i - pixel] if i >= pixel else 0, previous[i], previous[i - pixel] if i >= pixel else 0
                nearest = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
                line[i] = (line[i] + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
            previous = line
            lines.append(list(line) if self.depth == 8 else list(struct.unpack(f">{stride // 2}H", line)))
        return lines
