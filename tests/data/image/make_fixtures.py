"""Writes the image fixtures beside it, without libpng: PNG by hand over zlib, JPEG by Pillow (needs Pillow and NumPy).

Sample c at column x, row y of a PNG is (37 x + 91 y + 53 c) modulo 2^depth; the last sample of an image with alpha is its alpha.
A .jpg has its decoded samples beside it as .raw, in the order height, width, channels.
"""
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 7, 5
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}


def sample(x, y, c, depth):
    return (37 * x + 91 * y + 53 * c) % (1 << depth)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(columns, lines, depth, samples):
    """Filter byte 0 and the packed samples of each line."""
    for y in lines:
        bits = "".join(format(sample(x, y, c, depth), f"0{depth}b") for x in columns for c in range(samples))
        bits += "0" * (-len(bits) % 8)
        yield b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def png(name, colour, depth, interlaced=False, extra=()):
    samples = SAMPLES[colour]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        grids = [(range(x, WIDTH, dx), range(y, HEIGHT, dy)) for x, y, dx, dy in passes]
    else:
        grids = [(range(WIDTH), range(HEIGHT))]
    data = b"".join(row for columns, lines in grids if len(columns) for row in rows(columns, lines, depth, samples))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, int(interlaced))
    chunks = [chunk(b"IHDR", header)]
    if colour == PALETTE:
        chunks.append(chunk(b"PLTE", bytes(v for i in range(1 << depth) for v in (i, 255 - i, 7 * i % 256))))
    chunks += [chunk(kind, body) for kind, body in extra]
    chunks += [chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def jpeg(name, pixels, mode, **options):
    Image.fromarray(pixels, mode).save(HERE / f"{name}.jpg", **options)
    (HERE / f"{name}.raw").write_bytes(np.asarray(Image.open(HERE / f"{name}.jpg")).tobytes())


for bits in (1, 2, 4, 8, 16):
    png(f"grey{bits}.png", GREY, bits)
png("rgb8.png", RGB, 8)
png("rgb16.png", RGB, 16)
png("palette8.png", PALETTE, 8)
png("palette2.png", PALETTE, 2)
png("grey_alpha8.png", GREY_ALPHA, 8)
png("rgb_alpha16.png", RGB_ALPHA, 16)
png("grey8_interlaced.png", GREY, 8, interlaced=True)
png("rgb16_interlaced.png", RGB, 16, interlaced=True)
png("grey2_interlaced.png", GREY, 2, interlaced=True)
compressed = zlib.compress("größer".encode("latin-1"))
png("text.png", GREY, 8, extra=[
    (b"tEXt", b"Description\0caf\xe9"),
    (b"zTXt", b"Comment\0\0" + compressed),
    (b"iTXt", b"raygen\0\0\0\0\0" + "胸部 ½".encode()),
    (b"iTXt", b"broken\0\0\0\0\0a\xffb"),
])
bomb = zlib.compress(bytes(8 << 20), 9)
png("text_bomb.png", GREY, 8, extra=[(b"zTXt", b"Comment\0\0" + bomb)])
y, x = np.mgrid[0:24, 0:16]
grey = (128 + 100 * np.sin(x / 5) * np.cos(y / 7)).astype(np.uint8)
colour = np.stack([grey, grey[::-1], 255 - grey], -1)
jpeg("grey", grey, "L", quality=90)
jpeg("rgb", colour, "RGB", quality=90)
jpeg("rgb_progressive", colour, "RGB", quality=90, progressive=True, subsampling=0)
Image.fromarray(np.concatenate([colour, colour[..., :1]], -1), "CMYK").save(HERE / "cmyk.jpg")
