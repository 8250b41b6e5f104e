"""Classifiers beside eager PyTorch, in one run.

    cmake --build build/release --target classifier_speed classifier_training_speed
    build/test_env/bin/python3 benchmarks/classifier.py [--threads 2] [--seconds 3] [--turns 3]

DenseNet-121 and EfficientNet-Lite0 of random weights on 224 × 224 pixels, float32, on the CPU: batches of 1 and 8 are classified, and steps of
training with batches of 8 are made. The peer is the same network as PyTorch modules in eval() and inference_mode(), or in train() with AdamW, in its
best memory format. The two take turns, each in a process of its own, and the best time of
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


def eager_training(kind, batch, threads, seconds, channels_last):
    sys.path.insert(0, str(ROOT / "tests" / "reference"))
    import torch
    from torch.nn import functional as F

    from raygen_reference.image_classifiers import DenseNet, EfficientNetLite

    torch.set_num_threads(threads)
    model = (DenseNet if kind == "densenet" else EfficientNetLite)(classes=14).train()
    images, targets = torch.rand(batch, 3, 224, 224), torch.randint(2, (batch, 14)).float()
    if channels_last:
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)  # its fastest
    taken, used, begin = [], [], time.perf_counter()
    while len(taken) < 3 or time.perf_counter() - begin < seconds:
        start, processor = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(model(images), targets).backward()
        optimizer.step()
        taken.append(time.perf_counter() - start)
        used.append(time.process_time() - processor)
    return min(taken), min(used)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=ROOT / "build" / "release" / "bin", help="folder of classifier_speed and its like")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--eager", nargs=4, metavar=("WORK", "KIND", "BATCH", "CHANNELS_LAST"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.eager:
        work, kind, batch, channels_last = arguments.eager
        print(*(eager_training if work == "training" else eager)(kind, int(batch), arguments.threads, arguments.seconds, channels_last == "1"))
        return
    print("network            work      batch  of         libraygen     PyTorch  (channels last)  PyTorch's best / libraygen's")
    for kind in ("densenet", "efficientnet_lite"):
        for work, batch in (("seeing", 1), ("seeing", 8), ("training", 8)):
            program = arguments.programs / ("classifier_training_speed" if work == "training" else "classifier_speed")
            own = [program, kind, batch, arguments.threads, arguments.seconds]
            peer = [sys.executable, __file__, "--threads", arguments.threads, "--seconds", arguments.seconds, "--eager", work, kind, batch]
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
                print(f"{kind:18} {work:8} {batch:6}  {name:9} {own_ms:7.1f} ms  {plain_ms:7.1f} ms  {last_ms:11.1f} ms  {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
