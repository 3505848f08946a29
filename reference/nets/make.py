"""Trains LeNet and writes reference/goldens/nets/: weights, digits, and what rewriting the weights gives.

    python reference/nets/make.py
"""

import sys
from pathlib import Path

import numpy as np
import torch

from effects import ahmad, attribution, graph, paired
from lenet import accuracy, inputs, split, train

GOLDENS = Path(__file__).parents[1] / "goldens"
sys.path.insert(0, str(GOLDENS))
from store import write_json, write_tensors  # noqa: E402

COMMAND = "python reference/nets/make.py"
LABEL, SAMPLES, OTHERS = 3, 100, 20
SOFT_BETA, SOFT_SEED = 0.1, 7
DIGITS = "0123456789abcdefg"


def rounded(values, digits=12):
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]


def chosen(net, images, labels):
    """The first SAMPLES right ones of LABEL, then the first OTHERS of every other label, all held out."""
    right = net(inputs(images)).argmax(1).numpy() == labels
    own = np.flatnonzero((labels == LABEL) & right)[:SAMPLES]
    others = [np.flatnonzero(labels == label)[:OTHERS] for label in range(10) if label != LABEL]
    return np.concatenate([own, *others])


def soft(count):
    return SOFT_BETA + 0.01 * np.random.RandomState(SOFT_SEED).random_sample(count)


def layer_json(layer):
    numbers = {key: rounded(layer[key]) for key in ("total", "relative", "kl", "first")}
    return {**{key: layer[key] for key in ("layer", "effects", "parents")}, **numbers}


def main():
    torch.set_num_threads(1)
    net = train()
    (train_images, train_labels), (images, labels) = split()
    picked = chosen(net, images, labels)
    x = inputs(images[picked][:SAMPLES])
    folder = GOLDENS / "nets"
    folder.mkdir(exist_ok=True)
    halves = {name: value.half() for name, value in net.state_dict().items()}
    write_tensors(folder / "lenet.safetensors", halves, "lenet", "weights", COMMAND)
    write_json(folder / "digits.json", {
        "command": COMMAND,
        "images": ["".join(DIGITS[value] for value in image) for image in images[picked]],
        "labels": labels[picked].tolist()})
    hard = lambda count: np.zeros(count)
    graphs = {"ahmad": (hard, ahmad), "ahmadSoft": (soft, ahmad), "paired": (hard, paired)}
    measured = {name: [layer_json(layer) for layer in graph(net, x, LABEL, *how)] for name, how in graphs.items()}
    maps = {layer["layer"]: rounded(attribution(net, x[:1], layer["layer"], layer["parents"], layer["effects"]), 9)
            for layer in measured["ahmad"] if layer["layer"].startswith("conv")}
    write_json(folder / "effects.json", {
        "command": COMMAND, "torch": torch.__version__, "label": LABEL,
        "accuracy": {"train": accuracy(net, train_images, train_labels), "heldOut": accuracy(net, images, labels),
                     "images": [len(train_images), len(images)]},
        "logits": rounded(net(x[:3])), "graphs": measured, "attribution": maps})
    for name, layers in measured.items():
        print(name, [(layer["layer"], len(layer["parents"])) for layer in layers])


if __name__ == "__main__":
    main()
