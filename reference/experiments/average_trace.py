"""The causal trace averaged over facts: mean effects by token role and layer, with intervals over subjects.

Per fact i and draw d: noise `scale * randn` (RandomState(seed + i).randn(draws, subject, width)) is added to hook_embed at
the subject; a state (resid_post, mlp_out, attn_out of one layer) is set to its clean value at one token; effect = mean
over draws of p(answer) restored - corrupted. A role's tokens are averaged within the fact, then facts are averaged. 95 %
intervals: t with CR2 errors over subjects (clusters of facts) and Satterthwaite's degrees, from ten subjects on here.
`peak`: the largest hidden-state cell of the roles that hold no fact's last token, with its interval mean +- c * error, c
the 95 % quantile of the largest |t| of these cells over sign flips of subjects (bits of RandomState(1), fact by fact the same
in all cells), at least t's own and at most Bonferroni's critical value.

    python reference/experiments/average_trace.py    # writes experiments/tiny-a/average-trace.json
"""

import sys
from pathlib import Path

import numpy as np
import torch
from scipy import stats

from setup import OUT, Model, versions, write_at, write_json

sys.path.append(str(Path(__file__).parents[1] / "statistics"))
from cr2 import cr2  # noqa: E402

FACTS, SUBJECTS, DRAWS, SEED, SCALE = 20, 16, 2, 7, 0.3
SAMPLES, BOOTSTRAP_SEED = 400, 1
SITES = {"hidden": "resid_post", "mlp": "mlp_out", "attn": "attn_out"}
ROLES = ["before the subject", "subject (one token)", "first subject token", "middle subject tokens",
         "last subject token", "first token after the subject", "further tokens", "last token"]


def role(t, begin, end, length):
    if begin <= t < end:
        if end - begin == 1:
            return ROLES[1]
        return ROLES[2] if t == begin else ROLES[4] if t == end - 1 else ROLES[3]
    if t == length - 1:
        return ROLES[7]
    return ROLES[0] if t < begin else ROLES[5] if t == end else ROLES[6]


def facts(model):
    """Random prompts; the answer is what the model says. Some subjects have two facts."""
    random = np.random.RandomState(3)
    out = []
    for i in range(FACTS):
        length, size = random.randint(6, 10), 1 if i % 4 == 0 else random.randint(2, 4)
        begin = random.randint(0, length - size)
        tokens = random.randint(1, model.vocabulary, length).tolist()
        answer = model.run(tokens)[-1].argmax().item()
        out.append({"tokens": tokens, "begin": int(begin), "end": int(begin + size), "answer": answer,
                    "subject": f"s{i % SUBJECTS}"})
    return out


def trace(model, fact, seed):
    """{kind: [T, L]}, clean p, corrupted p."""
    tokens, begin, end, answer = (fact[key] for key in ("tokens", "begin", "end", "answer"))
    p = lambda logits: logits[-1].softmax(-1)[answer].item()
    draws = torch.from_numpy(SCALE * np.random.RandomState(seed).randn(DRAWS, end - begin, model.width))
    clean = model.cache(tokens)
    name = lambda kind, layer: f"blocks.{layer}.hook_{SITES[kind]}"
    noisy = [lambda value, noise=noise: torch.cat([value[:begin], value[begin:end] + noise, value[end:]])
             for noise in draws]
    low = np.mean([p(model.run(tokens, {"hook_embed": edit})) for edit in noisy])
    effects = {}
    for kind in SITES:
        effects[kind] = np.array([[
            np.mean([p(model.run(tokens, {"hook_embed": edit,
                                          name(kind, layer): write_at(clean[name(kind, layer)], t)}))
                     for edit in noisy]) - low
            for layer in range(model.layers)] for t in range(len(tokens))])
    return effects, p(clean["unembed.hook_out"]), low


def by_role(effects, fact):
    """{role: [L]}."""
    length = len(fact["tokens"])
    own = [role(t, fact["begin"], fact["end"], length) for t in range(length)]
    return {r: effects[[t for t in range(length) if own[t] == r]].mean(0) for r in ROLES if r in own}


def estimated(values, names):
    """CR2 of one cell; `values` may be None where a fact lacks the cell."""
    own = [(value, name) for value, name in zip(values, names) if value is not None]
    found = cr2([value for value, _ in own], [name for _, name in own], "cases")
    return {**found, "own": own, "clusters": len({name for _, name in own})}


def flipped_t(cell, signs):
    """|t| of the cell with its subjects' deviations times their signs."""
    mean = cell["mean"]
    by_name = {}
    for value, name in cell["own"]:
        by_name.setdefault(name, []).append(value)
    values = [np.mean(by_name[name]) for _, name in cell["own"]]
    moved = cr2([signs[name] * (v - mean) for v, (_, name) in zip(values, cell["own"])],
                [name for _, name in cell["own"]], "cases")
    return abs(moved["mean"]) / moved["error"]


def peak_interval(competing, order):
    best = max(competing, key=lambda cell: cell["mean"])
    bits = np.random.RandomState(BOOTSTRAP_SEED).randint(0, 2**32, (SAMPLES, len(order)), dtype=np.uint32) & 1
    moving = [cell for cell in competing if cell["error"] > 1e-12]
    largest = sorted(max(flipped_t(cell, dict(zip(order, np.where(row, 1, -1)))) for cell in moving) for row in bits)
    quantile = largest[int(np.ceil(0.95 * SAMPLES)) - 1]
    bound = stats.t.ppf(1 - 0.025 / len(moving), best["df"])
    half = min(bound, max(stats.t.ppf(0.975, best["df"]), quantile)) * best["error"]
    return {"role": best["role"], "layer": best["layer"], "mean": best["mean"], "low": best["mean"] - half,
            "high": best["mean"] + half}


def main():
    model = Model("tiny-a")
    asked = facts(model)
    traced = [trace(model, fact, SEED + i) for i, fact in enumerate(asked)]
    names = [fact["subject"] for fact in asked]
    order = list(dict.fromkeys(names))
    result, competing = {}, []
    answering = {role(len(f["tokens"]) - 1, f["begin"], f["end"], len(f["tokens"])) for f in asked}
    for kind in SITES:
        split = [by_role(effects[kind], fact) for (effects, _, _), fact in zip(traced, asked)]
        result[kind] = {}
        for r in ROLES:
            cells = []
            for layer in range(model.layers):
                cell = estimated([s[r][layer] if r in s else None for s in split], names)
                half = stats.t.ppf(0.975, cell["df"]) * cell["error"]
                cells.append({"mean": cell["mean"], "clusters": cell["clusters"], "low": cell["mean"] - half,
                              "high": cell["mean"] + half})
                if kind == "hidden" and r not in answering:
                    competing.append({**cell, "role": r, "layer": layer})
            result[kind][r] = cells
    write_json(OUT / "tiny-a" / "average-trace.json", {
        "version": 1, "versions": versions(), "scale": SCALE, "draws": DRAWS, "seed": SEED,
        "bootstrap": {"samples": SAMPLES, "seed": BOOTSTRAP_SEED}, "facts": asked,
        "clean": [clean for _, clean, _ in traced], "corrupted": [low for _, _, low in traced],
        "effects": result, "peak": peak_interval(competing, order)})


if __name__ == "__main__":
    main()
