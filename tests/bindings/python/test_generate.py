import ctypes
import inspect
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from conftest import FAST, MODEL, PROMPT

import raygen


def test_images_are_arrays_that_know_how_they_were_made(generator, model):
    (image,) = generator.generate(PROMPT, **FAST)
    size = model.info["image_size"]
    assert isinstance(image, np.ndarray) and image.dtype == np.float32 and image.shape == (size, size, model.info["image_channels"])
    assert 0 <= image.min() and image.max() <= 1 and image.std() > 0.01
    assert image.prompt == PROMPT and image.settings["seed"] == 7 and image.settings["steps"] == 4
    assert image.tokens.shape == (np.prod(model.info["grid"]),) and image.tokens.max() < model.mask_token
    assert (image * 2).text == image.text, "arithmetic keeps what is known"


def test_the_same_seed_gives_the_same_image_alone_and_among_others(generator):
    many = generator.generate([PROMPT, "No acute process."], images_per_prompt=2, batch_size=3, **FAST)
    assert len(many) == 4
    again = generator.generate("No acute process.", first_image=3, **FAST)[0]
    assert np.array_equal(again, many[3]) and not np.array_equal(many[2], many[3])


def test_guidance_and_position_choice(generator, model):
    published = {"preset": "raygen", **FAST}  # whatever the model says of itself
    plain = generator.generate(PROMPT, **published)[0]
    for changed in ({"guidance_scale": 3.0}, {"position_choice": "random"}):
        image = generator.generate(PROMPT, **changed, **published)[0]
        assert not np.array_equal(image.tokens, plain.tokens)
        assert image.settings.items() >= changed.items()
    with pytest.raises(raygen.Error, match="confidence, maskgit, .* was expected"):
        generator.generate(PROMPT, position_choice="best", **FAST)

    text, decoder = raygen.TextEncoder(model), raygen.MaskedDecoder(model)
    prompts, empty = decoder.condition(text.encode(PROMPT)), decoder.empty_condition()
    sampler = raygen.Sampler(model, position_choice="random", **FAST)
    while not sampler.done:
        with_text, without = (decoder.logits(sampler.tokens, each, sampler.masked) for each in (prompts, empty))
        sampler.step(without + 3 * (with_text - without))
    assert np.array_equal(sampler.tokens[0], generator.generate(PROMPT, position_choice="random", guidance_scale=3.0, **published)[0].tokens)


def test_saving_reading_showing(generator, tmp_path):
    image = generator.generate(PROMPT, **FAST)[0]
    image.save(tmp_path / "image.png", bit_depth=16)
    back = raygen.Image.read(tmp_path / "image.png")
    assert back.prompt == PROMPT and back.settings == image.settings
    assert np.abs(back - image).max() <= 0.5 / 65535 + 1e-6
    assert image._repr_png_().startswith(b"\x89PNG") and image[0, 0]._repr_png_() is None
    assert image[:50, 20:60]._repr_png_().startswith(b"\x89PNG"), "a part of an image is an image"
    assert image.grey().shape[2] == 1
    with pytest.raises(ValueError, match="no picture"):
        image[0, 0].save(tmp_path / "row.png")
    content = (tmp_path / "image.png").read_bytes()
    assert image.encode_png(16) == content and np.array_equal(raygen.Image.from_bytes(content), back)
    assert image.encode_png().startswith(b"\x89PNG") and len(image.encode_png()) < len(content)
    small = raygen.Limits(max_pixels=100)
    for read in (lambda: raygen.Image.read(tmp_path / "image.png", limits=small), lambda: raygen.Image.from_bytes(content, limits=small)):
        with pytest.raises(raygen.Error) as caught:
            read()
        assert caught.value.status == "limit"
    with pytest.raises(raygen.Error) as caught:
        image.save(tmp_path / "nowhere" / "image.png")
    assert caught.value.status == "io" and "nowhere" in str(caught.value)


