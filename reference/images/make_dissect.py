"""Goldens of dissection: the generator of scenes, and the DCGAN of faces.

    python reference/images/make.py dissect     # the generator of scenes
    python reference/images/make.py faces       # the DCGAN: its weights are fetched once, 13 MB
"""

import numpy as np
import torch

import dcgan
import dissect
import generator
import scenes_model
from make_real import hashes, sampled
from output import ROOT, rounded, write_json, write_tensors
from scenes import COLOURS, segment

FACES = ROOT / ".cache" / "images" / "dcgan.onnx"
DARK, QUANTILE, COUNT, SEED = 0.15, 0.8, 128, 1
SITE = "main.8"


def ablated(tail, maps, units, value=0.0):
    changed = maps.clone()
    changed[:, units] = value
    return tail(changed)


def inserted(tail, maps, unit, value):
    """The unit is `value` in the left half of its map."""
    changed = maps.clone()
    changed[:, unit, :, : maps.shape[-1] // 2] = value
    return tail(changed)


def summary(entries):
    values = [entry["iou"] for entry in entries]
    return {"best": int(np.argmax(values)), "iou": max(values), "median": float(np.median(values)),
            "units": [{key: value if value is None else float(f"{value:.7g}") for key, value in entry.items()}
                      for entry in entries]}


def dark(images):
    """[N,S,S]: the mean of the three channels, from 0 to 1, is below 0.15."""
    return (((images + 1) / 2).mean(1) < DARK).numpy()


def faces():
    net = dcgan.load()
    dcgan.export(FACES, dcgan.folded(net))
    z = dcgan.latents(COUNT, SEED)
    maps = net[:9](z)
    images, tail = net[9:](maps), net[9:]
    masks = dark(images)
    plain = dissect.at_quantile(maps, masks, QUANTILE)
    best = int(plain.argmax())
    top = np.argsort(-plain)[:20].tolist()
    mean = float(maps[:, best][maps[:, best] > 0].mean())
    changed = {"ablate-best": ablated(tail, maps, [best]), "ablate-20": ablated(tail, maps, top),
               "insert-best": inserted(tail, maps, best, mean)}
    curve = [float(dark(ablated(tail, maps, top[:k])).mean()) for k in range(len(top) + 1)]
    sites = {f"site/{i}": sampled(net[: i + 1](z[:2])) for i in (1, 2, 4, 5, 7, 8, 10, 11, 12, 13)}
    write_tensors("real/dcgan.safetensors", {
        "image": sampled(images[:2]), **sites,
        **{f"image/{name}": sampled(value[:4]) for name, value in changed.items()}}, "dcgan", "goldens")
    write_json("real/dcgan.json", {
        "package": dcgan.PACKAGE, "weights": dcgan.WEIGHTS, "file": hashes(FACES), "seed": SEED, "count": COUNT,
        "site": SITE, "dark": DARK, "quantile": QUANTILE, "darkShare": float(masks.mean()),
        "atQuantile": {"best": best, "iou": float(plain.max()), "median": float(np.median(plain)),
                       "units": rounded(plain, 7)},
        "halves": summary(dissect.dissect(maps, masks)),
        "top20": top, "inserted": mean, "darkAfterAblating": curve,
        "hooks": {**{f"main.{i}": f"{i + 1}" for i in range(0, 12, 3)},
                  **{f"main.{i}": f"{i}" for i in (2, 5, 8, 11, 12)}, "image": "13"}})


def scenes(count=200, seed=6):
    net = scenes_model.load()
    z = torch.from_numpy(np.random.RandomState(seed).standard_normal((count, generator.LATENT))).float()
    found, kept = {}, {}
    x = z
    for name, module in net.named_children():
        x = module(x)
        if name in ("relu2", "relu3", "relu4"):
            kept[name] = x
    pictures = scenes_model.pictures(x)
    masks = np.stack([segment(picture) for picture in pictures])
    for name, maps in kept.items():
        found[name] = {colour: summary(dissect.dissect(maps, masks[:, c])) for c, colour in enumerate(COLOURS)}
    tail = lambda maps: net.image(net.rgb(net.relu4(net.up4(maps))))
    units = [found["relu3"][colour]["best"] for colour in COLOURS]
    share = lambda images: np.stack([segment(p) for p in scenes_model.pictures(images)]).mean((0, 2, 3)).tolist()
    write_json("scenes-dissect.json", {
        "seed": seed, "count": count, "concepts": list(COLOURS), "sites": found,
        "ablation": {"site": "relu3", "units": units, "before": share(x),
                     "after": {colour: share(ablated(tail, kept["relu3"], [u])) for colour, u in zip(COLOURS, units)}},
        "doseResponse": doses(net)})


def doses(net, count=40, seed=7):
    """Latent 0 set to nine values, the others drawn once: mean column of the colourful pixels."""
    z = torch.from_numpy(np.random.RandomState(seed).standard_normal((count, generator.LATENT))).float()
    values, means = np.linspace(-3, 3, 9), {0: [], 15: []}
    for latent, found in means.items():
        for value in values:
            moved = z.clone()
            moved[:, latent] = float(value)
            colourful = np.stack([segment(p) for p in scenes_model.pictures(net(moved))]).any(1)
            weight = colourful.sum((1, 2))
            column = (colourful * np.arange(colourful.shape[2])).sum((1, 2))[weight > 0] / weight[weight > 0]
            found.append(float(column.mean()))
    return {"count": count, "seed": seed, "values": values.tolist(), "outcome": "mean column of colourful pixels",
            "latents": {str(latent): found for latent, found in means.items()}}
