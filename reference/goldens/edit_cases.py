"""The interventions of edits.json: every op, every kind of source, and every kind of site at least once."""

import numpy as np

ALL = list(range(9))  # every position of PROMPT["tiny-a"]

# One prompt per model, and two others of the same length for `run` and `mean` sources.
PROMPT = {"tiny-a": [0, 17, 52, 52, 8, 90, 31, 17, 64], "tiny-b": [0, 120, 45, 7, 83, 83, 19, 101]}
OTHER = {"tiny-a": [0, 73, 11, 29, 8, 90, 31, 73, 64], "tiny-b": [0, 66, 45, 130, 2, 83, 19, 101]}
THIRD = {"tiny-a": [5, 44, 80, 3, 61, 12, 95, 44, 27], "tiny-b": [9, 31, 77, 58, 112, 4, 90, 24]}


def noise(seed, size):
    """A seeded Gaussian vector, rounded so that the JSON says exactly what was used."""
    return [float(x) for x in np.random.RandomState(seed).randn(size).round(4)]


def constant(value):
    return {"kind": "constant", "value": value}


def vector(values):
    return {"kind": "vector", "values": values}


def edit(site, layer, rows, op, source=None, *, alpha=None, head=None, columns=None):
    optional = {"head": head, "columns": columns, "alpha": alpha, "source": source}
    name = site if layer is None else f"blocks.{layer}.{site}"
    return {"site": name, "layer": layer, "rows": rows, "op": op,
            **{key: value for key, value in optional.items() if value is not None}}


def edit_cases():
    """{model: {case name: list of edits}}; most lists hold one."""
    return {"tiny-a": _tiny_a(), "tiny-b": _tiny_b()}


def _tiny_a():
    other = {"kind": "run", "tokens": OTHER["tiny-a"]}
    mean = {"kind": "mean", "tokens": [OTHER["tiny-a"], THIRD["tiny-a"]]}
    attention_row = vector([0.1, 0.0, 0.2, 0.0, 0.3, 0.0, 0.25, 0.0, 0.15])
    return {
        "embed-add-noise": [edit("hook_embed", None, [3], "add", vector(noise(11, 48)), alpha=0.9)],
        "resid_pre-set-run": [edit("hook_resid_pre", 1, [2, 3], "set", other)],
        "resid_post-project_out": [edit("hook_resid_post", 0, [4, 8], "project_out", vector(noise(12, 48)))],
        "resid_mid-lerp-mean": [edit("hook_resid_mid", 0, [5, 8], "lerp", mean, alpha=0.3)],
        "q-scale-zero": [edit("attn.hook_q", 1, ALL, "scale", alpha=0.0, head=2)],
        "k-set-constant-columns":
            [edit("attn.hook_k", 0, [1], "set", constant(0.5), head=0, columns=[4, 12])],
        "v-scale-every-head": [edit("attn.hook_v", 0, [2, 6], "scale", alpha=-1.5)],
        "z-set-run": [edit("attn.hook_z", 1, [8], "set", other, head=1)],
        "result-add-vector-columns":
            [edit("attn.hook_result", 0, [7, 8], "add", vector(noise(13, 20)), alpha=2.0, head=2, columns=[10, 30])],
        "attn_scores-add-knockout":
            [edit("attn.hook_attn_scores", 1, [8], "add", constant(-30.0), alpha=1.0, head=0, columns=[2, 5])],
        "pattern-set-vector-later-keys": [edit("attn.hook_pattern", 0, [6], "set", attention_row, head=1)],
        "attn_out-lerp-run": [edit("hook_attn_out", 1, [4, 8], "lerp", other, alpha=0.75)],
        "ln1-scale-set-run": [edit("ln1.hook_scale", 1, [3, 4, 5, 6, 7, 8], "set", other)],
        "ln1-normalized-add-vector":
            [edit("ln1.hook_normalized", 0, [1, 5], "add", vector(noise(14, 48)), alpha=0.5)],
        "mlp_pre-add-constant-neuron":
            [edit("mlp.hook_pre", 0, [2, 3], "add", constant(6.0), alpha=1.0, columns=[17, 18])],
        "mlp_post-set-mean-columns": [edit("mlp.hook_post", 1, [8], "set", mean, columns=[100, 140])],
        "mlp_out-scale-zero": [edit("hook_mlp_out", 0, [0, 5], "scale", alpha=0.0)],
        "q_input-lerp-run": [edit("hook_q_input", 1, [8], "lerp", other, alpha=0.6, head=1)],
        "attn_in-project_out":
            [edit("hook_attn_in", 1, [6, 7], "project_out", vector(noise(15, 48)), head=0)],
        "mlp_in-set-run": [edit("hook_mlp_in", 0, [1, 7], "set", other)],
        "two-at-one-site-in-order": [
            edit("hook_resid_mid", 1, [8], "add", vector(noise(16, 48)), alpha=1.0),
            edit("hook_resid_mid", 1, [8], "scale", alpha=0.5)],
        "noised-subject-with-restored-block": [
            edit("hook_embed", None, [2], "add", vector(noise(17, 48)), alpha=1.5),
            edit("hook_embed", None, [3], "add", vector(noise(18, 48)), alpha=1.5),
            edit("hook_resid_post", 0, [3], "set", {"kind": "run", "tokens": PROMPT["tiny-a"]})],
    }


