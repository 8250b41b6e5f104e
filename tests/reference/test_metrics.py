"""The metrics, on what is known of them: python3 -m unittest test_metrics"""

import math
import unittest

import torch

from raygen_reference.metrics import auroc, equal_error_threshold, gaussian, ms_ssim, precision_recall, psnr, ssim_parts, window_size


class Auroc(unittest.TestCase):
    def test_counts_the_pairs_in_order_and_half_of_the_ties(self):
        scores = torch.tensor([0.1, 0.4, 0.35, 0.8, 0.4])
        labels = torch.tensor([False, False, True, True, True])
        self.assertAlmostEqual(auroc(scores, labels), (1 + 2 + 1.5) / 6)
        self.assertAlmostEqual(auroc(-scores, labels), 1 - 4.5 / 6)

    def test_is_undefined_without_both_kinds(self):
        self.assertTrue(math.isnan(auroc(torch.rand(3), torch.ones(3, dtype=torch.bool))))

    def test_the_threshold_of_equal_errors(self):
        scores = torch.tensor([1.0, 2, 3, 4, 5, 6, 7, 8])
        labels = torch.tensor([False, False, False, True, False, True, True, True])
        threshold = equal_error_threshold(scores, labels)
        self.assertEqual((scores[labels] < threshold).sum(), (scores[~labels] >= threshold).sum())


class PrecisionAndRecall(unittest.TestCase):
    def test_points_on_a_line_whose_balls_are_known(self):
        real = torch.tensor([[0.0], [1.0], [2.0], [10.0]])  # radii at k = 1: 1, 1, 1, 8
        made = torch.tensor([[0.5], [-1.5], [4.0], [30.0]])  # radii at k = 1: 2, 2, 3.5, 26
        precision, recall = precision_recall(real, made, 1)
        self.assertEqual(precision, 2 / 4)  # 0.5 lies in the ball of 0, 4 in that of 10
        self.assertEqual(recall, 4 / 4)

    def test_equal_sets_cover_each_other_and_distant_ones_do_not(self):
        points = torch.rand(20, 3, generator=torch.Generator().manual_seed(1))
        self.assertEqual(precision_recall(points, points, 3), (1, 1))
        self.assertEqual(precision_recall(points, points + 100, 3), (0, 0))


class Images(unittest.TestCase):
    def setUp(self):
        generator = torch.Generator().manual_seed(1)
        coarse = torch.rand(3, 1, 16, 16, generator=generator)
        self.images = torch.nn.functional.interpolate(coarse, size=(192, 192), mode="bilinear").clamp(0, 1)
        self.noise = torch.randn(self.images.shape, generator=generator)

    def test_psnr_of_a_known_error(self):
        self.assertTrue(torch.allclose(psnr(self.images, self.images + 0.1), torch.full((3,), 20.0), atol=1e-3))

    def test_windows(self):
        self.assertEqual([window_size(side) for side in (512, 176, 175, 128, 64, 48)], [11, 11, 9, 7, 3, 3])
        self.assertRaises(ValueError, window_size, 47)

    def test_ms_ssim_is_one_of_equals_symmetric_and_falls_with_noise(self):
        self.assertTrue(torch.allclose(ms_ssim(self.images, self.images), torch.ones(3), atol=1e-5))
        noisy = [(self.images + strength * self.noise).clamp(0, 1) for strength in (0.05, 0.1, 0.3)]
        values = [ms_ssim(self.images, each) for each in noisy]
        self.assertTrue((1 > values[0]).all() and (values[0] > values[1]).all() and (values[1] > values[2]).all())
        self.assertTrue(torch.allclose(values[2], ms_ssim(noisy[2], self.images), atol=1e-6))

    def test_ssim_of_one_window_is_that_of_its_weighted_moments(self):
        a, b = self.images[:1, :, :11, :11], self.images[1:2, :, :11, :11]
        weights = gaussian(11).outer(gaussian(11))
        mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
        variances = (weights * (a - mean_a) ** 2).sum() + (weights * (b - mean_b) ** 2).sum()
        structure = (2 * (weights * (a - mean_a) * (b - mean_b)).sum() + 9e-4) / (variances + 9e-4)
        luminance = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
        similarity, contrast = ssim_parts(a, b, gaussian(11))
        self.assertAlmostEqual(contrast.item(), structure.item(), places=4)
        self.assertAlmostEqual(similarity.item(), (luminance * structure).item(), places=4)

    def test_ms_ssim_leaves_out_how_bright_an_image_is_in_all(self):
        self.assertTrue(torch.allclose(ms_ssim(self.images, 0.5 * self.images), torch.ones(3), atol=1e-5))


if __name__ == "__main__":
    unittest.main()
