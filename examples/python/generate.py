"""Sentences to PNG files: generate.py MODEL OUT SENTENCE..."""

import sys
from pathlib import Path

import raygen


def show(now: raygen.Progress) -> None:
    print(f"\rimage {now.image_number + 1} of {now.image_count}: step {now.step} of {now.steps}", end="", file=sys.stderr)


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    model, out, prompts = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    out.mkdir(parents=True, exist_ok=True)
    images = raygen.Generator.load(model).generate(prompts, seed=7, progress=show)
    print(file=sys.stderr)
    for i, image in enumerate(images):
        path = out / f"{i:05}.png"
        image.save(path)
        print(f"{path}: {image.prompt}")


if __name__ == "__main__":
    main()