def test_pillow(generator):
    pytest.importorskip("PIL")
    image = generator.generate(PROMPT, **FAST)[0]
    shown = image.to_pil()
    assert shown.size == image.shape[1::-1] and shown.mode == ("L" if image.shape[2] == 1 else "RGB")


def test_dlpack_shares_memory(generator):
    torch = pytest.importorskip("torch")
    image = generator.generate(PROMPT, **FAST)[0]
    tensor = torch.from_dlpack(image)
    assert tensor.shape == image.shape and tensor.data_ptr() == image.ctypes.data
    tensor[0, 0, 0] = 0.25
    assert image[0, 0, 0] == np.float32(0.25)


def test_pixels_begin_where_jax_takes_them_without_a_copy(generator, tmp_path):
    images = generator.generate(PROMPT, images_per_prompt=3, **FAST)
    images[0].save(tmp_path / "image.png")
    images.append(raygen.Image.read(tmp_path / "image.png"))
    generator.generate(PROMPT, preview=True, progress=lambda now: images.append(now.preview), **FAST)
    assert len(images) == 8 and all(image.ctypes.data % 64 == 0 and image.flags.writeable for image in images)


def test_jax_shares_memory(generator):
    jax = pytest.importorskip("jax")
    image = generator.generate(PROMPT, **FAST)[0]
    assert jax.dlpack.from_dlpack(image).unsafe_buffer_pointer() == image.ctypes.data


def test_one_libtorch_in_the_process(generator):
    torch = pytest.importorskip("torch")
    generator.generate(PROMPT, **FAST)
    loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libtorch_cpu" in line}
    assert len(loaded) == 1 and next(iter(loaded)).startswith(str(Path(torch.__file__).resolve().parent))
    threads = torch.get_num_threads()
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    generator.generate(PROMPT, **FAST)
    assert torch.equal(torch.rand(2), expected) and torch.get_num_threads() == threads, "a guest leaves things as they were"


def test_progress(generator):
    seen = []
    generator.generate(PROMPT, progress=seen.append, preview=True, images_per_prompt=2, **FAST)
    assert [(now.image_number, now.step) for now in seen] == [(i, step) for i in range(2) for step in range(1, 5)]
    assert seen[-1].masked_count == 0 and seen[0].masked_count > 0 and seen[0].steps == 4 and seen[0].image_count == 2
    assert isinstance(seen[0].preview, raygen.Image) and seen[0].preview.shape[2] in (1, 3)
    assert all(now.masked.dtype == bool and now.masked.shape == now.tokens.shape and now.masked.sum() == now.masked_count for now in seen)
    kept = ~seen[0].masked
    assert (seen[0].tokens[kept] == seen[1].tokens[kept]).all()


def test_a_bar(generator, capsys):
    pytest.importorskip("tqdm")
    generator.generate(PROMPT, progress=True, **FAST)
    assert "4/4" in capsys.readouterr().err


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_cancelling_and_raising_leave_the_generator_as_new(generator, stop_at):
    expected = generator.generate(PROMPT, **FAST)[0]
    with pytest.raises(raygen.Error) as caught:
        generator.generate(PROMPT, progress=lambda now: now.step < stop_at, **FAST)
    assert caught.value.status == "cancelled"
    with pytest.raises(ZeroDivisionError):
        generator.generate(PROMPT, progress=lambda now: 1 // (stop_at - now.step), **FAST)
    assert np.array_equal(generator.generate(PROMPT, **FAST)[0], expected)


def test_ctrl_c(generator):
    def press(now):
        if now.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    steps = []
    with pytest.raises(KeyboardInterrupt):
        generator.generate(PROMPT, progress=lambda now: (steps.append(now.step), press(now))[0], **FAST)
    assert steps in ([1, 2], [1, 2, 3])
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))  # and without a callback
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        generator.generate([PROMPT] * 500, steps=18)
    timer.join()


