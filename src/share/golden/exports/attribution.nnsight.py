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

ABOUT = "Direct logit attribution: Which parts write the answer into the last residual stream?"
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
        if "hook_embed" in edits or "hook_embed" in kept:
            model.model.embed_tokens.output = visit("hook_embed", model.model.embed_tokens.output, edits, kept)
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


def writing_weights():
    """The weights that write to the residual stream and read the answer from it; None for a bias that is not there."""
    with torch.no_grad(), model.trace(torch.tensor([[0]]), remote=REMOTE):
        found = nnsight.save(
            {
                "W_U": model.lm_head.weight.T,  # [d_model, vocab]
                "b_U": None,
                "ln_final.w": model.model.norm.weight,
                "ln_final.b": None,
                "eps": model.config.rms_norm_eps,
                "W_O": [block.self_attn.o_proj.weight.T.unflatten(0, (n_heads, -1)) for block in blocks],  # [head, d_head, d_model]
                "b_O": [block.self_attn.o_proj.bias for block in blocks],
                "W_out": [block.mlp.down_proj.weight.T for block in blocks],  # [d_mlp, d_model]
                "b_out": [block.mlp.down_proj.bias for block in blocks],
            }
        )
    return found


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
