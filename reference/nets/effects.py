"""Interventions on LeNet's edges by rewriting its weights, one candidate after another.

After Ahmad et al. (2024). A candidate parent's weights to all effects become u, all samples run from the start, and the
weights are put back.
"""

import numpy as np
import torch
from scipy import stats

LAYERS = ["fc3", "fc2", "fc1", "conv2", "conv1"]
Z, FALLBACK, ALPHA = 1.65, -0.001, 0.05
# Nodes that each layer reads: neurons, or channels (each of which is 25 positions of fc1's input).
PARENTS = {"fc3": 84, "fc2": 120, "fc1": 16, "conv2": 6, "conv1": 1}


def intervened_logits(net, layer, effects, parent, u, x):
    weight = getattr(net, layer).weight
    kept = weight.clone()
    by_parent = weight.view(weight.shape[0], PARENTS[layer], -1)
    by_parent[effects, parent] = u
    logits = net(x)
    weight.copy_(kept)
    return logits


def layer_effects(net, layer, effects, us, x, label):
    """Per candidate and sample [candidates, n]: Y_w, KL(P_w || P)."""
    clean = torch.log_softmax(net(x), 1)
    logits, divergences = [], []
    for parent, u in enumerate(us):
        edited = intervened_logits(net, layer, effects, parent, u, x)
        log_p = torch.log_softmax(edited, 1)
        logits.append(edited[:, label])
        divergences.append((log_p.exp() * (log_p - clean)).sum(1))
    return torch.stack(logits).numpy(), torch.stack(divergences).numpy()


def ahmad(y, y_w):
    n = len(y)
    bound = y.mean() - Z * np.sqrt(y_w.var(1, ddof=1) / n + y.var(ddof=1) / n)
    chosen = np.flatnonzero(y_w.mean(1) < bound)
    return chosen if len(chosen) else np.flatnonzero((y_w / y - 1).mean(1) < FALLBACK)


def paired(y, y_w):
    p = [stats.ttest_rel(row, y).pvalue if np.any(row != y) else 1.0 for row in y_w]
    return np.flatnonzero(stats.false_discovery_control(p) <= ALPHA)


def graph(net, x, label, draw, select):
    """`draw(count)` gives the candidates' u. Per layer: effects, parents and mean effects of all candidates."""
    y, effects, layers = net(x)[:, label].numpy(), [label], []
    for layer in LAYERS:
        us = draw(PARENTS[layer])
        y_w, kl = layer_effects(net, layer, effects, us, x, label)
        parents = [int(i) for i in select(y, y_w)]
        layers.append({
            "layer": layer, "effects": effects, "parents": parents, "u": us,
            "total": (y_w - y).mean(1), "relative": (y_w / y - 1).mean(1), "kl": kl.mean(1), "first": y_w[:, 0]})
        if not parents:
            break
        effects = parents
    return layers


def attribution(net, x, layer, parents, effects):
    """[32, 32] for one sample x [1, 1, 32, 32]."""
    conv = getattr(net, layer)
    maps = x if layer == "conv1" else torch.max_pool2d(torch.relu(net.conv1(x)), 2)
    total = torch.zeros(32, 32, dtype=x.dtype)
    for child in effects:
        planes = [torch.conv2d(maps[:, [i]], conv.weight[[child]][:, [i]]) for i in parents]
        softened = torch.stack([plane.flatten().softmax(0).view(plane.shape) for plane in planes]).mean(0)
        total += torch.nn.functional.interpolate(softened, size=(32, 32), mode="bilinear")[0, 0]
    return total
