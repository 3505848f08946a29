"""Ablation of the clean prompt's run: zero, mean, mean per position, resample.

    python reference/experiments/ablation.py

The run is that of `clean`, with one unit's value replaced:
- zero: 0. mean: one vector, the mean over the `reference` prompts and all their positions. mean_per_position: at each
  position the mean over the reference prompts at that position. resample: the value at the same position in the run of
  the prompt `resample`. Reference prompts are as long as the clean one; the clean prompt is not among them.

Units: hook_attn_out and hook_mlp_out of a layer at all positions [layer] and at one position [layer, pos];
attn.hook_z of a head at all positions [layer, head] and at one [layer, pos, head]; mlp.hook_post of single neurons at
all positions, [neuron], listed as `neurons` [[layer, neuron], ...]. `logitDifference` and `p` at the last position
are the ablated run's levels, not differences. Plain float64 pass.
"""

from setup import PAIRS, header, measure, open_model, write, write_at

import numpy as np
import torch

ALL = slice(None)
MODELS = ("tiny-a", "tiny-llama", "atlas")
ATLAS_COUNTRIES = (829, 833, 1019, 721, 745, 819)  # Italy, Japan, Spain, Brazil, China, India
NEURONS = 40


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        reference, resample, neurons = choices(name, model, pair)
        values = replacements(model, reference, resample)
        T, document = len(pair.clean), header(name, "ablation.py", model)
        document |= {"reference": reference, "resample": resample, "neurons": neurons, "methods": {}}
        for method, new in values.items():
            ablate = lambda site, layer, *at: measure(
                model.run(pair.clean, {f"blocks.{layer}.{site}": write_at(new[f"blocks.{layer}.{site}"], *at)}), pair)
            layers, heads = range(model.layers), range(model.heads)
            units = {}
            for site in ("hook_attn_out", "hook_mlp_out"):
                units[site] = [ablate(site, layer, ALL) for layer in layers]
                units[f"{site} by position"] = [[ablate(site, layer, t) for t in range(T)] for layer in layers]
            z = "attn.hook_z"
            units[z] = [[ablate(z, layer, ALL, head) for head in heads] for layer in layers]
            units[f"{z} by position"] = [[[ablate(z, layer, t, head) for head in heads] for t in range(T)]
                                         for layer in layers]
            units["mlp.hook_post"] = [ablate("mlp.hook_post", layer, ALL, neuron) for layer, neuron in neurons]
            document["methods"][method] = {unit: by_metric(cells) for unit, cells in units.items()}
        write(name, "ablation.json", document)


def choices(name, model, pair):
    """Reference prompts, the prompt to resample from, and neurons, all drawn from one seed."""
    rng = np.random.RandomState(11)
    draw = lambda: rng.randint(1, model.vocabulary, len(pair.clean)).tolist()
    if name == "atlas":
        reference = [[*pair.clean[:4], country, pair.clean[5]] for country in ATLAS_COUNTRIES]
        resample = pair.corrupted
    else:
        reference, resample = [draw() for _ in range(6)], draw()
    flat = sorted(rng.choice(model.layers * model.mlp_width, NEURONS, replace=False).tolist())
    return reference, resample, [list(divmod(i, model.mlp_width)) for i in flat]


def replacements(model, reference, resample):
    """{method: {site: the value that replaces it, of the site's own shape}}."""
    runs = [model.cache(tokens) for tokens in reference]
    other = model.cache(resample)
    sites = [site for site in other if site.endswith(("hook_attn_out", "hook_mlp_out", "hook_z", "mlp.hook_post"))]
    per_position = {site: torch.stack([run[site] for run in runs]).mean(0) for site in sites}
    return {"zero": {site: torch.zeros_like(other[site]) for site in sites},
            "mean": {site: x.mean(0, keepdim=True).expand(x.shape) for site, x in per_position.items()},
            "mean_per_position": per_position, "resample": {site: other[site] for site in sites}}


def by_metric(cells):
    """Nested lists of {metric: value} as {metric: nested lists}."""
    pick = lambda cell, metric: cell[metric] if isinstance(cell, dict) else [pick(inner, metric) for inner in cell]
    return {metric: pick(cells, metric) for metric in ("logitDifference", "p")}


if __name__ == "__main__":
    main()
