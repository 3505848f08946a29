"""Activation patching: every `get_act_patch_*` function of `transformer_lens.patching`, in both directions.

    python reference/experiments/patching.py

Definition: run the base prompt with one piece of one activation replaced by its value in the other prompt's run, and
read the raw logit difference logit(answer) - logit(distractor) at the last position. `denoising`: the base is the
corrupted prompt, the piece is clean; `noising`: the base is the clean prompt, the piece is corrupted (TransformerLens's
functions with their arguments swapped). Answer and distractor stay the same, so the two share one scale.

`values` of a grid is the definition. Those whose `source` is "transformer_lens" are TransformerLens 4.3's, float32, on
the bridge with raw weights; `difference` is how far they are from our own patch in the plain float64 pass (setup.py),
at most TOLERANCE. resid_post, which TransformerLens has no function for, is our own ("plain").

hook_resid_mid is at the input of ln2 in the bridge. TransformerLens's setter writes into that tensor in place, and
thereby into the residual stream, which is the same tensor: its grid is the definition. A hook that returns a changed
copy changes the MLP branch alone; `resid_mid_copied` is what TransformerLens gives then (its generic_activation_patch
with such a setter), kept with the role "not the definition".

Grids by function, without the prefix get_act_patch_. Shapes, all positions absolute: resid_pre, resid_mid, attn_out,
mlp_out [layer, pos]; attn_head_{out,q,k,v}_by_pos [layer, pos, head] (hook_z, and hook_q, hook_k, hook_v before the
rotation); attn_head_pattern_by_pos [layer, head, query]; attn_head_pattern_dest_src_pos [layer, head, query, key] (one
entry, the row not renormalised); attn_head_{out,q,k,v,pattern}_all_pos [layer, head]; block_every [3, layer, pos]
(resid_pre, attn_out, mlp_out); attn_head_all_pos_every [5, layer, head] and attn_head_by_pos_every [5, layer, pos,
head] (out, q, k, v, pattern). With grouped queries the k and v grids have key-value heads; in *_every they are padded
on the right with zeros to the number of heads, which are no measurements. direct_path_{q,k,v} [sender layer, sender
head, receiver layer, receiver head]: `direct_path_all_sources`, the edge from a head into the q, k or v input of a
later head alone, 0 where there is no edge; TransformerLens offers q only under grouped queries.
"""

import contextlib
import io

from bridge import VERSION, open_bridge
from setup import PAIRS, difference, header, open_model, write, write_at

import torch
from transformer_lens import patching

ALL = slice(None)
TOLERANCE = 2e-5
MODELS = ("tiny-a", "tiny-llama", "tiny-mistral", "atlas")
BY_POSITION = {"resid_pre": "hook_resid_pre", "resid_mid": "hook_resid_mid", "attn_out": "hook_attn_out",
               "mlp_out": "hook_mlp_out"}
HEADS = {"out": "attn.hook_z", "q": "attn.hook_q", "k": "attn.hook_k", "v": "attn.hook_v"}
PATTERN = "attn.hook_pattern"


def main():
    for name in MODELS:
        model, bridge, pair = open_model(name), open_bridge(name), PAIRS[name]
        document = header(name, "patching.py", model) | {"transformer_lens": VERSION, "metric": "logit difference"}
        for direction, (base, other) in {"denoising": (pair.corrupted, pair.clean),
                                         "noising": (pair.clean, pair.corrupted)}.items():
            plain = plain_grids(model, pair, base, other)
            theirs = lens_grids(bridge, pair, base, other)
            document[direction] = {grid: compared(grid, plain.get(grid), theirs.get(grid))
                                   for grid in [*plain, "resid_mid_copied"]}
            if theirs.keys() - document[direction].keys():
                raise ValueError(f"Expected our own patch of every grid, found {sorted(theirs)}")
        write(name, "patching.json", document)


def compared(grid, plain, theirs):
    if plain is None:
        return {"shape": list(theirs.shape), "source": "transformer_lens", "role": "not the definition",
                "values": theirs}
    if theirs is None:
        return {"shape": list(plain.shape), "source": "plain", "values": plain}
    error = (plain - theirs.double()).abs().max().item()
    if error > TOLERANCE:
        raise ValueError(f"Expected TransformerLens's {grid} within {TOLERANCE} of our patch, found {error:.1e}")
    return {"shape": list(theirs.shape), "source": "transformer_lens", "difference": error, "values": theirs}


