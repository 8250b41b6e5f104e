"""A part of an image drawn anew, by another sentence: redraw.py MODEL IN.png OUT.png SENTENCE LEFT TOP WIDTH HEIGHT (pixels of the model)"""

import sys

import numpy as np

import raygen


def main() -> None:
    if len(sys.argv) != 9:
        sys.exit(__doc__)
    path, image, out, sentence = sys.argv[1:5]
    left, top, width, height = map(int, sys.argv[5:])
    generator = raygen.Generator.load(path)
    model = generator.model
    tokens = raygen.Encoder(model).encode(raygen.Image.read(image))
    rows, columns = model.info["grid"]
    side = model.info["image_size"] // rows  # pixels of a token
    editable = np.zeros((rows, columns), dtype=bool)
    editable[top // side : -(-(top + height) // side), left // side : -(-(left + width) // side)] = True
    (drawn,) = generator.generate(sentence, seed=7, start_tokens=tokens, editable=editable)
    drawn.save(out)
    print(f"{out}: {int(editable.sum())} of {editable.size} tokens are new")


if __name__ == "__main__":
    main()
