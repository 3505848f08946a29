"""Read the whole training corpus and fail if any held-out fact is in it, in any order that would teach it."""
import random

import corpus
from facts import TWO_HOP, countries, splits


def violations(texts):
    """(kind, passage) for every passage in which a held-out answer follows its subject."""
    rows = countries()
    split = splits(rows)
    for text in texts:
        for c in rows:
            start = text.find(c["capital"])
            if start < 0:
                continue
            after, code = text[start + len(c["capital"]):], c["code"]
            if split["reverse"].get(code) == "forward" and c["name"] in after:
                yield "reverse", text
            for relation, answer in TWO_HOP.items():
                if split[relation].get(code) in ("heldout", "nobridge") and " " + c[answer] in after:
                    yield relation, text


def main(n=560_000):
    """n covers every passage that the trainer draws."""
    found = list(violations(set(corpus.passages(random.Random(corpus.CORPUS_SEED), n))))
    for kind, text in found[:20]:
        print(kind, text)
    if found:
        raise SystemExit(f"{len(found)} passages teach a held-out fact")
    print("no held-out fact in the corpus")


if __name__ == "__main__":
    main()