def lens_grids(bridge, pair, base, other):
    """{grid: tensor} of every function of the module; `base` is the prompt that is run, `other` the cached one."""
    tokens = torch.tensor([base])
    metric = lambda logits: logits[0, -1, pair.answer] - logits[0, -1, pair.distractor]
    grids, prefix = {}, "get_act_patch_"
    with torch.no_grad(), contextlib.redirect_stderr(io.StringIO()):
        _, cache = bridge.run_with_cache(torch.tensor([other]), prepend_bos=False)
        _, base_cache = bridge.run_with_cache(tokens, prepend_bos=False)
        for name in sorted(name for name in dir(patching) if name.startswith(prefix)):
            grid, function = name.removeprefix(prefix), getattr(patching, name)
            if grid == "direct_path":
                continue  # direct_path_all_sources calls it for every sender
            if grid == "direct_path_all_sources":
                for branch in "qkv" if bridge.cfg.n_key_value_heads in (None, bridge.cfg.n_heads) else "q":
                    grids[f"direct_path_{branch}"] = function(bridge, tokens, cache, base_cache, metric, branch, False)
                continue
            grids[grid] = function(bridge, tokens, cache, metric)
        grids["resid_mid_copied"] = patching.generic_activation_patch(
            bridge, tokens, cache, metric, copying_setter, "resid_mid", ("layer", "pos"))
    return grids


def copying_setter(base, index, other):
    return patching.layer_pos_patch_setter(base.clone(), index, other)


def plain_grids(model, pair, base, other):
    """The same grids by one run of the plain pass per entry, by site and index, without TransformerLens."""
    source, T = model.cache(other), len(base)

    def grid(site, *axes):
        """`axes`: a size to go over, or ALL for a whole axis of the site's value."""
        sizes = [size for size in axes if size is not ALL]
        values = torch.zeros(model.layers, *sizes, dtype=torch.float64)
        for layer in range(model.layers):
            own = f"blocks.{layer}.{site}"
            for index in torch.cartesian_prod(*map(torch.arange, sizes)).reshape(-1, len(sizes)).tolist():
                picked = iter(index)
                at = tuple(ALL if size is ALL else next(picked) for size in axes)
                values[(layer, *index)] = difference(model.run(base, {own: write_at(source[own], *at)}), pair)
        return values

    grids = {name: grid(site, T) for name, site in (BY_POSITION | {"resid_post": "hook_resid_post"}).items()}
    for part, site in HEADS.items():
        heads = model.kv_heads if part in "kv" else model.heads
        grids[f"attn_head_{part}_by_pos"] = grid(site, T, heads)
        grids[f"attn_head_{part}_all_pos"] = grid(site, ALL, heads)
    grids["attn_head_pattern_by_pos"] = grid(PATTERN, model.heads, T)
    grids["attn_head_pattern_dest_src_pos"] = grid(PATTERN, model.heads, T, T)
    grids["attn_head_pattern_all_pos"] = grid(PATTERN, model.heads)
    grids["block_every"] = torch.stack([grids[name] for name in ("resid_pre", "attn_out", "mlp_out")])
    wide = lambda x: torch.nn.functional.pad(x, (0, model.heads - x.shape[-1]))
    for kind in ("all_pos", "by_pos"):
        pattern = grids[f"attn_head_pattern_{kind}"]
        grids[f"attn_head_{kind}_every"] = torch.stack(
            [wide(grids[f"attn_head_{part}_{kind}"]) for part in HEADS]
            + [pattern if kind == "all_pos" else pattern.transpose(1, 2)])
    for branch in "qkv" if model.kv_heads == model.heads else "q":
        grids[f"direct_path_{branch}"] = direct_paths(model, pair, base, other, branch)
    return grids


def direct_paths(model, pair, base, other, branch):
    """The base run with one head's change of z W_O added to the q, k or v input of one later head."""
    change = {layer: model.cache(other)[f"blocks.{layer}.attn.hook_result"]
              - model.cache(base)[f"blocks.{layer}.attn.hook_result"] for layer in range(model.layers)}
    values = torch.zeros((model.layers, model.heads) * 2, dtype=torch.float64)
    for layer in range(model.layers):
        for later in range(layer + 1, model.layers):
            for head, receiver in torch.cartesian_prod(*[torch.arange(model.heads)] * 2).tolist():
                def edit(value):
                    value = value.clone()
                    value[:, receiver] += change[layer][:, head]
                    return value
                site = f"blocks.{later}.hook_{branch}_input"
                values[layer, head, later, receiver] = difference(model.run(base, {site: edit}, {later}), pair)
    return values


if __name__ == "__main__":
    main()
