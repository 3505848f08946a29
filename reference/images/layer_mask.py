"""Layer masking (Balasubramanian & Feizi 2023): what is removed never enters the net.

A mask m [N,1,H,W] of 0 and 1 goes along with the picture. `run` reads any ONNX graph of the
operators below, node by node, in PyTorch:

- Conv of width k: x <- x m; k rounds of 3 x 3 filling outside m; convolve; m' = max-pool of m with
  the convolution's kernel, stride and padding; y <- y m'.
- Relu, Clip, BatchNormalization: f(x m) m.
- MaxPool: both pooled; y <- y m'.
- Add: m' = m_a m_b (the authors' rule for a block and its skip); y <- (a + b) m'.
- GlobalAveragePool: mean(x m) / (mean(m) + 1e-8), and the mask ends.

One round of filling: outside m, x <- x + sum(x) / (sum(m) + 1e-5) over the 3 x 3 neighbours, zeros
beyond the border; then m <- min(1, m + sum(m)). `fill=False` leaves the rounds out.
"""

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch.nn import functional as F


def read(path, dtype=torch.float32):
    """Nodes in order, and weights by name."""
    graph = onnx.load(path).graph
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    weights = {name: value.to(dtype) if value.is_floating_point() else value for name, value in weights.items()}
    nodes = [(n.op_type, list(n.input), n.output[0], {a.name: helper.get_attribute_value(a) for a in n.attribute})
             for n in graph.node]
    return nodes, weights, graph.input[0].name, graph.output[0].name


def filled(x, mask, rounds):
    x = x * mask
    for _ in range(rounds):
        total = F.avg_pool2d(x, 3, 1, 1, divisor_override=1)
        count = F.avg_pool2d(mask, 3, 1, 1, divisor_override=1)
        x = x + (1 - mask) * (total / (count + 1e-5))
        mask = (mask + count).clip(0, 1)
    return x


def pool(x, attributes):
    pads = attributes.get("pads", [0] * 4)
    return F.max_pool2d(x, attributes["kernel_shape"], attributes.get("strides"), pads[:2])


def clean(op, args, attributes):
    """One node without a mask."""
    if op == "Conv":
        return F.conv2d(*args, stride=attributes["strides"], padding=attributes["pads"][:2], groups=attributes["group"])
    if op == "Relu":
        return torch.relu(args[0])
    if op == "Clip":
        return args[0].clamp(args[1].item(), args[2].item())
    if op == "BatchNormalization":
        x, scale, shift, mean, variance = args
        return F.batch_norm(x, mean, variance, scale, shift, eps=attributes["epsilon"])
    if op == "MaxPool":
        return pool(args[0], attributes)
    if op == "Add":
        return args[0] + args[1]
    if op == "GlobalAveragePool":
        return args[0].mean((2, 3), keepdim=True)
    if op == "Flatten":
        return args[0].flatten(1)
    if op == "Gemm":
        return F.linear(args[0], args[1], *args[2:])
    raise ValueError(f"Expected an operator of the list above, got {op}")


def masked(op, args, masks, attributes, fill):
    """(output, mask or None) of one node."""
    x, m = args[0], masks[0]
    if m is None:
        return clean(op, args, attributes), None
    if op == "Conv":
        k = attributes["kernel_shape"][0]
        # What a 1 x 1 kernel sees of the filling, the mask takes away again: the same bits without.
        y = clean(op, [filled(x, m, k if fill and k > 1 else 0), *args[1:]], attributes)
        m = pool(m, attributes)
        return y * m, m
    if op == "MaxPool":
        m = pool(m, attributes)
        return clean(op, args, attributes) * m, m
    if op == "Add":
        m = m * masks[1]
        return clean(op, args, attributes) * m, m
    if op == "GlobalAveragePool":
        return (x * m).mean((2, 3), keepdim=True) / (m.mean((2, 3), keepdim=True) + 1e-8), None
    return clean(op, [x * m, *args[1:]], attributes) * m, m


def run(graph, x, mask=None, fill=True, sites=()):
    """Logits; with `sites`, also {site: (value, mask)}. `mask` [N,1,H,W]; None runs the plain net."""
    nodes, weights, source, target = graph
    values, masks = {source: x, **weights}, {source: mask}
    for op, inputs, output, attributes in nodes:
        values[output], masks[output] = masked(
            op, [values[name] for name in inputs], [masks.get(name) for name in inputs], attributes, fill)
    kept = {name: (values[name], masks.get(name)) for name in sites}
    return (values[target], kept) if sites else values[target]
