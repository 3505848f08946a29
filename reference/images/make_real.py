"""MobileNetV2: graph, sites, rank-one rewrites and layer masking, from PyTorch.

    python reference/images/make.py real

Fetches the weights once (13 MB) into .cache/python and writes .cache/images/mobilenet_v2.onnx.
"""

import hashlib

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from skimage.segmentation import slic

import explain
import fills
import layer_mask
import mobilenet
import photos
from output import GOLDENS, ROOT, rounded, write_json, write_tensors
from png import encode, write_zip

PATH = ROOT / ".cache" / "images" / "mobilenet_v2.onnx"
NAMES = ("cat", "coffee")
SAMPLES = 256  # values kept of a site: those at floor(k size / 256)
GREY = (0.5 - np.array(mobilenet.MEAN)) / np.array(mobilenet.STD)
SLIC = {"n_segments": 12, "compactness": 20, "start_label": 0}
OPENED = (0, 5, 10)  # crops whose picture is kept: a cat, a cup, a face
# layer, effects, candidates
RANK_ONE = (
    ("logits", [285], [3, 77, 500, 1279]),
    ("features.18.0", [5, 100, 640, 1200], [0, 9, 160, 319]),
    ("features.17.conv.1.0", [4, 8, 500], [4, 8, 9]),
    ("features.14.conv.2", [0, 7, 150], [11, 400, 575]),
    ("features.0.0", [1, 2, 3], [0, 1, 2]))
U = {"hard": 0.0, "soft": 0.05}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hashes(path):
    """Of the file, and of every tensor's raw little-endian bytes."""
    model = onnx.load(path)
    return {"sha256": sha256(path.read_bytes()), "bytes": path.stat().st_size, "nodes": len(model.graph.node),
            "tensors": {t.name: sha256(numpy_helper.to_array(t).tobytes()) for t in model.graph.initializer}}


