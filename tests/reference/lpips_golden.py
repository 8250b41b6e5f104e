"""Prints what lpips 0.1.4 and stlpips-pytorch 0.0.2 compute with weights that look random, for tests/evaluation/lpips_test.cpp.

With an argument, a folder, it writes the whole networks there as PyTorch keeps them, to be read by hand. Needs, beside torch and
torchvision, which no test needs:
  pip install lpips==0.1.4 stlpips-pytorch==0.0.2
"""

import sys
from pathlib import Path

import numpy as np
import torch


def noise(count, salt):
    """−½..½, hashed places, so that C++ makes the same."""
    x = ((np.arange(count, dtype=np.uint64) + salt * 1000003) * 2654435761) % 2**32
    x = ((x ^ (x >> 15)) * 2246822519) % 2**32
    return ((x ^ (x >> 13)) % 65536) / 65536 - 0.5


def fill(network):
    """Each convolution by its place among the weights: deviations that keep the scale, small biases, heads above 0."""
    salt = 0
    state = network.state_dict()
    for name, tensor in state.items():
        if name.startswith(("scaling_layer", "lins.")) or name.endswith("filt"):
            continue
        values = noise(tensor.numel(), salt)
        if name.startswith("lin"):
            values = (values + 0.5) / 10
        elif name.endswith("weight"):
            values = values * np.sqrt(24 / np.prod(tensor.shape[1:]))
        else:
            values = values / 5
        tensor.copy_(torch.from_numpy(values).view(tensor.shape))
        salt += 1
    network.load_state_dict(state)
    return network


def main():
    import lpips
    from stlpips_pytorch import stlpips

    networks = {
        "lpips_vgg": lpips.LPIPS(net="vgg", pretrained=False, pnet_rand=True, verbose=False),
        "lpips_alex": lpips.LPIPS(net="alex", pretrained=False, pnet_rand=True, verbose=False),
        "stlpips_vgg": stlpips.LPIPS(net="vgg", variant="shift_tolerant", pretrained=False, verbose=False),
        "stlpips_alex": stlpips.LPIPS(net="alex", variant="shift_tolerant", pretrained=False, verbose=False),
    }
    c, i, j = np.mgrid[:3, :48, :40]
    image = torch.from_numpy(((7 * i + 3 * j + 11 * c) % 256) / 127.5 - 1).float()[None]
    with torch.no_grad():
        for name, network in networks.items():
            fill(network.eval())
            flipped, darker = network(image, image.flip(2)).item(), network(image, image * 0.9).item()
            grey = network(image[:, :1].expand(-1, 3, -1, -1), image[:, :1].flip(2).expand(-1, 3, -1, -1)).item()
            print(f"{name}: {flipped:.9g} {darker:.9g} {grey:.9g}")
            if len(sys.argv) > 1:
                torch.save(network.state_dict(), Path(sys.argv[1]) / f"{name}.pth")


if __name__ == "__main__":
    main()
