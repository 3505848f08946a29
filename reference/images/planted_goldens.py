"""The planted nets, run by onnxruntime, and what must hold of them.

    python reference/images/make.py planted
"""

import numpy as np
import onnxruntime

import planted
from output import GOLDENS, write_json, write_tensors


def run(name, feeds):
    session = onnxruntime.InferenceSession((GOLDENS / "planted" / name).read_bytes(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)[0]


def total_effects(weight, x, label):
    """TE_i = -W_ci x_i of every input i, u = 0: rewriting one weight changes the logit by that."""
    y, effects = x @ weight.T, []
    for i in range(weight.shape[1]):
        changed = weight.copy()
        changed[label, i] = 0
        effects.append((x @ changed.T - y)[:, label])
    return np.stack(effects, 1)


def main():
    planted.write()
    _, weight = planted.linear()
    x = (np.arange(3 * 18) * 5 % 9 - 4).reshape(3, 2, 3, 3).astype(np.float32)
    flat = x.reshape(3, 18)
    effects = total_effects(weight, flat, 1)
    if not np.array_equal(effects, -weight[1] * flat):
        raise ValueError("Expected the total effects of the linear net to be -W x, exactly")
    z = np.array([[1, 0.5, -1, 2], [-1, 1, 1, 1], [0.25, -1, 0.5, -2]], np.float32)
    picture = run("units.onnx", {"z": z})
    red = picture[:, 0] > 0
    unit = np.repeat(np.repeat(np.maximum(z, 0)[:, :1, None, None] * planted.patterns()[None, :1], 2, 2), 2, 3)[:, 0] > 0
    if not np.array_equal(red, unit):
        raise ValueError("Expected unit 0 to be where the picture is red")
    shades = (np.arange(72) % 7 / 6).reshape(2, 1, 6, 6).astype(np.float32)
    write_tensors("planted/planted.safetensors", {
        "linear/image": x, "linear/logits": run("linear.onnx", {"image": x}), "linear/totalEffects": effects,
        "units/z": z, "units/image": picture,
        "dead/image": shades, "dead/logits": run("dead.onnx", {"image": shades})},
        "planted", "inputs and outputs, by onnxruntime")
    write_json("planted/planted.json", {
        "linear": {"label": 1, "candidates": 18,
                   "truth": "The total effect on logit 1 of setting the weight of input i to 0 is -W[1, i] x[i], exactly."},
        "units": {"site": "relu_units", "concept": "red: image[0] > 0", "unit": 0, "threshold": 0, "iou": 1,
                  "withoutOutgoing": 3,
                  "truth": "Unit 0, repeated 2 x 2, is positive exactly where the picture is red. Unit 3's weights are 0."},
        "dead": {"site": "relu", "deadUnit": 2,
                 "truth": "Unit 2 is 0 on every image from 0 to 1: its edges have no effect and it is never selected."}})
