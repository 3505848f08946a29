"""A result of Loci, run again with TransformerLens.

It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install transformer-lens==4.3.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""

import sys
from functools import partial

import numpy as np
import torch
from transformer_lens.model_bridge import TransformerBridge

ABOUT = "Direct logit attribution: Which parts write the answer into the last residual stream?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
    },
]
POSITIONS = []  # of learned positions
SITES = ["hook_attn_out", "hook_mlp_out", "attn.hook_z", "mlp.hook_post", "attn.hook_v", "attn.hook_pattern"]  # what is read of each block
NEURONS = [
    [0, 20],
    [0, 27],
    [0, 18],
    [0, 31],
    [1, 40],
    [1, 44],
    [1, 7],
    [0, 12],
    [1, 17],
    [1, 42],
    [1, 10],
    [1, 39],
    [1, 35],
    [1, 6],
    [1, 14],
    [1, 33],
    [1, 23],
    [1, 15],
    [0, 39],
    [0, 29],
]  # layer and neuron, those that write most

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"components": {"shape": [5], "values": [
0.109156556, 1.62426644, 6.39610833, 2.53889498, 1.76611735
]},
"accumulated": {"shape": [5], "values": [
0.109156556, 1.73342299, 8.12953132, 10.6684263, 12.4345437
]},
"heads": {"shape": [2, 6], "values": [
0.109823621, 0.297847448, 0.278583505, -0.171401975, 0.289333887, 0.820079952, 0.215269607, 0.795810097,
0.146280448, 0.771497009, -0.307941813, 0.917979647
]},
"neurons": {"shape": [21], "values": [
3.17071445, 2.10291998, 1.13380147, -0.993615699, 0.826517648, -0.746956542, -0.72877123, 0.718605338,
0.542080455, 0.516588747, 0.512897031, -0.391163962, 0.389932602, 0.383291131, -0.361821944, 0.346805779,
-0.300604055, 0.250197576, 0.191142484, -0.179024968, 0.778689517
]},
"sources": {"shape": [2, 6, 8], "values": [
0.000229663392, -0.229142804, 0.00697687117, 0.0299294817, 0.313975625, 0.00236762953, -0.0012470214,
-0.0132658354, -0.000120938213, 0.329439737, -0.0124605152, 0.0207379469, -0.00511738706, -0.286461905,
0.15766894, 0.0941615922, 0.0321757115, 0.172491836, -0.00488076661, -0.000392357541, -0.110623669,
-0.191354752, 0.00364198201, 0.377525473, 0.113624512, 0.15308835, -0.263000851, 0.02904533, 0.0691865555,
-0.125112409, -0.136678113, -0.0115553631, 0.242633572, 0.157874484, 0.0654338274, 0.00240772584,
-0.472857153, 0.133642359, -0.0137969739, 0.173996063, 0.000195532243, -0.0201366549, -0.00209784937,
0.00206436504, 1.29649783, -0.00208632371, -0.460431467, 0.0060745322, -0.542076512, 0.00308706138,
0.00546666309, 0.0232992838, 0.550439669, 0.0843157799, 0.0875335384, 0.00320416485, 0.0990186821,
-0.0404392972, 0.0786327238, 0.111522597, -0.172438791, 0.0476075692, 0.00186463459, 0.670041995,
-0.0429095452, 0.0867711682, -0.00362173262, 0.0770072808, 0.238729375, 0.0378018147, -0.246831183,
-0.000666765478, 0.0503759006, 0.354485061, 0.0386591976, 0.0580335938, -0.0089150545, -0.00649663324,
0.0296053531, 0.255749609, 0.135914953, -0.404982314, -0.0122467074, -0.00280464539, 0.00960303703,
0.00316493652, -0.006969179, -0.0296219205, 0.229122126, 0.119281952, -0.0814679852, -0.0769215753, 0.4588314,
0.0215442379, 0.00307640009, 0.244513067
]}
}

model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads


@torch.no_grad()
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {hook name: function from a value to its new value}; keep: hook names whose values, after the edits, are
    wanted. Values have a batch axis. Returns the logits [batch, pos, vocab] and {hook name: value}.
    """
    kept = {}

    def edit(value, hook, name):
        new = edits[name](value.clone())
        return new

    def save(value, hook, name):
        kept[name] = value.clone()

    hooks = [(name, partial(edit, name=name)) for name in edits]
    hooks += [(name, partial(save, name=name)) for name in keep]
    prompts = torch.tensor(tokens, device=model.cfg.device)
    return model.run_with_hooks(prompts, fwd_hooks=hooks, prepend_bos=False), kept


