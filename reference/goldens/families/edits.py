"""Edited runs of a family's tiny checkpoint, in the format of `../edits.py`.

A model without a head has no logits; its stored output is the final stream instead, and edits.json says so.
"""

from functools import partial

from edits import write_edit_cases
from families.edit_cases import edit_cases, edit_prompts
from families.forward import forward
from families.write import ALONE
from store import COMMAND, HERE


def write_edits(tiny, single, double):
    """Writes edits.json and edits.safetensors. Returns the largest float32 noise."""
    spec = single.spec
    tokens = edit_prompts(spec, tiny.seed)[0]
    clean = double.check_alone(tokens, ALONE)
    output = f"blocks.{spec.layers - 1}.hook_normalized_resid_post" if spec.head == "none" else "unembed.hook_out"
    header = {"version": 1, "command": COMMAND, "model": tiny.name, "output": output}
    return write_edit_cases(HERE / tiny.name, header, tokens, edit_cases(spec, tiny.seed), clean,
                            partial(forward, single.plain), partial(forward, double.plain))
