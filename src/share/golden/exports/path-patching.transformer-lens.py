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

ABOUT = "Path patching: Which part speaks to which?"
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
RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head
    "to logits": [("logits",)],
    "to a1.h2<q>": [("q", 1, 2)],
    "to a1.h1<k>": [("k", 1, 1)],
    "to a1.h0<v>": [("v", 1, 0)],
    "to m1": [("mlp", 1)],
    "to resid1": [("resid", 1)],
}

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"to logits": {"shape": [14], "values": [
0.184047823, 0.00700099077, -0.0164305098, 0.00846454474, 0.0791000735, 0.319013034, 0.0389291649,
-0.00267917757, 0.118508601, 0.0914464436, -0.00599451015, 0.136166197, 0.579861711, 0.277622313
]},
"to a1.h2<q>": {"shape": [14], "values": [
0.0270522345, -0.000301518188, -0.00353345289, -0.00353199798, -0.0117458395, 0.0149035199, None, None, None,
None, None, None, 0.0631710557, None
]},
"to a1.h1<k>": {"shape": [14], "values": [
-0.000438041015, 0.00610766858, 0.00373137807, 0.0228832602, -0.0011869576, 0.0117229614, None, None, None,
None, None, None, 0.00458242474, None
]},
"to a1.h0<v>": {"shape": [14], "values": [
0.00490581381, 0.0238908244, 0.00497935973, 0.0164710051, 0.0581454607, 0.0321819824, None, None, None, None,
None, None, 0.00696701133, None
]},
"to m1": {"shape": [14], "values": [
0.0670562378, -0.0039140077, -0.010613247, -0.00899986649, 0.001827035, 0.0290874368, -0.00526694773,
0.000855681813, 0.072028908, 0.0327294956, 0.0196850199, 0.0150662514, 0.0576306685, None
]},
"to resid1": {"shape": [14], "values": [
0.182956399, 0.24384672, 0.0174797297, 0.0435601563, 0.23195104, 0.543942414, None, None, None, None, None,
None, 0.650291841, None
]}
}

model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
model.set_use_hook_mlp_in(True)
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


def hook_of(receiver):
    """Where a receiver's input is set: q, k or v of a head itself, which is all that its input is read for."""
    part, layer, *_ = receiver
    return f"blocks.{layer}." + {"mlp": "hook_mlp_in", "resid": "hook_resid_pre"}.get(part, f"attn.hook_{part}")


def reaches(sender, receiver):
    """A sender's output can be read by the receiver."""
    if receiver[0] == "logits":
        return True
    if sender[0] == "head" and receiver[0] == "mlp":
        return sender[1] <= receiver[1]
    return sender[1] < receiver[1]


def setting(new, head=None):
    """The edit that sets a value, or one head of it, to `new`."""

    def edit(value):
        at = slice(None) if head is None else (slice(None), slice(None), head)
        value[at] = new[at]
        return value

    return edit


def path_patch(case):
    """{figure: [sender]}: how much of the answer goes from each sender to the receivers, through no other head."""
    orig, new = case["clean"], case["corrupted"]
    layers = range(n_layers)
    writers = [f"blocks.{layer}.{site}" for layer in layers for site in ("attn.hook_z", "hook_mlp_out")]
    orig_logits, of_orig = run([orig], keep=writers)  # pass 1
    new_logits, of_new = run([new], keep=writers)
    before = metric(orig_logits, case).item()
    sign, loss = -1, before - metric(new_logits, case).item()

    found = {name: np.full(len(SENDERS), np.nan) for name in RECEIVERS}
    for s, sender in enumerate(SENDERS):
        part, layer, *head = sender
        # Pass 2: the sender as in the new prompt, all other heads as in orig.
        edits = {f"blocks.{later}.attn.hook_z": setting(of_orig[f"blocks.{later}.attn.hook_z"]) for later in range(layer + 1, n_layers)}
        hook = f"blocks.{layer}." + ("attn.hook_z" if part == "head" else "hook_mlp_out")
        edits[hook] = setting(of_new[hook], *head)
        reading = {hook_of(to) for receivers in RECEIVERS.values() for to in receivers if to[0] != "logits"}
        logits, read = run([orig], edits, keep=reading)

        for name, receivers in RECEIVERS.items():
            reached = [to for to in receivers if reaches(sender, to)]
            if not reached:
                continue
            if reached[0][0] != "logits":
                # Pass 3: orig again, but the receivers read what they read in pass 2.
                at = {}
                for to in reached:
                    at.setdefault(hook_of(to), []).append(to[2] if len(to) > 2 else None)
                logits_3, _ = run([orig], {hook: all_of([setting(read[hook], head) for head in heads]) for hook, heads in at.items()})
                value = metric(logits_3, case).item()
            else:  # the logits were read in pass 2
                value = metric(logits, case).item()
            found[name][s] = sign * (value - before) / loss if abs(loss) >= 1e-6 else np.nan
    return found


def all_of(edits):
    """One edit after the other."""

    def edit(value):
        for one in edits:
            value = one(value)
        return value

    return edit


SENDERS = [("head", layer, head) for layer in range(n_layers) for head in range(n_heads)]
SENDERS += [("mlp", layer) for layer in range(n_layers)]


def figures():
    return path_patch(CASES[0])


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
