"""The causal trace averaged over facts: mean effects by token role and layer, and the bootstrap over subjects.

Per fact i and draw d: noise `scale * randn` (RandomState(seed + i).randn(draws, subject, width)) is added to hook_embed at
the subject; a state (resid_post, mlp_out, attn_out of one layer) is set to its clean value at one token; effect = mean
over draws of p(answer) restored - corrupted. A role's tokens are averaged within the fact, then facts are averaged. 95 %
intervals: the percentile bootstrap over subjects (clusters of facts), drawn by floor(G * RandomState(1).random_sample).
`peak`: the largest hidden-state cell of the roles that hold no fact's last token, with its interval mean +- c * error, c
the 95 % quantile over resamples of the largest |mean* - mean| / error of these cells, widened for the G subjects of the
cell by sqrt(G / (G - 1)) t(0.975, G - 1) / z(0.975).

    python reference/experiments/average_trace.py    # writes experiments/tiny-a/average-trace.json
"""

import numpy as np
import torch

from setup import OUT, Model, versions, write_at, write_json
from student_t import quantile975

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


def resampled(values, names, order):
    """Mean, clusters and bootstrap means of one cell; `values` may be None where a fact lacks the cell."""
    sums, sizes = np.zeros(len(order)), np.zeros(len(order))
    for value, name in zip(values, names):
        if value is not None:
            sums[order.index(name)] += value
            sizes[order.index(name)] += 1
    random = np.random.RandomState(BOOTSTRAP_SEED)
    picks = np.floor(random.random_sample((SAMPLES, len(order))) * len(order)).astype(int)
    means = sums[picks].sum(1) / np.maximum(sizes[picks].sum(1), 1e-300)
    return sums.sum() / sizes.sum(), int((sizes > 0).sum()), means


def main():
    model = Model("tiny-a")
    asked = facts(model)
    traced = [trace(model, fact, SEED + i) for i, fact in enumerate(asked)]
    names = [fact["subject"] for fact in asked]
    order = list(dict.fromkeys(names))
    result, largest, peak = {}, np.zeros(SAMPLES), (-np.inf, None)
    answering = {role(len(f["tokens"]) - 1, f["begin"], f["end"], len(f["tokens"])) for f in asked}
    for kind in SITES:
        split = [by_role(effects[kind], fact) for (effects, _, _), fact in zip(traced, asked)]
        result[kind] = {}
        for r in ROLES:
            cells = []
            for layer in range(model.layers):
                mean, clusters, means = resampled([s[r][layer] if r in s else None for s in split], names, order)
                low, high = np.quantile(means, [0.025, 0.975])
                cells.append({"mean": mean, "clusters": clusters, "low": low, "high": high})
                error = means.std(ddof=1)
                if kind == "hidden" and r not in answering:
                    peak = max(peak, (mean, (r, layer, error, clusters)), key=lambda one: one[0])
                    if clusters >= 10 and error > 1e-12:
                        largest = np.maximum(largest, np.abs(means - mean) / error)
            result[kind][r] = cells
    mean, (r, layer, error, n) = peak
    widening = np.sqrt(n / (n - 1)) * quantile975(n - 1) / 1.959963984540054
    half = np.quantile(largest, 0.95) * widening * error
    write_json(OUT / "tiny-a" / "average-trace.json", {
        "version": 1, "versions": versions(), "scale": SCALE, "draws": DRAWS, "seed": SEED,
        "bootstrap": {"samples": SAMPLES, "seed": BOOTSTRAP_SEED}, "facts": asked,
        "clean": [clean for _, clean, _ in traced], "corrupted": [low for _, _, low in traced],
        "effects": result, "peak": {"role": r, "layer": layer, "mean": mean, "low": mean - half, "high": mean + half}})


if __name__ == "__main__":
    main()