def test_a_job_cancelled_in_the_callback_ends_the_call_there(generator):
    job, seen = raygen.Job(), []

    def cancel(now):
        seen.append(now.step)
        job.cancel()

    with pytest.raises(raygen.Error) as caught:
        generator.generate(PROMPT, steps=18, job=job, progress=cancel)
    assert caught.value.status == "cancelled" and seen == [1]
    with pytest.raises(raygen.Error):
        generator.generate(PROMPT, steps=1, job=job, progress=seen.append)
    assert seen == [1], "a job that is cancelled already lets nothing begin"


def test_a_job_cancels_from_another_thread(generator):
    job = raygen.Job()
    timer = threading.Timer(0.1, job.cancel)
    timer.start()
    with pytest.raises(raygen.Error, match="cancel"):
        generator.generate([PROMPT] * 500, job=job)
    timer.join()
    assert job.cancelled
    with pytest.raises(raygen.Error, match="cancel"):
        generator.generate(PROMPT, job=job)


class Options(ctypes.Structure):
    """raygen.h's raygen_options."""

    _fields_ = [("struct_size", ctypes.c_size_t), ("seed", ctypes.c_uint64), ("first_image", ctypes.c_uint64),
                ("texts", ctypes.c_size_t * 6), ("images_per_prompt", ctypes.c_int32), ("batch_size", ctypes.c_int32),
                ("preview", ctypes.c_int32), ("job", ctypes.c_void_p), ("progress", ctypes.c_void_p), ("user_data", ctypes.c_void_p),
                ("seeds", ctypes.c_void_p), ("indices", ctypes.c_void_p), ("image_count", ctypes.c_size_t),
                ("start_tokens", ctypes.c_void_p), ("editable", ctypes.c_void_p)]


@pytest.mark.parametrize("call", [raygen.Generator.generate, raygen.Sampler.__init__])
def test_defaults_are_the_librarys(call):
    (library,) = Path(raygen.__file__).parent.glob("libraygen.so.*")
    options = Options()
    ctypes.CDLL(str(library)).raygen_options_init(ctypes.byref(options), ctypes.c_size_t(ctypes.sizeof(options)))
    defaults = {name: each.default for name, each in inspect.signature(call).parameters.items() if hasattr(options, name)}
    assert {"seed", "first_image", "seeds", "indices", "start_tokens", "editable"} <= defaults.keys()
    if "progress" in defaults:
        assert {"images_per_prompt", "batch_size", "preview", "job"} <= defaults.keys()
        assert not defaults.pop("progress") and options.progress is None
    assert defaults == {name: getattr(options, name) for name in defaults}


def test_a_config_a_preset_and_keywords(generator, model):
    expected = generator.generate(PROMPT, **FAST)[0].tokens
    for config in ("steps: 4", '{"steps": 4}', {"steps": 4}, {"steps": np.int64(4)}):
        assert np.array_equal(generator.generate(PROMPT, seed=7, config=config)[0].tokens, expected)
    assert np.array_equal(generator.generate(PROMPT, seed=7, config="steps: 9", steps=4)[0].tokens, expected)
    assert np.array_equal(generator.generate(PROMPT, seed=7, steps=np.int32(4), temperature=None)[0].tokens, expected)
    for options in ({"config": "raygen-report"}, {"preset": "raygen-report"}, {"config": "preset: raygen-report"}):
        settings = generator.settings(PROMPT, **options)
        assert settings["steps"] == 3 and settings["temperature"] == 1.3 and settings["prompt"] == PROMPT
    assert generator.settings(steps=5)["steps"] == 5 and "prompt" not in generator.settings()
    assert generator.generate(PROMPT, **FAST)[0].settings == generator.settings(PROMPT, **FAST)
    assert "steps: 4" in generator.print_config(**FAST)
    with pytest.raises(raygen.Error, match="nearest is steps"):
        generator.generate(PROMPT, config={"stesp": 4})
    with pytest.raises(TypeError, match="config"):
        generator.generate(PROMPT, config={"steps": object()})


