"""libraygen's unmasking against tests/reference's own: the same tokens, position by position and step by step, for random small cases of
every policy. RAYGEN_LIBRARY names the shared library."""

import random
import unittest
from collections import Counter

import torch

from raygen_reference import library, philox, unmasking

CASES = 200  # of each policy, at least
MOST_SKIPPED = 0.01  # the share of images that hang on a rounding
VALUES = {
    "schedule": ("cosine", "linear", "square", "root", "arccos", "log", "exponential"),
    "time_grid": ("raygen", "maskgit"),
    "position_choice": ("confidence", "maskgit", "halton", "halton_adaptive", "entropy", "moment", "random", "raster"),
    "token_choice": ("gumbel", "multinomial", "top_k", "top_p", "argmax", "moment"),
    "remasking": ("none", "cap", "rescale", "confidence", "loop"),
}


def random_options(chance, seen):
    """A value for every option that the sampler looks at. Policies that were seen less come more often."""
    options = {}
    for name, values in VALUES.items():
        options[name] = chance.choices(values, [1 + max(0, CASES - seen[name, value]) for value in values])[0]
    if options["position_choice"] == "entropy":
        options["remasking"] = "none"  # they contradict each other
    begin, end = sorted(chance.uniform(0, 1) for _ in range(2))
    return options | {
        "steps": chance.choice((1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8)),
        "choice_temperature": chance.choice((0, 0.5, 4.5, chance.uniform(0, 20))),
        "halton_roll": chance.random() < 0.5,
        "adaptive_from": chance.choice((0, 0.5, 1, chance.random())),
        "entropy_bound": chance.choice((0, 0.1, chance.uniform(0, 5), chance.uniform(0, 40))),
        "temperature": chance.choice((0, 1, chance.uniform(0.1, 3))),
        "cooling": chance.choice((1, 1.2, chance.uniform(0.1, 3))),
        "top_k_threshold": chance.choice((0, 0.5, 0.9, chance.uniform(0, 0.99))),
        "top_k": chance.choice((1, 2, 50, chance.randint(1, 30))),
        "top_p": chance.choice((0.95, 1, chance.uniform(0.05, 1))),
        "remasking_strength": chance.choice((0, 0.3, 0.5, 1, chance.random())),
        "loop_from": begin,
        "loop_until": end,
    }


def random_start(chance, grid, codebook):
    """Nothing; tokens with masks; or tokens and what is editable: of an image. At least one token is drawn."""
    count = grid[0] * grid[1]
    drawn = [chance.random() < 0.6 for _ in range(count)]
    drawn[chance.randrange(count)] = True
    tokens = [chance.randrange(codebook) for _ in range(count)]
    return [codebook if each else token for each, token in zip(drawn, tokens)], [int(each) for each in drawn]


