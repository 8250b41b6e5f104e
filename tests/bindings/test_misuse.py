"""Every function of raygen.h, called with nothing, with odd addresses, with structs of wrong sizes and contents and with counts that do not
fit: an error, never a crash. Through ctypes, each group of calls in a process that must end by itself."""

import ctypes
import json
import math
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from generator import ROOT, c, c_header
from test_generated import JULIA, julia_structs

SIMPLE = {"uint8_t": ctypes.c_uint8, "int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64,
          "size_t": ctypes.c_size_t, "float": ctypes.c_float, "double": ctypes.c_double}
OK, INVALID_ARGUMENT = 0, 1
# What may be NULL: elsewhere NULL is an error that names the parameter.
MAY_BE_NULL = {"options", "limits", "features", "positions", "pixels", "summary", "warnings", "doubts", "release", "user_data", "vocabulary", "metrics", "others",
               "groups", "rules"}
ANY_MODEL = {"raygen_config_print"}  # NULL: the library's own defaults
NEEDS_OPTIONS = {"raygen_bundle_convert", "raygen_phantom_write", "raygen_training_run", "raygen_evaluation_run", "raygen_experiment_run"}
# Calls that end for want of files, after all arguments were looked at.
WANT_FILES = {"raygen_bundle_convert", "raygen_dataset_prepare_mimic", "raygen_training_run", "raygen_evaluation_run",
              "raygen_experiment_run", "raygen_index_build", "raygen_index_open"}
LOOK_AT_NEITHER = {"raygen_sampler_create", "raygen_training_print", "raygen_config_resolve", "raygen_config_resolve_mix",
                   "raygen_config_print", "raygen_settings_config", "raygen_evaluation_print", "raygen_experiment_print",
                   "raygen_evaluation_compare", "raygen_evaluation_auroc", "raygen_evaluation_fairness"}
FLAGS = {"verify", "preview", "overwrite", "masks", "exact", "derived_from_template", "healthy", "named"}
# Numbers that are wrong whatever the call, and what makes a right one wrong.
WRONG = {"path_length": [0], "out_length": [0], "batch": [0, 1 << 40], "length": [0, 4097], "dtype": [-1, 5, 1 << 30], "rank": [65],
         "parts": [32, 1 << 31], "overwrite": [-1, 2], "any_model": [-1, 2], "width": [0, -1, 1 << 30], "height": [0, -1], "channels": [0, 2, 4],
         "codebook_size": [0, -1, 1 << 25], "i": [1 << 40], "position_count": [0, 65], "count": [0], "file_count": [0],
         "kind": [-1, 4], "device": [-1, 3], "device_index": [-1], "precision": [-1, 4], "threads": [0, -2, 1025],
         "grid_height": [0, -1, 1 << 30], "grid_width": [0, -1], "keyword_length": [0, 80], "region_length": [0, 3],
         "strength": [-0.5, 1.5, float("nan")], "prompt_count": [1 << 40]}
CLASSIFIER = {"classifier": {"kind": "densenet", "channels": 1, "classes": ["Edema", "Effusion"], "thresholds": [0.25, None], "calibrated": False,
                             "resolution": 32, "resize": "squash", "filter": "bilinear", "scale": [2], "shift": [-1], "initial_channels": 8,
                             "growth": 4, "bottleneck": 2, "blocks": [2, 2]}}
SETTINGS = b'{"model_sha256":"00","prompt":"effusion","seed":7,"image":0,"steps":2,"precision":"float32","device":"cpu"}'
OFF_BY = {"feature_count": (-1, 1), "logit_count": (-1, 1), "dim": (-1, 1), "token_count": (-1, 1)}


def write_lpips(path):
    """AlexNet's LPIPS of zeros."""
    header, end, inputs = {}, 0, 3
    for i, (layer, outputs, side) in enumerate(((0, 64, 11), (3, 192, 5), (6, 384, 3), (8, 256, 3), (10, 256, 3))):
        for name, shape in ((f"features.{layer}.weight", [outputs, inputs, side, side]), (f"features.{layer}.bias", [outputs]),
                            (f"lin{i}.model.1.weight", [1, outputs, 1, 1])):
            size = 4 * math.prod(shape)
            header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
            end += size
        inputs = outputs
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))


