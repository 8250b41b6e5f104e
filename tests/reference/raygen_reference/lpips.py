"""LPIPS with VGG-16 (Zhang et al. 2018), as taming's VQ-GAN is trained with it."""

import torch
from torch import nn

SLICES = (4, 9, 16, 23, 30)  # where torchvision's VGG-16 is tapped: after relu1_2, relu2_2, relu3_3, relu4_3, relu5_3


def vgg16_features():
    layers, channels = [], 3
    for width in (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512):
        if width == "pool":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers)


class LPIPS(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = vgg16_features()
        for i, width in enumerate((64, 128, 256, 512, 512)):
            setattr(self, f"lin{i}", nn.ModuleDict({"model": nn.Sequential(nn.Dropout(), nn.Conv2d(width, 1, 1, bias=False))}))
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1))

    def taps(self, image):
        x, taps = (image - self.shift) / self.scale, []
        for i, layer in enumerate(self.features):
            x = layer(x)
            if i + 1 in SLICES:
                taps.append(x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10))
        return taps

    def forward(self, x, y):
        """x, y [B,3,R,R], −1..1 → [B]."""
        pairs = enumerate(zip(self.taps(x), self.taps(y)))
        return sum(getattr(self, f"lin{i}")["model"]((a - b).pow(2)).mean((1, 2, 3)) for i, (a, b) in pairs)
