"""Causal traces over a sample of known facts, averaged by token role and layer; writes results/traces.json.

As ROME does it: Gaussian noise of 3 sigma on the subject's embeddings, 10 draws from RandomState(1) re-seeded for
every fact; one clean activation (block output, MLP output or attention output) is put back at one token and layer;
effect = mean over draws of p(answer | restored) - p(answer | corrupted). Window of one layer (six layers in all).
"""
import json
import random

import numpy as np
import torch

from evaluate import RESULTS, ask
from export import OUT, load_shipped
from facts import RELATIONS, all_facts

SAMPLE_SEED, DRAWS, PER_RELATION = 5, 10, 12
BOOTSTRAP_SEED, BOOTSTRAPS = 6, 2000
KINDS = ("hidden", "mlp", "attn")
ROLES = ("bos", "first subject", "middle subject", "last subject", "first after", "further", "last")


def span(tok, prompt, subject):
    """[begin, end) of the subject's tokens in [BOS] + prompt."""
    begin = prompt.index(subject)
    hits = [i for i, (a, b) in enumerate(tok.encode(prompt).offsets) if a < begin + len(subject) and b > begin]
    return hits[0] + 1, hits[-1] + 2


def role(t, begin, end, length):
    if t == 0:
        return "bos"
    if t == length - 1:
        return "last"
    if begin <= t < end:
        return "first subject" if t == begin else "last subject" if t == end - 1 else "middle subject"
    return "first after" if t == end else "further"


def module(model, kind, layer):
    block = model.transformer.h[layer]
    return {"hidden": block, "mlp": block.mlp, "attn": block.attn}[kind]


def tensor_of(output):
    return output[0] if isinstance(output, tuple) else output


def answer_p(model, ids, noise, begin, end, answer, edit=None):
    """p(answer) per row, float64 [rows]; ids [rows, T], noise [rows, end - begin, d] added to the subject's wte rows."""
    def corrupt(_module, _inputs, output):
        output = output.clone()
        output[:, begin:end] += noise
        return output
    hooks = [model.transformer.wte.register_forward_hook(corrupt)]
    if edit:
        hooks.append(edit[0].register_forward_hook(edit[1]))
    with torch.no_grad():
        hidden = model.transformer(ids).last_hidden_state[:, -1]
    for hook in hooks:
        hook.remove()
    return (hidden @ model.transformer.wte.weight.T).double().softmax(-1)[:, answer]


def clean_activations(model, ids):
    """{(kind, layer): [T, d]} of the undisturbed prompt ids [T]."""
    kept, hooks = {}, []
    for kind in KINDS:
        for layer in range(len(model.transformer.h)):
            keep = lambda _m, _i, out, key=(kind, layer): kept.__setitem__(key, tensor_of(out)[0].clone())
            hooks.append(module(model, kind, layer).register_forward_hook(keep))
    with torch.no_grad():
        model.transformer(ids[None])
    for hook in hooks:
        hook.remove()
    return kept


def trace(model, tok, prompt, subject, answer, sigma):
    """Effects {kind: float64 [T, L]}, clean p, corrupted p, and the subject's span."""
    ids = torch.tensor([0] + tok.encode(prompt).ids)
    begin, end = span(tok, prompt, subject)
    length, width = len(ids), model.config.n_embd
    draws = np.random.RandomState(1).randn(DRAWS, end - begin, width) * 3 * sigma
    noise = torch.from_numpy(draws).float()
    token = tok.encode(answer).ids[0]
    clean_p = answer_p(model, ids[None], noise[:1] * 0, begin, end, token)[0].item()
    low = answer_p(model, ids.expand(DRAWS, -1), noise, begin, end, token).mean().item()
    kept = clean_activations(model, ids)
    rows = torch.arange(length * DRAWS)
    at = rows // DRAWS
    effects = {}
    for kind in KINDS:
        columns = []
        for layer in range(len(model.transformer.h)):
            def restore(_module, _inputs, output, clean=kept[kind, layer]):
                changed = tensor_of(output).clone()
                changed[rows, at] = clean[at]
                return (changed, *output[1:]) if isinstance(output, tuple) else changed
            p = answer_p(model, ids.expand(len(rows), -1), noise.repeat(length, 1, 1), begin, end, token,
                         (module(model, kind, layer), restore))
            columns.append(p.view(length, DRAWS).mean(1) - low)
        effects[kind] = torch.stack(columns, 1).numpy()
    return effects, clean_p, low, (begin, end)


