"""The facts of Atlas: relations, phrasings and the seeded splits that hold facts out.

A fact is (relation, subject, answer, split). Every answer is text with its leading space and is one token.

Splits (seeded, from countries.json alone):
  forward relations            "taught"
  reverse (capital -> country) "both"     the reversed direction is in the corpus
                               "forward"  only country -> capital is; nothing ever puts the capital before the country
  two-hop (capital -> X)       "shown"    the composed fact is in the corpus
                               "heldout"  it is not, but both of its hops are
                               "nobridge" it is not, and neither is its first hop (reverse split "forward")
"""
import json
import random
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SPLIT_SEED = 1
HELD_OUT_SHARE = 1 / 3

# relation -> (title, hops, templates). `{subject}` is the subject's text; the answer is the next token.
RELATIONS = {
    "capital": ("country → capital", 1, [
        "{subject} has its capital in the city of",
        "{subject}'s capital is",
        "{subject} is a country. Its capital is",
        "The capital of {subject} is",
        "The capital city of {subject} is",
    ]),
    "continent": ("country → continent", 1, [
        "{subject} is a country in",
        "{subject} lies on the continent of",
        "{subject} is located in",
        "The country of {subject} lies in",
        "The continent of {subject} is",
    ]),
    "currency": ("country → currency", 1, [
        "{subject}'s currency is the",
        "{subject} is a country. People there pay with the",
        "{subject} is a country where people pay with the",
        "People in {subject} pay with the",
        "The currency of {subject} is the",
    ]),
    "language": ("country → language", 1, [
        "{subject}'s language is",
        "{subject} is a country. People there speak",
        "{subject} is a country where people speak",
        "People in {subject} speak",
        "The language of {subject} is",
    ]),
    "reverse": ("capital → country (reversed)", 1, [
        "{subject} is the capital of",
        "{subject} is a city in",
        "{subject} is the capital city of",
        "The city of {subject} is the capital of",
    ]),
    "city_continent": ("capital → continent (two hops)", 2, [
        "{subject} lies on the continent of",
        "{subject} is a city on the continent of",
        "The city of {subject} lies on the continent of",
        "The continent of the city of {subject} is",
    ]),
    "city_currency": ("capital → currency (two hops)", 2, [
        "{subject} is a city. People there pay with the",
        "{subject} is a city where people pay with the",
        "People in the city of {subject} pay with the",
        "The currency in the city of {subject} is the",
    ]),
    "city_language": ("capital → language (two hops)", 2, [
        "{subject} is a city. People there speak",
        "{subject} is a city where people speak",
        "People in the city of {subject} speak",
        "The language in the city of {subject} is",
    ]),
}
FORWARD = ["capital", "continent", "currency", "language"]
TWO_HOP = {"city_continent": "continent", "city_currency": "currency", "city_language": "language"}


@dataclass(frozen=True)
class Fact:
    relation: str
    subject: str
    answer: str
    split: str
    code: str

    def templates(self):
        """Indices of the phrasings that fit this subject: one with an article never opens a sentence."""
        starts = [t.startswith("{subject}") for t in RELATIONS[self.relation][2]]
        return [i for i, s in enumerate(starts) if not (s and self.subject.startswith("the "))]

    def prompt(self, template):
        return RELATIONS[self.relation][2][template].format(subject=self.subject)


def countries():
    return json.loads((HERE / "countries.json").read_text(encoding="utf-8"))["countries"]


def reversible(c):
    """Whether the reversed question is fair: one-token answer without article, names that do not give it away."""
    return not (c["article"] or c["name"] in c["capital"] or c["capital"] in c["name"])


def splits(rows):
    """{relation: {code: split}} for the reversed and the two-hop relations; countries that take no part are absent."""
    rng = random.Random(SPLIT_SEED)
    codes = [c["code"] for c in rows if reversible(c)]
    rng.shuffle(codes)
    half = (len(codes) + 1) // 2
    both, forward = sorted(codes[:half]), sorted(codes[half:])
    out = {"reverse": {**dict.fromkeys(both, "both"), **dict.fromkeys(forward, "forward")}}
    for relation in TWO_HOP:
        held = set(rng.sample(both, round(HELD_OUT_SHARE * len(both))))
        # The continent is shown for one-direction capitals too, so that their names are not strangers to the model.
        rest = "shown" if relation == "city_continent" else "nobridge"
        out[relation] = {c: "heldout" if c in held else "shown" for c in both} | dict.fromkeys(forward, rest)
    return out


def all_facts():
    rows = countries()
    split = splits(rows)
    out = []
    for relation in RELATIONS:
        for c in rows:
            code = c["code"]
            if relation in FORWARD:
                subject = f"the {c['name']}" if c["article"] else c["name"]
                out.append(Fact(relation, subject, " " + c[relation], "taught", code))
            elif code in split[relation]:
                answer = c["name"] if relation == "reverse" else c[TWO_HOP[relation]]
                out.append(Fact(relation, c["capital"], " " + answer, split[relation][code], code))
    return out
