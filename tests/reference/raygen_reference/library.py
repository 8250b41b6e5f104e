"""libraygen's sampler, driven by hand through the C ABI."""

import ctypes
import json
import os
from ctypes import POINTER, byref, c_char, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint8, c_uint64, c_void_p


class String(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("length", c_size_t)]

    @classmethod
    def of(cls, text):
        data = text.encode()
        return cls(data, len(data))


class Options(ctypes.Structure):
    """raygen_options as it was when this was written: fields that came later have their defaults."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("seed", c_uint64),
        ("first_image", c_uint64),
        ("config", String),
        ("config_name", String),
        ("overrides", POINTER(String)),
        ("override_count", c_size_t),
        ("images_per_prompt", c_int32),
        ("batch_size", c_int32),
        ("preview", c_int32),
        ("job", c_void_p),
        ("progress", c_void_p),
        ("user_data", c_void_p),
        ("seeds", POINTER(c_uint64)),
        ("indices", POINTER(c_uint64)),
        ("image_count", c_size_t),
        ("start_tokens", POINTER(c_int32)),
        ("editable", POINTER(c_uint8)),
        ("image_configs", POINTER(String)),
        ("prompts_per_mix", c_size_t),
        ("prompt_weights", POINTER(c_double)),
    ]


class Error(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("status", c_int32), ("message", c_char * 1024)]


class RaygenError(Exception):
    pass


def load():
    library = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])
    library.raygen_sampler_create.argtypes = [c_int32, c_int32, c_int32, c_size_t, POINTER(Options), POINTER(c_void_p), POINTER(Error)]
    library.raygen_sampler_step.argtypes = [c_void_p, c_void_p, c_size_t, POINTER(Error)]
    for name, result in (("tokens", POINTER(c_int32)), ("masked", POINTER(c_int32)), ("masked_count", c_size_t), ("done", c_int32), ("free", None)):
        call = getattr(library, f"raygen_sampler_{name}")
        call.argtypes, call.restype = [c_void_p], result
    library.raygen_options_init.argtypes = [POINTER(Options), c_size_t]
    library.raygen_options_init.restype = None
    return library


class Sampler:
    """A batch of images: `configs`, `seeds` and `indices` have one entry each; `tokens` and `editable` are flat, or None."""

    def __init__(self, library, grid, codebook, configs, seeds, indices, tokens=None, editable=None, overrides=()):
        self.library, self.positions, self.batch = library, grid[0] * grid[1], len(configs)
        options = Options()
        library.raygen_options_init(byref(options), ctypes.sizeof(options))
        options.image_count = self.batch
        options.image_configs = (String * self.batch)(*(String.of(json.dumps(config)) for config in configs))
        options.seeds = (c_uint64 * self.batch)(*seeds)
        options.indices = (c_uint64 * self.batch)(*indices)
        options.overrides = (String * len(overrides))(*map(String.of, overrides))
        options.override_count = len(overrides)
        if tokens is not None:
            options.start_tokens = (c_int32 * len(tokens))(*tokens)
        if editable is not None:
            options.editable = (c_uint8 * len(editable))(*editable)
        self.handle = c_void_p()
        self.call("create", grid[0], grid[1], codebook, self.batch, byref(options), byref(self.handle))

    def call(self, name, *arguments):
        error = Error(struct_size=ctypes.sizeof(Error))
        if getattr(self.library, f"raygen_sampler_{name}")(*arguments, byref(error)) != 0:
            raise RaygenError(error.message.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.raygen_sampler_free(self.handle)

    def done(self):
        return bool(self.library.raygen_sampler_done(self.handle))

    def tokens(self):
        values = self.library.raygen_sampler_tokens(self.handle)
        return [values[b * self.positions : (b + 1) * self.positions] for b in range(self.batch)]

    def masked(self):
        count = self.library.raygen_sampler_masked_count(self.handle)
        values = self.library.raygen_sampler_masked(self.handle)
        return [values[b * count : (b + 1) * count] for b in range(self.batch)]

    def step(self, logits):
        """float32 [B,n,V], contiguous."""
        self.call("step", self.handle, logits.data_ptr(), logits.numel())
