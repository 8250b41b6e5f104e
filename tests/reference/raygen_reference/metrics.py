"""What images and scores are measured by: AUROC, equal error rates, PSNR, MS-SSIM, precision and recall."""

import math

import torch
from torch.nn import functional as F

# Wang, Simoncelli and Bovik 2003: exponents of the scales, finest first.
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def auroc(scores, labels):
    """[N], bool [N] → the chance that a positive scores above a negative, a tie counting half: Mann and Whitney's U by mean ranks."""
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if not positives or not negatives:
        return math.nan
    _, place, count = scores.unique(return_inverse=True, return_counts=True)
    last = count.cumsum(0)
    ranks = (last - count + 1 + last).double() / 2
    return (ranks[place][labels].sum().item() - positives * (positives + 1) / 2) / (positives * negatives)


def equal_error_threshold(scores, labels):
    """The score at and above which as large a share of the negatives lies as of the positives lies below."""
    candidates = scores.unique()
    missed = (scores[labels] < candidates[:, None]).double().mean(1)
    alarms = (scores[~labels] >= candidates[:, None]).double().mean(1)
    return candidates[(missed - alarms).abs().argmin()].item()


def psnr(a, b):
    """[B,C,H,W] in 0..1 → dB [B]."""
    return -10 * (a - b).square().mean((1, 2, 3)).clamp(min=1e-10).log10()


def gaussian(size):
    """Of 11 pixels at σ 1.5, narrower ones in proportion; separable."""
    place = torch.arange(size) - (size - 1) / 2
    weights = torch.exp(-place.square() / (2 * (1.5 * size / 11) ** 2))
    return weights / weights.sum()


def window_size(side):
    """11 as usual where the image is at least 176 wide; else the largest odd one that fits into the coarsest scale."""
    size = min(11, side // 2 ** (len(SCALES) - 1))
    size -= size % 2 == 0
    if size < 3:
        raise ValueError(f"MS-SSIM of images of {side} pixels: at least {3 * 2 ** (len(SCALES) - 1)} were expected")
    return size


def ssim_parts(a, b, weights):
    """[B,1,H,W] → mean SSIM and mean contrast-structure, [B] each; for a range of 1."""

    def blur(image):
        return F.conv2d(F.conv2d(image, weights[None, None, :, None]), weights[None, None, None, :])

    mean_a, mean_b = blur(a), blur(b)
    variance_a, variance_b = blur(a * a) - mean_a.square(), blur(b * b) - mean_b.square()
    covariance = blur(a * b) - mean_a * mean_b
    structure = (2 * covariance + 0.03**2) / (variance_a + variance_b + 0.03**2)
    luminance = (2 * mean_a * mean_b + 0.01**2) / (mean_a.square() + mean_b.square() + 0.01**2)
    return (luminance * structure).mean((1, 2, 3)), structure.mean((1, 2, 3))


def ms_ssim(a, b):
    """[B,1,H,W] in 0..1 → [B], each image divided by its own maximum; negative terms count 0, as torchmetrics' "relu"."""
    weights = gaussian(window_size(min(a.shape[2:])))
    a, b = (image / image.amax((1, 2, 3), keepdim=True).clamp(min=1e-6) for image in (a, b))
    result = torch.ones(len(a))
    for scale, exponent in enumerate(SCALES):
        similarity, structure = ssim_parts(a, b, weights)
        result = result * (similarity if scale == len(SCALES) - 1 else structure).clamp(min=0) ** exponent
        a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
    return result


def precision_recall(real, made, k):
    """[N,F], [M,F] → Kynkäänniemi et al. 2019: the share of `made` inside the manifold of `real`, and the share of `real` inside that of
    `made`. A manifold is the balls around its points that reach as far as their k-th nearest neighbour."""

    def inside(points, manifold):
        radii = torch.cdist(manifold, manifold).kthvalue(k + 1, dim=1).values  # a point is its own nearest
        return (torch.cdist(points, manifold) <= radii).any(1).double().mean().item()

    return inside(made, real), inside(real, made)
