"""The process forks: in a process of its own, since what pytest did before counts, with a limit, since what goes wrong would hang."""

import subprocess
import sys

from conftest import MODEL, PROMPT

FORK = f"""
import os, raygen, sys
MODEL, PROMPT = {str(MODEL)!r}, {PROMPT!r}

def in_child(*calls):
    "What became of each call in a forked child."
    for call in calls:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                call()
                os.write(write, b"no error")
            except raygen.Error as error:
                os.write(write, (error.status + (", spawn" if '"spawn"' in str(error) else "")).encode())
            except BaseException as error:
                os.write(write, repr(error).encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        print(os.read(read, 1000).decode())
"""


def run(program, folder):
    done = subprocess.run([sys.executable, "-c", FORK + program], capture_output=True, text=True, timeout=300, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_after_the_first_use_everything_that_computes_is_refused_in_a_child(tmp_path):
    seen = run(
        """
generator = raygen.Generator.load(MODEL)
model = generator.model
text, decoder, sampler = raygen.TextEncoder(model), raygen.MaskedDecoder(model), raygen.Sampler(model)
codec, condition = raygen.Encoder(model), decoder.empty_condition()
tokens = generator.generate(PROMPT, steps=1)[0].tokens
in_child(
    lambda: generator.generate(PROMPT, steps=1), lambda: raygen.Model(MODEL), lambda: raygen.Generator.load(MODEL),
    lambda: model._native.prepare(), lambda: raygen.Generator(model), lambda: raygen.TextEncoder(model), lambda: raygen.Sampler(model),
    lambda: raygen.MaskedDecoder(model), lambda: raygen.Encoder(model), lambda: text.encode(PROMPT), lambda: decoder.empty_condition(),
    lambda: decoder.logits(tokens[None], condition), lambda: codec.decode(tokens), lambda: codec.encode(codec.decode(tokens)),
    lambda: sampler.done, lambda: raygen.write_phantoms("p"), lambda: raygen.prepare_table("p.csv", "d"), lambda: raygen.train({}),
    lambda: raygen.convert("m", decoder="d", vqgan="v"), lambda: raygen.Model.open_memory({}),
)
generator.generate(PROMPT, steps=1)  # the parent goes on
""", tmp_path)
    assert seen == ["unsupported, spawn"] * 20
    assert not list(tmp_path.iterdir())


def test_a_fork_before_the_first_use_does_no_harm(tmp_path):
    seen = run("""
raygen.training_config()
raygen.Image([[0.5]]).save("image.png")
work = lambda: raygen.Generator.load(MODEL).generate(PROMPT, steps=1)
in_child(work)
work()
in_child(work)
""", tmp_path)
    assert seen == ["no error", "unsupported, spawn"]


def test_images_are_saved_and_read_in_a_child(tmp_path):
    seen = run("raygen.write_phantoms('p')\nimage = raygen.Image([[0.5]])\n"
               "in_child(lambda: (image.save('image.png'), raygen.Image.read('image.png')))", tmp_path)
    assert seen == ["no error"]


def test_spawned_processes_compute(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(f"""
import multiprocessing, raygen
def work(i):
    return raygen.Generator.load({str(MODEL)!r}).generate({PROMPT!r}, steps=1, seed=i)[0].settings["seed"]
if __name__ == "__main__":
    work(0)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [7]))
""")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "[7]", done.stderr


def test_a_child_of_a_process_that_computes_ends_by_itself(tmp_path):
    seen = run("""
import threading, time
generator, job = raygen.Generator.load(MODEL), raygen.Job()
thread = threading.Thread(target=generator.generate, args=([PROMPT] * 400,), kwargs={"job": job})
thread.start()
time.sleep(0.5)
child = os.fork()
if child == 0:
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
job.cancel()
thread.join()
""", tmp_path)
    assert seen == ["0"]