def test_an_unknown_keyword_is_an_error_that_names_the_nearest(generator, model):
    with pytest.raises(TypeError, match=r"generate\(\) got an unexpected keyword argument 'stesp': the nearest is 'steps'"):
        generator.generate(PROMPT, stesp=4)
    with pytest.raises(TypeError, match=r"settings\(\) .*'sed': the nearest is 'seed'"):
        generator.settings(sed=4)
    with pytest.raises(TypeError, match=r"Sampler\(\) .*'temprature': the nearest is 'temperature'"):
        raygen.Sampler(model, temprature=4)


def test_help_names_every_option_with_its_meaning():
    for call in (raygen.Generator.generate, raygen.Sampler.__init__):
        shown, text = inspect.signature(call).parameters, inspect.getdoc(call)
        for name, key in raygen.config_schema()["properties"].items():
            assert shown[name].kind is inspect.Parameter.KEYWORD_ONLY and key["description"] in text
        assert "sampling" not in shown
    assert set(raygen.config_schema()["x-presets"]) == {"raygen", "raygen-report", "maskgit", "halton", "entropy", "remdm"}
    assert "vqgan" in raygen.config_schema("training")["properties"]
    with pytest.raises(ValueError, match="kind"):
        raygen.config_schema("other")


def test_a_number_is_passed_whole_in_every_locale(generator):
    import locale

    value = 0.1 + 0.2
    assert generator.settings(temperature=value)["temperature"] == value
    known = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
    except locale.Error:
        pytest.skip("no locale with a decimal comma is installed")
    try:
        assert generator.settings(temperature=value)["temperature"] == value
    finally:
        locale.setlocale(locale.LC_NUMERIC, known)


def test_images_of_one_call_have_seeds_and_indices_of_their_own(generator):
    made = generator.generate([PROMPT, PROMPT], seeds=[7, 2**64 - 1], indices=[0, 5], steps=4, batch_size=2)
    for image, seed, index in zip(made, (7, 2**64 - 1), (0, 5)):
        alone = generator.generate(PROMPT, seed=seed, first_image=index, steps=4)[0]
        assert np.array_equal(image.tokens, alone.tokens) and image.settings == alone.settings
    with pytest.raises(raygen.Error):
        generator.generate([PROMPT, PROMPT], seeds=[1, 2, 3])
    for wrong in ({"seeds": [-1]}, {"indices": ["a"]}):
        with pytest.raises((TypeError, ValueError), match="^(seeds|indices) is"):
            generator.generate(PROMPT, **wrong)


def test_a_part_of_an_image_is_drawn_anew(generator, model):
    (image,) = generator.generate(PROMPT, **FAST)
    start = image.tokens.copy()
    start[50:80] = model.mask_token
    kept = start != model.mask_token
    (filled,) = generator.generate(PROMPT, start_tokens=start, seed=3, steps=4)
    assert (filled.tokens[kept] == start[kept]).all() and filled.tokens.max() < model.mask_token
    (again,) = generator.generate(PROMPT, start_tokens=image.tokens, editable=~kept, seed=3, steps=4)
    assert np.array_equal(again.tokens, filled.tokens)
    with pytest.raises(raygen.Error, match="start_tokens"):
        generator.generate(PROMPT, start_tokens=start[:7])
    with pytest.raises(TypeError, match="start_tokens are integers"):
        generator.generate(PROMPT, start_tokens=start * 0.5)
    with pytest.raises(ValueError, match="editable"):
        generator.generate(PROMPT, start_tokens=start, editable=np.full(start.shape, 2))


