"""Golden logits of edited runs: edits.json says what each edit is, edits.safetensors holds the logits.

The runs are made in float64 and stored as float32, so that the stored numbers carry no rounding of their own.
"""

from functools import partial

import torch

from capture import capture
from edit_cases import PROMPT, edit_cases
from edit_ops import run_edits
from forward import forward, weights_of
from store import COMMAND, write_json, write_tensors


def write_edits(folder, single, double):
    """Writes edits.json and edits.safetensors of the tiny model in `folder`. Returns the largest float32 noise."""
    model, tokens = folder.name, PROMPT[folder.name]
    clean = _check_unedited(double, tokens)
    header = {"version": 1, "command": COMMAND, "model": model}
    return write_edit_cases(folder, header, tokens, edit_cases()[model], clean, run_of(single), run_of(double))


def run_of(model):
    """The plain forward pass of a Hugging Face GPT2LMHeadModel."""
    return partial(forward, weights_of(model), model.config)


def write_edit_cases(folder, header, tokens, edit_lists, clean, rounded, exact, command=COMMAND):
    """The files of any model, given its forward passes in float32 (`rounded`) and float64 (`exact`)."""
    model = folder.name
    tensors, cases, sequences, noise = {"unedited": clean.float()}, [], [], 0.0
    for name, edits in edit_lists.items():
        logits = run_edits(exact, torch.float64, tokens, edits)
        change = (logits - clean).abs().max().item()
        if change < 0.01:
            raise ValueError(f"Expected the edit {name} of {model} to change a logit, largest change {change:.1e}")
        noise = max(noise, (run_edits(rounded, torch.float32, tokens, edits).double() - logits).abs().max().item())
        tensors[name] = logits.float()
        head = {"name": name, "model": model, "tokens": tokens}
        if len(edits) == 1:
            cases.append(head | edits[0] | {"change": round(change, 6)})
        else:
            sequences.append(head | {"edits": edits, "change": round(change, 6)})
    write_tensors(folder / "edits.safetensors", tensors, model, "loci-golden-edits", command)
    write_json(folder / "edits.json", header | {"float32Noise": noise, "edits": cases, "sequences": sequences})
    return noise


def _check_unedited(double, tokens):
    """The plain forward pass, checked at every site against Hugging Face's."""
    shown = {}

    def hook(site, value):
        shown[site] = value
        return value

    logits = run_of(double)(tokens, hook)
    golden = capture(double, tokens)
    if shown.keys() != golden.keys():
        raise ValueError(f"Expected the same sites, found {sorted(shown.keys() ^ golden.keys())}")
    for site, exact in golden.items():
        error = (shown[site] - exact).abs().max().item()
        if error > 1e-11:
            raise ValueError(f"Expected {site} within 1e-11 of Hugging Face's, found {error:.1e}")
    return logits
