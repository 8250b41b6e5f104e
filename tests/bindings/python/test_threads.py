"""Threads: as many as the caller has set, none that outlives a call. In processes of their own, since LibTorch's threads stay."""

import os
import socket
import subprocess
import sys
import threading
import time

from conftest import MODEL, PROMPT

import raygen

COUNTING = f"""
import os, threading, time
os.environ["OMP_NUM_THREADS"] = "4"
import raygen
MODEL, PROMPT = {str(MODEL)!r}, {PROMPT!r}

def threads():
    return set(os.listdir("/proc/self/task"))

class Watch:
    "The threads that come while it watches."
    def __enter__(self):
        self.new, self.over = set(), False
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        self.before = threads()
        return self
    def look(self):
        while not self.over:
            now = threads()
            if hasattr(self, "before"):
                self.new |= now - self.before
            time.sleep(0.0005)
    def __exit__(self, *_):
        self.over = True
        self.thread.join()
"""


def run(program, folder, **environment):
    done = subprocess.run([sys.executable, "-c", COUNTING + program], capture_output=True, text=True, timeout=300, cwd=folder,
                          env={**os.environ, **environment})
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout.splitlines()


def test_one_thread_is_one_thread(tmp_path):
    seen = run("""
raygen.Model(MODEL, threads=1)  # the first call ever sees, in a thread that ends with it, what LibTorch sets for a new thread
with Watch() as loading:
    model = raygen.Model(MODEL, device="cpu", threads=1)
    model._native.prepare()
    made = []
    def generate():  # beside the main thread, for which Ctrl-C is watched
        made.extend(raygen.Generator(model).generate(PROMPT, steps=2))
    worker = threading.Thread(target=generate)
    worker.start()
    own = str(worker.native_id)
    worker.join()
print(len(made), len(loading.new - {own}))
with Watch() as generating:
    raygen.Generator(model).generate(PROMPT, steps=4)
print(len(generating.new) <= 1)  # the one that sleeps until there is a signal
""", tmp_path)
    assert seen == ["1 0", "True"]


def test_two_threads_are_no_more_than_two(tmp_path):
    assert run("""
raygen.Model(MODEL, threads=1)
with Watch() as loading:
    model = raygen.Model(MODEL, device="cpu", threads=2)
    model._native.prepare()
print(len(loading.new) <= 1)
""", tmp_path) == ["True"]


def test_no_thread_outlives_a_cancelled_training_and_python_ends_at_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    begun = time.monotonic()
    seen = run("""
raygen.write_phantoms("phantoms", count=12, size=64)
raygen.prepare_table("phantoms/phantoms.csv", "dataset", image_size=32, val_fraction=0.3)
os.environ.update(RANK="0", WORLD_SIZE="2", MASTER_ADDR="127.0.0.1")  # the other never comes
job = raygen.Job()
threading.Timer(1, job.cancel).start()
before = len(threads()) - 1
try:
    raygen.train({"threads": 1, "out": "run", "data": {"dataset": "dataset"}}, job=job)
except raygen.Error as error:
    print(error.status, len(threads()) - before)
""", tmp_path, MASTER_PORT=port)
    assert seen == ["cancelled 0"]
    assert time.monotonic() - begun < 120


def test_what_is_held_may_be_asked_while_a_call_runs(generator, model):
    generator.generate(PROMPT, steps=1)
    over, asked = threading.Event(), []

    def ask():
        while not over.is_set():
            asked.append(model.memory)

    monitor = threading.Thread(target=ask)
    monitor.start()
    generator.generate(PROMPT, steps=4)
    over.set()
    monitor.join()
    assert asked and all(bytes > 0 for bytes in asked)


def test_a_job_given_to_several_calls_ends_them_all(model):
    job, ended = raygen.Job(), []

    def generate():
        try:
            raygen.Generator(model).generate(PROMPT, steps=200, images_per_prompt=50, job=job)
        except raygen.Error as error:
            ended.append(error.status)

    workers = [threading.Thread(target=generate) for _ in range(2)]
    for worker in workers:
        worker.start()
    threading.Timer(0.2, job.cancel).start()
    generate()
    for worker in workers:
        worker.join()
    assert ended == ["cancelled"] * 3
