"""The embedded model's prompt as token ids, with its subject, from the files that ship beside it."""

import json
from dataclasses import dataclass

from tokenizers import Tokenizer

from store import HERE

FOLDER = HERE.parents[1] / "public" / "models" / "atlas"
TEXT, SUBJECT = "Germany is a country where people pay with the", "Germany"


@dataclass(frozen=True)
class Prompt:
    tokens: list  # the BOS id first
    subject: tuple  # [begin, end) in tokens


def atlas_prompt(bos):
    """Encodes TEXT without special tokens and puts `bos` in front."""
    encoding = Tokenizer.from_file(str(FOLDER / "tokenizer.json")).encode(TEXT, add_special_tokens=False)
    first = TEXT.index(SUBJECT)
    last = first + len(SUBJECT)
    inside = [i for i, (begin, end) in enumerate(encoding.offsets) if begin < last and end > first]
    return Prompt([bos, *encoding.ids], (inside[0] + 1, inside[-1] + 2))


def atlas_sigma():
    """One sigma of the model's fact set, as loci.json states it."""
    return json.loads((FOLDER / "loci.json").read_text())["sigma"]["value"]
