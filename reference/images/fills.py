"""Removing segments of a picture: five ways, and the curves that they give.

All fills are of the normalised picture x [C,H,W], computed in float64.
"""

import numpy as np
import torch

NOISE_SEED = 7
FILLS = ("layer-mask", "grey", "mean", "blur", "noise")


def blurred(x, sigma):
    """Gaussian of radius ceil(3 sigma), its weights divided by their sum; border pixels repeated."""
    radius = int(np.ceil(3 * sigma))
    at = np.arange(-radius, radius + 1)
    kernel = np.exp(-(at ** 2) / (2 * sigma ** 2))
    kernel /= kernel.sum()
    for axis in (1, 2):
        width = [(0, 0)] * 3
        width[axis] = (radius, radius)
        padded = np.pad(x, width, mode="edge")
        size = x.shape[axis]
        x = sum(weight * padded.take(range(k, k + size), axis) for k, weight in enumerate(kernel))
    return x


def replacement(x, fill, grey):
    """[C,H,W]: what removed pixels become. `grey` [C]: half brightness, normalised."""
    kind, x = x.dtype, x.double().numpy()
    means, size = x.mean((1, 2)), x.shape[1]
    if fill == "grey":
        values = np.broadcast_to(np.asarray(grey)[:, None, None], x.shape)
    elif fill == "mean":
        values = np.broadcast_to(means[:, None, None], x.shape)
    elif fill == "blur":
        values = blurred(x, size / 16)
    else:
        noise = np.random.RandomState(NOISE_SEED).randn(*x.shape)
        values = means[:, None, None] + x.std((1, 2))[:, None, None] * noise
    return torch.from_numpy(np.ascontiguousarray(values)).to(kind)


def removals(order, segments):
    """[K+1,1,H,W]: 1 where the picture is kept, after 0, 1, ..., K segments are removed."""
    gone = [np.isin(segments, order[:k]) for k in range(len(order) + 1)]
    return torch.from_numpy(~np.stack(gone))[:, None].double()


def probabilities(graph, run, x, keep, fill, grey, label, batch=16):
    """[rows] of the class, for masks `keep` [rows,1,H,W]."""
    rows = []
    changed = None if fill == "layer-mask" else replacement(x, fill, grey)[None]
    for part in keep.split(batch):
        if fill == "layer-mask":
            logits = run(graph, x[None].expand(len(part), -1, -1, -1), part)
        else:
            logits = run(graph, torch.where(part > 0, x[None], changed))
        rows.append(logits.softmax(1)[:, label])
    return torch.cat(rows).numpy()


def area(curve):
    """Under p / p0, over the share of segments removed; trapezoids."""
    ratio = np.asarray(curve) / curve[0]
    return float((ratio[1:] + ratio[:-1]).sum() / (2 * (len(ratio) - 1)))
