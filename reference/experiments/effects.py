"""Total, natural direct and natural indirect effect, and their remainder, of every mediator.

    python reference/experiments/effects.py

x = the corrupted prompt, x' = the clean prompt, y = the metric, m = the mediator's value (all of one activation at a
place). No noise: the corruption is the replacement of tokens.

    te        = y(x') - y(x)
    nie       = y(x, m <- m(x')) - y(x)         restoring: the corrupted run with the mediator clean
    nde       = y(x', m <- m(x)) - y(x)         the clean run with the mediator corrupted
    remainder = te - nde - nie                  the interaction
    drop      = te - nde = nie + remainder      what the clean run loses (noising)

Mediators: hook_resid_post, hook_attn_out, hook_mlp_out at one position, [layer, pos]; attn.hook_z of one head at all
positions, [layer, head]; hook_resid_post at all positions, [layer], where nde and remainder are 0 and nie is te. Each
for the logit difference and p(answer), at the last position. Plain float64 pass; nie of attn_out, mlp_out and the
heads must agree with the TransformerLens grids in patching.json.
"""

import json

from setup import OUT, PAIRS, header, measure, open_model, write, write_at

import torch

ALL = slice(None)
TOLERANCE = 2e-5
MODELS = ("tiny-a", "tiny-llama", "atlas")
LENS_GRIDS = {"hook_attn_out": "attn_out", "hook_mlp_out": "mlp_out", "attn.hook_z": "attn_head_out_all_pos"}


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        document = header(name, "effects.py", model)
        clean, corrupted = document["levels"]["clean"], document["levels"]["corrupted"]
        document["te"] = {metric: clean[metric] - corrupted[metric] for metric in clean}
        document["mediators"] = {
            f"{site}{' at all positions' if at == (ALL,) else ''}": grids(model, pair, site, at, clean, corrupted)
            for site, at in mediators(model, len(pair.clean))}
        check(name, document)
        write(name, "effects.json", document)


def mediators(model, T):
    """(site, axes): a size to go over, or ALL for a whole axis of the site's value."""
    for site in ("hook_resid_post", "hook_attn_out", "hook_mlp_out"):
        yield site, (T,)
    yield "attn.hook_z", (ALL, model.heads)
    yield "hook_resid_post", (ALL,)


def grids(model, pair, site, axes, clean, corrupted):
    """{metric: {nie, nde, remainder, drop}}."""
    restored = sweep(model, pair, site, axes, pair.corrupted, pair.clean)
    lost = sweep(model, pair, site, axes, pair.clean, pair.corrupted)
    found = {}
    for metric in clean:
        te = clean[metric] - corrupted[metric]
        nie, nde = restored[metric] - corrupted[metric], lost[metric] - corrupted[metric]
        found[metric] = {"nie": nie, "nde": nde, "remainder": te - nde - nie, "drop": te - nde}
    return found


def sweep(model, pair, site, axes, base, other):
    """{metric: [layer, *sizes]} of runs of base, each with one mediator from the run of other."""
    source, sizes = model.cache(other), [size for size in axes if size is not ALL]
    values = {metric: torch.zeros(model.layers, *sizes, dtype=torch.float64) for metric in ("logitDifference", "p")}
    for layer in range(model.layers):
        own = f"blocks.{layer}.{site}"
        for index in range(sizes[0]) if sizes else [None]:
            at = tuple(ALL if size is ALL else index for size in axes)
            measured = measure(model.run(base, {own: write_at(source[own], *at)}), pair)
            for metric, value in measured.items():
                values[metric][layer if index is None else (layer, index)] = value
    return values


def check(name, document):
    lens = json.loads((OUT / name / "patching.json").read_text())["denoising"]
    low = document["levels"]["corrupted"]["logitDifference"]
    for site, grid in LENS_GRIDS.items():
        ours = document["mediators"][site]["logitDifference"]["nie"]
        error = (ours + low - torch.tensor(lens[grid]["values"], dtype=torch.float64)).abs().max().item()
        if error > TOLERANCE:
            raise ValueError(f"Expected nie at {site} within {TOLERANCE} of TransformerLens's, found {error:.1e}")


if __name__ == "__main__":
    main()