def sampled(values):
    """[N,...] -> [N,samples]"""
    flat = values.flatten(1)
    count = min(SAMPLES, flat.shape[1])
    return flat[:, (np.arange(count) * flat.shape[1] // count).tolist()]


def hooked(net, names, x):
    """{node: output of its module}, from the published net with its norms apart."""
    layers, found, hooks = dict(net.named_modules()), {}, []
    for node, module in names.items():
        hooks.append(layers[module].register_forward_hook(lambda m, i, out, node=node: found.__setitem__(node, out)))
    net(x)
    for hook in hooks:
        hook.remove()
    found["mean"] = found["features.18.2"].mean((2, 3), keepdim=True)
    found["mean_flat"] = found["mean"].flatten(1)
    return found


def site_goldens(net, graph, x):
    found = hooked(net, mobilenet.hook_names(net), x)
    nodes = [output for _, _, output, _ in graph[0]]
    if set(nodes) != set(found):
        raise ValueError(f"Expected a module for each node, got {set(nodes) ^ set(found)}")
    _, ours = layer_mask.run(graph, x, sites=nodes)
    table = {}
    for node in nodes:
        largest = found[node].abs().max()
        table[node] = {"shape": list(found[node].shape[1:]), "largest": float(largest),
                       "folded": float((ours[node][0] - found[node]).abs().max() / largest)}
    return table, {f"site/{node}": sampled(found[node]) for node in nodes}


def rewritten(graph, x, name, effects, parent, u):
    nodes, weights, source, target = graph
    weight = weights[f"{name}.weight"].clone()
    if weight.ndim == 4 and weight.shape[1] == 1 and weight.shape[0] > 1:
        if parent in effects:
            weight[parent] = u
    else:
        weight[effects, parent] = u
    return layer_mask.run((nodes, {**weights, f"{name}.weight": weight}, source, target), x)


def rank_one_goldens(graph, x):
    return {f"rank-one/{name}/{kind}": torch.stack([rewritten(graph, x, name, effects, i, u) for i in candidates])
            for name, effects, candidates in RANK_ONE for kind, u in U.items()}


def masks(x):
    """{name: [1,1,224,224]}: a square, blocks drawn from RandomState(31), and nothing."""
    square, blocks = torch.zeros(1, 1, 224, 224), np.random.RandomState(31).random_sample((14, 14)) < 0.5
    square[..., 56:176, 40:190] = 1
    blocks = torch.from_numpy(np.kron(blocks, np.ones((16, 16)))).float()[None, None]
    return {"square": square, "blocks": blocks, "nothing": torch.zeros(1, 1, 224, 224)}


def mask_goldens(graph, x):
    """Logits under each mask, with and without filling; and the identities, bit for bit."""
    wide = lambda mask: mask.expand(len(x), -1, -1, -1)
    ones, tensors = torch.ones(1, 1, 224, 224), {}
    noise = torch.from_numpy(np.random.RandomState(32).randn(*x.shape)).float()
    found = {"onesEqualPlain": torch.equal(layer_mask.run(graph, x, wide(ones)), layer_mask.run(graph, x))}
    for name, mask in masks(x).items():
        mask = wide(mask)
        logits = layer_mask.run(graph, x, mask)
        other = layer_mask.run(graph, torch.where(mask > 0, x, noise), mask)
        found[f"{name}IndependentOfOutside"] = torch.equal(logits, other)
        tensors[f"layer-mask/{name}"] = logits
        tensors[f"layer-mask/{name}/no-fill"] = layer_mask.run(graph, x, mask, fill=False)
    found["nothingConstant"] = torch.equal(tensors["layer-mask/nothing"][0], tensors["layer-mask/nothing"][1])
    return found, tensors


def occlusion_order(graph, x, segments, label):
    """Segments by the drop of p when each alone becomes grey, largest first."""
    keep = torch.from_numpy(np.stack([segments != s for s in range(segments.max() + 1)]))[:, None].float()
    p = fills.probabilities(graph, layer_mask.run, x, keep, "grey", GREY, label)
    return [int(s) for s in np.lexsort((np.arange(len(p)), p))]


def crop_pictures():
    """The crops that the tests open."""
    write_zip(GOLDENS / "real" / "crops.zip", {f"{k:02}.png": encode(photos.crops()[k]) for k in OPENED})


def curve_goldens(graph):
    """Twenty crops, five fills, most and least important segments first."""
    pictures, entries, files = photos.crops(), [], {}
    for k, (picture, place) in enumerate(zip(pictures, photos.CROPS)):
        x = mobilenet.normalised(picture[None])[0]
        segments = slic(picture, **SLIC)
        files[f"{k:02}.png"] = encode(np.repeat(segments[..., None], 3, 2).astype(np.uint8))
        label = int(layer_mask.run(graph, x[None]).argmax())
        order = occlusion_order(graph, x, segments, label)
        found = {}
        for fill in fills.FILLS:
            found[fill] = {}
            for name, way in (("most", order), ("least", order[::-1])):
                p = fills.probabilities(graph, layer_mask.run, x, fills.removals(way, segments).float(), fill, GREY, label)
                found[fill][name] = {"p": rounded(p, 7), "area": fills.area(p)}
        entries.append({"crop": list(place), "label": label, "order": order, "curves": found})
        print(f"crop {k}", flush=True)
    write_zip(GOLDENS / "real" / "segments.zip", files)
    means = {fill: {name: float(np.mean([entry["curves"][fill][name]["area"] for entry in entries]))
                    for name in ("most", "least")} for fill in fills.FILLS}
    write_json("real/curves.json", {
        "slic": SLIC, "grey": rounded(GREY), "noiseSeed": fills.NOISE_SEED, "meanAreas": means, "crops": entries})


def main():
    net = mobilenet.load()
    mobilenet.export(PATH, mobilenet.folded(net))
    graph = layer_mask.read(PATH)
    pictures = np.stack([photos.preprocessed({"cat": "chelsea"}.get(name, name)) for name in NAMES])
    (GOLDENS / "real").mkdir(parents=True, exist_ok=True)
    for name, picture in zip(NAMES, pictures):
        (GOLDENS / "real" / f"{name}.png").write_bytes(encode(picture))
    x = mobilenet.normalised(pictures)
    table, tensors = site_goldens(net, graph, x)
    identities, masked = mask_goldens(graph, x)
    logits = net(x)
    top = [{"image": name, "class": int(p.argmax()), "p": float(p.max())} for name, p in zip(NAMES, logits.softmax(1))]
    write_tensors("real/mobilenet.safetensors", {
        "logits": logits, **tensors, **rank_one_goldens(graph, x), **masked}, "mobilenet_v2", "goldens")
    write_json("real/mobilenet.json", {
        "package": mobilenet.PACKAGE, "weights": mobilenet.WEIGHTS, "images": list(NAMES), "classes": top,
        "samples": SAMPLES, "file": hashes(PATH), "sites": table, "hooks": mobilenet.hook_names(net),
        "rankOne": {"u": U, "layers": [{"layer": n, "effects": e, "candidates": c} for n, e, c in RANK_ONE]},
        "layerMask": identities})
    curve_goldens(graph)
    crop_pictures()