def test_a_model_in_memory(generator, model):
    files = {file.name: file.read_bytes() for file in MODEL.iterdir() if file.is_file()}
    opened = raygen.Model.open_memory(files, device="cpu")
    assert opened.digest == model.digest and opened.info == model.info
    del files
    made = raygen.Generator(opened).generate(PROMPT, **FAST)[0]
    assert np.array_equal(made.tokens, generator.generate(PROMPT, **FAST)[0].tokens)
    with pytest.raises(raygen.Error):
        raygen.Model.open_memory({})
    with pytest.raises(TypeError):
        raygen.Model.open_memory({"raygen.json": "a text"})


def test_the_memory_of_a_model_is_given_back():
    import gc
    import weakref

    class Lent(bytearray):
        pass

    files = {file.name: Lent(file.read_bytes()) for file in MODEL.iterdir() if file.is_file()}
    seen = weakref.ref(files["raygen.json"])
    opened = raygen.Model.open_memory(files)
    generator = raygen.Generator(opened)
    del files, opened
    gc.collect()
    assert seen() is not None
    generator.generate(PROMPT, **FAST)
    del generator
    gc.collect()
    assert seen() is None


def test_counting_tokens_and_limits(model):
    assert model.count_tokens(PROMPT) == raygen.TextEncoder(model).encode(PROMPT).token_counts[0]
    assert set(model.info["parts"]) == {"text_encoder", "masked_decoder", "image_decoder", "image_encoder"}
    few = raygen.Model(MODEL, limits=raygen.Limits(max_prompt_bytes=4, max_batch=2))
    for call in (lambda: few.count_tokens(PROMPT), lambda: raygen.Generator(few).generate(["a"] * 3)):
        with pytest.raises(raygen.Error) as caught:
            call()
        assert caught.value.status == "limit"
    with pytest.raises(raygen.Error) as caught:
        raygen.Generator.load(MODEL, limits=raygen.Limits(max_file_bytes=1000))
    assert caught.value.status == "limit"
    assert raygen.Limits().max_batch == 1024 and raygen.Limits(max_batch=3).max_batch == 3


def test_threads_share_a_generator(generator):
    expected = generator.generate(PROMPT, **FAST)[0]
    made = [None] * 4

    def work(i):
        made[i] = generator.generate(PROMPT, progress=lambda now: True, **FAST)[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(image, expected) for image in made)


def test_the_gil_is_released(generator):
    ticks, done = [0], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    generator.generate([PROMPT] * 2, steps=18)
    done.set()
    thread.join()
    assert ticks[0] > 5


def test_use_inside_its_own_callback_is_refused(generator):
    with pytest.raises(raygen.Error, match="own progress callback"):
        generator.generate(PROMPT, progress=lambda now: generator.generate(PROMPT, **FAST), **FAST)


def test_pickling_is_refused_with_a_reason(generator, model):
    for thing in (generator, model, raygen.TextEncoder(model)):
        with pytest.raises(TypeError, match="load the model in each process"):
            pickle.dumps(thing)
    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(raygen.Job())
    image = generator.generate(PROMPT, **FAST)[0]
    assert np.array_equal(pickle.loads(pickle.dumps(image)), image)


@pytest.mark.parametrize(
    "wrong, status",
    [({"steps": 0}, "invalid_argument"), ({"temperature": -1.0}, "invalid_argument"), ({"top_k_threshold": 1.0}, "invalid_argument"),
     ({"guidance_scale": -1.0}, "invalid_argument"),
     ({"images_per_prompt": 0}, "invalid_argument"), ({"batch_size": 0}, "invalid_argument"), ({"images_per_prompt": 10**6}, "limit")],
)
def test_wrong_options(generator, wrong, status):
    with pytest.raises(raygen.Error) as caught:
        generator.generate(PROMPT, **wrong)
    assert caught.value.status == status
    for value in ({"seed": -1}, {"seed": 2**64}, {"steps": "many"}, {"first_image": -1}):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            generator.generate(PROMPT, **value)


