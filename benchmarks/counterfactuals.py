"""Whether an edit draws a finding, and takes one away: counterfactuals of phantoms, whose truth is known to the pixel.

    python benchmarks/counterfactuals.py models/phantom-128 --count 300

Each phantom with one finding has a healthy twin, the same patient drawn without it. Inside the finding's mask, grown by a few pixels, the
finding's signature is d = with - without. An edited image e has the finding to the degree

    c = <e - without, d> / <d, d>

which is 1 for the phantom itself and 0 for its twin. A finding is there if c > 0.5. Removal edits the phantom and asks for a normal
radiograph; insertion edits the twin and asks for the phantom's report. What the measure says of mere reconstructions (encoded and decoded,
nothing drawn) tells how far it can be trusted for a kind of finding at the model's resolution: "seen" of the phantoms', "clear" of the
twins'.
"""

import argparse
import csv
import pathlib
import tempfile
from collections import defaultdict

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


def degree(image, without, signature):
    return float(((image - without) * signature).sum() / (signature * signature).sum())


def phantoms(folder, seed, first, count, size):
    """(finding, image, healthy twin, mask, report) of those with one finding."""
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
            if mask.max() > 0:
                yield row["findings"], raygen.Image.read(sick / row["path"]), raygen.Image.read(healthy / row["path"]), mask, row["text"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=300, help="phantoms that are drawn, of which a third has one finding")
    parser.add_argument("--seed", type=int, default=987654, help="of the phantoms; not that of the training")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--grow", type=int, default=6, help="pixels")
    parser.add_argument("--feather", type=int, default=2, help="pixels")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="how images are sampled")
    arguments = parser.parse_args()
    config = dict(each.split("=", 1) for each in arguments.set)
    config = {key: value if not value.replace(".", "").isdigit() else float(value) if "." in value else int(value) for key, value in config.items()}

    generator = raygen.Generator.load(arguments.model)
    how = dict(grow=arguments.grow, feather=arguments.feather, config=config)
    size = generator.model.info["image_size"]
    kinds = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        for kind, image, twin, mask, report in phantoms(pathlib.Path(folder), arguments.seed, arguments.first, arguments.count, size):
            where = grown(mask[:, :, 0] >= 0.5, arguments.grow)
            signature = (image - twin)[:, :, 0] * where
            if not signature.any():
                continue
            of = lambda made: degree(made[:, :, 0], twin[:, :, 0], signature)  # noqa: E731
            removed = generator.edit(image, NORMAL, mask=mask, **how)[0]
            inserted = generator.edit(twin, report, mask=mask, **how)[0]
            assert np.array_equal(removed[~where], image[~where]) and np.array_equal(inserted[~where], twin[~where])
            kinds[kind]["gone"].append(of(removed) <= 0.5)
            kinds[kind]["there"].append(of(inserted) > 0.5)
            kinds[kind]["seen"].append(of(generator.vary(image, 0)[0]) > 0.5)
            kinds[kind]["clear"].append(of(generator.vary(twin, 0)[0]) <= 0.5)

    names = ["gone", "there", "seen", "clear"]
    print(f"| finding | phantoms | gone after removal | there after insertion | seen in reconstructions | clear in the twins' |\n|{' --- |' * 6}")
    total = defaultdict(list)
    for kind, results in sorted(kinds.items()):
        print(f"| {kind} | {len(results['gone'])} |" + "".join(f" {np.mean(results[name]):.0%} |" for name in names))
        for name in names:
            total[name] += results[name]
    print(f"| all | {len(total['gone'])} |" + "".join(f" {np.mean(total[name]):.1%} |" for name in names))


if __name__ == "__main__":
    main()