class Case:
    """A batch of images, each with options of its own or all with the same."""

    def __init__(self, number, seen):
        chance = random.Random(number)
        self.number = number
        self.grid = chance.choices(((1, 1), (1, 9), (3, 3), (4, 4), (5, 3), (2, 8), (6, 6), (4, 7)), (1, 3, 3, 6, 6, 6, 6, 6))[0]
        self.codebook = chance.choice((2, 3, 7, 16, 40))
        self.batch = chance.choice((1, 1, 2, 3))
        same = random_options(chance, seen)
        self.options = [same if chance.random() < 0.3 else random_options(chance, seen) for _ in range(self.batch)]
        self.seeds = [chance.choice((0, 7, chance.getrandbits(64))) for _ in range(self.batch)]
        self.indices = [chance.choice((0, 1, chance.getrandbits(63))) for _ in range(self.batch)]
        self.tokens = self.editable = None
        if chance.random() < 0.5:
            self.tokens, self.editable = zip(*(random_start(chance, self.grid, self.codebook) for _ in range(self.batch)))
            if chance.random() < 0.5:
                self.editable = None  # where the masks are
            else:  # whatever the tokens say there
                self.tokens = [[chance.randrange(self.codebook + 1) if e else t for t, e in zip(*image)] for image in zip(self.tokens, self.editable)]
        self.spread = chance.choice((1, 2, 3))

    def references(self):
        for b in range(self.batch):
            tokens = self.tokens[b] if self.tokens else None
            editable = self.editable[b] if self.editable else [token == self.codebook for token in tokens] if tokens else None
            yield unmasking.Unmasking(self.options[b], self.grid, self.codebook, self.seeds[b], self.indices[b], tokens, editable)

    def sampler(self, loaded):
        flat = [sum(map(list, given), []) if given else None for given in (self.tokens, self.editable)]
        return library.Sampler(loaded, self.grid, self.codebook, self.options, self.seeds, self.indices, *flat)

    def compare(self, loaded, test):
        """Yields the images that agree all the way: options and what the reference counted. None: an image that hangs on a rounding."""
        references, alive = list(self.references()), set(range(self.batch))
        generator = torch.Generator().manual_seed(self.number)
        with self.sampler(loaded) as sampler:
            while not sampler.done():
                masked, tokens = sampler.masked(), sampler.tokens()
                # A position that is repeated has the same logits.
                all_logits = torch.randn(self.batch, self.grid[0] * self.grid[1], self.codebook, generator=generator) * self.spread
                logits = torch.stack([own[rows] for own, rows in zip(all_logits, masked)])
                for b in sorted(alive):
                    own = references[b]
                    where = f"case {self.number}, image {b}, before step {own.i}: {self.options[b]}"
                    test.assertEqual(tokens[b], own.seen(), where)
                    if own.masked:
                        expected = own.masked + own.masked[-1:] * (len(masked[b]) - len(own.masked))
                        test.assertEqual(masked[b], expected, where)
                        try:
                            own.step(all_logits[b][own.masked])
                        except unmasking.NearTie:
                            alive.discard(b)
                            yield None
                sampler.step(logits.contiguous())
            for b in sorted(alive):
                test.assertEqual(references[b].masked, [], f"case {self.number}, image {b}: the sampler is done")
                test.assertEqual(sampler.tokens()[b], references[b].tokens, f"case {self.number}, image {b}")
                yield self.options[b], references[b]


def told_apart(options, image):
    """The (option, value) that the image could have told from others. Positions count where there was a choice of them, re-masking where
    a token was masked again; a schedule and a grid of time where they say more than "all"."""
    for name in VALUES:
        matters = {"position_choice": image.choices > 0, "remasking": options["remasking"] == "none" or image.exchanges > 0}
        counts = options["position_choice"] != "entropy" and options["steps"] > 1 and len(image.editable) > 1
        if matters.get(name, name == "token_choice" or counts):
            yield name, options[name]


class Policies(unittest.TestCase):
    def test_random_cases(self):
        torch.set_num_threads(1)
        loaded = library.load()
        wanted = {(name, value) for name, values in VALUES.items() for value in values}
        seen, images, skipped, number = Counter(), 0, 0, 0
        while min(seen[each] for each in wanted) < CASES:
            for agreed in Case(number, seen).compare(loaded, self):
                images += 1
                if agreed is None:
                    skipped += 1
                else:
                    seen.update(told_apart(*agreed))
            number += 1
        print(f"\n{images} images in {number} batches; {skipped} hang on a rounding (difference below {unmasking.TOLERANCE}) and are left out")
        for (name, value), count in sorted(seen.items()):
            print(f"{name:16} {value:16} {count}")
        self.assertLess(skipped, MOST_SKIPPED * images)


class Philox(unittest.TestCase):
    def test_published_vectors(self):
        """Random123's kat_vectors, philox4x32 10."""
        for counter, key, expected in (
            ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
            ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
            ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), "d16cfe09 94fdcceb 5001e420 24126ea1"),
        ):
            self.assertEqual(" ".join(f"{int(word):08x}" for word in philox.philox(counter, key)), expected)


class Halton(unittest.TestCase):
    def test_first_cells(self):
        self.assertEqual(unmasking.halton(32, 32)[:6], [(16, 10), (8, 21), (24, 3), (4, 14), (20, 24), (12, 7)])


if __name__ == "__main__":
    unittest.main()