class Library:
    def __init__(self):
        self.header = c_header.read()
        self.structs = julia_structs((JULIA / "LibRaygen.jl").read_text(encoding="utf-8"))
        self.first_sizes = c.read_first_sizes()
        self.fields = {each.name: each.fields for each in self.header.structs}
        self.loaded = ctypes.CDLL(os.environ["RAYGEN_LIBRARY"])
        self.functions = {each.name: each for each in self.header.functions}
        self.fallible = [each for each in self.header.functions if each.result.name == "raygen_status" and not each.result.pointers]
        for function in self.header.functions:
            call = self.call(function.name)
            call.argtypes = [self.kind(each.type) for each in function.parameters]
            void = function.result.name == "void" and not function.result.pointers
            call.restype = None if void else self.kind(function.result)

    def call(self, name):
        return getattr(self.loaded, name)

    def kind(self, type_):
        if type_.pointers or type_.name in {each.name for each in self.header.callbacks}:
            return ctypes.c_void_p
        return self.structs.get(type_.name) or SIMPLE.get(type_.name, ctypes.c_int32)

    def sized(self, parameter):
        """The struct that a parameter points to, if it is one with a struct_size."""
        kind = self.structs.get(parameter.type.name)
        return kind if kind is not None and len(parameter.type.pointers) == 1 and kind._fields_[0][0] == "struct_size" else None

    def has_alignment(self, type_):
        return len(type_.pointers) > 1 or type_.name not in ("char", "void", "uint8_t")


