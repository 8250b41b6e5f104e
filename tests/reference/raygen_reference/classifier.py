"""A small convolutional network that sees the findings of phantoms and their sides."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .phantoms import FINDINGS, ONE_SIDED
from .safetensors import read_safetensors


class Classifier(nn.Module):
    """Places matter (sides, zones), so that the last features, 8 × 8, are not averaged."""

    def __init__(self, resolution):
        super().__init__()
        halvings = int(math.log2(resolution / 8))
        layers, channels = [], 1
        for i in range(halvings):
            width = min(16 << i, 128)
            layers += [nn.Conv2d(channels, width, 5 if i == 0 else 3, 2, 2 if i == 0 else 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers, nn.Conv2d(channels, 128, 3, 1, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU())
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.LazyLinear(len(FINDINGS) + 2 * len(ONE_SIDED)))
        self.head(self.features(torch.zeros(2, 1, resolution, resolution)))  # the lazy layer learns its width

    def forward(self, images):
        """[B,1,R,R] in 0..1 → logits of FINDINGS [B,10], and of ONE_SIDED on the left and on the right [B,8,2]."""
        logits = self.head(self.features((images - 0.5) * 4))
        return logits[:, : len(FINDINGS)], logits[:, len(FINDINGS) :].unflatten(1, (-1, 2))

    @torch.no_grad()
    def judge(self, images):
        """forward(), in batches."""
        self.eval()
        parts = [self(batch) for batch in images.split(256)]
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def read_classifier(path):
    """Of the file of a trained one's state_dict(); its resolution follows from the number of convolutions, all but the last of which halve."""
    state = read_safetensors(path)
    convolutions = sum(tensor.dim() == 4 for tensor in state.values())
    model = Classifier(8 << (convolutions - 1))
    model.load_state_dict(state)
    return model


def disturb(images, generator):
    """What must not matter: place, brightness, contrast, noise, and the smoothness that an image tokenizer leaves."""

    def uniform(low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=generator, device=images.device)

    dx, dy = torch.randint(-4, 5, (2,), generator=generator, device=images.device).tolist()
    size = images.shape[-1]
    images = F.pad(images, (4, 4, 4, 4), mode="replicate")[..., 4 + dy : 4 + dy + size, 4 + dx : 4 + dx + size]
    each = (len(images), 1, 1, 1)
    images = images + uniform(0, 0.6, *each) * (F.avg_pool2d(images, 3, 1, 1, count_include_pad=False) - images)
    images = (images - 0.5) * uniform(0.9, 1.1, *each) + 0.5 + uniform(-0.05, 0.05, *each)
    return images + uniform(0, 0.015, *each) * torch.randn(images.shape, generator=generator, device=images.device)


def train_classifier(data, *, seen, seed=0, batch=64, rate=2e-3):
    """`seen` images in all, taken again in another order when there are fewer; on a GPU where there is one. → the model, on the CPU."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(seed)
    generator = torch.Generator(device).manual_seed(seed)
    model = Classifier(data.pixels.shape[-1]).to(device)
    pixels, true_findings, true_sides = (part.to(device) for part in (data.pixels, data.findings.float(), data.sides.float()))
    steps = seen // batch
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    order = torch.empty(0, dtype=torch.long, device=device)
    for _ in range(steps):
        if len(order) < batch:
            order = torch.cat([order, torch.randperm(len(pixels), generator=generator, device=device)])
        chosen, order = order[:batch], order[batch:]
        findings, sides = model(disturb(pixels[chosen, None].float() / 255, generator))
        loss = F.binary_cross_entropy_with_logits(findings, true_findings[chosen])
        loss = loss + F.binary_cross_entropy_with_logits(sides, true_sides[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.cpu()
