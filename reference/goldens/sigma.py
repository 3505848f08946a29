"""One sigma of models without a card, in PyTorch: what `src/engine/first/sigma.ts` measures while it opens a model.

    python reference/goldens/sigma.py

ROME's `collect_embedding_std`: the embeddings of every name's tokens, one name after another, and torch's std of all of
it, in float64. Atlas has its own weights; the others have rows that both sides compute, `row` below, a width and an
embedding scale. Writes sigma.json.
"""

import json
import math

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from store import HERE

ROOT = HERE.parents[1]
NAMES = (ROOT / "src" / "engine" / "first" / "names.txt").read_text().split("\n")[:-1]


def row(token, width):
    """Made-up embedding of a token: float32, as a file would hold it."""
    values = [math.sin(12.9898 * token + 78.233 * d) * (1 + token % 7) for d in range(width)]
    return torch.tensor(values, dtype=torch.float32)


def sigma(tokenizer, embed, scale=1.0):
    """`embed`: token id to row. Returns sigma, how many names and how many tokens."""
    ids = [tokenizer.encode(name, add_special_tokens=False).ids for name in NAMES]
    rows = torch.cat([torch.stack([embed(token) for token in name]) for name in ids])
    return dict(sigma=(rows.double() * scale).std().item(), names=len(ids), tokens=len(rows))


def main():
    atlas = ROOT / "public" / "models" / "atlas"
    weights = load_file(atlas / "model.safetensors")["transformer.wte.weight"]
    models = [dict(model="atlas", **sigma(Tokenizer.from_file(str(atlas / "tokenizer.json")), lambda token: weights[token]))]
    families = json.loads((ROOT / "reference" / "tokenizer" / "families.json").read_text())["families"]
    for name, width, scale in [("neox", 16, 1.0), ("gemma", 40, math.sqrt(40)), ("bert-cased", 24, 1.0)]:
        [family] = [family for family in families if family["name"] == name]
        tokenizer = Tokenizer.from_str(json.dumps(family["tokenizer"]))
        models.append(dict(model=name, width=width, scale=scale, **sigma(tokenizer, lambda token: row(token, width), scale)))
    (HERE / "sigma.json").write_text(json.dumps(models, indent=1) + "\n")


if __name__ == "__main__":
    main()
