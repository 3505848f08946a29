"""What an edit means: one row of the intervention table, applied to one site's value.

Every site is seen as [T, heads, width]: hook_q is [T,H,K]; hook_attn_scores and hook_pattern [H,T,T] are turned to
[query, head, key]; a site without heads has heads = 1. `rows` picks positions (queries), `head` one head (absent:
each head alike), `columns` [begin, end) a range of the width (absent: all of it).

A model is its forward pass here: `run(tokens, hook, split_layers)` gives its output, and `dtype` says its precision.
"""

import re

import torch

from forward import SPLIT_SITES


def run_edits(run, dtype, tokens, edits):
    """Output (logits [T,V]) of one prompt with a list of edits; edits at one site apply in list order."""
    sources = [source_value(run, dtype, edit) for edit in edits]

    def hook(site, value):
        for edit, source in zip(edits, sources):
            if edit["site"] == site:
                value = apply_edit(value, edit, source)
        return value

    split = frozenset(edit["layer"] for edit in edits if edit["site"].endswith(SPLIT_SITES))
    return run(tokens, hook, split)


def apply_edit(value, edit, source):
    """`value` with the edit's rows, head and columns changed. `source`: broadcasts to [rows, heads, columns]."""
    whole = _by_position(value, edit["site"]).clone()
    old = _select(whole, edit)
    rows, heads, columns = _ranges(whole, edit)
    whole[torch.tensor(rows), heads, columns] = _operate(edit, old, source)
    return _back(whole, value, edit["site"])


def _operate(edit, x, v):
    op, alpha = edit["op"], edit.get("alpha")
    if op == "set":
        return v.expand_as(x)
    if op == "add":
        return x + alpha * v
    if op == "scale":
        return alpha * x
    if op == "lerp":
        return (1 - alpha) * x + alpha * v
    if op == "project_out":
        return x - _along(x, v)
    if op == "clamp":
        return x.clamp(*edit["range"])
    if op == "set_along":
        direction = torch.tensor(edit["direction"], dtype=x.dtype)
        return x - _along(x, direction) + _along(v.expand_as(x), direction)
    raise ValueError(f"Expected an op among set, add, scale, lerp, project_out, clamp, set_along, found {op!r}")


def _along(x, v):
    """The part of x [.., n] that lies along v [n]."""
    return (x * v).sum(-1, keepdim=True) / (v * v).sum() * v


def source_value(run, dtype, edit):
    """The edit's new value [rows, heads, columns], or what broadcasts to it; None for an op that needs none."""
    source = edit.get("source")
    if source is None:
        return None
    if source["kind"] == "constant":
        return torch.tensor(source["value"], dtype=dtype)
    if source["kind"] == "vector":
        return torch.tensor(source["values"], dtype=dtype)
    if source["kind"] == "run":
        return _cached(run, edit, source["tokens"])
    if source["kind"] == "mean":
        return torch.stack([_cached(run, edit, tokens) for tokens in source["tokens"]]).mean(0)
    raise ValueError(f"Expected a source among constant, vector, run, mean, found {source['kind']!r}")


def _cached(run, edit, tokens):
    """The edit's selection of its own site, in an unedited run of other tokens."""
    found = []

    def hook(site, value):
        if site == edit["site"]:
            found.append(_select(_by_position(value, site), edit))
        return value

    run(tokens, hook)
    return found[0]


def _select(whole, edit):
    rows, heads, columns = _ranges(whole, edit)
    return whole[torch.tensor(rows), heads, columns]


def _ranges(whole, edit):
    head = edit.get("head")
    begin, end = edit.get("columns", (0, whole.shape[2]))
    return edit["rows"], slice(None) if head is None else slice(head, head + 1), slice(begin, end)


def _by_position(value, site):
    if re.search(r"hook_(attn_scores|pattern)$", site):
        return value.transpose(0, 1)
    return value[:, None, :] if value.dim() == 2 else value


def _back(whole, value, site):
    if re.search(r"hook_(attn_scores|pattern)$", site):
        return whole.transpose(0, 1)
    return whole.reshape(value.shape)
