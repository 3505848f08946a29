"""A result of Loci, run again with nnsight.

It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install nnsight==0.8.1 transformers==5.23.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""

import sys

import nnsight
import numpy as np
import torch
from nnsight import TransformersModel

ABOUT = "Ablation: Which parts does the answer need?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

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
REFERENCE = [[3, 9, 27, 20, 60, 58, 52, 34], [5, 25, 3, 15, 14, 9, 45, 42], [7, 49, 38, 22, 32, 41, 43, 57]]  # prompts whose mean activation is put in
UNITS = {  # figure: the activation, and the axes along which one piece after the other is replaced
    "attn_out": ("hook_attn_out", ("position",)),
    "mlp_out_all_pos": ("hook_mlp_out", ()),
    "attn_head_out_by_pos": ("attn.hook_z", ("position", "head")),
    "attn_head_out_all_pos": ("attn.hook_z", ("head",)),
    "neurons": ("mlp.hook_post", ("neuron",)),
    "resid_mid": ("hook_resid_mid", ("position",)),
}
LAYOUT = {  # axes of an activation behind the batch axis
    "hook_attn_out": ["position"],
    "hook_mlp_out": ["position"],
    "attn.hook_z": ["position", "head"],
    "mlp.hook_post": ["position", "neuron"],
    "hook_resid_mid": ["position"],
}

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"attn_out": {"shape": [2, 8], "values": [
-0.190202896, -0.426629909, 0.357922858, 0.122183579, 0.59240678, 0.526927891, 1.80720201, 16.1546853, 0, 0,
0, 0, 0, 0, 0, 3.59615965
]},
"mlp_out_all_pos": {"shape": [2], "values": [
17.5522455, -0.635674175
]},
"attn_head_out_by_pos": {"shape": [2, 8, 6], "values": [
0.907767593, -0.00777514394, -0.10492449, -0.29510837, -0.268715726, -0.16063873, -0.355151645, 1.05418185,
-1.27633702, -0.933177713, -0.027100478, 0.473788363, 0.0213322666, 0.396918043, -0.318154856, -0.14354065,
0.129203122, -0.524587387, 0.0542688666, 0.121169424, -0.321824066, 2.35208071, -0.274575944, 0.193285027,
-0.781742899, -0.540076991, -0.645109227, 0.244030744, 3.36796765, 0.107361601, -0.194775357, 0.00132692218,
0.211823135, -0.0996907263, -0.0220162874, -0.0253083372, 0.115151692, -0.379618667, 0.0696994245,
0.461722963, -0.0900842952, 0.112883367, 3.79317932, -0.240260826, 1.89787456, -0.956591348, -0.160040009,
4.59789955, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0.383643916, 1.99436366, -0.210045866, 0.881981849, -0.418863512, 0.948033993
]},
"attn_head_out_all_pos": {"shape": [2, 6], "values": [
2.30493293, -0.0912215975, -0.406395426, 0.719421284, 0.536012885, 8.60961654, 0.383643916, 1.99436366,
-0.210045866, 0.881981849, -0.418863512, 0.948033993
]},
"neurons": {"shape": [2, 45], "values": [
0.281301854, 0.00861402136, 1.10813421, -0.106203287, -0.455254398, -0.107823961, 0.0430544346, -1.06214963,
0.163310744, -0.0900599804, -0.00322762843, -0.29037775, 0.11211056, 0.451341103, -0.0531116017, -0.510212855,
0.532963138, 0.130743055, 0.391057675, 0.0039942537, 4.85765717, -0.702096067, 0.0138890465, 0.0453233555,
-0.112346304, 0.0223985876, -0.0559364976, 1.19691108, 0.288074511, -0.24281606, 0.169788322, -0.0378030829,
0.0834209624, -0.910257634, 0.141840618, -0.0107176196, -0.0296403299, 0.00678806383, -0.663398766,
-0.227466721, -0.072178315, -0.000401385728, 0.0804215803, 0.0363112206, 0.350156983, 0.000900189198,
0.0881366406, -0.00651735319, 0.130002545, 0.0132025521, -0.763300474, 0.747771282, -0.51764237, 0.0217440889,
-0.0233754321, 0.215571845, 0.171150102, -0.00676553574, 0.149571649, -0.192242422, -0.170710561,
0.00679291945, 0.158236586, -0.021574954, -0.0000607222333, 0.00315012763, 0.102310385, 0.406922695,
-0.0616667148, -0.00713943483, 0.0721626803, 0.0132043668, 0.11440566, 0.021387869, 0.0720303297,
-0.107922047, 0.239355249, 0.0153625848, 0.0187112751, 0.0452615405, 0.0730637351, 0.00730302365,
-0.129865155, 0.0288061828, -0.161070577, 0.640537953, 0.0358776839, -0.984481983, 0.0132246896, -0.886639983
]},
"resid_mid": {"shape": [2, 8], "values": [
-0.0744128504, 0.548358278, 0.236965159, 0.458641291, 0.257297721, 0.252550007, 0.067732824, 8.45308269, 0, 0,
0, 0, 0, 0, 0, 15.8561045
]}
}

model = TransformersModel(
    MODEL,
    task="text-generation",
    revision=REVISION,
    attn_implementation="eager",
    dtype=torch.float32,
    dispatch=not REMOTE,
)
blocks = model.model.layers
n_layers, n_heads = model.config.num_hidden_layers, model.config.num_attention_heads
n_kv_heads = model.config.num_key_value_heads  # keys and values have fewer heads where they are grouped


def split_heads(x, n):
    """[batch, pos, head * d_head] -> [batch, pos, head, d_head]"""
    return x.unflatten(-1, (n, -1))


def visit(name, value, edits, kept):
    """A value with its edit, kept if it is wanted."""
    if name in edits:
        value = edits[name](value.clone())
    if name in kept:
        kept[name] = value
    return value


def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mid = block.post_attention_layernorm.input
                mid[:] = visit(hook + "hook_resid_mid", mid, edits, kept)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


def place(site, axes, cell):
    """Index of a cell in a value [batch, ...]: one entry along the swept axes, everything along the others."""
    at = dict(zip(axes, cell))
    return (slice(None), *(at.get(axis, slice(None)) for axis in LAYOUT[site]))


def sweep(tokens, case, site, axes, new):
    """[layer, *axes]: the metric of a run whose activation is replaced, cell by cell, by `new`, {hook: value}."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    _, values = run([tokens], keep=hooks[:1])
    sizes = [values[hooks[0]].shape[1 + LAYOUT[site].index(axis)] for axis in axes]
    found = np.zeros((n_layers, *sizes))
    for layer, hook in enumerate(hooks):
        for cell in np.ndindex(*sizes):
            at = place(site, axes, cell)

            def replace(value):
                value[at] = new[hook][at]
                return value

            logits, _ = run([tokens], {hook: replace})
            found[(layer, *cell)] = metric(logits, case).item()
    return found


def replacements(site):
    """{hook: value}: the mean activation over the reference prompts and their positions."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    total, positions = dict.fromkeys(hooks, 0), 0
    for tokens in REFERENCE:
        _, values = run([tokens], keep=hooks)
        total = {hook: total[hook] + values[hook].double().sum(dim=1, keepdim=True) for hook in hooks}
        positions += len(tokens)
    return {hook: (total[hook] / positions).float() for hook in hooks}


MEANS = {site: replacements(site) for site, _ in UNITS.values()}


def ablate(case):
    """{figure: [layer, ...]}: what the metric of the clean run loses by each ablation."""
    clean = metric(run([case["clean"]])[0], case).item()
    found = {}
    for name, (site, axes) in UNITS.items():
        new = {hook: value.expand(1, len(case["clean"]), *value.shape[2:]) for hook, value in MEANS[site].items()}
        ablated = sweep(case["clean"], case, site, axes, new)
        found[name] = clean - ablated
    return found


def figures():
    return ablate(CASES[0])


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
