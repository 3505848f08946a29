"""Golden outputs of runs with masks, rewrites of the pattern, clamps and directions, as the tables that ask for them.

`<model>/interventions.json` says what each case is; `interventions.safetensors` holds the logits [T,V], made in float64 by
the plain forward passes that `edits.py` uses, stored as float32. Alone: `python reference/goldens/interventions.py`.

In a block, rewrites come before the edits of hook_pattern, masks after those of hook_attn_scores. `allow` needs the
scores without a mask: they are made here from the queries and keys that the pass has just shown.
"""

from dataclasses import dataclass
from functools import partial
from typing import Callable

import torch

from edit_cases import OTHER, PROMPT, constant, edit, noise, vector
from edit_ops import apply_edit, source_value
from edits import run_of
from checkpoints import load_model
from families.checkpoints import load_model as load_family_model
from families.capture import Source
from families.edit_cases import edit_prompts
from families.forward import forward as family_forward
from families.models import TINY_MODELS as FAMILY_MODELS
from store import COMMAND, HERE, write_json, write_tensors

MASKED = -1e30


@dataclass
class Subject:
    name: str
    run: Callable  # (tokens, hook, split_layers) -> logits, float64
    tokens: list
    other: list
    layers: int
    heads: int
    kv_heads: int
    d_head: int
    width: int
    mlp_width: int
    scale: float
    softcap: float | None
    rotary: bool


def subjects():
    gpt2 = load_model(HERE / "tiny-a", torch.float64)
    config = gpt2.config
    K = config.n_embd // config.n_head
    yield Subject("tiny-a", run_of(gpt2), PROMPT["tiny-a"], OTHER["tiny-a"], config.n_layer, config.n_head,
                  config.n_head, K, config.n_embd, 4 * config.n_embd, K**-0.5, None, False)
    for tiny in FAMILY_MODELS:
        if tiny.name not in ("tiny-llama", "tiny-gemma2"):
            continue
        double = Source(load_family_model(HERE / tiny.name, torch.float64))
        spec = double.spec
        tokens, other, _ = edit_prompts(spec, tiny.seed)
        yield Subject(tiny.name, partial(family_forward, double.plain), tokens, other, spec.layers, spec.heads,
                      spec.kv_heads, spec.d_head, spec.width, spec.mlp_width, spec.scale, spec.softcap, True)


def cases_of(s):
    """{case name: {table: rows}}."""
    T, last, end = len(s.tokens), s.layers - 1, len(s.tokens) - 1
    every, all_layers = list(range(T)), range(s.layers)
    other = {"kind": "run", "tokens": s.other}
    stream = "hook_resid_mid"
    first, second = orthogonal(noise(31, s.width), noise(32, s.width))
    along = lambda direction: edit("hook_resid_post", 0, [2, end], "set_along", other) | {"direction": direction}
    clamp = lambda site, layer, rows, lo, hi, **rest: edit(site, layer, rows, "clamp", **rest) | {"range": [lo, hi]}
    return {
        "mask-keys": {"masks": [mask(last, [4, 5, 6, 7], [1, 3])]},
        "mask-one-head": {"masks": [mask(0, [6, 7], [0, 2, 5], head=1)]},
        "mask-with-a-value": {"masks": [mask(last, [end], [end - 2, end - 1], head=0, value=-1.5)]},
        "mask-in-every-layer": {"masks": [mask(layer, every[3:], [2]) for layer in all_layers]},
        "mask-after-edit-of-scores": {
            "edits": [edit("attn.hook_attn_scores", 0, [5, end], "set", constant(3.0), head=1, columns=[1, 4])],
            "masks": [mask(0, [5, end], [2])]},
        "allow-prompt": {"masks": [mask(layer, every[:5], every[:5], op="allow") for layer in all_layers]},
        "allow-everything": {"masks": [mask(layer, every, every, op="allow") for layer in all_layers]},
        "allow-one-head-one-layer": {"masks": [mask(last, [1, 4], [3, 6], head=1, op="allow")]},
        "mask-then-allow": {"masks": [mask(last, [end], [1, 2, 3]), mask(last, [end], [2], op="allow")]},
        "rewrite-uniform": {"rewrites": [rewrite(0, every, "uniform")]},
        "rewrite-reversed-head": {"rewrites": [rewrite(last, every[2:], "reversed", head=0)]},
        "rewrite-reversed-every-layer": {"rewrites": [rewrite(layer, every, "reversed") for layer in all_layers]},
        "rewrite-uniform-under-mask": {
            "masks": [mask(last, [5, end], [4])], "rewrites": [rewrite(last, [5, end], "uniform", head=1)]},
        "rewrite-then-edit": {
            "rewrites": [rewrite(0, [end], "reversed")],
            "edits": [edit("attn.hook_pattern", 0, [end], "scale", alpha=0.5, columns=[0, 3])]},
        "clamp-stream": {"edits": [clamp(stream, last, [3, end], -0.25, 0.4)]},
        "clamp-neurons": {"edits": [clamp("mlp.hook_post", 0, every, -0.05, 0.01, columns=[7, 30])]},
        "clamp-head": {"edits": [clamp("attn.hook_z", last, [end], 0.0, 0.1, head=1)]},
        "set_along-run": {"edits": [along(noise(33, s.width))]},
        "set_along-constant-head": {
            "edits": [edit("attn.hook_z", 0, [4, end], "set_along", constant(1.5), head=0)
                      | {"direction": noise(34, s.d_head)}]},
        "set_along-vector-columns": {
            "edits": [edit("hook_mlp_out", last, [end], "set_along", vector(noise(35, 9)), columns=[3, 12])
                      | {"direction": noise(36, 9)}]},
        "set_along-subspace": {"edits": [along(first), along(second)]},
        "project_out-subspace": {
            "edits": [edit("hook_resid_post", 0, [2, end], "project_out", vector(v)) for v in (first, second)]},
    }