def _tiny_b():
    other = {"kind": "run", "tokens": OTHER["tiny-b"]}
    mean = {"kind": "mean", "tokens": [OTHER["tiny-b"], THIRD["tiny-b"]]}
    return {
        "embed-set-mean": [edit("hook_embed", None, [1, 3], "set", mean)],
        "pos_embed-scale": [edit("hook_pos_embed", None, [2, 5], "scale", alpha=0.0)],
        "resid_pre-project_out-columns":
            [edit("hook_resid_pre", 2, [5, 7], "project_out", vector(noise(21, 20)), columns=[3, 23])],
        "resid_mid-set-constant-columns":
            [edit("hook_resid_mid", 1, [0, 6], "set", constant(-0.75), columns=[30, 35])],
        "resid_post-add-run": [edit("hook_resid_post", 1, [4], "add", other, alpha=-0.5)],
        "q-set-vector": [edit("attn.hook_q", 0, [3, 7], "set", vector(noise(22, 7)), head=4)],
        "k-project_out-columns":
            [edit("attn.hook_k", 2, [1, 2, 3], "project_out", vector(noise(23, 5)), head=3, columns=[1, 6])],
        "v-lerp-run": [edit("attn.hook_v", 1, [0, 1, 2, 3], "lerp", other, alpha=0.4, head=4)],
        "z-add-noise": [edit("attn.hook_z", 2, [7], "add", vector(noise(24, 7)), alpha=1.25, head=0)],
        "result-set-mean": [edit("attn.hook_result", 1, [5, 6, 7], "set", mean, head=3)],
        "attn_scores-lerp-run-every-head":
            [edit("attn.hook_attn_scores", 0, [5, 6, 7], "lerp", other, alpha=0.5)],
        "attn_scores-set-one-key":
            [edit("attn.hook_attn_scores", 2, [7], "set", constant(4.0), head=2, columns=[3, 4])],
        "pattern-scale-columns": [edit("attn.hook_pattern", 2, [7], "scale", alpha=0.5, columns=[0, 4])],
        "attn_out-set-run": [edit("hook_attn_out", 1, [3, 4, 5], "set", other)],
        "ln1-normalized-set-zero-columns":
            [edit("ln1.hook_normalized", 0, [2, 7], "set", constant(0.0), columns=[0, 17])],
        "ln2-scale-scale": [edit("ln2.hook_scale", 2, [6, 7], "scale", alpha=1.3)],
        "ln2-normalized-lerp-mean": [edit("ln2.hook_normalized", 0, [4], "lerp", mean, alpha=0.8)],
        "mlp_pre-set-run-columns": [edit("mlp.hook_pre", 1, [5], "set", other, columns=[13, 50])],
        "mlp_post-lerp-vector":
            [edit("mlp.hook_post", 2, [7], "lerp", vector(noise(25, 61)), alpha=0.5)],
        "mlp_out-project_out": [edit("hook_mlp_out", 1, [2, 3, 4], "project_out", vector(noise(26, 35)))],
        "attn_in-set-run-every-head": [edit("hook_attn_in", 2, [4, 7], "set", other)],
        "k_input-set-run": [edit("hook_k_input", 1, [0, 3], "set", other, head=0)],
        "v_input-add-vector": [edit("hook_v_input", 0, [2], "add", vector(noise(27, 35)), alpha=0.7, head=2)],
        "mlp_in-project_out": [edit("hook_mlp_in", 2, [3, 7], "project_out", vector(noise(28, 35)))],
        "ln_final-scale-scale": [edit("ln_final.hook_scale", None, [7], "scale", alpha=0.8)],
        "ln_final-normalized-lerp-run": [edit("ln_final.hook_normalized", None, [6, 7], "lerp", other, alpha=0.25)],
        "unembed_in-project_out": [edit("unembed.hook_in", None, [7], "project_out", vector(noise(29, 35)))],
        "unembed_out-add-columns":
            [edit("unembed.hook_out", None, [7], "add", constant(3.0), alpha=1.0, columns=[40, 60])],
    }
