"""How well and how fast each way of sampling does on a model of phantoms: a table of presets and numbers of steps.

    python3 benchmarks/sampling_table.py --raygen build/release/bin/raygen --out build/sampling [--ways WAYS.txt]

Phantoms that no training has seen are drawn. For each way, `raygen generate` makes two images of each of --images reports, and `raygen
evaluate` judges them by the classifier. A line of WAYS.txt names a way and its options of `raygen generate`: "int8: --precision int8 --steps
8"; without the file, every preset and the model's own settings, in 3, 8, 18 and 32 steps. Ways that OUT/ways.jsonl has already are not
measured again; `--images 0` prints what is there.

  AUROC    asked against not asked, mean and lowest of the findings
  seen, absent  how often what was asked is seen, and what was denied is absent, at the classifier's thresholds
  side     how often the side of a one-sided finding is right
  MS-SSIM  of two images of one report: lower is more varied
  precision, recall  of the images among phantoms, in the features of the classifier
  seconds  an image, of the whole command
"""

import argparse
import csv
import json
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRESETS = ("raygen", "raygen-report", "maskgit", "halton", "entropy", "remdm")
STEPS = (3, 8, 18, 32)


def all_ways():
    for name, options in [("the model's own", [])] + [(preset, ["--preset", preset]) for preset in PRESETS]:
        for steps in STEPS:
            yield f"{name}, K {steps}", [*options, "--steps", str(steps)]


def read_ways(path):
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, options = line.partition(":")
            yield name.strip(), options.split()


class Ways:
    def __init__(self, arguments):
        self.raygen, self.model, self.classifier, self.out = arguments.raygen, arguments.model, arguments.classifier, arguments.out
        folder = self.out / f"{arguments.images}-{arguments.seed}"
        self.prompts, self.real = folder / "prompts.csv", folder / "real"
        self.count = arguments.images
        self.of = [str(self.model), str(self.classifier), self.count, arguments.seed]  # what results are comparable by
        if self.prompts.exists():
            return
        size = json.loads(self.run("info", "--model", self.model, "--json"))["image"]["size"]
        phantoms = folder / "phantoms"
        self.run("phantom", "--count", str(4 * self.count), "--seed", str(arguments.seed), "--size", str(size), "--out", phantoms)
        self.run("prepare", "table", "--csv", phantoms / "phantoms.csv", "--size", str(size), "--test-fraction", "0.9", "--out", self.real)
        with open(phantoms / "phantoms.csv", newline="") as file, open(self.prompts, "w", newline="") as prompts:
            rows = csv.writer(prompts)
            rows.writerow(["prompt"])
            rows.writerows([row["text"]] for _, row in zip(range(self.count), csv.DictReader(file)))

    def run(self, *arguments):
        return subprocess.run([self.raygen, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout

    def measure(self, name, options):
        images, report = self.out / "images", self.out / "report"  # one, which keeps what the classifier sees of the phantoms
        shutil.rmtree(images, ignore_errors=True)
        begun = time.monotonic()
        self.run("generate", "--model", self.model, "--prompts", self.prompts, "--count", "2", "--grey", "--out", images, "--quiet", *options)
        seconds = (time.monotonic() - begun) / (2 * self.count)
        self.run("evaluate", "--real", self.real, "--synthetic", images, "--classifier", self.classifier, "--out", report, "--quiet",
                 "--set", "radiomics=false", "--set", "memorisation=false")
        sections = json.loads((report / "metrics.json").read_text())["sections"]
        value = {key: each["value"] for section in sections.values() for key, each in section["measures"].items()}
        table = sections["adherence"]["tables"]["findings"]
        column = [each["name"] for each in table["columns"]].index("AUROC")
        auroc = {row[0]["text"]: row[column]["number"] for row in table["rows"] if row[column]["number"] is not None}
        return {"way": name, "options": options, "of": self.of, "auroc": auroc, "seen": value["asked_and_seen"], "absent": value["denied_and_absent"],
                "side": value["right_side"], "ms_ssim": value["ms_ssim_within_prompt"], "precision": value["precision_classifier"],
                "recall": value["recall_classifier"], "seconds": seconds}


def cell(value, form):
    return "–" if value is None else format(value, form)


def print_table(rows):
    print("| way | AUROC | lowest | seen | absent | side | MS-SSIM | precision | recall | seconds |\n|" + " --- |" * 10)
    for row in rows:
        auroc = row["auroc"]
        lowest = min(auroc, key=auroc.get) if auroc else None
        cells = [row["way"], cell(sum(auroc.values()) / len(auroc) if auroc else None, ".3f"), f"{auroc[lowest]:.2f} {lowest}" if auroc else "–",
                 *(cell(row[key], ".0%") for key in ("seen", "absent", "side")),
                 *(cell(row[key], ".2f") for key in ("ms_ssim", "precision", "recall", "seconds"))]
        print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", type=Path)
    parser.add_argument("--model", default=ROOT / "models/phantom-128", type=Path)
    parser.add_argument("--classifier", default=ROOT / "models/phantom-128-classifier", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--ways", type=Path, help="a file of them (default: presets × steps)")
    parser.add_argument("--images", type=int, default=120, help="reports of which images are made (default 120)")
    parser.add_argument("--seed", type=int, default=987654, help="of the phantoms; not that of the training")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = arguments.out / "ways.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    if arguments.images > 0:
        ways = Ways(arguments)
        for name, options in read_ways(arguments.ways) if arguments.ways else all_ways():
            if any((row["way"], row["options"], row["of"]) == (name, options, ways.of) for row in rows):
                continue
            rows.append(ways.measure(name, options))
            with open(results, "a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
            print(name, flush=True)
    print_table(rows)


if __name__ == "__main__":
    main()
