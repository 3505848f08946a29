"""The questions whose results are exported and run: {name: (model, spec)}. Atlas's are those of specs/."""

import json
from pathlib import Path

SPECS = Path(__file__).resolve().parents[2] / "specs"
ALL_GRIDS = [
    "resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out", "resid_pre_all_pos", "resid_mid_all_pos",
    "resid_post_all_pos", "attn_out_all_pos", "mlp_out_all_pos", "attn_head_out_by_pos", "attn_head_q_by_pos",
    "attn_head_k_by_pos", "attn_head_v_by_pos", "attn_head_pattern_by_pos", "attn_head_pattern_dest_src_pos",
    "attn_head_out_all_pos", "attn_head_q_all_pos", "attn_head_k_all_pos", "attn_head_v_all_pos",
    "attn_head_pattern_all_pos", "neurons",
]
# Prompts of reference/experiments/setup.py: token ids, nothing to do with words.
PAIRS = {
    "tiny-a": ([52, 93, 15, 72, 61, 21, 83, 87], [52, 93, 75, 72, 75, 21, 83, 87], 14, 32),
    "tiny-llama": ([60, 12, 51, 18, 19, 51, 47, 46], [60, 12, 44, 18, 18, 51, 47, 46], 7, 27),
    "tiny-mistral": ([1, 52, 18, 5, 28, 49, 1, 7, 7], [1, 52, 18, 35, 28, 49, 29, 7, 7], 35, 9),
    "tiny-qwen2": ([3, 9, 27, 20, 31, 8, 12, 34], [3, 9, 2, 20, 14, 8, 12, 34], 7, 27),
}
WINDOW = {"rule": "fixed", "size": 2, "layers": [[0, 1], [0, 2]]}
OTHERS = [[3, 9, 27, 20, 60, 58, 52, 34], [5, 25, 3, 15, 14, 9, 45, 42], [7, 49, 38, 22, 32, 41, 43, 57]]


def case_of(model, swapped=False):
    clean, corrupted, answer, distractor = PAIRS[model]
    if swapped:
        clean, corrupted, answer, distractor = corrupted, clean, distractor, answer
    return {"prompt": f"{model}, clean", "tokens": clean, "subject": {"begin": 2, "end": 5}, "answer": {"id": answer},
            "distractor": {"id": distractor}, "corrupted": {"prompt": f"{model}, corrupted", "tokens": corrupted}}


def study(model, kind, cases=None, metric="logit-diff", **fields):
    return {"version": 1, "kind": kind, "model": {"id": model, "revision": "local"}, "bos": False,
            "cases": cases or [case_of(model)], "metric": metric, **fields}


def trace(model, corruption):
    clean, _, answer, distractor = PAIRS[model]
    return {"version": 1, "kind": "causal-trace", "model": {"id": model, "revision": "local"}, "prompt": f"{model}, clean",
            "bos": False, "tokens": clean, "subject": {"begin": 2, "end": 5}, "answer": {"id": answer},
            "distractor": {"id": distractor}, "corruption": corruption, "metric": "logit-diff", "direction": "restore",
            "kinds": ["hidden", "mlp", "attn"], "window": WINDOW,
            "groups": [{"name": "subject", "rows": [2, 3, 4]}]}


def atlas(kind, **fields):
    return "atlas", json.loads((SPECS / f"{kind}.json").read_text()) | fields


LLAMA = "tiny-llama"
NOISE = {"type": "noise", "rule": "s3", "sigma": 0.4, "factor": 3, "samples": 3, "seed": 1, "stream": "mt19937-polar"}
REFERENCE = {"from": "prompts", "prompts": [{"prompt": f"other {i}", "tokens": tokens} for i, tokens in enumerate(OTHERS)]}
RECEIVERS = [
    {"part": "logits"}, {"part": "head", "layer": 1, "head": 2, "input": "q"},
    {"part": "head", "layer": 1, "head": 1, "input": "k"}, {"part": "head", "layer": 1, "head": 0, "input": "v"},
    {"part": "mlp", "layer": 1}, {"part": "resid", "layer": 1},
]
EDITS = [
    {"site": "hook_embed", "rows": "subject", "op": "add", "source": {"kind": "noise", "seed": 3, "scale": 0.5, "draw": 1}},
    {"site": "blocks.0.attn.hook_z", "rows": [6], "head": 2, "op": "scale", "alpha": 0.5},
    {"site": "blocks.0.mlp.hook_post", "rows": "all", "columns": [0, 20], "op": "clamp", "range": [-0.1, 0.1]},
    {"site": "blocks.0.hook_resid_mid", "rows": "answer", "op": "lerp", "alpha": 0.3,
     "source": {"kind": "run", "run": "corrupted"}},
    {"site": "blocks.0.hook_resid_post", "rows": "subject-last", "op": "project_out",
     "source": {"kind": "vector", "values": [((7 * i) % 11 - 5) / 10 for i in range(36)]}},
    {"site": "blocks.1.hook_resid_pre", "rows": "before-answer", "op": "set_along",
     "direction": [((5 * i) % 13 - 6) / 10 for i in range(36)], "source": {"kind": "run", "run": "corrupted"}},
    {"site": "blocks.1.attn.hook_v", "rows": [2, 3], "head": 1, "op": "set",
     "source": {"kind": "vector", "values": [i / 10 for i in range(12)]}},
]
MASKS = [{"layers": [0, 2], "queries": "answer", "keys": "subject"}, {"layers": [1, 2], "head": 1, "queries": [5], "keys": [3], "value": -1.5}]
REWRITES = [{"layers": [0, 1], "head": 3, "queries": "answer", "kind": "uniform"}, {"layers": [1, 2], "queries": [4, 5], "kind": "reversed"}]
PARTS = ["components", "heads", "neurons", "sources"]
UNITS = ["attn_out", "mlp_out_all_pos", "attn_head_out_by_pos", "attn_head_out_all_pos", "neurons", "resid_mid"]

