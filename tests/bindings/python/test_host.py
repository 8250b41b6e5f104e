"""A host with a torch of its own: whatever it has set for itself changes none of our numbers, and is there again after every call."""

import contextlib
import ctypes
import ctypes.util
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import MODEL, PROMPT

import raygen

torch = pytest.importorskip("torch")


@contextlib.contextmanager
def setting(get, put, value):
    before = get()
    put(value)
    try:
        yield
    finally:
        put(before)


class RefuseAll(torch.utils._python_dispatch.TorchDispatchMode):
    """A mode that sees every operator of its thread, from C++ too."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        raise AssertionError(f"{function} was seen")


def fake_tensors():
    from torch._subclasses.fake_tensor import FakeTensorMode

    return FakeTensorMode()


def refuse(*_):
    raise AssertionError("a saved tensor was seen")


@contextlib.contextmanager
def rounding(mode):
    """mode: fenv.h's number, on x86-64."""
    math = ctypes.CDLL(ctypes.util.find_library("m"))
    with setting(math.fegetround, math.fesetround, mode):
        yield


backends = torch.backends
MODES = {
    "autocast to bfloat16": lambda: torch.autocast("cpu", torch.bfloat16),
    "autocast to float16": lambda: torch.autocast("cpu", torch.float16, cache_enabled=False),
    "autocast on CUDA": lambda: torch.autocast("cuda", torch.float16),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "doubles by default": lambda: setting(torch.get_default_dtype, torch.set_default_dtype, torch.float64),
    "no device": lambda: torch.device("meta"),
    "matmul precision high": lambda: setting(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "high"),
    "matmul precision medium": lambda: setting(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "medium"),
    "no oneDNN": lambda: backends.mkldnn.flags(enabled=False),
    "attention by definition": lambda: torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
    "deterministic": lambda: setting(torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms, True),
    "denormals flushed": lambda: setting(lambda: False, torch.set_flush_denormal, True),
    "rounding up": lambda: rounding(0x800),
    "a mode of operators": RefuseAll,
    "fake tensors": fake_tensors,
    "anomalies detected": lambda: torch.autograd.detect_anomaly(check_nan=True),
    "saved tensors": lambda: torch.autograd.graph.saved_tensors_hooks(refuse, refuse),
    "profiler": torch.profiler.profile,
}
if hasattr(getattr(backends.mkldnn, "matmul", None), "fp32_precision"):
    for where in ("mkldnn", "mkldnn.matmul", "mkldnn.conv"):

        def precision(where=where):
            node = backends
            for name in where.split("."):
                node = getattr(node, name)
            return setting(lambda: node.fp32_precision, lambda value: setattr(node, "fp32_precision", value), "bf16")

        MODES[f"bfloat16 for {where}"] = precision


def state():
    """What a host can see of its settings."""
    return (
        torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"), torch.is_autocast_cache_enabled(), torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(), torch.get_default_dtype(), backends.mkldnn.enabled if hasattr(backends.mkldnn, "enabled") else None,
        backends.cuda.flash_sdp_enabled(), backends.cuda.math_sdp_enabled(), torch.are_deterministic_algorithms_enabled(), torch.get_num_threads(),
        torch._C._len_torch_dispatch_stack(), torch.is_anomaly_enabled(),
        *(getattr(getattr(backends.mkldnn, name, None), "fp32_precision", None) for name in ("matmul", "conv")),
    )  # fmt: skip


def everything(model):
    """All that computes, on a model that has loaded nothing yet."""
    text, decoder, codec = raygen.TextEncoder(model), raygen.MaskedDecoder(model), raygen.Encoder(model)
    encoded = text.encode([PROMPT])
    condition = decoder.condition(encoded)
    sampler = raygen.Sampler(model, seed=7, steps=2)
    logits = []
    while not sampler.done:
        logits.append(decoder.logits(sampler.tokens, condition, sampler.masked))
        sampler.step(logits[-1])
    by_hand = codec.decode(sampler.tokens[0])
    tokens, features = codec.encode_with_features(by_hand)
    image = raygen.Generator(model).generate(PROMPT, seed=7, steps=2, guidance_scale=2.0)[0]
    return [encoded.last_hidden_state, encoded.normalized, *logits, np.asarray(by_hand), tokens, features, image.tokens, np.asarray(image)]


@pytest.fixture(scope="module")
def expected():
    return everything(raygen.Model(MODEL, device="cpu"))