def test_wrong_prompts_and_models(generator, tmp_path):
    for prompts in ([], "", [""], [PROMPT, ""], ["x" * 100000]):
        with pytest.raises(raygen.Error):
            generator.generate(prompts)
    with pytest.raises((TypeError, raygen.Error)):
        generator.generate([1, 2])
    with pytest.raises(raygen.Error) as caught:
        raygen.Generator.load(tmp_path / "nothing")
    assert caught.value.status == "io" and "nothing" in str(caught.value)
    with pytest.raises(ValueError, match="tpu"):
        raygen.Generator.load(MODEL, device="tpu")
    with pytest.raises(ValueError, match="float8"):
        raygen.Generator.load(MODEL, precision="float8")


def test_an_image_of_another_process_knows_how_it_was_made(generator, tmp_path):
    image = generator.generate(PROMPT, **FAST)[0]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(image, protocol))
        assert np.array_equal(back, image) and back.text == image.text and np.array_equal(back.tokens, image.tokens)


def test_numpys_false_cancels_and_other_answers_do_not(generator):
    with pytest.raises(raygen.Error) as caught:
        generator.generate(PROMPT, progress=lambda now: now.tokens.max() < 0, **FAST)
    assert caught.value.status == "cancelled"
    for answer in (None, True, 0, "", np.True_):
        assert len(generator.generate(PROMPT, progress=lambda now: answer, **FAST)) == 1  # noqa: B023


@pytest.mark.parametrize("wrong, name", [({"seed": -1}, "seed"), ({"steps": 1.5}, "steps"),
                                         ({"batch_size": "2"}, "batch_size"), ({"job": "x"}, "job"), ({"progress": 5}, "progress")])
def test_an_error_names_the_argument(generator, wrong, name):
    with pytest.raises((TypeError, ValueError), match=f"^{name} is"):
        generator.generate(PROMPT, **wrong)
    with pytest.raises(raygen.Error, match="steps is"):
        generator.generate(PROMPT, steps=10**12)
    for wrong, name in (({"temperature": "1"}, "temperature"), ({"schedule": 3}, "schedule"), ({"steps": "4"}, "steps")):
        with pytest.raises(TypeError, match=f"^{name} is"):
            generator.generate(PROMPT, **wrong)
    with pytest.raises(TypeError, match="a prompt is a str"):
        generator.generate(b"abc")


def run_program(text, **options):
    program = f"import os, signal, sys, threading, time\nimport raygen\ngenerator = raygen.Generator.load({str(MODEL)!r})\n{text}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, **options)


def test_ctrl_c_does_not_wait_for_a_step_of_a_large_batch():
    done = run_program("""
threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
steps = []
try:
    generator.generate("x", images_per_prompt=512, batch_size=512, progress=steps.append)
except KeyboardInterrupt:
    print("interrupted after", len(steps), signal.set_wakeup_fd(-1))
print(generator.generate("x", steps=2)[0].shape)
""")
    assert done.stdout == "interrupted after 0 -1\n(128, 128, 1)\n", done.stderr


def test_ctrl_c_ends_the_waiting_for_another_thread():
    done = run_program("""
job = raygen.Job()
other = threading.Thread(target=lambda: generator.generate("x", images_per_prompt=512, batch_size=512, job=job))
other.start()
time.sleep(0.5)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    generator.generate("x")
except KeyboardInterrupt:
    print("interrupted", other.is_alive())
job.cancel()
other.join()
""")
    assert done.stdout == "interrupted True\n", done.stderr


@pytest.mark.parametrize("daemon", [True, False])
def test_python_ends_while_a_thread_computes(daemon):
    """A thread that is no daemon is waited for by Python; one that is, and comes back to no interpreter, would abort the process."""
    done = run_program(f"""
job = raygen.Job()
thread = threading.Thread(target=generator.generate, args=(["x"] * 400,), kwargs=dict(job=job), daemon={daemon})
thread.start()
time.sleep(0.5)
if not {daemon}:
    threading.Timer(0.5, job.cancel).start()
""")
    assert done.returncode == 0, done.stderr
