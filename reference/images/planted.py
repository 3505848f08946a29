"""Three nets set by hand, for identities that hold exactly.

- `linear.onnx`: `image` [N,2,3,3] -> `flat` -> `logits` [N,4], no bias. Softmax-linear: the total
  effect of setting parent i's weight to 0 is -W_ci x_i, exactly (all values are small integers).
- `units.onnx`: `z` [N,4] -> `units` [N,4,8,8] -> `relu_units` -> `image` [N,3,16,16]. Unit u shines
  on its own pattern, z_u times, where z_u > 0. The picture's red is unit 0, so IoU 1 with "red".
  Unit 3 has no outgoing weight: no edit of it changes a pixel.
- `dead.onnx`: `image` [N,1,6,6] -> a residual block with a norm of its own -> `logits` [N,2]; unit 2
  of `conv` never fires on inputs from 0 to 1.
"""

import numpy as np
import onnx
from onnx import helper

from graphs import Graph
from output import GOLDENS

F = np.float32


def linear():
    g = Graph("linear", "image", [2, 3, 3])
    g.node("Flatten", "flat", ["image"], axis=1)
    weight = (np.arange(72) * 7 % 11 - 5).reshape(4, 18).astype(F)
    g.linear("logits", "flat", weight, None)
    return g.save(GOLDENS / "planted" / "linear.onnx", "logits", [4]), weight


def patterns():
    """[4,8,8]: left half, a disc, lower half, and a frame."""
    row, column = np.indices((8, 8))
    disc = (row - 3.5) ** 2 + (column - 3.5) ** 2 <= 9
    frame = (row % 7 == 0) | (column % 7 == 0)
    return np.stack([column < 4, disc, row >= 4, frame]).astype(F)


def units():
    g = Graph("units", "z", [4])
    shape = g.constant("latent.shape", np.array([0, 4, 1, 1], np.int64))
    x = g.node("Reshape", "latent", ["z", shape])
    weight = np.zeros((4, 4, 8, 8), F)
    for u, pattern in enumerate(patterns()):
        weight[u, u] = pattern
    x = g.relu("relu_units", g.transposed("units", x, weight, np.zeros(4, F), 1, 0))
    twice = np.zeros((4, 4, 2, 2), F)
    for u in range(4):
        twice[u, u] = 1
    x = g.transposed("twice", x, twice, np.zeros(4, F), 2, 0)
    colours = np.zeros((3, 4, 1, 1), F)
    for u in range(3):
        colours[u, u] = 1
    g.conv("image", x, colours, np.zeros(3, F))
    return g.save(GOLDENS / "planted" / "units.onnx", "image", [3, 16, 16])


def dead():
    g = Graph("dead", "image", [1, 6, 6])
    weight = np.zeros((3, 1, 3, 3), F)
    weight[0, 0, 1, 1], weight[1, 0, :, 1], weight[2, 0] = 1, 1, -1
    x = g.conv("conv", "image", weight, np.array([0, -1, 0], F))
    scale, shift, mean, variance = (
        g.constant(f"norm.{key}", np.array(values, F)) for key, values in
        (("scale", [1, 2, 1]), ("shift", [0, 0.5, 0]), ("mean", [0, 0, 0]), ("variance", [1, 4, 1])))
    x = g.node("BatchNormalization", "norm", [x, scale, shift, mean, variance], epsilon=0.0)
    x = g.relu("relu", x)
    branch = g.conv("branch", x, np.full((3, 3, 1, 1), 0.25, F), np.zeros(3, F))
    x = g.mean("mean", g.add("sum", branch, x))
    g.linear("logits", x, np.array([[1, -1, 2], [0, 2, -1]], F), np.zeros(2, F))
    return g.save(GOLDENS / "planted" / "dead.onnx", "logits", [2])


def write():
    linear(), units(), dead()


if __name__ == "__main__":
    write()
