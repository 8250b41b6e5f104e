"""DenseNet in torchvision's layout and EfficientNet-Lite in its PyTorch port's, with their parameter names, written from the papers."""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F


class DenseLayer(nn.Module):
    """Norm, ReLU, 1×1; norm, ReLU, 3×3: what comes out is added to the channels that went in."""

    def __init__(self, channels, growth, bottleneck):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, bottleneck * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(bottleneck * growth)
        self.conv2 = nn.Conv2d(bottleneck * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        middle = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(middle)))], 1)


class Transition(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.norm(x))), 2, 2)


class DenseNet(nn.Module):
    def __init__(self, channels=3, classes=1000, initial=64, growth=32, bottleneck=4, blocks=(6, 12, 24, 16)):
        super().__init__()
        layers = OrderedDict(
            conv0=nn.Conv2d(channels, initial, 7, 2, 3, bias=False), norm0=nn.BatchNorm2d(initial), relu0=nn.ReLU(), pool0=nn.MaxPool2d(3, 2, 1)
        )
        width = initial
        for number, count in enumerate(blocks, 1):
            block = OrderedDict()
            for layer in range(1, count + 1):
                block[f"denselayer{layer}"] = DenseLayer(width, growth, bottleneck)
                width += growth
            layers[f"denseblock{number}"] = nn.Sequential(block)
            if number < len(blocks):
                layers[f"transition{number}"] = Transition(width)
                width //= 2
        layers["norm5"] = nn.BatchNorm2d(width)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(width, classes)

    def feature_map(self, x):
        return F.relu(self.features(x))

    def head(self):
        return self.classifier

    def forward(self, x):
        return self.classifier(self.feature_map(x).mean((2, 3)))


def same_padded(conv, x):
    """TensorFlow's "same": of an odd number of zeros the last goes below and to the right."""
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    padding = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        padding += [total // 2, total - total // 2]
    return conv(F.pad(x, padding))


def lite_norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class LiteBlock(nn.Module):
    def __init__(self, channels, out, kernel, stride, expansion):
        super().__init__()
        middle = channels * expansion
        if expansion != 1:
            self._expand_conv, self._bn0 = nn.Conv2d(channels, middle, 1, bias=False), lite_norm(middle)
        self._depthwise_conv, self._bn1 = nn.Conv2d(middle, middle, kernel, stride, groups=middle, bias=False), lite_norm(middle)
        self._project_conv, self._bn2 = nn.Conv2d(middle, out, 1, bias=False), lite_norm(out)

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_expand_conv") else x
        y = F.relu6(self._bn1(same_padded(self._depthwise_conv, y)))
        y = self._bn2(self._project_conv(y))
        return x + y if y.shape == x.shape else y


# repeats, kernel, stride of the first, expansion, output channels
LITE0 = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))


class EfficientNetLite(nn.Module):
    def __init__(self, classes=1000, stem=32, stages=LITE0, head=1280):
        super().__init__()
        self._conv_stem, self._bn0 = nn.Conv2d(3, stem, 3, 2, bias=False), lite_norm(stem)
        blocks, width = [], stem
        for repeats, kernel, stride, expansion, out in stages:
            for repeat in range(repeats):
                blocks.append(LiteBlock(width, out, kernel, stride if repeat == 0 else 1, expansion))
                width = out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = nn.Conv2d(width, head, 1, bias=False), lite_norm(head)
        self._fc = nn.Linear(head, classes)

    def feature_map(self, x):
        x = F.relu6(self._bn0(same_padded(self._conv_stem, x)))
        for block in self._blocks:
            x = block(x)
        return F.relu6(self._bn1(self._conv_head(x)))

    def head(self):
        return self._fc

    def forward(self, x):
        return self._fc(self.feature_map(x).mean((2, 3)))


@torch.no_grad()
def randomise(model, images):
    """Norms that do something, with the running statistics of these images, so that activations stay near one."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, 0, 0.2)
        norm.momentum = None  # the mean of all batches
    model.train()
    model(images)
    for norm in norms:
        norm.momentum = 0.1
    return model.eval()
