"""Goldens of the two embedded nets: every site, full patches, edits, rank-one rewrites, class graphs.

    python reference/images/make.py sites
"""

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

import generator
import rank_one
import scenes_model
import shapes
from classifier import LABELS, inputs
from graphs import with_outputs
from output import rounded, write_json, write_tensors
from scenes import render, scenes

IMAGES, IMAGES_SEED = 20, 3  # as scenes.zip
SITE_IMAGES = (0, 20)  # places in the order of drawing: "red circle/00", "green circle/01"
RANK_IMAGES, SOFT = 4, 0.3
GRAPH_LABELS = (0, 9)  # red circle, blue square


def image_set():
    """The pictures of scenes.zip, [320,48,48,3], in the order of drawing: label i % 16."""
    return np.stack([render(s) for s in scenes(IMAGES * len(LABELS), IMAGES_SEED)])


def name_of(i):
    return f"{LABELS[i % 16]}/{i // 16:02}.png"


def of_label(pictures, label):
    return pictures[label::16]


def relative(a, b):
    """Largest difference over the largest value of `b`."""
    return float((a - b).abs().max() / b.abs().max())


def in_onnxruntime(path, feeds):
    """{site: tensor} of every node, without graph optimisation."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = with_outputs(onnx.load(path))
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, map(torch.from_numpy, session.run(names, feeds))))


def site_golden(module, path, feed, x, name):
    single, double = module.load(), module.load(torch.float64)
    found, exact = shapes.sites(single, x), shapes.sites(double, x.double())
    other = in_onnxruntime(path, {feed: x.numpy()})
    nodes = [node.output[0] for node in onnx.load(path).graph.node]
    if nodes != list(found):
        raise ValueError(f"Expected the modules of {name} to be its nodes, got {list(found)} and {nodes}")
    write_tensors(f"{name}-sites.safetensors", {feed: x, **found}, name, "sites")
    return {site: {"shape": list(value.shape[1:]), "largest": float(value.abs().max()),
                   "float32Noise": relative(value.double(), exact[site]),
                   "onnxruntime": relative(other[site], value)} for site, value in found.items()}


def patched(net, x, site, change):
    """Logits when module `site` outputs `change(output)`."""
    hook = getattr(net, site).register_forward_hook(lambda m, i, out: change(out))
    logits = net(x)
    hook.remove()
    return logits


def patches(net, x):
    """Every site of image 0 replaced by image 1's, and which of them cut the graph: there the answer
    is image 1's bit for bit, all runs being of one image."""
    found = shapes.sites(net, x[1:])
    logits, bottlenecks = [], []
    for site, value in found.items():
        after = patched(net, x[:1], site, lambda out, value=value: value)
        logits.append(after[0])
        if torch.equal(after, found["logits"]):
            bottlenecks.append(site)
    return list(found), torch.stack(logits), bottlenecks


EDITS = [
    {"name": "zero-channel", "site": "relu4", "channels": [3], "op": "zero"},
    {"name": "shape-channels-from-other", "site": "relu_maps", "channels": [0, 1, 2, 3], "op": "other"},
    {"name": "left-half-from-other", "site": "conv2", "columns": [0, 6], "op": "other"},
    {"name": "branch-zero", "site": "conv3b", "op": "zero"},
    {"name": "scale-hidden", "site": "hidden", "op": "scale", "alpha": -0.5},
]


def edited(net, x, edit, found):
    other = found[edit["site"]].flip(0)

    def change(out):
        mask = torch.zeros_like(out, dtype=torch.bool)
        if "channels" in edit:
            mask[:, edit["channels"]] = True
        elif "columns" in edit:
            begin, end = edit["columns"]
            mask[..., begin:end] = True
        else:
            mask[:] = True
        new = {"zero": torch.zeros_like(out), "other": other, "scale": out * edit.get("alpha", 1)}[edit["op"]]
        return torch.where(mask, new, out)

    return patched(net, x, edit["site"], change)


def rank_one_golden(pictures):
    net, exact = shapes.load(), shapes.load(torch.float64)
    x = inputs(of_label(pictures, 0)[:RANK_IMAGES])
    graph = rank_one.class_graph(exact, x.double(), 0)
    tensors, noise = {"images": x, "clean": net(x)}, {}
    effects = {entry["layer"]: entry["effects"] for entry in graph}
    for name in rank_one.CHAIN:
        for kind, u in (("hard", 0.0), ("soft", SOFT)):
            single = rank_one.rewritten(net, name, effects[name], u, x)
            double = rank_one.rewritten(exact, name, effects[name], u, x.double())
            tensors[f"{name}/{kind}"] = double
            noise[f"{name}/{kind}"] = relative(single.double(), double)
    write_tensors("shapes-rank-one.safetensors", tensors, "shapes", "logits [candidates, images, classes]")
    return {"images": [name_of(16 * k) for k in range(RANK_IMAGES)], "label": 0, "u": {"hard": 0.0, "soft": SOFT},
            "layers": [{"layer": name, "effects": effects[name], "candidates": rank_one.parents(getattr(net, name))}
                       for name in rank_one.CHAIN], "float32Noise": noise}


def class_graphs(pictures):
    net, found = shapes.load(torch.float64), []
    for label in GRAPH_LABELS:
        x = inputs(of_label(pictures, label)).double()
        right = net(x).argmax(1) == label
        layers = rank_one.class_graph(net, x[right], label)
        for layer in layers:
            for key in ("total", "relative", "kl"):
                layer[key] = rounded(layer[key])
        found.append({"label": label, "name": LABELS[label], "images": right.nonzero().flatten().tolist(),
                      "layers": layers})
    return found


def causes(pictures):
    """For every label, the channels of `maps` that the graph finds, to compare with truth.json."""
    net, found = shapes.load(torch.float64), {}
    for label, name in enumerate(LABELS):
        x = inputs(of_label(pictures, label)).double()
        layers = rank_one.class_graph(net, x, label, ("logits", "hidden"))
        found[name] = layers[-1]["parents"]
    return found


def main():
    pictures = image_set()
    x = inputs(pictures[list(SITE_IMAGES)])
    net = shapes.load()
    found = shapes.sites(net, x)
    names, logits, bottlenecks = patches(net, x)
    edits = {f"edit/{edit['name']}": edited(net, x, edit, found) for edit in EDITS}
    write_tensors("shapes-patches.safetensors", {"images": x, "clean": found["logits"], "full": logits, **edits},
                  "shapes", "logits")
    write_json("shapes-sites.json", {
        "images": [name_of(i) for i in SITE_IMAGES],
        "sites": site_golden(shapes, shapes.PATH, "image", x, "shapes"),
        "fullPatch": {"order": names, "bottlenecks": bottlenecks}, "edits": EDITS})
    write_json("shapes-rank-one.json", rank_one_golden(pictures))
    write_json("shapes-class-graph.json", {
        "rule": {"z": rank_one.Z, "fallback": rank_one.FALLBACK, "u": 0}, "graphs": class_graphs(pictures),
        "causes": causes(pictures)})
    z = torch.from_numpy(np.random.RandomState(5).standard_normal((2, generator.LATENT))).float()
    if scenes_model.PATH.exists():
        write_json("scenes-sites.json", {
            "seed": 5, "sites": site_golden(scenes_model, scenes_model.PATH, "z", z, "scenes")})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
