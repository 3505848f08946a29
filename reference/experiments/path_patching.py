"""Path patching, in three passes: from each head and each MLP to each later input.

    python reference/experiments/path_patching.py

Two prompts: `base` is run, `other` gives the sender its new value. noising: base = clean, other = corrupted; denoising:
base = corrupted, other = clean (orig and new in the field's words).

1. Run both prompts and keep every activation.
2. Run base with the sender's output (hook_z of one head, all positions, or hook_mlp_out of one layer, all positions)
   set to its value in other, and with hook_z of every other head of every layer set to its own value in base. mlps =
   "recomputed": MLPs (but a sender) are computed anew from what reaches them; "frozen": hook_mlp_out of every other
   layer is set to its value in base too. Keep the receiver's input.
3. Run base, nothing frozen, with the receiver's input (all positions) set to what pass 2 kept. The value is the raw
   logit difference at the last position.

Receivers: hook_q_input of a head, hook_k_input and hook_v_input of a key-value head (per-head copies of the stream
before ln1), hook_mlp_in of a layer (a copy before ln2), and hook_resid_post of the last layer (the logits). Their norms
are recomputed from the new input. A sender has as receivers: a head of layer l, the q, k, v inputs of layers > l, the
MLP inputs of layers >= l, the stream; an MLP of layer l, the inputs of layers > l, the stream.
With mlps frozen and the stream as the receiver the value is the sender's direct effect on the logits.

`paths` has one row per pair, its `columns` sender, receiver, recomputed, frozen. Names as in EAP: a0.h2 head 2 of layer
0, m1 the MLP of layer 1, a1.h3<q> the q input of head 3 (a1.h0<k>, a1.h0<v>: of key-value head 0), logits.

The forward pass is the plain one in float64 (setup.py): TransformerLens has single edges only. Where the receiver is a
q, k or v input, "frozen" is the edge alone, which TransformerLens's direct path patching also computes: patching.json's
direct_path_* must agree, `transformerLens` says how many rows and how closely.
"""

import json

from setup import OUT, PAIRS, difference, header, open_model, write, write_at

ALL = slice(None)
TOLERANCE = 2e-5
MODELS = ("tiny-a", "tiny-llama", "atlas")


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        document = header(name, "path_patching.py", model) | {
            "metric": "logit difference", "columns": ["sender", "receiver", "recomputed", "frozen"]}
        for direction, (base, other) in {"denoising": (pair.corrupted, pair.clean),
                                         "noising": (pair.clean, pair.corrupted)}.items():
            rows = paths(model, pair, base, other)
            document[direction] = {"transformerLens": check_edges(name, direction, rows),
                                   "paths": [[label(sender), label(receiver), *values]
                                             for sender, receiver, *values in rows]}
        write(name, "path_patching.json", document)


def paths(model, pair, base, other):
    """Rows (sender, receiver, recomputed, frozen)."""
    base_cache, other_cache = model.cache(base), model.cache(other)
    rows = []
    for sender in senders(model):
        passes = [model.cache(base, pass_two(model, sender, base_cache, other_cache, frozen))
                  for frozen in (False, True)]
        rows += [(sender, receiver, *(difference(pass_three(model, base, receiver, cache), pair) for cache in passes))
                 for receiver in receivers(model, sender)]
    return rows


def label(node):
    """A sender's or receiver's name."""
    layer, head = node["layer"], node.get("head")
    if head is None:
        return "logits" if node["site"] == "hook_resid_post" else f"m{layer}"
    branch = node["site"].removeprefix("hook_").removesuffix("_input")
    return f"a{layer}.h{head}" + (f"<{branch}>" if branch in "qkv" else "")


def check_edges(name, direction, rows):
    """Holds the frozen rows from heads to q, k and v inputs to TransformerLens's direct paths."""
    grids = json.loads((OUT / name / "patching.json").read_text())[direction]
    errors = []
    for sender, receiver, _recomputed, frozen in rows:
        grid = grids.get(f"direct_path_{receiver['site'][5]}")
        if "head" in sender and "head" in receiver and grid:
            theirs = grid["values"][sender["layer"]][sender["head"]][receiver["layer"]][receiver["head"]]
            errors.append(abs(frozen - theirs))
    if not errors or max(errors) > TOLERANCE:
        raise ValueError(f"Expected direct paths within {TOLERANCE} of TransformerLens's, found {errors}")
    return {"rows": len(errors), "difference": max(errors)}


def senders(model):
    for layer in range(model.layers):
        for head in range(model.heads):
            yield {"site": "attn.hook_z", "layer": layer, "head": head}
        yield {"site": "hook_mlp_out", "layer": layer}


def receivers(model, sender):
    first = sender["layer"] + 1
    for layer in range(first, model.layers):
        for branch in "qkv":
            for head in range(model.heads if branch == "q" else model.kv_heads):
                yield {"site": f"hook_{branch}_input", "layer": layer, "head": head}
    for layer in range(first - ("head" in sender), model.layers):
        yield {"site": "hook_mlp_in", "layer": layer}
    yield {"site": "hook_resid_post", "layer": model.layers - 1}


def pass_two(model, sender, base, other, frozen):
    """The edits of pass 2."""
    edits = {}
    for layer in range(model.layers):
        z, mlp = f"blocks.{layer}.attn.hook_z", f"blocks.{layer}.hook_mlp_out"
        is_sender = layer == sender["layer"]
        if is_sender and "head" in sender:
            new = base[z].clone()
            new[:, sender["head"]] = other[z][:, sender["head"]]
            edits[z] = write_at(new, ALL)
        else:
            edits[z] = write_at(base[z], ALL)
        if is_sender and "head" not in sender:
            edits[mlp] = write_at(other[mlp], ALL)
        elif frozen:
            edits[mlp] = write_at(base[mlp], ALL)
    return edits


def pass_three(model, base, receiver, cache):
    site = f"blocks.{receiver['layer']}.{receiver['site']}"
    at = (ALL, receiver["head"]) if "head" in receiver else (ALL,)
    split = {receiver["layer"]} if "head" in receiver else set()
    return model.run(base, {site: write_at(cache[site], *at)}, split)


if __name__ == "__main__":
    main()
