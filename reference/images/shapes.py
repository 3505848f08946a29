"""The classifier as it is shipped: norms folded, every site a module of its own.

The modules have the names of the ONNX graph's nodes, and so of its sites: a forward hook on module
`relu3` gives what node `relu3` outputs.
"""

import onnx
import torch
from onnx import numpy_helper
from output import MODELS
from torch import nn

from classifier import LABELS
from graphs import Graph

PATH = MODELS / "shapes" / "model.onnx"


class Add(nn.Module):
    def forward(self, a, b):
        return a + b


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3), keepdim=True)


class Shapes(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.relu1 = nn.Conv2d(3, 12, 5, padding=2), nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2, self.relu2 = nn.Conv2d(12, 24, 3, 2, 1), nn.ReLU()
        self.conv3a, self.relu3a = nn.Conv2d(24, 24, 3, padding=1), nn.ReLU()
        self.conv3b, self.add3, self.relu3 = nn.Conv2d(24, 24, 3, padding=1), Add(), nn.ReLU()
        self.conv4, self.relu4 = nn.Conv2d(24, 32, 3, padding=1), nn.ReLU()
        self.conv5, self.relu5 = nn.Conv2d(32, 32, 5, padding=2, groups=32), nn.ReLU()
        self.maps, self.relu_maps = nn.Conv2d(32, 16, 1), nn.ReLU()
        self.mean, self.mean_flat = Mean(), nn.Flatten(1)
        self.hidden, self.relu_hidden = nn.Linear(16, 24), nn.ReLU()
        self.logits = nn.Linear(24, len(LABELS))

    def forward(self, image):
        x = self.pool1(self.relu1(self.conv1(image)))
        x = self.relu2(self.conv2(x))
        x = self.relu3(self.add3(self.conv3b(self.relu3a(self.conv3a(x))), x))
        x = self.relu5(self.conv5(self.relu4(self.conv4(x))))
        x = self.mean_flat(self.mean(self.relu_maps(self.maps(x))))
        return self.logits(self.relu_hidden(self.hidden(x)))


def export(weights, path=PATH):
    """Writes the ONNX file. `weights`: {name: float32 tensor}."""
    w = {name: value.numpy() for name, value in weights.items()}
    pair = lambda name: (w[f"{name}.weight"], w[f"{name}.bias"])
    g = Graph("shapes", "image", [3, 48, 48])
    x = g.relu("relu1", g.conv("conv1", "image", *pair("conv1")))
    x = g.node("MaxPool", "pool1", [x], kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4)
    skip = g.relu("relu2", g.conv("conv2", x, *pair("conv2"), stride=2))
    x = g.relu("relu3a", g.conv("conv3a", skip, *pair("conv3a")))
    x = g.relu("relu3", g.add("add3", g.conv("conv3b", x, *pair("conv3b")), skip))
    x = g.relu("relu4", g.conv("conv4", x, *pair("conv4")))
    x = g.relu("relu5", g.conv("conv5", x, *pair("conv5"), groups=32))
    x = g.mean("mean", g.relu("relu_maps", g.conv("maps", x, *pair("maps"))))
    g.linear("logits", g.relu("relu_hidden", g.linear("hidden", x, *pair("hidden"))), *pair("logits"))
    return g.save(path, "logits", [len(LABELS)])


def weights_of(path):
    model = onnx.load(path)
    return {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}


def load(dtype=torch.float32, path=PATH):
    """The net with the weights of the ONNX file."""
    net = Shapes()
    net.load_state_dict(weights_of(path))
    return net.to(dtype).eval().requires_grad_(False)


def sites(net, x):
    """{site: tensor} of every module, by forward hooks, in the order of the pass."""
    found, hooks = {}, []
    for name, module in net.named_children():
        hooks.append(module.register_forward_hook(lambda m, i, out, name=name: found.__setitem__(name, out)))
    net(x)
    for hook in hooks:
        hook.remove()
    return {name: value.clone() for name, value in found.items()}
