"""Writes tests/data/radiomics.json: what pyradiomics computes from five small images with the settings of FRD v1.

Needs pyradiomics 3.0.1 and frd-score 1.0.1, which no test needs:
  pip install numpy setuptools wheel scipy
  pip install --no-build-isolation pyradiomics==3.0.1
  pip install --no-deps frd-score==1.0.1
"""

import argparse
import json
import logging
import math
from pathlib import Path

import numpy as np
import radiomics
import SimpleITK as sitk
from radiomics import featureextractor


def noise(rows, columns):
    """Whole numbers 0..255 that look random: hashed places, so that C++ makes the same."""
    x = (np.arange(rows * columns, dtype=np.uint64) * 2654435761) % 2**32
    x = ((x ^ (x >> 15)) * 2246822519) % 2**32
    return ((x ^ (x >> 13)) & 255).astype(int).reshape(rows, columns)


def images():
    """What radiomics_test.cpp makes, too; sides of 61 and 75 leave a pixel over."""
    r, c = np.mgrid[:64, :48]
    yield "smooth", r * (63 - r) * c * (47 - c) * 255 // (32 * 32 * 24 * 24)
    yield "noisy", noise(48, 40)
    r, c = np.mgrid[:61, :75]
    disc = (r - 30) ** 2 + (c - 40) ** 2 < 400
    yield "phantom", 30 + r + c // 2 + 70 * disc + noise(61, 75) // 32
    yield "small", noise(12, 15)  # lines shorter than what the tolerance of ITK's filter lets through
    # No column differs from another: flat subbands, where a division by 0 has to be avoided.
    yield "rows", np.repeat(np.arange(32)[:, None] * 5 % 83, 36, axis=1)


def features(extractor, image):
    """Name → number, as frd-score 1.0.1 asks for them: the mask is full but for its first pixel, and what is no number is left out."""
    mask = np.ones(image.shape, np.uint8)
    mask[0, 0] = 0
    found = extractor.execute(sitk.GetImageFromArray(image[None].astype(np.float32)), sitk.GetImageFromArray(mask[None]))
    numbers = {}
    for name, value in found.items():
        try:
            numbers[name] = float(value)
        except (TypeError, ValueError):
            assert name.startswith("diagnostics_"), name
    return numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", type=Path, help="frd_score/configs/extraction_2d.yaml")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    extractor = featureextractor.RadiomicsFeatureExtractor(str(arguments.settings))
    golden = {"source": f"pyradiomics {radiomics.__version__}, SimpleITK {sitk.Version().VersionString()}", "images": {}}
    for name, image in images():
        found = features(extractor, image)
        golden["names"] = list(found)
        golden["images"][name] = [None if math.isnan(value) else value for value in found.values()]
    arguments.output.write_text(json.dumps(golden, indent=0) + "\n")


if __name__ == "__main__":
    main()