@pytest.mark.parametrize("mode", MODES)
def test_a_hosts_mode_changes_nothing_and_is_kept(expected, mode):
    with MODES[mode]():
        before = state()
        model = raygen.Model(MODEL, device="cpu")
        made = everything(model)
        assert state() == before
        with pytest.raises(raygen.Error):
            raygen.Encoder(model).decode([-1] * 256)
        with pytest.raises(ZeroDivisionError):
            raygen.Generator(model).generate(PROMPT, progress=lambda now: 1 / 0)
        assert state() == before
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(made, expected))
    after = everything(model)  # nothing that was kept came from the mode
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(after, expected))


def test_transforms_of_functions_see_nothing(expected):
    made = []

    def call(x):
        made.append(everything(raygen.Model(MODEL, device="cpu")))
        return x

    torch.vmap(call)(torch.ones(3))
    torch.func.grad(lambda x: call(x) * 2)(torch.tensor(1.0))
    assert all(np.array_equal(ours, theirs) for each in made for ours, theirs in zip(each, expected)) and len(made) == 2


def test_a_callback_is_in_the_hosts_mode(generator):
    seen = []

    def progress(now):
        seen.append((torch.is_autocast_enabled("cpu"), torch.is_inference_mode_enabled(), torch.ones(2, 2).mm(torch.ones(2, 2)).dtype))

    with torch.autocast("cpu", torch.bfloat16):
        generator.generate(PROMPT, steps=2, progress=progress)
        assert torch.ones(2, 2).mm(torch.ones(2, 2)).dtype == torch.bfloat16
    assert seen == [(True, False, torch.bfloat16)] * 2


def test_a_weight_that_the_host_has_cached_is_right_afterwards(generator):
    weight = torch.nn.Parameter(torch.full((4, 4), 2.0))
    with torch.autocast("cpu", torch.bfloat16):
        first = torch.ones(4, 4).mm(weight)
        generator.generate(PROMPT, steps=1)
        second = torch.ones(4, 4).mm(weight)
    assert torch.equal(first, second)


def test_a_profiler_sees_what_is_computed(generator):
    with torch.profiler.profile() as seen:
        generator.generate(PROMPT, steps=1)
    assert any(event.key.startswith("aten::") for event in seen.key_averages())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host")
    raygen.write_phantoms(folder / "phantoms", count=8, size=64)
    raygen.prepare_table(folder / "phantoms" / "phantoms.csv", folder / "dataset", image_size=32, val_fraction=0.3)
    return folder / "dataset"


def trained(dataset, out):
    loop = {"steps": 2, "batch_size": 2, "validate_every": 2, "optimizer": {"warmup_steps": 1}}
    raygen.train({
        "seed": 3, "threads": 1, "device": "cpu", "licence": "none", "data": {"dataset": str(dataset)}, "out": str(out),
        "vqgan": {"channel_multipliers": [1, 1], "crop": 16, "codebook": 32, "embedding": 8, "z_channels": 16, "adversarial_start": 1,
                  "discriminator_channels": 8, "discriminator_layers": 2, "loop": loop},
        "text_encoder": {"vocabulary": 200, "length": 32, "hidden": 16, "layers": 1, "heads": 2, "intermediate": 32, "loop": loop},
        "masked_decoder": {"hidden": 32, "intermediate": 32, "layers": 1, "heads": 2, "loop": {**loop, "precision": "auto"}},
    })  # fmt: skip
    return {file.name: file.read_bytes() for file in (out / "model").glob("*.safetensors")}


def test_a_hosts_mode_changes_no_training(dataset, tmp_path):
    expected = trained(dataset, tmp_path / "plain")
    assert len(expected) == 3
    for number, mode in enumerate(MODES):
        with MODES[mode]():
            before = state()
            assert trained(dataset, tmp_path / str(number)) == expected, mode
            assert state() == before, mode


def test_a_working_directory_that_was_deleted(tmp_path):
    program = f"""
import os, tempfile
folder = tempfile.mkdtemp(dir={str(tmp_path)!r})
os.chdir(folder)
os.rmdir(folder)
import raygen
generator = raygen.Generator.load({str(MODEL)!r})
image = generator.generate({PROMPT!r}, steps=1)[0]
for call in (lambda: image.save("image.png"), lambda: raygen.Image.read("image.png"), lambda: raygen.Model("model"),
             lambda: raygen.write_phantoms("phantoms", count=1, size=64), lambda: raygen.prepare_table("a.csv", "dataset"),
             lambda: raygen.train({{"data": {{"dataset": "dataset"}}, "out": "run"}}),
             lambda: raygen.convert("model", decoder="decoder.ckpt", vqgan="vqgan.ckpt")):
    try:
        call()
        print("no error")
    except raygen.Error as error:
        print(error.status)
image.save({str(tmp_path / "image.png")!r})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=os.sep, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["io"] * 7, done.stdout
    assert raygen.Image.read(tmp_path / "image.png").prompt == PROMPT
