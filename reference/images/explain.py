"""Maps of a picture by masks and by gradients. Every random number comes from numpy's RandomState,
by `random_sample` alone, so that it can be drawn again elsewhere.
"""

import math

import numpy as np
import torch
from torch.nn import functional as F

RISE = {"masks": 200, "grid": 6, "keep": 0.5, "seed": 21}
LIME = {"samples": 200, "seed": 22, "kernelWidth": 0.25}
OCCLUSION = {"window": 12, "stride": 4}
INTEGRATED = {"steps": 32}


def rise_masks(size, masks, grid, keep, seed):
    """[masks,1,S,S], as captum-rise makes them.

    For each mask: grid x grid numbers, row by row, cell = number < keep; bilinear to (grid + 1)
    ceil(S / grid) squared with corners aligned; two more numbers: row and column of the crop,
    floor(number times (the enlarged side - S)).
    """
    rng, side = np.random.RandomState(seed), (grid + 1) * math.ceil(size / grid)
    rows = []
    for _ in range(masks):
        cells = torch.from_numpy((rng.random_sample((grid, grid)) < keep).astype(np.float64))
        large = F.interpolate(cells[None, None], (side, side), mode="bilinear", align_corners=True)[0, 0]
        top, left = np.floor(rng.random_sample(2) * (side - size)).astype(int)
        rows.append(large[top : top + size, left : left + size])
    return torch.stack(rows)[:, None]


def scores(net, rows, label, batch=50):
    return torch.cat([net(part).softmax(1)[:, label] for part in rows.split(batch)])


def rise(net, x, label, **how):
    """x [C,S,S] times each mask; the masks' mean, weighed by the class's probability: [S,S]."""
    masks = rise_masks(x.shape[-1], **how)
    p = scores(net, x[None] * masks, label)
    return (p[:, None, None] * masks[:, 0]).mean(0), p


class Drawn(np.random.RandomState):
    """A RandomState whose zeros and ones are floor(2 random_sample())."""

    def randint(self, low, high=None, size=None, dtype=int):
        if (low, high) != (0, 2):
            raise ValueError(f"Expected 0 or 1 to be drawn, got from {low} to {high}")
        return np.floor(2 * self.random_sample(size)).astype(int)


def lime(net, x, label, segments, samples, seed, kernelWidth):
    """[segments]: weights of LIME's linear model, by the package `lime`.

    Rows of zeros and ones, row by row, the first all ones; a segment that is 0 becomes 0, which is
    grey (a flat segment's own mean would hide nothing); weight sqrt(exp(-d^2 / kernelWidth^2)), d
    the cosine distance to the first row; ridge regression with alpha 1 and an intercept, on the
    class's probability.
    """
    from lime.lime_image import LimeImageExplainer

    explainer = LimeImageExplainer(kernel_width=kernelWidth, feature_selection="none", random_state=Drawn(seed))
    predict = lambda rows: net(torch.from_numpy(rows).permute(0, 3, 1, 2)).softmax(1).numpy()
    found = explainer.explain_instance(
        x.permute(1, 2, 0).numpy(), predict, labels=(label,), top_labels=None, num_samples=samples, batch_size=50,
        hide_color=0, segmentation_fn=lambda picture: segments, random_seed=0)
    weights = np.zeros(segments.max() + 1)
    for segment, weight in found.local_exp[label]:
        weights[segment] = weight
    return weights, found.intercept[label]


def occlusion(net, x, label, window, stride, baseline=0.0):
    """[S,S], by captum: the mean, over the windows that hold a pixel, of p - p(window = baseline)."""
    from captum.attr import Occlusion

    forward = lambda rows: net(rows).softmax(1)
    found = Occlusion(forward).attribute(
        x[None], (x.shape[0], window, window), (x.shape[0], stride, stride), baseline, label, perturbations_per_eval=50)
    return found[0, 0]


GRADIENTS = ("saliency", "gradient-x-input", "integrated-gradients")


def gradient(name, net, x, label):
    """[S,S]: a map of the class's logit, by captum, summed over colours (saliency: the largest of
    them). Integrated gradients: baseline 0, midpoints."""
    from captum.attr import InputXGradient, IntegratedGradients, Saliency

    with torch.enable_grad():
        rows = x[None].clone().requires_grad_(True)
        if name == "saliency":
            return Saliency(net).attribute(rows, label)[0].amax(0).detach()
        if name == "gradient-x-input":
            return InputXGradient(net).attribute(rows, label)[0].sum(0).detach()
        return IntegratedGradients(net).attribute(
            rows, 0.0, label, n_steps=INTEGRATED["steps"], method="riemann_middle")[0].sum(0).detach()


def order_of(values, segments):
    """Segments by mean |value|, largest first; ties to the lower number."""
    means = np.array([np.abs(values[segments == s]).mean() for s in range(segments.max() + 1)])
    return [int(s) for s in np.lexsort((np.arange(len(means)), -means))]


def lipschitz(explain, x, count=10, mean=0.1, std=0.1, seed=23):
    """Local Lipschitz estimate: the largest |a - a'| / |x - x'| over noisy x'. Maps are |a| over
    their largest value. Noise: mean + std RandomState(seed).randn, one picture after another."""
    rng = np.random.RandomState(seed)
    a, largest = normalised(explain(x)), 0.0
    for _ in range(count):
        moved = x + torch.from_numpy(mean + std * rng.randn(*x.shape))
        change = np.linalg.norm(normalised(explain(moved)) - a)
        largest = max(largest, float(change / torch.linalg.vector_norm(moved - x)))
    return largest


def normalised(values):
    values = np.abs(np.asarray(values))
    return values / values.max() if values.max() > 0 else values
