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

ABOUT = "Attention knockout: Between which tokens does the answer flow, and where?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

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


def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys."""

    def edit(scores):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        scores[at] = -1e30 if value is None else scores[at] + value
        return scores

    return f"blocks.{layer}.attn.hook_attn_scores", edit


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
