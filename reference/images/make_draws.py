"""What the seeds draw, so that a second implementation can check its own drawing first.

    python reference/images/make.py draws
"""

import numpy as np

import explain
import fills
from classifier import MEAN, STD, inputs
from make_sites import image_set, name_of
from output import rounded, write_json

AT = [k * 48 * 48 // 64 for k in range(64)]  # flat places of a 48 x 48 plane


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
        "fills": {"image": name_of(0), "noiseSeed": fills.NOISE_SEED,
                  **{fill: rounded(fills.replacement(x, fill, grey)[1].numpy().ravel()[AT], 12)
                     for fill in ("grey", "mean", "blur", "noise")}},
        "channel": 1})