def writing_weights():
    """The weights that write to the residual stream and read the answer from it; None for a bias that is not there."""

    def bias(module, name):
        found = getattr(module, name, None)
        return None if found is None or not found.any() else found.detach()

    return {
        "W_U": model.W_U.detach(),  # [d_model, vocab]
        "b_U": bias(model, "b_U"),
        "ln_final.w": model.ln_final.weight.detach(),
        "ln_final.b": bias(model.ln_final, "bias"),
        "eps": model.cfg.eps,
        "W_O": [block.attn.W_O.detach() for block in model.blocks],  # [head, d_head, d_model]
        "b_O": [bias(block.attn, "b_O") for block in model.blocks],
        "W_out": [block.mlp.W_out.detach() for block in model.blocks],  # [d_mlp, d_model]
        "b_out": [bias(block.mlp, "b_out") for block in model.blocks],
    }


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


@torch.no_grad()
def attribute(case, weights):
    """{figure: values}: what is written to the last residual stream, read in the direction of the answer's logit."""
    hooks = ["hook_embed", *POSITIONS]
    hooks += [f"blocks.{layer}.{site}" for layer in range(n_layers) for site in SITES]
    last = f"blocks.{n_layers - 1}.hook_resid_post"
    _, cache = run([case["clean"]], keep=[*hooks, last])
    cache = {hook: value[0].double() for hook, value in cache.items()}

    # The unembedding's direction, back through the final norm with its scale held at its value in this run.
    read = (weights["W_U"][:, case["answer"]] - weights["W_U"][:, case["distractor"]]).double()
    x = cache[last][-1]
    scale = (x.pow(2).mean() + weights["eps"]).sqrt()
    direction = read * weights["ln_final.w"].double() / scale

    def written(value):
        return (value.double() @ direction).item()

    layers = range(n_layers)
    components = [written(cache[hook][-1]) for hook in ("hook_embed", *POSITIONS)]
    for layer in layers:
        components += [written(cache[f"blocks.{layer}.{site}"][-1]) for site in ("hook_attn_out", "hook_mlp_out")]
    found = {"components": np.array(components), "accumulated": np.cumsum(components)}

    W_O = [weights["W_O"][layer].double() @ direction for layer in layers]  # [head, d_head]
    found["heads"] = np.array([[(cache[f"blocks.{layer}.attn.hook_z"][-1, h] @ W_O[layer][h]).item() for h in range(n_heads)] for layer in layers])
    neurons = [cache[f"blocks.{layer}.mlp.hook_post"][-1] * (weights["W_out"][layer].double() @ direction) for layer in layers]
    listed = [neurons[layer][neuron].item() for layer, neuron in NEURONS]
    found["neurons"] = np.array([*listed, sum(neuron.sum().item() for neuron in neurons) - sum(listed)])  # and all others
    sources = []
    for layer in layers:
        v = cache[f"blocks.{layer}.attn.hook_v"]  # [pos, head, d_head]; each key-value head serves a group of heads
        v = v.repeat_interleave(n_heads // v.shape[1], dim=1)
        sources.append(cache[f"blocks.{layer}.attn.hook_pattern"][:, -1] * torch.einsum("phd,hd->hp", v, W_O[layer]))
    found["sources"] = torch.stack(sources).cpu().numpy()  # [layer, head, source position]
    return found


def figures():
    weights = writing_weights()
    return attribute(CASES[0], weights)


def compare(figures):
    """Prints how far each figure is from Loci's numbers; False if one is more than TOLERANCE away."""
    largest = 0.0
    for name, theirs in LOCI.items():
        expected = np.array(theirs["values"], dtype=float).reshape(theirs["shape"])  # None is NaN: undefined there
        found = np.asarray(figures[name], dtype=float).reshape(theirs["shape"])
        agree = np.isnan(found) == np.isnan(expected)
        difference = np.where(agree, np.nan_to_num(np.abs(found - expected)), np.inf).max()
        print(f"{repr(name)[1:-1]}: largest difference from Loci {difference:.1e}")
        largest = max(largest, difference)
    print(f"all figures: {largest:.1e}, {'as expected' if largest <= TOLERANCE else f'MORE THAN {TOLERANCE}'}")
    return largest <= TOLERANCE


if __name__ == "__main__":
    sys.exit(0 if compare(figures()) else 1)