QUESTIONS = {
    "atlas/causal-trace": atlas("causal-trace"),
    "atlas/activation-patching": atlas("activation-patching"),
    "atlas/activation-patching-noise": atlas("activation-patching", direction="noise", grids=["attn_head_pattern_all_pos", "resid_mid"]),
    "atlas/ablation": atlas("ablation"),
    "atlas/path-patching": atlas("path-patching"),
    "atlas/knockout": atlas("knockout"),
    "atlas/intervention": atlas("intervention"),
    "atlas/logit-lens": atlas("logit-lens"),
    "atlas/attribution": atlas("attribution"),
    "tiny-a/activation-patching": ("tiny-a", study("tiny-a", "activation-patching", grids=ALL_GRIDS)),
    "tiny-mistral/activation-patching": ("tiny-mistral", study("tiny-mistral", "activation-patching", grids=ALL_GRIDS)),
    "tiny-qwen2/activation-patching": ("tiny-qwen2", study("tiny-qwen2", "activation-patching", grids=ALL_GRIDS)),
    "tiny-llama/causal-trace": (LLAMA, trace(LLAMA, NOISE)),
    "tiny-llama/causal-trace-replacement": (LLAMA, trace(LLAMA, {"type": "tokens", "tokens": PAIRS[LLAMA][1]})),
    "tiny-llama/activation-patching": (LLAMA, study(LLAMA, "activation-patching", grids=ALL_GRIDS)),
    "tiny-llama/activation-patching-noise": (
        LLAMA, study(LLAMA, "activation-patching", metric="p", direction="noise", scale="raw", grids=ALL_GRIDS)),
    "tiny-llama/activation-patching-two-prompts": (
        LLAMA, study(LLAMA, "activation-patching", cases=[case_of(LLAMA), case_of(LLAMA, swapped=True)])),
    "tiny-llama/ablation-zero": (LLAMA, study(LLAMA, "ablation", method="zero", units=UNITS)),
    "tiny-llama/ablation-mean": (LLAMA, study(LLAMA, "ablation", method="mean", reference=REFERENCE, units=UNITS)),
    "tiny-llama/ablation-mean-per-position": (
        LLAMA, study(LLAMA, "ablation", method="mean-per-position", reference=REFERENCE, units=UNITS, scale="relative")),
    "tiny-llama/ablation-resample": (
        LLAMA, study(LLAMA, "ablation", method="resample", reference=REFERENCE, samples=2, seed=1, units=UNITS, scale="raw")),
    "tiny-llama/path-patching": (LLAMA, study(LLAMA, "path-patching", receivers=RECEIVERS)),
    "tiny-llama/path-patching-frozen": (
        LLAMA, study(LLAMA, "path-patching", direction="denoise", receivers=RECEIVERS[1:], receive="together", mlps="frozen")),
    "tiny-llama/knockout": (LLAMA, study(LLAMA, "knockout", window=WINDOW)),
    "tiny-llama/knockout-heads": (
        LLAMA, study(LLAMA, "knockout", metric="p", scale="raw", window=WINDOW, cases=[case_of(LLAMA), case_of(LLAMA, swapped=True)],
                     heads=[{"layer": 0, "head": 1}, {"layer": 1, "head": 4}])),
    "tiny-llama/intervention": (LLAMA, study(LLAMA, "intervention", edits=EDITS, masks=MASKS, rewrites=REWRITES)),
    "tiny-llama/logit-lens": (LLAMA, study(LLAMA, "logit-lens", states=["resid_post", "resid_mid", "attn_out", "mlp_out"])),
    "tiny-llama/logit-lens-without-norm": (LLAMA, study(LLAMA, "logit-lens", norm="none", positions="subject")),
    "tiny-llama/attribution": (LLAMA, study(LLAMA, "attribution", parts=PARTS)),
    "tiny-llama/attribution-logit": (LLAMA, study(LLAMA, "attribution", metric="p", parts=PARTS)),
}
