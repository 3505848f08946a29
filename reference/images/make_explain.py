"""Goldens of maps, of removal, and of what the two say about each other, on the classifier.

    python reference/images/make.py explain

20 pictures of one label. Everything is in float64 with the shipped float32 weights.
"""

from multiprocessing import get_context

import numpy as np
import rise as captum_rise
import torch
from scipy import stats
from skimage.segmentation import slic

import explain
import fills
import layer_mask
import rank_one
import shapes
from classifier import MEAN, STD, inputs
from make_sites import image_set, name_of, of_label
from output import rounded, write_json, write_tensors

LABEL, MAPS = 0, 3  # red circle; pictures whose maps are stored
SLOW = {"rise": 5, "occlusion": 5}  # pictures whose Lipschitz estimate is made; the others: all
SLIC = {"n_segments": 36, "compactness": 40, "start_label": 0}
GREY = [(0.5 - MEAN) / STD] * 3
WORKERS = 4
GRAPH_LAYERS = ("maps", "conv4", "conv2", "conv1")
GRAPH_MAP = "conv4"  # the layer whose map stands for the class graph in the comparison


def methods(net, graph):
    """{name: picture -> [S,S]}"""
    return {
        "class-graph": lambda x: rank_one.attribution(net, x[None], graph, GRAPH_MAP),
        "rise": lambda x: explain.rise(net, x, LABEL, **explain.RISE)[0],
        "occlusion": lambda x: explain.occlusion(net, x, LABEL, **explain.OCCLUSION),
        **{name: lambda x, name=name: explain.gradient(name, net, x, LABEL) for name in explain.GRADIENTS}}


def interval(values):
    """Mean and 95 % interval over pictures, by Student's t."""
    values = np.asarray(values)
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": float(values.mean()), "low": float(values.mean() - half), "high": float(values.mean() + half)}


def check_rise(net, x):
    """captum-rise's own loop with our masks must give our map."""
    masks = explain.rise_masks(x.shape[-1], **explain.RISE)
    drawn, captum_rise.generate_mask_sets = captum_rise.generate_mask_sets, lambda n, c: ((m[0],) for m in masks)
    theirs = captum_rise.RISE(lambda rows: net(rows).softmax(1)).attribute(
        x[None], len(masks), ((6, 6),), target=LABEL)
    captum_rise.generate_mask_sets = drawn
    return float((theirs[0] - explain.rise(net, x, LABEL, **explain.RISE)[0]).abs().max())


def check_occlusion(net, x):
    """The same by a plain loop."""
    window, stride, size = explain.OCCLUSION["window"], explain.OCCLUSION["stride"], x.shape[-1]
    places = [(r, c) for r in range(0, size - window + 1, stride) for c in range(0, size - window + 1, stride)]
    total, count = torch.zeros(size, size).double(), torch.zeros(size, size).double()
    p0 = net(x[None]).softmax(1)[0, LABEL]
    for r, c in places:
        hidden = x.clone()
        hidden[:, r : r + window, c : c + window] = 0
        total[r : r + window, c : c + window] += p0 - net(hidden[None]).softmax(1)[0, LABEL]
        count[r : r + window, c : c + window] += 1
    return float((total / count - explain.occlusion(net, x, LABEL, **explain.OCCLUSION)).abs().max())


def curves(graph, x, segments, order):
    """{fill: {most: [...], least: [...]}}, the class's probability after 0, 1, ... segments."""
    found = {}
    for fill in fills.FILLS:
        found[fill] = {
            name: rounded(fills.probabilities(
                graph, layer_mask.run, x, fills.removals(way, segments), fill, GREY, LABEL))
            for name, way in (("most", order), ("least", order[::-1]))}
    return found


def setting():
    """What every picture needs: pictures, nets, class graph."""
    pictures = of_label(image_set(), LABEL)
    xs, net = inputs(pictures).double(), shapes.load(torch.float64)
    return pictures, xs, net, rank_one.class_graph(net, xs, LABEL)


@torch.no_grad()
def picture(k):
    """One picture: (its entry of the JSON, its tensors, its segments)."""
    torch.set_num_threads(1)
    pictures, xs, net, class_graph = setting()
    graph, ways, x = layer_mask.read(shapes.PATH, torch.float64), methods(net, class_graph), xs[k]
    segments = slic(pictures[k], **SLIC)
    maps = {name: way(x).detach() for name, way in ways.items()}
    orders = {name: explain.order_of(values.numpy(), segments) for name, values in maps.items()}
    entry = {"image": name_of(16 * k + LABEL), "segments": int(segments.max()) + 1, "orders": orders,
             "irof": {}, "lipschitz": {}}
    for name, order in orders.items():
        keep = fills.removals(order, segments)
        entry["irof"][name] = {fill: fills.area(fills.probabilities(
            graph, layer_mask.run, x, keep, fill, GREY, LABEL)) for fill in ("mean", "layer-mask")}
        if k < SLOW.get(name, len(xs)):
            entry["lipschitz"][name] = explain.lipschitz(lambda y, name=name: ways[name](y).detach(), x)
    entry["curves"] = curves(graph, x, segments, orders["occlusion"])
    tensors = {}
    if k < MAPS:
        weights, intercept = explain.lime(net, x, LABEL, segments, **explain.LIME)
        entry["lime"] = {"intercept": float(intercept), "weights": rounded(weights)}
        entry["rise"] = rounded(explain.rise(net, x, LABEL, **explain.RISE)[1])
        tensors = {f"{k}/{name}": values for name, values in maps.items()}
        tensors.update({f"{k}/class-graph/{layer}": rank_one.attribution(net, x[None], class_graph, layer)
                        for layer in GRAPH_LAYERS})
    print(f"picture {k}", flush=True)
    return entry, tensors, segments.astype(np.uint8)


def main():
    _, xs, net, class_graph = setting()
    with get_context("spawn").Pool(WORKERS) as pool:
        found = pool.map(picture, range(len(xs)), chunksize=1)
    images = [entry for entry, _, _ in found]
    tensors = {"segments": torch.from_numpy(np.stack([segments for _, _, segments in found]))}
    for _, more, _ in found:
        tensors.update(more)
    means = lambda key, pick: {name: pick([entry[key][name] for entry in images if name in entry[key]])
                               for name in images[0][key]}
    write_tensors("shapes-maps.safetensors", tensors, "shapes", "maps [S,S] and segments [20,S,S]")
    write_json("shapes-maps.json", {
        "label": LABEL, "slic": SLIC, "rise": explain.RISE, "lime": explain.LIME, "occlusion": explain.OCCLUSION,
        "integratedGradients": explain.INTEGRATED, "noiseSeed": fills.NOISE_SEED, "grey": GREY,
        "lipschitz": {"count": 10, "mean": 0.1, "std": 0.1, "seed": 23}, "graphMap": GRAPH_MAP,
        "graph": [{key: layer[key] for key in ("layer", "effects", "parents")} for layer in class_graph],
        "riseAgainstCaptumRise": check_rise(net, xs[0]), "occlusionAgainstLoop": check_occlusion(net, xs[0]),
        "irof": means("irof", lambda areas: {fill: interval([area[fill] for area in areas])
                                             for fill in ("mean", "layer-mask")}),
        "lipschitzMeans": means("lipschitz", interval), "images": images})
