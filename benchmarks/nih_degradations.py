"""How much FID and KID see of what was done to real films: the first table of docs/evaluation.md, "Tried on real films".

    raygen convert --classifier efficientnet-lite0-57934424.pth --classifier-kind lite --out lite0
    build/test_env/bin/python3 benchmarks/nih_degradations.py FILMS lite0 [--raygen build/release/bin/raygen] [--limit 60]

FILMS holds tables (*.csv) with the columns path and patient_id, as `raygen prepare table` reads them. The films are divided by patient into two
sets of equally many. `raygen classify --features` looks at the first as it is and at the second in each way, and `raygen evaluate` compares the
features. The floor is the first set's halves against each other. What is written in between are films: it goes into a temporary folder, and away
with it.
"""

import argparse
import csv
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

ROOT = Path(__file__).resolve().parent.parent


def blurred(sigma):
    """By Pillow, whose Gaussian is three box filters and leaves more of what is fine than the true one."""
    return lambda film, _: np.asarray(Image.fromarray(film.astype(np.uint8)).filter(ImageFilter.GaussianBlur(sigma)), float)


def noisy(sigma):
    return lambda film, noise: film + noise.normal(0, sigma, film.shape)


# Of grey values 0..255, and pixels of the film's own size.
WAYS = {
    "as it is": lambda film, _: film,
    "mirrored": lambda film, _: film[:, ::-1],
    "blurred, σ 1 pixel": blurred(1),
    "blurred, σ 2": blurred(2),
    "blurred, σ 4": blurred(4),
    "noise, σ 10 of 255": noisy(10),
    "noise, σ 25": noisy(25),
    "inverted": lambda film, _: 255 - film,
}


def divided(folder, limit, seed):
    """Two lists of films without a common patient, of one length."""
    films = {}
    for table in sorted(folder.glob("*.csv")):
        with open(table, newline="") as file:
            for row in csv.DictReader(file):
                films.setdefault(row["patient_id"], []).append(folder / row["path"])
    patients = list(films.values())
    random.Random(seed).shuffle(patients)
    patients.sort(key=len, reverse=True)  # those with one film come last, and make the sets equal
    sets = [], []
    for of_patient in patients:
        min(sets, key=len).extend(of_patient)
    length = min(map(len, sets))
    return [random.Random(seed).sample(each, min(length, limit or length)) for each in sets]


class Comparison:
    def __init__(self, raygen, classifier, folder):
        self.raygen, self.classifier, self.folder = raygen, classifier, folder

    def run(self, *arguments):
        return subprocess.run([self.raygen, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout

    def features(self, name, films, way, seed):
        """The file of what the classifier makes of the films after `way`."""
        images, file = self.folder / name, self.folder / f"{name}.safetensors"
        images.mkdir()
        noise = np.random.default_rng(seed)
        for number, film in enumerate(films):
            grey = np.asarray(Image.open(film).convert("L"), float)
            changed = np.clip(np.rint(way(grey, noise)), 0, 255).astype(np.uint8)
            Image.fromarray(changed).save(images / f"{number:05}.png", compress_level=1)
        self.run("classify", images, "--model", self.classifier, "--out", self.folder / f"{name}.csv", "--features", file, "--quiet")
        return file

    def measures(self, real, other):
        """FID and KID × 1000, each with its floor."""
        told = self.run("evaluate", "--out", self.folder / "report", "--json", "--set", f"real_features={real}",
                        "--set", f"synthetic_features={other}")
        measures = json.loads(told)["sections"]["realism"]["measures"]
        return measures["fid_file"], measures["kid_file"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("films", type=Path)
    parser.add_argument("classifier", type=Path, help="a model whose features are compared")
    parser.add_argument("--raygen", default=ROOT / "build/release/bin/raygen", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="films of each set at most (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the division and the noise")
    arguments = parser.parse_args()
    first, second = divided(arguments.films, arguments.limit, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(arguments.raygen, arguments.classifier, Path(folder))
        real = comparison.features("real", first, WAYS["as it is"], arguments.seed)
        print(f"{len(first)} films and {len(second)} of other patients\n\n| second set | FID | KID × 1000 |\n| --- | --- | --- |")
        for number, (name, way) in enumerate(WAYS.items()):
            other = comparison.features(f"way{number}", second, way, arguments.seed)
            fid, kid = comparison.measures(real, other)
            print(f"| {name} | {fid['value']:.1f} | {kid['value']:.1f} |", flush=True)
        fid, kid = fid["floor"], kid["floor"]
        print(f"\nFloor, of {fid['count']} against as many: FID {fid['value']:.1f} ± {fid['deviation']:.1f}, "
              f"KID × 1000 {kid['value']:.1f} ± {kid['deviation']:.1f}")


if __name__ == "__main__":
    main()
