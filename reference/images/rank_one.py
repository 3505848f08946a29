"""Edges set to a constant by rewriting weights: what the rank-one rewrite of a graph must give.

For one layer, a candidate parent i and effects E: every weight from i to each e in E becomes u (in
a convolution the whole k x k slice), and the net runs from the start. In a depthwise layer i feeds
effect i only. After Ahmad et al. (2024).
"""

import numpy as np
import torch
from torch import nn

# From the class down. `below`: the layer whose output channels are this layer's parents.
CHAIN = ("logits", "hidden", "maps", "conv5", "conv4", "conv3b", "conv3a", "conv2", "conv1")
Z, FALLBACK = 1.65, -0.001


def parents(layer):
    """Number of candidates."""
    if isinstance(layer, nn.Linear):
        return layer.in_features
    return layer.in_channels


def rewrite(layer, effects, parent, u):
    """Writes the weights in place; returns those to put back."""
    kept = layer.weight.clone()
    if isinstance(layer, nn.Conv2d) and layer.groups > 1:
        if parent in effects:
            layer.weight[parent] = u
    else:
        layer.weight[effects, parent] = u
    return kept


def rewritten(net, name, effects, u, x):
    """[candidates, N, classes]"""
    layer, rows = getattr(net, name), []
    for parent in range(parents(layer)):
        kept = rewrite(layer, effects, parent, u)
        rows.append(net(x))
        layer.weight.copy_(kept)
    return torch.stack(rows)


def selected(y, y_w):
    """Rule `ahmad`: y [N], y_w [candidates, N]."""
    n = len(y)
    bound = y.mean() - Z * np.sqrt(y_w.var(1, ddof=1) / n + y.var(ddof=1) / n)
    chosen = np.flatnonzero(y_w.mean(1) < bound)
    return chosen if len(chosen) else np.flatnonzero((y_w / y - 1).mean(1) < FALLBACK)


def class_graph(net, x, label, chain=CHAIN):
    """One entry for each layer, from the class down, u = 0.

    The block's sum has the channels of its branch (conv3b) and of its skip (conv2): parents of
    conv4 are the effects of conv3b, and of conv2 together with the parents of conv3a.
    """
    clean = net(x)
    y, log_p = clean[:, label].numpy(), torch.log_softmax(clean, 1)
    effects, layers, of = [label], [], {}
    for name in chain:
        if name == "conv2":
            effects = sorted({*of["conv4"], *of["conv3a"]})
        logits = rewritten(net, name, effects, 0.0, x)
        y_w = logits[:, :, label].numpy()
        log_q = torch.log_softmax(logits, 2)
        kl = (log_q.exp() * (log_q - log_p)).sum(2).mean(1).numpy()
        chosen = [int(i) for i in selected(y, y_w)]
        layers.append({"layer": name, "effects": effects, "parents": chosen, "total": (y_w - y).mean(1),
                       "relative": (y_w / y - 1).mean(1), "kl": kl})
        if not chosen:
            break
        effects = of[name] = chosen
    return layers


def attribution(net, x, layers, name):
    """[S,S] for one picture x [1,3,S,S] at a convolution of the class graph `layers`.

    For each effect, each selected parent's plane is convolved with the kernel between them (the
    layer's own stride and padding, no bias), softmax over positions, mean over the parents; resized
    to the picture (bilinear, half-pixel centres) and added. In a depthwise layer an effect has one
    parent, itself.
    """
    layer = getattr(net, name)
    entry = next(found for found in layers if found["layer"] == name)
    planes = input_of(net, layer, x)
    total = torch.zeros(x.shape[-2:], dtype=x.dtype)
    for e in entry["effects"]:
        parents_of = [e] if layer.groups > 1 else entry["parents"]
        if layer.groups > 1 and e not in entry["parents"]:
            continue
        kernel = lambda i: layer.weight[[e], :1] if layer.groups > 1 else layer.weight[[e]][:, [i]]
        soft = [torch.conv2d(planes[:, [i]], kernel(i), None, layer.stride, layer.padding) for i in parents_of]
        soft = torch.stack([plane.flatten().softmax(0).view(plane.shape) for plane in soft]).mean(0)
        total += nn.functional.interpolate(soft, x.shape[-2:], mode="bilinear")[0, 0]
    return total


def input_of(net, layer, x):
    found = []
    hook = layer.register_forward_hook(lambda m, inputs, out: found.append(inputs[0]))
    net(x)
    hook.remove()
    return found[0]
