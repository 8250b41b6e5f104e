"""The network and the sampler that benchmarks/peers.py gives to other engines are the reference's: the shipped model's answers, and its tokens."""

import sys
import unittest
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/peer"))
import measure  # noqa: E402
import network  # noqa: E402
import sampler  # noqa: E402
from raygen_reference.sampler import masked_count, sample  # noqa: E402

PROMPTS = ["Moderate left pleural effusion.", "No acute process."]


class PeerNetwork(unittest.TestCase):
    @classmethod
    @torch.no_grad()
    def setUpClass(cls):
        cls.networks, cls.model = network.networks_of(ROOT / "models/phantom-128")
        cls.text = cls.model.embed(PROMPTS)
        cls.keys = cls.networks["text"](*cls.model.tokenize(PROMPTS))
        cls.codebook, cls.positions = cls.model.decoder.mask_id, cls.model.decoder.image_pos_emb.pos_emb.shape[1]

    @torch.no_grad()
    def test_a_step_and_a_decode(self):
        generator = torch.Generator().manual_seed(1)
        tokens = torch.randint(self.codebook, (2, self.positions), generator=generator)
        masked = tokens.where(torch.rand(tokens.shape, generator=generator) < 0.5, self.codebook)
        torch.testing.assert_close(self.networks["step"](masked, *self.keys), self.model.decoder(masked, self.text), rtol=0, atol=1e-4)
        torch.testing.assert_close(self.networks["decode"](tokens), self.model.vqgan.decode(tokens), rtol=0, atol=1e-4)

    @torch.no_grad()
    def test_tokens_without_chance(self):
        def step(tokens):
            return self.networks["step"](torch.from_numpy(tokens), *self.keys).numpy()

        for steps in (1, 3, 8):
            expected = sample(self.model.decoder, self.text, steps=steps, temperature=0, threshold=0.5)
            tokens = sampler.sample(step, 2, self.positions, self.codebook, steps=steps, temperature=0)
            self.assertEqual(tokens.tolist(), expected.tolist())

    def test_masked_counts(self):
        for steps in (1, 2, 3, 8, 18):
            expected = [masked_count(t, 1024) for t in torch.linspace(0, 1, steps)]
            self.assertEqual([sampler.masked_count(i, steps, 1024) for i in range(steps)], expected)

    def test_small_logits_are_left_out(self):
        logits = np.random.default_rng(0).normal(size=(1, 4, 10)).astype(np.float32)
        for threshold, kept in ((0.5, 5), (0.9, 1), (0, 10)):
            self.assertEqual(np.isfinite(sampler.without_small(logits, threshold)).sum(-1).tolist(), [[kept] * 4])

    def test_another_network_is_refused(self):
        expected = np.ones((1, 4), np.float32)
        self.assertEqual(measure.check("logits", expected, expected, "float32"), 0)
        for wrong in (expected * 1.001, expected * np.nan):
            with self.assertRaisesRegex(SystemExit, "differs from the reference"):
                measure.check("logits", wrong, expected, "float32")


if __name__ == "__main__":
    unittest.main()
