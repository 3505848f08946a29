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

ABOUT = "What if: What happens if I change this?"
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
ON = "clean"  # the run that is changed
SOURCES = ["blocks.0.hook_resid_mid", "blocks.1.hook_resid_pre"]  # activations that are put in
TOP = 10  # next tokens that are listed

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"metric": {"shape": [3], "values": [
12.4345443, -6.26374558, -18.6982898
]},
"kl": {"shape": [1], "values": [
6.40461012
]},
"next_tokens": {"shape": [18, 2], "values": [
0.800902659, 0.000505452939, 0.0207808772, 0.49128508, 0.00000318658754, 0.265455029, 0.000361742769,
0.0785130073, 0.0325122632, 0.0631496962, 0.0279612067, 0.00014407013, 0.0000567069576, 0.0198527116,
0.0182030263, 0.00218523108, 0.0000318329283, 0.0153238859, 0.000909235259, 0.0125925109, 0.0111229978,
0.00000476562492, 0.0108830439, 0.000616970756, 0.0107802959, 0.00000757903397, 0.0104592238, 0.0000677402629,
0.000459879884, 0.00946338886, 0.0071310134, 0.000018993226, 0.000660262863, 0.00658925215, 0.00000307663454,
0.0064550755
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
        if name.endswith("hook_resid_mid"):
            value[:] = new  # in place: a new tensor would reach the MLP alone, not the residual stream
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


def change(hook, rows, new, head=None, columns=slice(None)):
    """The edit x -> new(x, at) of some positions (of a pattern: queries), one head or all, and some columns."""
    heads = slice(None) if head is None else slice(head, head + 1)
    rows = list(rows)

    def edit(value):
        if hook.endswith("hook_pattern"):
            at = (slice(None), heads, rows, columns)  # [batch, head, query, key]
        elif value.dim() == 4:
            at = (slice(None), rows, heads, columns)  # [batch, pos, head, d_head]
        else:
            at = (slice(None), rows, columns)  # [batch, pos, ...]
        value[at] = new(value[at], at)
        return value

    return hook, edit


def along(x, v):
    """The component of x along v, by position and head."""
    return (x * v).sum(-1, keepdim=True) * v / (v * v).sum(-1, keepdim=True)


def numbers(values, x):
    """A list in the shape of the last axes of x: columns; heads and columns; or positions, heads and columns."""
    axes = next(n for n in range(1, x.dim() + 1) if x.shape[-n:].numel() == len(values))
    return torch.tensor(values).to(x).reshape(x.shape[-axes:])


def noise(x, seed, draw):
    """Draw `draw` of standard normal numbers in the shape of x."""
    return torch.tensor(np.random.RandomState(seed).randn(draw + 1, *x.shape[1:])[draw]).to(x)


def uniform(pattern):
    """Every key that is seen alike."""
    seen = (pattern > 0).to(pattern)
    return seen / seen.sum(-1, keepdim=True)


def reversed(pattern):
    """max - pattern over the keys that are seen, made to sum to 1 again."""
    flipped = (pattern.amax(-1, keepdim=True) - pattern) * (pattern > 0)
    total = flipped.sum(-1, keepdim=True)
    return torch.where(total > 0, flipped / total, pattern)


def changes(case, runs):
    """The edits, by hook."""
    T = len(case[ON])
    return all_of(
        [
            *(hide(layer, None, [T - 1], range(*case["subject"])) for layer in range(0, 2)),
            *(hide(layer, 1, [5], [3], -1.5) for layer in range(1, 2)),
            *(change(f"blocks.{layer}.attn.hook_pattern", [T - 1], lambda x, at: uniform(x), head=3) for layer in range(0, 1)),
            *(change(f"blocks.{layer}.attn.hook_pattern", [4, 5], lambda x, at: reversed(x)) for layer in range(1, 2)),
            change("hook_embed", range(*case["subject"]), lambda x, at: x + 0.5 * noise(x, seed=3, draw=1)),
            change("blocks.0.attn.hook_z", [6], lambda x, at: 0.5 * x, head=2),
            change("blocks.0.mlp.hook_post", range(T), lambda x, at: x.clamp(-0.1, 0.1), columns=slice(0, 20)),
            change("blocks.0.hook_resid_mid", [T - 1], lambda x, at: 0.7 * x + 0.3 * runs["corrupted"]["blocks.0.hook_resid_mid"][at]),
            change("blocks.0.hook_resid_post", [case["subject"][1] - 1], lambda x, at: x - along(x, numbers([
    -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4,
    0.3, -0.1, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2
], x))),
            change("blocks.1.hook_resid_pre", range(T - 1), lambda x, at: x + along(runs["corrupted"]["blocks.1.hook_resid_pre"][at] - x, numbers([
    -0.6, -0.1, 0.4, -0.4, 0.1, 0.6, -0.2, 0.3, -0.5, 0, 0.5, -0.3, 0.2, -0.6, -0.1, 0.4, -0.4, 0.1, 0.6,
    -0.2, 0.3, -0.5, 0, 0.5, -0.3, 0.2, -0.6, -0.1, 0.4, -0.4, 0.1, 0.6, -0.2, 0.3, -0.5, 0
], x))),
            change("blocks.1.attn.hook_v", [2, 3], lambda x, at: 0 * x + numbers([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1], x), head=1),
        ]
    )


def what_if(case):
    """{figure: values}: the prompt's run without and with the changes."""
    runs = {}
    for name in ("clean", "corrupted"):
        if name in case:
            runs[name] = run([case[name]], keep=SOURCES)[1]
    before = run([case[ON]])[0]
    after = run([case[ON]], changes(case, runs))[0]
    log_p, log_q = (logits[0, -1].double().log_softmax(-1) for logits in (before, after))
    levels = [metric(before, case).item(), metric(after, case).item()]
    found = {"metric": np.array([*levels, levels[1] - levels[0]]), "kl": np.array([(log_p.exp() * (log_p - log_q)).sum().item()])}
    likeliest = {*log_p.topk(TOP).indices.tolist(), *log_q.topk(TOP).indices.tolist()}
    asked = {case[name] for name in ("answer", "distractor") if name in case}
    rows = [[log_p[token].exp().item(), log_q[token].exp().item()] for token in likeliest | asked]
    found["next_tokens"] = np.array(sorted(rows, key=max, reverse=True))
    return found


def all_of(edits):
    """{hook: edit} from a list of (hook, edit): those of one hook one after the other."""
    found = {}
    for hook, edit in edits:
        first = found.get(hook, lambda value: value)
        found[hook] = lambda value, first=first, edit=edit: edit(first(value))
    return found


def figures():
    return what_if(CASES[0])


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