class World(Library):
    """One of each handle, and for every function that can fail arguments with which it does not."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.kept, self.used, self.memory = Path(folder), [], 0, []
        self.error = self.structs["raygen_error"]()
        self.call("raygen_error_init")(ctypes.addressof(self.error), ctypes.sizeof(self.error))
        architecture = json.loads((ROOT / "tests/data/tiny_architecture.json").read_text(encoding="utf-8"))
        self.architecture = self.text(json.dumps({**architecture, **CLASSIFIER}))
        self.baselines = self.make_baselines()
        self.make("raygen_bundle_create_random")
        self.model = self.handle("raygen_model_open")
        info = self.struct("raygen_model_info")
        self.must("raygen_model_get_info", self.model, info)
        self.info = self.structs["raygen_model_info"].from_address(info)
        self.tokens = self.info.grid_height * self.info.grid_width
        self.session, self.job = self.handle("raygen_session_create"), self.handle("raygen_job_create")
        self.image = self.handle("raygen_image_create")
        self.must("raygen_image_write_png", self.image, *self.text(self.folder / "image.png"), None)
        self.embedding = self.handle("raygen_session_encode_text")
        self.classification = self.handle("raygen_session_classify")
        self.condition, self.sampler = self.handle("raygen_condition_create_empty"), self.handle("raygen_sampler_create")
        self.tensors, self.settings = self.handle("raygen_tensors_create"), self.handle("raygen_settings_read")
        self.make("raygen_tensors_add")
        self.make("raygen_tensors_write")
        self.make("raygen_phantom_write")
        write_lpips(self.folder / "lpips.safetensors")
        self.lpips, film = self.handle("raygen_lpips_open"), self.out()
        self.must("raygen_image_create", 32, 32, 1, self.keep((ctypes.c_float * 1024)(*[i % 7 / 10 for i in range(1024)])), film)
        self.film = ctypes.c_void_p.from_address(film).value

    def keep(self, value):
        self.kept.append(value)
        return ctypes.addressof(value)

    def text(self, value):
        """(address, length)"""
        data = value if isinstance(value, bytes) else str(value).encode()
        return self.keep(ctypes.create_string_buffer(data)), len(data)

    def string(self, value):
        return self.structs["raygen_string"](*self.text(value))

    def array(self, kind, count):
        return self.keep((kind * count)())

    def out(self):
        return self.keep(ctypes.c_void_p())

    def struct(self, name, **fields):
        made = self.structs[name]()
        self.call(name + "_init")(ctypes.addressof(made), ctypes.sizeof(made))
        for each, value in fields.items():
            setattr(made, each, value)
        return self.keep(made)

    def limits(self):
        return self.struct("raygen_limits")

    def model_options(self):
        return self.struct("raygen_model_options", device=1, limits=self.limits())

    def model_files(self):
        """The model in memory, as raygen_memory_file has it."""
        if not self.memory:
            self.memory = [(each.name, each.read_bytes()) for each in sorted((self.folder / "tiny").iterdir()) if each.is_file()]
        files = (self.structs["raygen_memory_file"] * len(self.memory))()
        for file, (name, content) in zip(files, self.memory):
            file.name = self.string(name.encode())
            file.data, file.size = self.text(content)
        return self.keep(files)

    def options(self):
        steps = self.keep((self.structs["raygen_string"] * 1)(self.string(b"steps=2")))
        return self.struct("raygen_options", overrides=steps, override_count=1, job=self.job)

    def edit(self):
        box = self.keep((self.structs["raygen_box"] * 1)(self.structs["raygen_box"](0, 0, 2, 2)))
        return self.struct("raygen_edit_options", mask=self.image, boxes=box, box_count=1)

    def make_baselines(self):
        """By function: arguments made anew for every call, all but the error."""
        i32, f32, f64, text = ctypes.c_int32, ctypes.c_float, ctypes.c_double, self.text
        prompt = self.keep(self.string(b"effusion"))
        path = lambda name: text(self.folder / name)  # noqa: E731
        masked = lambda: self.call("raygen_sampler_masked_count")(self.sampler)  # noqa: E731
        prepare = lambda: self.struct("raygen_prepare_options", image_size=32, limits=self.limits(), job=self.job)  # noqa: E731

        def training():
            settings = self.keep((self.structs["raygen_string"] * 1)(self.string(f"data.dataset={self.folder / 'none'}".encode())))
            return self.struct("raygen_training_options", overrides=settings, override_count=1, limits=self.limits(), job=self.job)

        def evaluation():
            paths = [self.string(f"{key}={self.folder / 'none'}".encode()) for key in ("real", "synthetic", "out")]
            settings = self.keep((self.structs["raygen_string"] * 3)(*paths))
            return self.struct("raygen_evaluation_options", overrides=settings, override_count=3, limits=self.limits(), job=self.job)

        def table():
            csv = self.keep((self.structs["raygen_string"] * 1)(self.string(str(self.folder / "phantoms/phantoms.csv").encode())))
            splits = self.keep((i32 * 1)(3))
            labels = self.keep((self.structs["raygen_string"] * 1)(self.string(b"")))
            return self.struct("raygen_table_source", csv=csv, splits=splits, csv_count=1, label_columns=labels)

        return {
            "raygen_model_open": lambda: [*path("tiny"), self.model_options(), self.out()],
            "raygen_model_get_info": lambda: [self.model, self.struct("raygen_model_info")],
            "raygen_model_open_memory": lambda: [self.model_files(), len(self.memory), self.model_options(), None, None, self.out()],
            "raygen_model_count_tokens": lambda: [self.model, *text(b"effusion"), self.array(ctypes.c_size_t, 1)],
            "raygen_model_prepare": lambda: [self.model, 7],
            "raygen_session_create": lambda: [self.model, self.out()],
            "raygen_job_create": lambda: [self.out()],
            "raygen_image_create": lambda: [4, 4, 3, self.array(f32, 48), self.out()],
            "raygen_image_read": lambda: [*path("image.png"), self.limits(), self.out()],
            "raygen_image_read_memory": lambda: [*text((self.folder / "image.png").read_bytes()), self.limits(), self.out()],
            "raygen_image_set_text": lambda: [self.image, *text("Description"), *text("grey")],
            "raygen_image_copy": lambda: [self.image, self.out()],
            "raygen_image_to_grey": lambda: [self.image, self.out()],
            "raygen_image_write_png": lambda: [self.image, *path("again.png"), self.struct("raygen_png_options")],
            "raygen_image_encode_png": lambda: [self.image, self.struct("raygen_png_options"), self.out(), self.array(ctypes.c_size_t, 1)],
            "raygen_image_write_dicom": lambda: [self.image, *path("image.dcm"), self.struct("raygen_dicom_options", limits=self.limits()),
                                                 self.out()],
            "raygen_image_encode_dicom": lambda: [self.image, self.struct("raygen_dicom_options", limits=self.limits()), self.out(),
                                                  self.array(ctypes.c_size_t, 1), self.out()],
            "raygen_dicom_uid": lambda: [*text(b"a series"), self.out()],
            "raygen_session_encode_text": lambda: [self.session, prompt, 1, self.out()],
            "raygen_session_encode_image": lambda: [self.session, self.image, self.array(i32, self.tokens), self.tokens,
                                      self.array(f32, self.tokens * self.info.feature_channels), self.tokens * self.info.feature_channels],
            "raygen_session_decode_tokens": lambda: [self.session, self.array(i32, self.tokens), self.tokens, self.out()],
            "raygen_condition_create": lambda: [self.session, self.embedding, self.out()],
            "raygen_condition_create_from_values": lambda: [self.session, self.array(f32, self.info.text_length * self.info.text_dim), 1,
                                                            self.info.text_length, self.info.text_dim, self.out()],
            "raygen_condition_create_empty": lambda: [self.session, 1, self.out()],
            "raygen_session_logits": lambda: [self.session, self.condition, self.array(i32, self.tokens), self.tokens, self.array(i32, self.tokens),
                                      1, self.array(f32, self.info.codebook_size), self.info.codebook_size],
            "raygen_sampler_create": lambda: [self.info.grid_height, self.info.grid_width, self.info.codebook_size, 1, self.options(), self.out()],
            "raygen_sampler_step": lambda: [self.sampler, self.array(f32, masked() * self.info.codebook_size),
                                            masked() * self.info.codebook_size],
            "raygen_config_schema": lambda: [0, self.out()],
            "raygen_config_resolve": lambda: [self.model, self.options(), *text(b"effusion"), self.out()],
            "raygen_config_resolve_mix": lambda: [self.model, self.options(), prompt, 1, self.out()],
            "raygen_config_print": lambda: [self.model, self.options(), self.out()],
            "raygen_session_generate": lambda: [self.session, prompt, 1, self.options(), self.out()],
            "raygen_session_edit": lambda: [self.session, self.image, self.edit(), prompt, 1, self.options(), self.out()],
            "raygen_session_vary": lambda: [self.session, self.image, 0.5, prompt, 1, self.options(), self.out()],
            "raygen_result_take_image": lambda: [self.handle("raygen_session_generate"), 0, self.out()],
            "raygen_settings_read": lambda: [*text(SETTINGS), self.out()],
            "raygen_settings_config": lambda: [self.settings, self.options(), self.out()],
            "raygen_settings_check_model": lambda: [self.settings, self.model, 1, self.out()],
            "raygen_bundle_convert": lambda: [self.struct("raygen_convert_options", decoder=self.string(b"no.ckpt"), vqgan=self.string(b"no.ckpt"),
                                                   limits=self.limits()), *path("converted"), self.out()],
            "raygen_bundle_create_random": lambda: [*path("tiny"), *self.architecture, None, 0, 1, 1],
            "raygen_dataset_prepare_table": lambda: [table(), prepare(), *path(self.new("dataset")), self.struct("raygen_dataset_summary")],
            "raygen_dataset_prepare_mimic": lambda: [self.struct("raygen_mimic_source", root=self.string(str(self.folder / "none").encode())),
                                             prepare(), *path("mimic"), self.struct("raygen_dataset_summary")],
            "raygen_phantom_write": lambda: [self.struct("raygen_phantom_options", count=12, size=64, job=self.job), *path("phantoms")],
            "raygen_phantom_read_region": lambda: [*path("phantoms/images/P000000.png"), *text(b"heart"), self.out()],
            "raygen_training_print": lambda: [training(), self.out()],
            "raygen_training_run": lambda: [training()],
            "raygen_index_build": lambda: [self.model, *path("none"), *path("no.index"), self.struct("raygen_index_options", job=self.job)],
            "raygen_index_open": lambda: [*path("no.index"), self.limits(), self.out()],
            "raygen_session_classify": lambda: [self.session, self.keep((ctypes.c_void_p * 1)(self.image)), 1, 1, self.out()],
            "raygen_classification_overlay": lambda: [self.classification, 0, 0, self.image, self.out()],
            "raygen_evaluation_print": lambda: [evaluation(), self.out()],
            "raygen_evaluation_run": lambda: [evaluation(), self.out()],
            "raygen_experiment_print": lambda: [evaluation(), self.out()],
            "raygen_experiment_run": lambda: [evaluation(), self.out()],
            "raygen_evaluation_compare": lambda: [*text(b"fid"), self.array(f64, 4), 4, self.array(f64, 4), 4, 1, evaluation(), self.array(f64, 1)],
            "raygen_evaluation_nearness": lambda: [*text(b"dcr"), self.array(f64, 4), 4, self.array(f64, 4), 4, 1, self.array(f64, 4)],
            "raygen_evaluation_radiomics": lambda: [self.film, self.out()],
            "raygen_evaluation_score": lambda: [*text(b"auroc"), self.array(f64, 4), self.array(ctypes.c_uint8, 4), 4, 0.0, self.array(f64, 1)],
            "raygen_evaluation_fairness": lambda: [self.struct("raygen_judged_images", count=4, finding_count=1, scores=self.array(f64, 4),
                                                               labels=self.array(ctypes.c_uint8, 4), findings=self.keep((self.structs["raygen_string"] * 1)(self.string(b"x"))),
                                                               groups=self.keep((self.structs["raygen_string"] * 4)(*[self.string(b"x")] * 4))),
                                                   evaluation(), self.out()],
            "raygen_evaluation_auroc": lambda: [self.array(f64, 4), self.array(f64, 4), self.array(ctypes.c_uint8, 4), 4,
                                                self.keep((self.structs["raygen_string"] * 4)(*[self.string(b"x")] * 4)), evaluation(),
                                                self.struct("raygen_estimate")],
            "raygen_evaluation_similarity": lambda: [*text(b"psnr"), self.image, self.image, self.array(f64, 1)],
            "raygen_lpips_open": lambda: [*text(b"lpips_alex"), self.keep((self.structs["raygen_string"] * 1)(self.string(
                str(self.folder / "lpips.safetensors").encode()))), 1, self.limits(), self.out()],
            "raygen_lpips_distance": lambda: [self.lpips, self.film, self.film, self.array(f64, 1)],
            "raygen_labels_read": lambda: [*text(b"Edema."), None, 0, self.out()],
            "raygen_labels_rules": lambda: [self.out()],
            "raygen_tensors_create": lambda: [self.out()],
            "raygen_tensors_read": lambda: [*path("x.safetensors"), self.limits(), self.out()],
            "raygen_tensors_add": lambda: [self.tensors, *text(self.new("tensor")), 0, self.keep((ctypes.c_int64 * 1)(4)), 1,
                                           self.array(f32, 4)],
            "raygen_tensors_get": lambda: [self.tensors, 0, self.struct("raygen_tensor_view")],
            "raygen_tensors_write": lambda: [self.tensors, *path("x.safetensors")],
            "raygen_device_measure": lambda: [1, 0, 1, 1, self.array(ctypes.c_double, 1)],
        }

    def new(self, name):
        self.used += 1
        return f"{name}{self.used}"

    def baseline(self, function):
        return self.baselines[function.name]()

    def invoke(self, name, arguments):
        """(status, message)"""
        status = self.call(name)(*arguments, ctypes.addressof(self.error))
        message = self.error.message
        return status, (message if isinstance(message, bytes) else bytes(message)).split(b"\0")[0].decode()

    def must(self, name, *arguments):
        status, message = self.invoke(name, arguments)
        assert status == OK, (name, status, message)

    def make(self, name):
        arguments = self.baselines[name]()
        self.must(name, *arguments)
        return arguments

    def handle(self, name):
        return ctypes.c_void_p.from_address(self.make(name)[-1]).value

    def refused(self, function, what, arguments, *parts):
        """The call is made with one thing wrong, which its message names."""
        print(function.name, what, flush=True)
        status, message = self.invoke(function.name, arguments)
        assert status != OK and any(part in message for part in parts), (function.name, what, status, message)

    def perturbed(self, function, i, value):
        arguments = self.baseline(function)
        arguments[i] = value
        return arguments

    def parameters(self):
        """(function, index, parameter) of all but the errors."""
        for function in self.fallible:
            for i, parameter in enumerate(function.parameters):
                if parameter.name != "error":
                    yield function, i, parameter

    def finish(self):
        """What the perturbations were made of is right: without them every call succeeds, or ends for want of files."""
        assert set(self.baselines) == {each.name for each in self.fallible}, "a baseline for every function that can fail, and no other"
        for function in self.fallible:
            print(function.name, "as it should be", flush=True)
            status, message = self.invoke(function.name, self.baseline(function))
            assert (status in (2, 3)) if function.name in WANT_FILES else status == OK, (function.name, status, message)


def call_with_nothing(_):
    """All arguments NULL and 0: what can fail says so."""
    library = Library()
    for function in library.header.functions:
        print(function.name, flush=True)
        call = library.call(function.name)
        result = call(*[kind() if kind is not ctypes.c_void_p else None for kind in call.argtypes])
        # Asking for the config of no options is legal, but there is nowhere to put it.
        if function in library.fallible:
            assert result != OK, function.name


def call_with_null(folder):
    """One pointer NULL, all else as it should be. What may be NULL changes nothing."""
    world = World(folder)
    for function, i, parameter in world.parameters():
        if not parameter.type.pointers:
            continue
        arguments = world.perturbed(function, i, None)
        if parameter.name == "model" and function.name in ANY_MODEL:
            continue
        if parameter.name not in MAY_BE_NULL or (parameter.name == "options" and function.name in NEEDS_OPTIONS):
            world.refused(function, f"{parameter.name} NULL", arguments, f"{parameter.name} is NULL")
        elif function.name not in ("raygen_device_measure", "raygen_session_logits"):  # takes a second; without positions it wants all logits
            print(function.name, f"{parameter.name} NULL, as it may be", flush=True)
            status, message = world.invoke(function.name, arguments)
            assert "NULL" not in message and (status == OK) == (function.name not in WANT_FILES), (function.name, parameter.name, message)
    function = world.functions["raygen_bundle_create_random"]
    i = [each.name for each in function.parameters].index("vocabulary_length")
    world.refused(function, "vocabulary NULL", world.perturbed(function, i, 2), "vocabulary is NULL")
    world.finish()


def call_with_odd_addresses(folder):
    """One pointer at an address that no type but char may have, all else as it should be."""
    world = World(folder)
    odd = world.array(ctypes.c_char, 65536) | 1
    for function, i, parameter in world.parameters():
        if parameter.type.pointers and world.has_alignment(parameter.type):
            world.refused(function, f"{parameter.name} odd", world.perturbed(function, i, odd), f"{parameter.name} is at an address")
            assert world.call(function.name)(*world.perturbed(function, i, odd), None) == INVALID_ARGUMENT, function.name
    for function in world.fallible:
        for number in (0, 1):  # all of them at once, and no error to fill
            print(function.name, "all odd", flush=True)
            call = world.call(function.name)
            callbacks = {each.name for each in world.header.callbacks}  # one that is odd would be called
            arguments = [number if kind in SIMPLE.values() else odd if each.type.pointers else None if each.type.name in callbacks else kind()
                         for each, kind in zip(function.parameters, call.argtypes)]
            assert call(*arguments[:-1], None) != OK, function.name
        print(function.name, "error odd", flush=True)
        assert world.call(function.name)(*world.baseline(function), odd) == INVALID_ARGUMENT, function.name
    assert not any(bytes((ctypes.c_char * 65536).from_address(odd - 1))), "something was written to an odd address"
    world.finish()


def call_with_wrong_structs(folder):
    """One struct of a size that is none, with nothing behind what it says; then with contents that are none."""
    world = World(folder)
    pages = mmap.mmap(-1, 2 * mmap.PAGESIZE)
    end = ctypes.addressof(ctypes.c_char.from_buffer(pages)) + mmap.PAGESIZE
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    assert protect(end, mmap.PAGESIZE, 0) == 0
    for function, i, parameter in world.parameters():
        kind = world.sized(parameter)
        if kind is None:
            continue
        whole = bytes(kind.from_address(world.baseline(function)[i]))
        for size in (0, 1, 7, world.first_sizes[parameter.type.name] - 1):
            held = max(8, size + 7 & ~7)
            ctypes.memmove(end - held, struct.pack("N", size) + whole[8:held], held)
            world.refused(function, f"{parameter.name} of {size} bytes", world.perturbed(function, i, end - held),
                          f"{parameter.type.name}.struct_size is {size}")
        # All ones are limits, and what an out parameter holds does not count.
        if not parameter.type.pointers[0] or kind.__name__ == "raygen_limits":
            continue
        ones = world.keep((ctypes.c_ubyte * len(whole))(*[255] * len(whole)))
        ctypes.c_size_t.from_address(ones).value = len(whole)
        world.refused(function, f"{parameter.name} all ones", world.perturbed(function, i, ones), "expected", "at an address",
                      "more than memory")
    for function in world.fallible:
        for size in (0, 7, world.first_sizes["raygen_error"] - 1):
            print(function.name, "error of", size, "bytes", flush=True)
            ctypes.memmove(end - 8, struct.pack("N", size), 8)
            assert world.call(function.name)(*world.baseline(function), end - 8) == INVALID_ARGUMENT, function.name
    world.finish()


def call_with_wrong_fields(folder):
    """One field of one struct wrong, all else as it should be."""
    world = World(folder)
    odd = world.array(ctypes.c_char, 65536) | 1
    for function, i, parameter in world.parameters():
        kind = world.sized(parameter)
        if kind is None or not parameter.type.pointers[0]:
            continue
        for field in world.fields[parameter.type.name]:
            wrong = []
            if function.name in LOOK_AT_NEITHER and field.name in ("job", "limits"):
                continue  # they run nothing, and look at neither
            if function.name in ("raygen_config_print", "raygen_settings_config") and \
                    field.name in ("seeds", "indices", "start_tokens", "editable", "image_configs", "attempts", "reject_near"):
                continue  # they are about no image
            if function.name in ("raygen_config_print", "raygen_sampler_create", "raygen_settings_config") and field.name == "prompt_weights":
                continue  # there are no prompts
            if field.type.pointers and field.type.name != "void":
                wrong = [(odd, f"{field.name} is at an address")] if field.type.name != "uint8_t" else []
                if field.name == "limits":
                    nothing = world.array(ctypes.c_char, 48)
                    wrong.append((nothing, "raygen_limits.struct_size is 0"))
            elif field.type.name in world.header.aliases:
                wrong = [(value, f"{field.name} is {value}") for value in (-1, 99)]
            elif field.name in FLAGS:
                wrong = [(value, f"{field.name} is {value}") for value in (-1, 2)]
            for value, part in wrong:
                arguments = world.baseline(function)
                changed = kind.from_address(arguments[i])
                setattr(changed, field.name, value)
                for count in ("label_column_count", "image_count", "ignore_count"):  # else the array is not looked at
                    if field.type.pointers and hasattr(changed, count):
                        setattr(changed, count, 1)
                world.refused(function, f"{parameter.name}.{field.name} {value}", arguments, part)
    world.finish()


def call_with_wrong_numbers(folder):
    """One count or enum wrong, all else as it should be."""
    world = World(folder)
    for function, i, parameter in world.parameters():
        if parameter.type.pointers or parameter.name not in WRONG and parameter.name not in OFF_BY:
            continue
        good = world.baseline(function)[i]
        wrong = [good + each for each in OFF_BY.get(parameter.name, ())] + WRONG.get(parameter.name, [])
        names = {"region_length": "no region", "prompt_count": "prompts", "path_length": "path is empty", "keyword_length": "keyword", "file_count": "files", "out_length": "out is empty", "count": "prompts", "width": "image", "height": "image",
                 "length": "values", "dim": "values", "i": "tensor ",
                 "grid_height": "grid", "grid_width": "grid"}
        for value in wrong:
            named = [parameter.name, names.get(parameter.name, parameter.name)] + ["values", "prompts"] * (parameter.name == "batch")
            world.refused(function, f"{parameter.name} {value}", world.perturbed(function, i, value), *named)
    world.finish()


def call_with_odd_handles(folder):
    """Functions that cannot tell what is wrong do nothing, and give NULL or 0."""
    world = World(folder)
    odd = world.array(ctypes.c_char, 65536) | 1
    for function in world.header.functions:
        handle = function.parameters and function.parameters[0].type.name in world.header.opaque
        if function in world.fallible or not handle and function.name != "raygen_buffer_free":
            continue
        print(function.name, flush=True)
        result = world.call(function.name)(odd, *[0 for _ in function.parameters[1:]])
        assert result in (None, 0) or result != result or function.name == "raygen_sampler_done", function.name
    world.finish()


class Misuse(unittest.TestCase):
    def check(self, what, least=40):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, os.path.abspath(__file__), what, folder], capture_output=True, text=True, cwd=folder)
        self.assertEqual(done.returncode, 0, f"in the call {done.stdout.splitlines()[-1:]}: {done.stderr}")
        self.assertGreater(len(done.stdout.splitlines()), least)

    def test_nothing(self):
        self.check("call_with_nothing")

    def test_null(self):
        self.check("call_with_null")

    def test_odd_addresses(self):
        self.check("call_with_odd_addresses")

    def test_odd_handles(self):
        self.check("call_with_odd_handles", 30)

    def test_wrong_structs(self):
        self.check("call_with_wrong_structs")

    def test_wrong_fields(self):
        self.check("call_with_wrong_fields")

    def test_wrong_numbers(self):
        self.check("call_with_wrong_numbers")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1].startswith("call_with_"):
        globals()[sys.argv[1]](*sys.argv[2:])
    else:
        unittest.main()
