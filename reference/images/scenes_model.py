"""The generator as it is shipped: norms folded, every site a module with its node's name."""

import numpy as np
import torch
from torch import nn

from generator import LATENT, WIDE, WIDTHS
from graphs import Graph
from output import MODELS
from shapes import weights_of

PATH = MODELS / "scenes" / "model.onnx"


class Scenes(nn.Module):
    def __init__(self):
        super().__init__()
        self.map1, self.map_relu1 = nn.Linear(LATENT, WIDE), nn.ReLU()
        self.map2, self.map_relu2 = nn.Linear(WIDE, WIDE), nn.ReLU()
        self.planes = nn.Unflatten(1, (WIDE, 1, 1))
        sizes = (WIDE, *WIDTHS)
        for i, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
            kernel, stride, pad = (3, 1, 0) if i == 1 else (4, 2, 1)
            self.add_module(f"up{i}", nn.ConvTranspose2d(a, b, kernel, stride, pad))
            self.add_module(f"relu{i}", nn.ReLU())
        self.rgb = nn.ConvTranspose2d(WIDTHS[-1], 3, 4, 2, 1)
        self.image = nn.Tanh()

    def forward(self, z):
        for module in self.children():
            z = module(z)
        return z


def export(weights, path=PATH):
    w = {name: value.numpy() for name, value in weights.items()}
    g = Graph("scenes", "z", [LATENT])
    x = g.relu("map_relu1", g.linear("map1", "z", w["map1.weight"], w["map1.bias"]))
    x = g.relu("map_relu2", g.linear("map2", x, w["map2.weight"], w["map2.bias"]))
    x = g.node("Reshape", "planes", [x, g.constant("planes.shape", np.array([0, WIDE, 1, 1], np.int64))])
    for i in range(1, len(WIDTHS) + 1):
        stride, pad = (1, 0) if i == 1 else (2, 1)
        x = g.transposed(f"up{i}", x, w[f"up{i}.weight"], w[f"up{i}.bias"], stride, pad)
        x = g.relu(f"relu{i}", x)
    g.node("Tanh", "image", [g.transposed("rgb", x, w["rgb.weight"], w["rgb.bias"], 2, 1)])
    return g.save(path, "image", [3, 48, 48])


def load(dtype=torch.float32, path=PATH):
    net = Scenes()
    weights = {name: value for name, value in weights_of(path).items() if name != "planes.shape"}
    net.load_state_dict(weights)
    return net.to(dtype).eval().requires_grad_(False)


def pictures(values):
    """[N,3,S,S] from -1 to 1 -> bytes [N,S,S,3]."""
    bytes_ = ((values + 1) * 127.5).round().clamp(0, 255)
    return bytes_.permute(0, 2, 3, 1).to(torch.uint8).numpy()
