"""Ask the shipped model every fact in every phrasing; write facts.json and results/evaluation.json.

Recall: the greedy next token is the full answer (every answer is one token).
"""
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import torch

from export import OUT, load_shipped
from facts import RELATIONS, all_facts, countries

RESULTS = Path(__file__).parent / "results"
DISTRACTOR_SEED = 4
BATCH = 256


def final_logits(model, tok, prompts):
    """Next-token logits after BOS + prompt: float32 [len(prompts), vocab]."""
    out = []
    with torch.no_grad():
        for start in range(0, len(prompts), BATCH):
            rows = [[0] + e.ids for e in tok.encode_batch(prompts[start : start + BATCH])]
            ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
            for i, row in enumerate(rows):
                ids[i, : len(row)] = torch.tensor(row)
            hidden = model.transformer(ids).last_hidden_state
            last = hidden[torch.arange(len(rows)), torch.tensor([len(r) - 1 for r in rows])]
            out.append(last @ model.transformer.wte.weight.T)
    return torch.cat(out)


def ask(model, tok, facts):
    """{(fact, template): (p of the answer, its rank from 0, its rank among the relation's answers only)}."""
    cases = [(f, t) for f in facts for t in f.templates()]
    logits = final_logits(model, tok, [f.prompt(t) for f, t in cases])
    token = {f: tok.encode(f.answer).ids[0] for f in facts}
    choices = {r: sorted({token[f] for f in facts if f.relation == r}) for r in RELATIONS}
    out = {}
    for (f, t), row in zip(cases, logits):
        mine = row[token[f]]
        p = row.double().softmax(-1)[token[f]].item()
        out[f, t] = (p, int((row > mine).sum()), int((row[choices[f.relation]] > mine).sum()))
    return out


def distractors(facts):
    """{fact: another answer to the same relation, from the same continent where there is one}."""
    rng = random.Random(DISTRACTOR_SEED)
    where = {c["code"]: c["continent"] for c in countries()}
    by_relation = defaultdict(list)
    for f in facts:
        by_relation[f.relation].append(f)
    out = {}
    for f in facts:
        others = [g for g in by_relation[f.relation] if g.answer != f.answer]
        near = [g for g in others if where[g.code] == where[f.code]]
        out[f] = rng.choice(sorted({g.answer for g in near or others}))
    return out


def summary(values):
    """Figures over (p, rank, rank among answers) triples; "forced": right if only the relation's answers may be said."""
    n = len(values)
    ranks = sorted(rank for _, rank, _ in values)
    among = sorted(rank for _, _, rank in values)
    return {
        "n": n,
        "right": sum(r == 0 for r in ranks),
        "known": sum(r == 0 and p >= 0.5 for p, r, _ in values),
        "meanP": round(sum(p for p, _, _ in values) / n, 4),
        "forced": sum(r == 0 for r in among),
        "medianRankForced": among[n // 2] + 1,
    }


def evaluation(facts, asked):
    """{relation: {split: [one summary per template]}} and the share a constant guess would get right."""
    table, guess = {}, {}
    for relation, (_, _, templates) in RELATIONS.items():
        mine = [f for f in facts if f.relation == relation]
        table[relation] = {
            split: [summary([asked[f, t] for f in mine if f.split == split and t in f.templates()])
                    for t in range(len(templates))]
            for split in sorted({f.split for f in mine})
        }
        guess[relation] = {
            split: max(Counter(f.answer for f in mine if f.split == split).values())
            / sum(f.split == split for f in mine)
            for split in table[relation]
        }
    return {"recall": table, "constantGuess": guess}


def fact_rows(facts, asked, other):
    rows = []
    for f in facts:
        fits = f.templates()
        row = {"relation": f.relation, "subject": f.subject, "answer": f.answer, "split": f.split,
               "distractor": other[f], "known": [t for t in fits if asked[f, t][1] == 0],
               "p": [round(asked[f, t][0], 3) for t in fits]}
        if len(fits) < len(RELATIONS[f.relation][2]):
            row["templates"] = fits
        rows.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    return rows


def write_facts(facts, asked):
    head = {
        "version": 1,
        "license": "MIT; data from npm countries-list 3.4.1, Copyright (c) 2014 Annexare Studio",
        "note": "templates: indices that fit the subject (absent: all); p: p(answer) for each of them, in order; "
                "known: those where the greedy next token is the answer",
        "relations": {r: {"title": title, "hops": hops, "templates": ts} for r, (title, hops, ts) in RELATIONS.items()},
    }
    rows = ",\n".join(fact_rows(facts, asked, distractors(facts)))
    text = json.dumps(head, indent=1, ensure_ascii=False)[:-2] + ',\n "facts": [\n' + rows + "\n]}\n"
    json.loads(text)
    (OUT / "facts.json").write_text(text, encoding="utf-8")


def main():
    model, tok = load_shipped()
    facts = all_facts()
    asked = ask(model, tok, facts)
    write_facts(facts, asked)
    result = evaluation(facts, asked)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n")
    for relation, per_split in result["recall"].items():
        for split, rows in per_split.items():
            print(relation, split, " ".join(f"{r['right']}/{r['n']}" for r in rows), f"p {rows[0]['meanP']:.2f}")


if __name__ == "__main__":
    main()