def sample(facts, asked, tok):
    """Per relation: PER_RELATION facts the model knows (p >= 0.5) in their first such phrasing, subject of 2+ pieces."""
    rng = random.Random(SAMPLE_SEED)
    out = []
    for relation in RELATIONS:
        cases = [(f, t) for f in facts if f.relation == relation for t in f.templates()
                 if asked[f, t][1] == 0 and asked[f, t][0] >= 0.5]
        cases = [(f, t) for f, t in cases if np.subtract(*span(tok, f.prompt(t), f.subject)[::-1]) >= 2]
        out += rng.sample(cases, min(PER_RELATION, len(cases)))
    return out


def by_role(effects, begin, end):
    """{kind: {role: [L]}} for one fact; tokens that share a role are averaged, absent roles are left out."""
    length = len(effects["hidden"])
    tokens = {}
    for t in range(length):
        tokens.setdefault(role(t, begin, end, length), []).append(t)
    return {kind: {r: effects[kind][rows].mean(0) for r, rows in tokens.items()} for kind in KINDS}


def cell_mean(values, codes):
    """Mean over facts [n, L] with a 95 % bootstrap interval clustered by country: {"mean", "low", "high"}, each [L]."""
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    countries = sorted(set(codes))
    groups = [np.array([v for v, c in zip(values, codes) if c == country]) for country in countries]
    sums, sizes = np.array([g.sum(0) for g in groups]), np.array([len(g) for g in groups])
    picks = rng.integers(len(groups), size=(BOOTSTRAPS, len(groups)))
    means = sums[picks].sum(1) / sizes[picks].sum(1)[:, None]
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {"mean": np.mean(values, 0).round(4).tolist(), "low": low.round(4).tolist(), "high": high.round(4).tolist()}


def average(traced):
    """Averages over [(fact, (effects, clean p, corrupted p, span))]: {facts, clean, corrupted, effect[kind][role]}."""
    split = [by_role(effects, *span) for _, (effects, _, _, span) in traced]
    effect = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for r in ROLES:
            has = [i for i, s in enumerate(split) if r in s[kind]]
            if has:
                codes = [traced[i][0].code for i in has]
                effect[kind][r] = {"facts": len(has), **cell_mean([split[i][kind][r] for i in has], codes)}
    return {"facts": len(traced), "effect": effect,
            "clean": round(float(np.mean([t[1] for _, t in traced])), 4),
            "corrupted": round(float(np.mean([t[2] for _, t in traced])), 4)}


def main():
    model, tok = load_shipped()
    sigma = json.loads((OUT / "loci.json").read_text())["sigma"]["value"]
    facts = all_facts()
    cases = sample(facts, ask(model, tok, facts), tok)
    traced = [(f, trace(model, tok, f.prompt(t), f.subject, f.answer, sigma)) for f, t in cases]
    groups = {"all": traced, "one hop": [], "two hops": [], "reversed": []}
    for fact, result in traced:
        key = "reversed" if fact.relation == "reverse" else "two hops" if RELATIONS[fact.relation][1] == 2 else "one hop"
        groups[key].append((fact, result))
    out = {name: average(group) for name, group in groups.items() if group}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "traces.json").write_text(json.dumps(out) + "\n")
    for name, group in out.items():
        print(f"{name}: {group['facts']} facts, p {group['clean']} -> {group['corrupted']}")
        for kind, roles in group["effect"].items():
            for r, cell in roles.items():
                print(f"  {kind:7}{r:15}", " ".join(f"{v:+.2f}" for v in cell["mean"]))


if __name__ == "__main__":
    main()
