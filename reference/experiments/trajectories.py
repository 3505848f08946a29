"""Residual trajectories: the stream of the clean prompt as a path, and its steps.

    python reference/experiments/trajectories.py

A position's path is its stream at the `points` 0_pre, 0_mid, 1_pre, 1_mid, ..., final_post; step i leads from point i
to point i + 1, and is hook_attn_out or hook_mlp_out in turn. Float64, plain pass. [point or step, pos]:
- norm of each point; stepLength, the norm of each step; pathLength [pos], their sum; displacement [pos], the norm of
  final_post - 0_pre. The steps sum to that difference (1e-12).
- turnAngle [step - 1, pos], degrees between a step and the next; cosineToFinal, of each point with final_post.
- rankCorrelation, Spearman's over the vocabulary between the cosine of a point with each token's column of W_U and the
  final logits at the position (the probabilities rank alike).
- plane: the two leading principal components of all points of all positions, centred on their mean: `mean` [D], `axes`
  [2,D] of length 1, each with its entry of largest size positive, `variance` (shares of the whole), `coordinates`
  [point, pos, 2].
- sources [layer, head, key]: the norm of pattern[last, key] v[key] W_O, the last position's step split by head and
source token; with b_O their vectors sum to hook_attn_out (1e-12).
"""

from parts import Parts
from setup import PAIRS, header, open_model, write

import torch

MODELS = ("tiny-a", "tiny-llama")


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        sites = model.cache(pair.clean)
        part = Parts(model)
        points, labels = path(model, sites)  # [point, T, D]
        steps = points[1:] - points[:-1]
        own = torch.stack([sites[f"blocks.{layer}.{site}"] for layer in range(model.layers)
                           for site in ("hook_attn_out", "hook_mlp_out")])
        agree("steps", steps, own)
        cosine = torch.nn.functional.cosine_similarity
        logits = sites["unembed.hook_out"]
        write(name, "trajectories.json", header(name, "trajectories.py", model) | {
            "points": labels, "norm": points.norm(dim=-1), "stepLength": own.norm(dim=-1),
            "pathLength": own.norm(dim=-1).sum(0), "displacement": (points[-1] - points[0]).norm(dim=-1),
            "turnAngle": cosine(own[:-1], own[1:], dim=-1).clamp(-1, 1).acos().rad2deg(),
            "cosineToFinal": cosine(points, points[-1:], dim=-1),
            "rankCorrelation": [[spearman(cosine(x[:, None], part.unembed, dim=0), logits[t])
                                 for t, x in enumerate(point)] for point in points],
            "plane": plane(points), "sources": sources(model, sites, part)})


def path(model, sites):
    labels, points = [], []
    for layer in range(model.layers):
        for site in ("pre", "mid"):
            labels.append(f"{layer}_{site}")
            points.append(sites[f"blocks.{layer}.hook_resid_{site}"])
    last = sites[f"blocks.{model.layers - 1}.hook_resid_post"]
    return torch.stack([*points, last]), [*labels, "final_post"]


def spearman(a, b):
    """Of two vectors without ties."""
    ranks = torch.stack([x.argsort().argsort().double() for x in (a, b)])
    return torch.corrcoef(ranks)[0, 1].item()


def plane(points):
    flat = points.reshape(-1, points.shape[-1])
    mean = flat.mean(0)
    _, sizes, axes = torch.linalg.svd(flat - mean, full_matrices=False)
    axes = axes[:2] * axes[:2].gather(1, axes[:2].abs().argmax(1, keepdim=True)).sign()
    return {"mean": mean, "axes": axes, "variance": (sizes**2 / (sizes**2).sum())[:2],
            "coordinates": (points - mean) @ axes.T}


def sources(model, sites, part):
    of_query = torch.arange(model.heads) * model.kv_heads // model.heads
    lengths = []
    for layer in range(model.layers):
        at = lambda site: sites[f"blocks.{layer}.{site}"]
        weighted = torch.einsum("hs,shk->hsk", at("attn.hook_pattern")[:, -1], at("attn.hook_v")[:, of_query])
        pieces = torch.einsum("hsk,hkd->hsd", weighted, part.w_o[layer])
        bias = 0 if part.b_o[layer] is None else part.b_o[layer]
        agree("sources", pieces.sum((0, 1)) + bias, at("hook_attn_out")[-1])
        lengths.append(pieces.norm(dim=-1))
    return torch.stack(lengths)


def agree(what, ours, theirs):
    if not (ours - theirs).abs().max() <= 1e-12:
        raise ValueError(f"Expected the {what} to sum up, off by {(ours - theirs).abs().max():.1e}")


if __name__ == "__main__":
    main()
