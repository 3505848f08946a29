"""Trains the embedded image models and writes public/models/shapes and public/models/scenes.

    python reference/images/train.py            # both
    python reference/images/train.py shapes     # the classifier alone
"""

import sys

import numpy as np
import torch

import classifier
import generator
import scenes_model
import shapes
from cards import write_scenes, write_shapes
from png import encode, write_zip
from scenes import CONCEPTS, LABELS, concepts, render, scenes, segment

IMAGES, IMAGES_SEED = 20, 3  # per label, in scenes.zip


def train_shapes():
    weights = classifier.folded(classifier.train(lambda text: print(text, flush=True)))
    shapes.export(weights)
    with torch.no_grad():
        write_shapes(measured_shapes(), image_set())


def image_set():
    """scenes.zip: a folder for each label. Returns its number of images."""
    drawn = scenes(IMAGES * len(LABELS), IMAGES_SEED)
    files = {f"{LABELS[i % 16]}/{i // 16:02}.png": encode(render(s)) for i, s in enumerate(drawn)}
    write_zip(shapes.PATH.parent / "scenes.zip", dict(sorted(files.items())))
    return len(drawn)


def measured_shapes():
    """Accuracy, the maps' IoU with their concepts, and what swapping a group of channels does."""
    net = shapes.load()
    pictures, labels, shares = classifier.dataset(*classifier.TEST)
    found = shapes.sites(net, classifier.inputs(pictures))
    hit, truth = found["relu_maps"] > 0.5, shares > 0.5
    union = (hit | truth).sum((0, 2, 3))
    iou = ((hit & truth).sum((0, 2, 3)) / union).tolist()
    pooled = found["mean_flat"]
    other = torch.roll(torch.arange(len(labels)), 7)
    swaps = {}
    for name, begin, end, expected in (
            ("shape", 0, 4, labels // 4 * 4 + labels[other] % 4),
            ("colour", 4, 8, labels[other] // 4 * 4 + labels % 4),
            ("texture, place, object", 8, 16, labels)):
        mixed = pooled.clone()
        mixed[:, begin:end] = pooled[other, begin:end]
        logits = net.logits(net.relu_hidden(net.hidden(mixed)))
        swaps[name] = classifier.evaluate(logits, expected)
    return {"accuracy": classifier.evaluate(found["logits"], labels), "images": len(labels),
            "iou": dict(zip(CONCEPTS, iou)), "swapped": swaps}


def train_scenes():
    weights = generator.folded(generator.train(lambda text: print(text, flush=True)))
    scenes_model.export(weights)
    with torch.no_grad():
        write_scenes(measured_scenes())


def measured_scenes(count=500, seed=4):
    """How near the generated pictures are to the rendered ones, per pixel and per colour mask."""
    net = scenes_model.load()
    z = np.random.RandomState(seed).standard_normal((count, generator.LATENT))
    made = scenes_model.pictures(net(torch.from_numpy(z).float()))
    drawn = [generator.scene_of(row) for row in z]
    rendered = np.stack([render(s) for s in drawn])
    masks = np.stack([segment(picture) for picture in made])
    truth = np.stack([concepts(s)[4:8] for s in drawn])
    iou = (masks & truth).sum((0, 2, 3)) / (masks | truth).sum((0, 2, 3))
    right = torch.tensor([s.label for s in drawn])
    named = shapes.load()(classifier.inputs(made)).argmax(1)
    agree = lambda a, b: (a == b).double().mean().item()
    return {"images": count, "difference": float(abs(made.astype(int) - rendered).mean()),
            "iou": dict(zip(CONCEPTS[4:8], map(float, iou))),
            "named": {"colour": agree(named // 4, right // 4), "shape": agree(named % 4, right % 4)}}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or ["shapes", "scenes"]:
        {"shapes": train_shapes, "scenes": train_scenes}[name]()
