"""The safetensors format: an 8-byte length, a JSON header, raw tensors."""

import ctypes
import json
import struct
from pathlib import Path

import torch

TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
}
NAMES = {dtype: name for name, dtype in TYPES.items()}


def memory_of(tensor):
    """A contiguous tensor's bytes, writable."""
    return (ctypes.c_char * tensor.nbytes).from_address(tensor.data_ptr())


def read_safetensors(path):
    tensors = {}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        for name, entry in header.items():
            tensors[name] = torch.empty(entry["shape"], dtype=TYPES[entry["dtype"]])
            file.seek(8 + length + entry["data_offsets"][0])
            if tensors[name].numel():
                file.readinto(memory_of(tensors[name]))
    return tensors


def write_safetensors(path, tensors):
    header, data = {}, []
    offset = 0
    # Wide types first keeps every tensor aligned to its own size.
    for name in sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n)):
        tensor = tensors[name].detach().contiguous()
        raw = bytes(memory_of(tensor))
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
