"""GAN dissection (Bau et al. 2019): how well a unit's map agrees with a concept's mask.

A unit's map is resized to the picture (bilinear, half-pixel centres) and cut at a threshold. The
threshold is chosen on the first half of the pictures, the IoU is reported on the second.
"""

import numpy as np
import torch
from torch.nn import functional as F

LEVELS = np.logspace(-3, 0, 100)  # shares of the unit's values above the threshold
AGREEMENT, SHARE = 0.8, 1e-3


def enlarged(maps, size):
    return F.interpolate(maps, (size, size), mode="bilinear", align_corners=False)


def counts(values, truth, thresholds):
    """Pixels hit, and hit and true, for each threshold. `values`, `truth` flat."""
    order = np.argsort(-values, kind="stable")
    true = np.concatenate([[0], np.cumsum(truth[order])])
    hit = np.searchsorted(-values[order], -thresholds, side="left")
    return hit, true[hit]


def quality(hit, both, truth, total):
    """Information quality ratio I / H of the two masks, and their agreement."""
    joint = np.stack([both, hit - both, truth - both, total - hit - truth + both]) / total
    entropy = lambda p: -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(0)
    h = entropy(joint)
    apart = entropy(np.stack([hit, total - hit]) / total) + entropy(np.stack([[truth], [total - truth]]) / total)
    return np.where(h > 0, (apart - h) / np.where(h > 0, h, 1), 0), joint[0] + joint[3]


def iou(hit, both, truth):
    union = hit + truth - both
    return float(both / union) if union else 0.0


def dissect(maps, masks):
    """maps [N,U,h,w], masks [N,S,S] of one concept: an entry for each unit."""
    half, size = len(maps) // 2, masks.shape[-1]
    up, truth, found = enlarged(maps, size).numpy(), masks.reshape(len(masks), -1), []
    for u in range(maps.shape[1]):
        learn, test = up[:half, u].reshape(-1), up[half:, u].reshape(-1)
        true, other = truth[:half].reshape(-1), truth[half:].reshape(-1)
        thresholds = np.quantile(maps[:half, u].numpy().reshape(-1).astype(np.float64), 1 - LEVELS)
        hit, both = counts(learn, true, thresholds)
        ratio, agreement = quality(hit, both, true.sum(), len(true))
        allowed = (agreement > AGREEMENT) & (thresholds > 0) & (true.mean() >= SHARE)
        if not allowed.any():
            found.append({"threshold": None, "iqr": 0.0, "iou": 0.0})
            continue
        best = int(np.where(allowed, ratio, -1).argmax())
        hits, boths = counts(test, other, thresholds[best : best + 1])
        found.append({"threshold": float(thresholds[best]), "iqr": float(ratio[best]),
                      "iou": iou(hits[0], boths[0], other.sum())})
    return found


def at_quantile(maps, masks, quantile):
    """IoU of each unit at one quantile of its own values, over all pictures."""
    up, truth = enlarged(maps, masks.shape[-1]).numpy(), masks.reshape(-1)
    found = []
    for u in range(maps.shape[1]):
        threshold = np.quantile(maps[:, u].numpy().reshape(-1).astype(np.float64), quantile)
        hit, both = counts(up[:, u].reshape(-1), truth, np.array([threshold]))
        found.append(iou(hit[0], both[0], truth.sum()))
    return np.array(found)
