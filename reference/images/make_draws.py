"""What the seeds draw, so that a second implementation can check its own drawing first.

    python reference/images/make.py draws
"""

import numpy as np
import torch
from captum.attr import Occlusion
from skimage.segmentation import slic

import explain
import fills
from classifier import MEAN, STD, inputs
from make_sites import image_set, name_of
from output import rounded, write_json

AT = [k * 48 * 48 // 64 for k in range(64)]  # flat places of a 48 x 48 plane


WINDOW, STRIDE = 4, 3  # the last window of 10 rows and of 11 columns is cut at the border


SEGMENTED = ((10, 60, 4), (9, 5, 4), (30, 23, 12), (4, 4, 400))  # height, width, segments asked


def segmented(height, width, segments):
    """SLIC of bytes floor(256 random_sample()), smoothed along rows by repeating each three times."""
    drawn = np.random.RandomState(41).random_sample((height, -(-width // 3), 3))
    picture = np.repeat(np.floor(256 * drawn).astype(np.uint8), 3, axis=1)[:, :width]
    labels = slic(picture, n_segments=segments, compactness=20, start_label=0)
    return {"height": height, "width": width, "segments": segments, "labels": labels.ravel().tolist()}


def border():
    """[10,11]: captum's occlusion of x_i = i by a score that is the sum of i x_i."""
    x = torch.arange(110.0).double()
    score = lambda rows: (rows.flatten(1) * x).sum(1, keepdim=True)
    return Occlusion(score).attribute(x.reshape(1, 1, 10, 11), (1, WINDOW, WINDOW), (1, STRIDE, STRIDE), 0.0, 0)[0, 0]


def main():
    masks = explain.rise_masks(48, **explain.RISE).numpy().reshape(explain.RISE["masks"], -1)
    x = inputs(image_set()[:1])[0].double()
    grey = [(0.5 - MEAN) / STD] * 3
    rows = explain.Drawn(explain.LIME["seed"]).randint(0, 2, 3 * 36).reshape(3, 36)
    rows[0] = 1
    write_json("draws.json", {
        "at": AT,
        "rise": {**explain.RISE, "size": 48, "first": rounded(masks[0, AT], 12), "last": rounded(masks[-1, AT], 12)},
        "lime": {"seed": explain.LIME["seed"], "segments": 36, "rows": ["".join(map(str, row)) for row in rows.tolist()]},
        "occlusion": {"window": WINDOW, "stride": STRIDE, "map": rounded(border(), 12)},
        "slic": [segmented(*one) for one in SEGMENTED],
        "fills": {"image": name_of(0), "noiseSeed": fills.NOISE_SEED,
                  **{fill: rounded(fills.replacement(x, fill, grey)[1].numpy().ravel()[AT], 12)
                     for fill in ("grey", "mean", "blur", "noise")}},
        "channel": 1})
