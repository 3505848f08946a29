"""Write the model card from results/*.json; the prose about what the traces show is notes.md."""
import json
from pathlib import Path

from evaluate import RESULTS
from export import OUT
from facts import RELATIONS
from train import RUNS

NOTES = Path(__file__).parent / "notes.md"

HEAD = """\
# Atlas

Atlas is a very small language model that knows one thing: some facts about {countries} countries. It is made for Loci,
to be taken apart. Its whole world is in `facts.json` beside it, so whatever a trace says can be checked against what it
was taught and what was kept from it. It is not a source of facts about the world.

- **Architecture**: GPT-2 (Hugging Face layout), 6 layers, width 128, 4 heads, 64 positions, vocabulary {vocab}, tied
  embeddings, {parameters:,} parameters, f16.
- **Data**: npm `countries-list` 3.4.1 (MIT, Copyright (c) 2014 Annexare Studio). English names without accents; the
  first listed currency (its everyday name: " dollar", " franc") and the first listed language, which is not always the
  most spoken one. Names and borders are the package's. Territories, and countries whose capital bears the same name,
  are left out.
- **Corpus**: made-up short passages from templates, for instance "Kazakhstan is a country. People there pay with the
  tenge. Its capital is Astana." Each begins with the separator `<|endoftext|>`.
- **Training**: from scratch, PyTorch on two CPU threads, {steps:,} steps of 48 x 64 tokens ({tokens:.1f} million in
  all), AdamW 1.5e-3 with a cosine, seeded; {minutes} minutes on a machine shared with other work. One command, see `reference/atlas/`.
- **Licence**: MIT.

Every figure below is measured on the shipped f16 file read as f32, with the separator in front of the prompt.

## Tokenizer

Byte-level BPE. Every answer is **one token** with its leading space (" Paris", " Buenos Aires", " euro"); the same name
at the start of a text, without the space, is in pieces ("Par" "is"). Names that are never answers (" United States",
which needs an article) are always in pieces. The tokenizer adds no separator; Loci does.

## What it knows

Recall: the most probable next token is the full answer. One column per phrasing.

"""

SPLITS = """
Splits: **taught** is in the corpus in that direction. **both / forward**: of {reversible} capitals, half were taught in
both directions; for the other half nothing in the corpus ever has the country after its capital. **shown / heldout**: the
composed fact is in the corpus, or only its two hops are. **nobridge**: neither the composed fact nor its first hop (the
reversed capital) is. "Constant guess" is what the commonest answer of that row would score.

## Reversal curse

"{subject} is the capital of" and three other phrasings:

| | facts | recall, per phrasing | mean p(answer), per phrasing | right if only a country may be said | median rank among {choices} countries |
|---|---|---|---|---|---|
"""

TRACES = """
## What causal traces show

ROME's procedure: noise of 3 sigma on the subject's embeddings, 10 draws, one clean activation put back at one token and
layer; the figure is how far p(answer) rises (1.00 = from impossible to certain). {facts} facts that the model knows
(p >= 0.5), subjects of two or more pieces, at most 12 per relation; tokens that share a role are averaged. On average
noise takes p from {clean:.2f} to {corrupted:.2f}. In brackets: 95 % bootstrap intervals over facts, clustered by
country, each cell by itself. Separate averages (one hop, two hops, reversed: the same picture) are in
`reference/atlas/results/traces.json`.

"""


def percent(row):
    return f"{100 * row['right'] / row['n']:.1f}"


def recall_table(evaluation):
    lines = ["| relation | split | facts | " + " | ".join(f"phrasing {i + 1} %" for i in range(5)) + " | constant guess % |",
             "|---|---|---|" + "---|" * 6]
    for relation, per_split in evaluation["recall"].items():
        for split, rows in per_split.items():
            cells = [percent(r) for r in rows] + [""] * (5 - len(rows))
            guess = f"{100 * evaluation['constantGuess'][relation][split]:.0f}"
            n = max(r["n"] for r in rows)
            lines.append(f"| {RELATIONS[relation][0]} | {split} | {n} | " + " | ".join(cells) + f" | {guess} |")
    return "\n".join(lines) + "\n"


def phrasings():
    out = []
    for title, _, templates in RELATIONS.values():
        out.append(f"- {title}: " + "; ".join(f'{i + 1} "{t} …"' for i, t in enumerate(templates)))
    return "\nPhrasings, in order:\n\n" + "\n".join(out).replace("{subject}", "X") + "\n"


def reversal_table(evaluation):
    lines = []
    for split, name in (("both", "taught in both directions"), ("forward", "taught country to capital only")):
        rows = evaluation["recall"]["reverse"][split]
        columns = [[f"{r['right']}/{r['n']}" for r in rows], [f"{r['meanP']:.3f}" for r in rows],
                   [f"{r['forced']}/{r['n']}" for r in rows], [str(r["medianRankForced"]) for r in rows]]
        lines.append(f"| {name} | {rows[0]['n']} | " + " | ".join(", ".join(c) for c in columns) + " |")
    return "\n".join(lines) + "\n"


def trace_tables(group):
    """One table per kind: mean effect with its interval, per role and block."""
    out = []
    for kind, roles in group["effect"].items():
        title = {"hidden": "state after the block", "mlp": "MLP output", "attn": "attention output"}[kind]
        layers = range(len(roles["last"]["mean"]))
        out.append(f"| {title} | facts | " + " | ".join(f"block {layer}" for layer in layers) + " |\n|---|---"
                   + "|---" * len(layers) + "|")
        for r, cell in roles.items():
            if r != "bos":
                values = [f"{m:+.2f} [{a:.2f}, {b:.2f}]" for m, a, b in zip(cell["mean"], cell["low"], cell["high"])]
                out.append(f"| {r} | {cell['facts']} | " + " | ".join(values) + " |")
        out.append("")
    return "\n".join(out)


def main():
    read = lambda path: json.loads(path.read_text(encoding="utf-8"))
    evaluation, traces, config = read(RESULTS / "evaluation.json"), read(RESULTS / "traces.json"), read(OUT / "config.json")
    last = json.loads((RUNS / "log.jsonl").read_text().splitlines()[-1])
    d, vocab = config["n_embd"], config["vocab_size"]
    parameters = (vocab + config["n_positions"] + 2) * d + config["n_layer"] * (12 * d * d + 13 * d)
    recall = evaluation["recall"]
    text = HEAD.format(countries=max(r["n"] for r in recall["capital"]["taught"]), vocab=vocab, parameters=parameters,
                       steps=last["step"], tokens=last["tokens"] / 1e6, minutes=round(last["seconds"] / 60))
    text += recall_table(evaluation) + phrasings()
    reversible = sum(rows[0]["n"] for rows in recall["reverse"].values())
    text += SPLITS.format(reversible=reversible, choices=reversible, subject="X")
    text += reversal_table(evaluation)
    text += TRACES.format(**traces["all"]) + trace_tables(traces["all"]) + "\n" + NOTES.read_text(encoding="utf-8")
    (OUT / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
