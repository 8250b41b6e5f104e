"""A dataset that was prepared from phantoms: its images, and what is known of each."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from .safetensors import read_safetensors

FINDINGS = ("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Fracture", "Lung Lesion", "Lung Opacity", "Pleural Effusion",
            "Pneumonia", "Pneumothorax")
ONE_SIDED = tuple(name for name in FINDINGS if name not in ("Cardiomegaly", "Edema"))  # or both sides, some of them


@dataclass
class Phantoms:
    """N images of one split, or of several."""

    pixels: torch.Tensor  # uint8 [N,R,R]
    findings: torch.Tensor  # bool [N,10]
    sides: torch.Tensor  # bool [N,8,2]: of ONE_SIDED, whether it is on the patient's left, on the right
    texts: list
    paths: list

    def images(self):
        """[N,1,R,R] in 0..1."""
        return self.pixels[:, None].float() / 255

    def tensors(self):
        return self.pixels, self.findings, self.sides

    def select(self, indices):
        indices = torch.as_tensor(indices)
        chosen = indices.tolist()
        return Phantoms(self.pixels[indices], self.findings[indices], self.sides[indices], [self.texts[i] for i in chosen],
                        [self.paths[i] for i in chosen])

    def one_sided(self):
        """bool [N,8]: there, and on one side only."""
        return self.sides.sum(2) == 1


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_phantoms(dataset, phantoms, splits):
    """Of the folder that `raygen prepare table` made from the folder that `raygen phantom` made."""
    dataset, phantoms = Path(dataset), Path(phantoms)
    manifest = json.loads((dataset / "dataset.json").read_text())
    shards = [read_safetensors(dataset / f"shards/{i:05}.safetensors")["pixels"] for i in range(len(manifest["shards"]))]
    drawn = {row["path"]: row for row in read_csv(phantoms / "phantoms.csv")}
    records = [row for row in read_csv(dataset / "records.csv") if row["split"] in splits]
    findings = torch.zeros(len(records), len(FINDINGS), dtype=torch.bool)
    sides = torch.zeros(len(records), len(ONE_SIDED), 2, dtype=torch.bool)
    for i, record in enumerate(records):
        names = [name for name in record["findings"].split("|") if name in FINDINGS]
        for name, side in zip(names, drawn[record["id"]]["sides"].split("|")):
            findings[i, FINDINGS.index(name)] = True
            if name in ONE_SIDED:
                sides[i, ONE_SIDED.index(name)] = torch.tensor([side in ("left", "both"), side in ("right", "both")])
    pixels = torch.stack([shards[int(row["shard"])][int(row["row"])] for row in records])
    return Phantoms(pixels, findings, sides, [row["text"] for row in records], [phantoms / row["id"] for row in records])