def mask(layer, queries, keys, **rest):
    return {"layer": layer, "queries": queries, "keys": keys, **rest}


def rewrite(layer, queries, kind, **rest):
    return {"layer": layer, "queries": queries, "kind": kind, **rest}


def orthogonal(first, second):
    a, b = torch.tensor(first, dtype=torch.float64), torch.tensor(second, dtype=torch.float64)
    return first, (b - (a @ b) / (a @ a) * a).tolist()


def run_tables(s, edits=(), masks=(), rewrites=()):
    """Logits of one prompt under the three tables."""
    sources = [source_value(s.run, torch.float64, one) for one in edits]
    seen = {}  # what the pass shows of the present block

    def hook(site, value):
        layer = int(site.split(".")[1]) if site.startswith("blocks.") else None
        kind = site.split(".", 2)[2] if layer is not None else site
        if kind == "attn.hook_pattern":
            for one in rewrites:
                if one["layer"] == layer:
                    value = rewritten(value, seen["scores"], one)
        for one, source in zip(edits, sources):
            if one["site"] == site:
                value = apply_edit(value, one, source)
        if kind == "attn.hook_attn_scores":
            for one in masks:
                if one["layer"] == layer:
                    value = masked(value, one, lambda: unmasked_scores(s, seen["q"], seen["k"]))
            seen["scores"] = value
        branch = "attn.hook_rot_" if s.rotary else "attn.hook_"
        if kind in (f"{branch}q", f"{branch}k"):
            seen[kind[-1]] = value
        return value

    return s.run(s.tokens, hook)


def unmasked_scores(s, q, k):
    """[H, T, T] from q [T,H,K] and k [T,G,K]."""
    k = k.repeat_interleave(s.heads // s.kv_heads, dim=1)
    scores = s.scale * torch.matmul(q.transpose(0, 1), k.permute(1, 2, 0))
    return scores if s.softcap is None else s.softcap * torch.tanh(scores / s.softcap)


def masked(scores, one, unmasked):
    """scores [H, queries, keys] with the cells of one mask changed."""
    cells = torch.zeros_like(scores, dtype=torch.bool)
    heads = range(len(scores)) if one.get("head") is None else [one["head"]]
    for h in heads:
        for t in one["queries"]:
            cells[h, t, one["keys"]] = True
    if one.get("op") == "allow":
        return torch.where(cells, unmasked(), scores)
    if "value" in one:
        return torch.where(cells, scores + one["value"], scores)
    return scores.masked_fill(cells, MASKED)


def rewritten(pattern, scores, one):
    """pattern [H, queries, keys] with rows replaced over the keys whose score is not masked."""
    out = pattern.clone()
    heads = range(len(pattern)) if one.get("head") is None else [one["head"]]
    for h in heads:
        for t in one["queries"]:
            visible = scores[h, t] > MASKED / 10
            a = pattern[h, t][visible]
            if one["kind"] == "uniform":
                new = torch.full_like(a, 1 / len(a))
            else:
                new = a.max() - a
                new = a if new.sum() == 0 else new / new.sum()
            out[h, t] = 0
            out[h, t, visible] = new
    return out


def write_interventions():
    for s in subjects():
        clean = run_tables(s)
        tensors, cases = {"unedited": clean.float()}, []
        for name, tables in cases_of(s).items():
            logits = run_tables(s, **tables)
            change = (logits - clean).abs().max().item()
            if change < 0.001:
                raise ValueError(f"Expected {name} of {s.name} to change a logit, largest change {change:.1e}")
            tensors[name] = logits.float()
            cases.append({"name": name, "tokens": s.tokens, **tables, "change": round(change, 6)})
        write_tensors(HERE / s.name / "interventions.safetensors", tensors, s.name, "loci-golden-interventions")
        write_json(HERE / s.name / "interventions.json",
                   {"version": 1, "command": COMMAND, "model": s.name, "cases": cases})
        print(f"{s.name}/interventions.safetensors, {len(cases)} cases")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write_interventions()
