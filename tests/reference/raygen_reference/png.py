"""PNG as the engine writes and reads it: grey or RGB, 8 or 16 bits, not interlaced."""

import struct
import zlib
from pathlib import Path

import torch

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(content):
    at = len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += length + 12


def paeth(a, b, c):
    estimate = a + b - c
    distances = abs(estimate - a), abs(estimate - b), abs(estimate - c)
    return (a, b, c)[distances.index(min(distances))]


def read_png(path):
    """→ [C,H,W] in 0..1."""
    parts = list(chunks(Path(path).read_bytes()))
    width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
    channels = {0: 1, 2: 3}[colour]
    pixel = channels * depth // 8
    raw = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    stride = width * pixel
    above, rows = bytearray(stride), bytearray()
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride) if kind else ():
            left = row[i - pixel] if i >= pixel else 0
            corner = above[i - pixel] if i >= pixel else 0
            guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
            row[i] = (row[i] + guess) & 255
        rows += row
        above = row
    if depth == 8:
        values = torch.frombuffer(rows, dtype=torch.uint8).float() / 255
    else:
        high_low = torch.frombuffer(rows, dtype=torch.uint8).reshape(-1, 2).float()
        values = (high_low[:, 0] * 256 + high_low[:, 1]) / 65535
    return values.reshape(height, width, channels).permute(2, 0, 1)


def write_png(path, image):
    """[C,H,W] in 0..1 → 16 bits."""
    channels, height, width = image.shape
    samples = (image * 65535).round().int().permute(1, 2, 0).reshape(height, -1)
    rows = b"".join(b"\0" + struct.pack(f">{len(row)}H", *row) for row in samples.tolist())
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    content = SIGNATURE
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    Path(path).write_bytes(content)
