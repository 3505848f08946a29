"""Golden logits of edited runs: edits.json says what each edit is, edits.safetensors holds the logits.

The runs are made in float64 and stored as float32, so that the stored numbers carry no rounding of their own.
"""

from capture import capture
from edit_cases import PROMPT, edit_cases
from edit_ops import run_edits
from forward import forward, weights_of
from store import COMMAND, write_json, write_tensors


def write_edits(folder, single, double):
    """Writes edits.json and edits.safetensors of the tiny model in `folder`. Returns the largest float32 noise."""
    model, weights, rounded = folder.name, weights_of(double), weights_of(single)
    tokens, config = PROMPT[model], double.config
    clean = _check_unedited(double, weights, tokens)
    tensors, cases, sequences, noise = {"unedited": clean.float()}, [], [], 0.0
    for name, edits in edit_cases()[model].items():
        logits = run_edits(weights, config, tokens, edits)
        change = (logits - clean).abs().max().item()
        if change < 0.01:
            raise ValueError(f"Expected the edit {name} of {model} to change a logit, largest change {change:.1e}")
        noise = max(noise, (run_edits(rounded, config, tokens, edits).double() - logits).abs().max().item())
        tensors[name] = logits.float()
        head = {"name": name, "model": model, "tokens": tokens}
        if len(edits) == 1:
            cases.append(head | edits[0] | {"change": round(change, 6)})
        else:
            sequences.append(head | {"edits": edits, "change": round(change, 6)})
    write_tensors(folder / "edits.safetensors", tensors, model, "loci-golden-edits")
    write_json(folder / "edits.json", {"version": 1, "command": COMMAND, "model": model, "float32Noise": noise,
                                       "edits": cases, "sequences": sequences})
    return noise


def _check_unedited(double, weights, tokens):
    """The plain forward pass, checked at every site against Hugging Face's."""
    shown = {}

    def hook(site, value):
        shown[site] = value
        return value

    logits = forward(weights, double.config, tokens, hook)
    golden = capture(double, tokens)
    if shown.keys() != golden.keys():
        raise ValueError(f"Expected the same sites, found {sorted(shown.keys() ^ golden.keys())}")
    for site, exact in golden.items():
        error = (shown[site] - exact).abs().max().item()
        if error > 1e-11:
            raise ValueError(f"Expected {site} within 1e-11 of Hugging Face's, found {error:.1e}")
    return logits
