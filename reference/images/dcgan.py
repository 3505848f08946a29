"""The DCGAN of the package gan-face-generate: 100 numbers -> a face of 64 x 64 pixels, and its graph."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from graphs import Graph
from real import package_file

PACKAGE, WEIGHTS = "gan-face-generate==1.1.1", "gan_face_generate/weights.tar"
LATENT, WIDTHS = 100, (512, 256, 128, 64)


def load(dtype=torch.float32):
    """The generator; its modules have the state dict's names, `0` to `13`."""
    layers, sizes = [], (LATENT, *WIDTHS)
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        how = (4, 1, 0) if i == 0 else (4, 2, 1)
        layers += [nn.ConvTranspose2d(a, b, *how, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    net = nn.Sequential(*layers, nn.ConvTranspose2d(WIDTHS[-1], 3, 4, 2, 1, bias=False), nn.Tanh())
    state = torch.load(package_file(PACKAGE, WEIGHTS), map_location="cpu", weights_only=True)["netG_state_dict"]
    net.load_state_dict({name.removeprefix("main."): value for name, value in state.items()})
    return net.to(dtype).eval().requires_grad_(False)


def folded(net):
    """{node: (weight, bias or None)}: norms folded in float64, rounded to float32 once."""
    found = OrderedDict()
    for i in range(0, 12, 3):
        up, norm = net[i], net[i + 1]
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        bias = norm.bias.double() - norm.running_mean.double() * scale
        found[f"main.{i}"] = ((up.weight.double() * scale[None, :, None, None]).float().numpy(), bias.float().numpy())
    found["main.12"] = (net[12].weight.float().numpy(), None)
    return found


def export(path, weights):
    """Opset 17, `z` [N,100,1,1] -> `image` [N,3,64,64] from -1 to 1. Node `main.8` is module 8."""
    g = Graph("dcgan", "z", [LATENT, 1, 1])
    x = "z"
    for i in range(0, 12, 3):
        stride, pad = (1, 0) if i == 0 else (2, 1)
        x = g.relu(f"main.{i + 2}", g.transposed(f"main.{i}", x, *weights[f"main.{i}"], stride, pad))
    g.node("Tanh", "image", [g.transposed("main.12", x, *weights["main.12"], 2, 1)])
    return g.save(path, "image", [3, 64, 64])


def latents(count, seed):
    """RandomState(seed).randn, row by row: [count,100,1,1], float32."""
    return torch.from_numpy(np.random.RandomState(seed).randn(count, LATENT, 1, 1)).float()
