"""Whether an edit draws a finding, and takes one away: counterfactuals of phantoms, whose truth is known to the pixel.

    python benchmarks/counterfactuals.py models/phantom-128 --count 300

Each phantom with one finding has a healthy twin, the same patient drawn without it. Inside the finding's mask, grown by a few pixels, the
finding's signature is d = with - without. An edited image e has the finding to the degree

    c = <e - without, d> / <d, d>

which is 1 for the phantom itself and 0 for its twin. A finding is there if c > 0.5. Removal edits the phantom and asks for a normal
radiograph; insertion edits the twin and asks for the phantom's report. What the measure says of mere reconstructions (encoded and decoded,
nothing drawn) tells how far it can be trusted for a kind of finding at the model's resolution: "seen" of the phantoms', "clear" of the
twins'.

With --classifier MODEL a second table has that model's judgement: an image has the finding if its probability is above the classifier's
threshold. Outside the mask an edited twin is its twin to the bit, so that whatever finding the classifier sees is inside.
"""

import argparse
import csv
import pathlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

import raygen

NORMAL = "No acute cardiopulmonary process."


def grown(mask, pixels):
    """Reaches so many pixels further, as the edit's own mask does."""
    reach = range(-pixels, pixels + 1)
    wide = np.zeros_like(mask)
    padded = np.pad(mask, pixels)
    height, width = mask.shape
    for dy in reach:
        for dx in reach:
            if dx * dx + dy * dy <= pixels * pixels:
                wide |= padded[pixels + dy : pixels + dy + height, pixels + dx : pixels + dx + width]
    return wide


@dataclass
class Case:
    """A phantom with one finding, and the same patient without it."""

    kind: str
    report: str
    image: np.ndarray
    twin: np.ndarray
    mask: np.ndarray
    where: np.ndarray  # bool [H,W], the mask grown
    signature: np.ndarray


def cases(folder, seed, first, count, size, grow):
    sick, healthy = folder / "sick", folder / "healthy"
    raygen.write_phantoms(sick, seed=seed, first=first, count=count, size=size, masks=True)
    raygen.write_phantoms(healthy, seed=seed, first=first, count=count, size=size, healthy=True)
    with open(sick / "phantoms.csv", newline="") as table:
        for row in csv.DictReader(table):
            if "|" in row["findings"] or row["findings"] == "No Finding":
                continue
            name = pathlib.Path(row["path"]).stem
            kind = row["findings"].lower().replace(" ", "_")
            mask = raygen.Image.read(sick / f"masks/{name}_{kind}.png")
            image, twin = raygen.Image.read(sick / row["path"]), raygen.Image.read(healthy / row["path"])
            where = grown(mask[:, :, 0] >= 0.5, grow)
            signature = (image - twin)[:, :, 0] * where
            if signature.any():
                yield Case(row["findings"], row["text"], image, twin, mask, where, signature)


class BySignature:
    """The degree to which an image shows the finding; there above 0.5."""

    name, threshold = "signature", 0.5

    def score(self, case, image):
        signature = case.signature
        return float(((image[:, :, 0] - case.twin[:, :, 0]) * signature).sum() / (signature * signature).sum())


class ByClassifier:
    """How far the finding's probability is above the classifier's threshold."""

    name, threshold = "classifier", 0.0

    def __init__(self, path):
        self.classifier = raygen.Classifier(raygen.Model(path))

    def score(self, case, image):
        seen = self.classifier.classify(image)
        kind = seen.class_names.index(case.kind)
        return float(seen.probabilities[0, kind] - seen.thresholds[kind])


def print_table(judge, kinds):
    """kinds: {kind: {"gone": scores, …}}."""
    names = ["gone", "there", "seen", "clear"]
    print(f"\nBy {judge.name}:\n| finding | phantoms | gone after removal | there after insertion | seen in reconstructions | clear in the twins' |\n"
          f"|{' --- |' * 6}")
    total = defaultdict(list)
    for kind, scores in sorted(kinds.items()):
        there = {name: np.array(scores[name]) > judge.threshold for name in names}
        right = {name: ~there[name] if name in ("gone", "clear") else there[name] for name in names}
        print(f"| {kind} | {len(right['gone'])} |" + "".join(f" {right[name].sum()} |" for name in names))
        for name in names:
            total[name] += right[name].tolist()
    print(f"| all | {len(total['gone'])} |" + "".join(f" {np.mean(total[name]):.1%} |" for name in names))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=300, help="phantoms that are drawn, of which a third has one finding")
    parser.add_argument("--seed", type=int, default=987654, help="of the phantoms; not that of the training")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--grow", type=int, default=6, help="pixels")
    parser.add_argument("--feather", type=int, default=2, help="pixels")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="how images are sampled")
    parser.add_argument("--classifier", help="a model whose classifier judges, too")
    arguments = parser.parse_args()
    config = dict(each.split("=", 1) for each in arguments.set)
    config = {key: value if not value.replace(".", "").isdigit() else float(value) if "." in value else int(value) for key, value in config.items()}

    generator = raygen.Generator.load(arguments.model)
    how = dict(grow=arguments.grow, feather=arguments.feather, config=config)
    size = generator.model.info["image_size"]
    judges = [BySignature()] + ([ByClassifier(arguments.classifier)] if arguments.classifier else [])
    scores = [defaultdict(lambda: defaultdict(list)) for _ in judges]
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(pathlib.Path(folder), arguments.seed, arguments.first, arguments.count, size, arguments.grow):
            removed = generator.edit(case.image, NORMAL, mask=case.mask, **how)[0]
            inserted = generator.edit(case.twin, case.report, mask=case.mask, **how)[0]
            assert np.array_equal(removed[~case.where], case.image[~case.where]) and np.array_equal(inserted[~case.where], case.twin[~case.where])
            images = {"gone": removed, "there": inserted, "seen": generator.vary(case.image, 0)[0], "clear": generator.vary(case.twin, 0)[0]}
            for judge, kinds in zip(judges, scores):
                for name, image in images.items():
                    kinds[case.kind][name].append(judge.score(case, image))

    for judge, kinds in zip(judges, scores):
        print_table(judge, kinds)


if __name__ == "__main__":
    main()
