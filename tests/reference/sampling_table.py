"""How well and how fast each way of sampling does on one model: a table of presets and numbers of steps.

    python3 sampling_table.py --model M --dataset D --phantoms P --raygen build/release/bin/raygen --out OUT [--ways WAYS.txt]

M, D and P are those of sentence_control.py, whose classifier judges the images; OUT/classifier.safetensors is used again when it is there.
A line of WAYS.txt names a way and its options: "guided halton: preset=halton guidance_scale=3"; without the file, every preset as it is and
with the guidance of 3, and the model's own settings, in 3, 8, 18 and 32 steps. Ways that OUT/ways.jsonl has already are not measured again.

  AUROC    mean and lowest of ten findings, in an image of each of --images reports of the test split.
  side     how often the side of a one-sided finding is right: the mean, and the finding where it is right least often.
  denied   how often the classifier sees none of what the prompt denies, mean and least of ten findings (--denials images each).
  MS-SSIM  of two images of one report, mean of --pairs reports: lower is more varied; two phantoms of one report have some 0.69.
  precision, recall  Kynkäänniemi et al. 2019, k = 3, of the images of the reports and the phantoms of the reports, in the features of the
           classifier, averaged over 2 × 2 places each: how many images lie among phantoms, and how many phantoms among images.
  seconds  an image, of the whole command; images that an interrupted run has left are not made again, which makes them look fast.
"""

import argparse
import json
import time
from pathlib import Path
from types import SimpleNamespace

import torch
from torch.nn import functional as F

from raygen_reference.metrics import precision_recall
from raygen_reference.phantoms import read_phantoms
from sentence_control import Raygen, add_classifier_options, judge, judge_real, load_classifier, measure_diversity, measure_negations

PRESETS = ("raygen", "raygen-report", "maskgit", "halton", "entropy", "remdm")
STEPS = (3, 8, 18, 32)


def all_ways():
    """(name, options): of each preset as it is, guided, and of the model's own settings."""
    for steps in STEPS:
        yield f"the model's own, K {steps}", [f"steps={steps}"]
    for preset in PRESETS:
        for steps in STEPS:
            yield f"{preset}, K {steps}", [f"preset={preset}", f"steps={steps}"]
            yield f"{preset}, guided, K {steps}", [f"preset={preset}", "guidance_scale=3", f"steps={steps}"]


def read_ways(path):
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, options = line.partition(":")
            yield name.strip(), options.split()


class Way(Raygen):
    """The command with the options of one way; sums the images and the time of it."""

    def __init__(self, arguments, folder, options):
        preset = [option.removeprefix("preset=") for option in options if option.startswith("preset=")]
        chosen = [option for option in options if not option.startswith("preset=")]
        super().__init__(SimpleNamespace(**{**vars(arguments), "set": chosen}), folder)
        self.preset, self.images, self.seconds = preset, 0, 0.0

    def run(self, command, *arguments):
        begun = time.monotonic()
        super().run(command, *arguments, *(part for name in self.preset for part in ("--preset", name)))
        self.seconds += time.monotonic() - begun

    def generate(self, name, prompts, count=1):
        made = super().generate(name, prompts, count)
        self.images += len(made)
        return made


@torch.no_grad()
def features(model, images):
    """[N,1,R,R] → [N,512]."""
    model.eval()
    return torch.cat([F.adaptive_avg_pool2d(model.features((part - 0.5) * 4), 2).flatten(1) for part in images.split(256)])


def measure(way, model, test, everything, real, arguments):
    asked = test.select(range(min(arguments.images, len(test.texts))))
    made = way.generate("control", asked.texts)
    control = judge(model, made, asked)
    denied = {name: each["absent"] for name, each in measure_negations(way, model, real, arguments.denials)["findings"].items()}
    precision, recall = precision_recall(features(model, asked.images()), features(model, made), 3)
    diversity = measure_diversity(way, everything, arguments.pairs, arguments.seed)
    return {"auroc": control["auroc"], "right_side": control["right_side"], "mean_right_side": control["mean_right_side"], "denied": denied,
            "ms_ssim": diversity["ms_ssim"], "precision": precision, "recall": recall, "images": way.images, "seconds": way.seconds / way.images}


def print_table(rows):
    print("| way | AUROC | lowest | side | least | denied | least | lesion denied | MS-SSIM | precision | recall | seconds |\n|" + " --- |" * 12)
    for row in rows:
        auroc, side, denied = row["auroc"], row["right_side"], row["denied"]
        least = [min(values, key=values.get) for values in (auroc, side, denied)]
        print(f"| {row['way']} | {sum(auroc.values()) / len(auroc):.3f} | {auroc[least[0]]:.2f} {least[0]} | {row['mean_right_side']:.0%} "
              f"| {side[least[1]]:.0%} {least[1]} | {sum(denied.values()) / len(denied):.0%} | {denied[least[2]]:.0%} {least[2]} "
              f"| {denied['Lung Lesion']:.0%} | {row['ms_ssim']:.2f} | {row['precision']:.2f} | {row['recall']:.2f} | {row['seconds']:.2f} |", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "dataset", "phantoms", "raygen", "out"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--ways", type=Path, help="a file of them (default: presets × steps)")
    parser.add_argument("--images", type=int, default=120, help="of reports of the test split (default 120)")
    parser.add_argument("--denials", type=int, default=8, help="images of each denied finding (default 8)")
    parser.add_argument("--pairs", type=int, default=20, help="whose MS-SSIM is averaged (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the images, and of what is chosen here")
    add_classifier_options(parser)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    model = load_classifier(arguments.out / "classifier.safetensors", arguments, Way(arguments, arguments.out / "images/classifier", {}))
    validation, test, everything = (read_phantoms(arguments.dataset, arguments.phantoms, names)
                                    for names in (("val",), ("test",), ("train", "val", "test")))
    real = judge_real(model, validation, test)
    results = arguments.out / "ways.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    measured = {row["way"] for row in rows}
    for name, options in read_ways(arguments.ways) if arguments.ways else all_ways():
        if name in measured:
            continue
        way = Way(arguments, arguments.out / f"images/{name.replace(' ', '_')}", options)
        row = {"way": name, "options": options, **measure(way, model, test, everything, real, arguments)}
        rows.append(row)
        with open(results, "a") as file:
            file.write(json.dumps(row) + "\n")
        print_table([row])
    print_table(rows)


if __name__ == "__main__":
    main()
