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

ABOUT = "Causal trace: Where is the fact?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

PROMPT = "tiny-llama, clean"
TOKENS = [60, 12, 51, 18, 19, 51, 47, 46]
CASE = {"answer": 7, "distractor": 27}
SUBJECT = [2, 5]  # positions [begin, end)
NOISE = 3 * 0.4  # times the standard deviation of subjects' embeddings
SAMPLES, SEED = 3, 1
KINDS = ["hidden", "mlp", "attn"]  # of restored state; hidden: a single layer, the others: a window of layers
HOOKS = {"hidden": "hook_resid_post", "mlp": "hook_mlp_out", "attn": "hook_attn_out"}
WINDOW = [[0, 1], [0, 2]]  # [begin, end) around each layer
GROUPS = {"subject": [2, 3, 4]}  # restored together

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"clean": {"shape": [], "values": [
12.4345443
]},
"corrupted": {"shape": [], "values": [
-4.31093739
]},
"hidden restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -3.3027544, -4.31093739, -4.47891464, -4.31093739,
-4.32326044, -4.31093739, -3.39682286, -4.31093739, -4.21456053, -4.31093739, 9.15492721, 12.4345443
]},
"hidden effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 1.00818299, 0, -0.167977247, 0, -0.012323045, 0, 0.914114534, 0, 0.0963768638, 0, 13.4658646,
16.7454816
]},
"hidden effect of subject": {"shape": [2], "values": [
1.26664123, 0
]},
"mlp restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -4.1101181, -4.1101181, -5.05928553, -5.05928553,
-4.32493008, -4.32493008, -2.89063246, -2.89063246, -4.42364013, -4.42364013, 4.54376459, 7.05354723
]},
"mlp effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 0.200819289, 0.200819289, -0.748348134, -0.748348134, -0.0139926854, -0.0139926854, 1.42030493,
1.42030493, -0.112702736, -0.112702736, 8.85470199, 11.3644846
]},
"mlp effect of subject": {"shape": [2], "values": [
-0.329821367, -0.329821367
]},
"attn restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -3.93690958, -3.93690958, -6.150024, -6.150024,
-4.04192314, -4.04192314, -3.39682286, -3.39682286, -4.21456053, -4.21456053, 9.15492721, 12.4345443
]},
"attn effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 0.374027817, 0.374027817, -1.8390866, -1.8390866, 0.269014251, 0.269014251, 0.914114534,
0.914114534, 0.0963768638, 0.0963768638, 13.4658646, 16.7454816
]},
"attn effect of subject": {"shape": [2], "values": [
-1.22927565, -1.22927565
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


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


def corrupted_runs():
    """Tokens and edits of the corrupted runs, one per row of the batch: noise is added to the subject's embeddings."""
    random = np.random.RandomState(SEED)
    rows = range(*SUBJECT)

    def add_noise(embed):  # [batch, pos, d_model]
        noise = NOISE * random.randn(SAMPLES, len(rows), embed.shape[-1])
        embed[:, rows] += torch.tensor(noise).to(embed)
        return embed

    return [TOKENS] * SAMPLES, {"hook_embed": add_noise}


def trace(kind, positions):
    """[layer]: the mean metric of the corrupted runs with the clean states of `positions` put back."""
    restored = np.zeros(n_layers)
    for layer in range(n_layers):
        begin, end = (layer, layer + 1) if kind == "hidden" else WINDOW[layer]
        hooks = [f"blocks.{restored_layer}.{HOOKS[kind]}" for restored_layer in range(begin, end)]

        def restore(hook):
            def edit(value):
                value[:, positions] = CLEAN[hook][:, positions]
                return value

            return hook, edit

        tokens, edits = corrupted_runs()
        logits, _ = run(tokens, edits | dict(restore(hook) for hook in hooks))
        restored[layer] = metric(logits, CASE).mean().item()
    return restored


_, CLEAN = run([TOKENS], keep=[f"blocks.{layer}.{HOOKS[kind]}" for kind in KINDS for layer in range(n_layers)])


def figures():
    """{figure: values}; effects are restored - corrupted."""
    clean = metric(run([TOKENS])[0], CASE).mean().item()
    corrupted = metric(run(*corrupted_runs())[0], CASE).mean().item()
    found = {"clean": clean, "corrupted": corrupted}
    for kind in KINDS:
        restored = np.stack([trace(kind, [position]) for position in range(len(TOKENS))])  # [position, layer]
        found |= {f"{kind} restored": restored, f"{kind} effect": restored - corrupted}
        for name, positions in GROUPS.items():
            found[f"{kind} effect of {name}"] = trace(kind, positions) - corrupted
    return found


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
