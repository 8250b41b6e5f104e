"""Classifiers beside eager PyTorch, in one run.

    cmake --build build/release --target classifier_speed
    build/test_env/bin/python3 benchmarks/classifier.py [--threads 2] [--seconds 3] [--turns 3]

DenseNet-121 and EfficientNet-Lite0 of random weights on 224 × 224 pixels, batches of 1 and 8, float32, on the CPU. The peer is the same network as
PyTorch modules in eval() and inference_mode(), in its best memory format. The two take turns, each in a process of its own, and the best time of
each counts, so that what else the machine does falls on both. On a busy machine, take --threads 1 and look at the processor time.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def eager(kind, batch, threads, seconds, channels_last):
    sys.path.insert(0, str(ROOT / "tests" / "reference"))
    import torch

    from raygen_reference.image_classifiers import DenseNet, EfficientNetLite

    torch.set_num_threads(threads)
    model = (DenseNet() if kind == "densenet" else EfficientNetLite()).eval()
    images = torch.rand(batch, 3, 224, 224)
    if channels_last:
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    taken, used, begin = [], [], time.perf_counter()
    with torch.inference_mode():
        while len(taken) < 3 or time.perf_counter() - begin < seconds:
            start, processor = time.perf_counter(), time.process_time()
            model(images)
            taken.append(time.perf_counter() - start)
            used.append(time.process_time() - processor)
    return min(taken), min(used)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "release" / "bin" / "classifier_speed")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--eager", nargs=3, metavar=("KIND", "BATCH", "CHANNELS_LAST"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.eager:
        kind, batch, channels_last = arguments.eager
        print(*eager(kind, int(batch), arguments.threads, arguments.seconds, channels_last == "1"))
        return
    print("network            batch  of         libraygen     PyTorch  (channels last)  PyTorch's best / libraygen's")
    for kind in ("densenet", "efficientnet_lite"):
        for batch in (1, 8):
            own = [arguments.program, kind, batch, arguments.threads, arguments.seconds]
            peer = [sys.executable, __file__, "--threads", arguments.threads, "--seconds", arguments.seconds, "--eager", kind, batch]
            commands = [own, [*peer, 0], [*peer, 1]]
            best = [[float("inf")] * 3, [float("inf")] * 3]
            for _ in range(arguments.turns):
                for i, command in enumerate(commands):
                    printed = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout
                    for times, seconds in zip(best, printed.split()):
                        times[i] = min(times[i], float(seconds))
            for name, times in zip(("time", "processor"), best):
                own_ms, plain_ms, last_ms = (1000 * seconds for seconds in times)
                ratio = min(plain_ms, last_ms) / own_ms
                print(f"{kind:18} {batch:5}  {name:9} {own_ms:7.1f} ms  {plain_ms:7.1f} ms  {last_ms:11.1f} ms  {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
