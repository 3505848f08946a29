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

ABOUT = "Attention knockout: Between which tokens does the answer flow, and where?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

PAIRS = ["answer → subject", "answer → not-subject", "answer → answer"]  # "pairs" of each case: queries, and the keys that they may not see
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "pairs": [[[7], [2, 3, 4]], [[7], [0, 1, 5, 6]], [[7], [7]]],
    },
]
WINDOW = [[0, 1], [0, 2]]  # layers [begin, end) that are masked together around each layer

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"knockout": {"shape": [3, 2], "values": [
17.8404499, 18.3356683, 2.93664501, 3.40581956, -0.770392376, 0.041081365
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
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
        logits = model.lm_head.output.save()
    return logits, kept


def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys.

    After the softmax that is: the keys' probabilities times exp(value), or 0, and the rows made to sum to 1 again.
    """

    def edit(pattern):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        pattern[at] *= 0 if value is None else np.exp(value)
        return pattern / pattern.sum(-1, keepdim=True)

    return f"blocks.{layer}.attn.hook_pattern", edit


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


def all_of(edits):
    """{hook: edit} from a list of (hook, edit): those of one hook one after the other."""
    found = {}
    for hook, edit in edits:
        first = found.get(hook, lambda value: value)
        found[hook] = lambda value, first=first, edit=edit: edit(first(value))
    return found


def knock_out(case):
    """{"knockout": [pair, layer]}: what the metric loses when the queries cannot see the keys in a window of layers."""
    clean = metric(run([case["clean"]])[0], case).item()
    found = np.full((len(case["pairs"]), n_layers), np.nan)
    for pair, (queries, keys) in enumerate(case["pairs"]):
        for layer, (begin, end) in enumerate(WINDOW):
            masks = [hide(masked, None, queries, keys) for masked in range(begin, end)]
            found[pair, layer] = metric(run([case["clean"]], all_of(masks))[0], case).item()
    return {"knockout": clean - found}


def figures():
    return knock_out(CASES[0])


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
