"""The corpus: short passages about one country or one capital, drawn by a seeded generator.

What is never written, so that held-out facts stay held out:
  - in a passage about a country the capital comes last, so nothing about a country ever follows its capital there;
  - in a passage about a capital, its country and its composed facts appear only where facts.py says "both" or "shown";
  - a composed fact is never spelt out through its bridge ("Paris is in France, where people pay with ...").
"""
from facts import FORWARD, RELATIONS, TWO_HOP, all_facts

CORPUS_SEED = 2

# Sentences that follow a first one and refer back to it; {answer} carries its own leading space.
PRONOUN = {
    "capital": ["Its capital is{answer}.", "The capital there is{answer}.", "Its capital is the city of{answer}."],
    "continent": ["It lies on the continent of{answer}.", "It is located in{answer}."],
    "currency": ["People there pay with the{answer}.", "Its currency is the{answer}.", "The money there is the{answer}."],
    "language": ["People there speak{answer}.", "Its language is{answer}.", "The language there is{answer}."],
}
OPENERS_COUNTRY = ["{subject} is a country."]
OPENERS_CITY = ["{subject} is a city.", "The city of {subject} is old."]


def known():
    """{"country"|"city": [(subject, {relation: Fact})]}: only what the corpus may say."""
    groups = {"country": {}, "city": {}}
    for fact in all_facts():
        group = groups["country" if fact.relation in FORWARD else "city"]
        entry = group.setdefault(fact.code, (fact.subject, {}))
        if fact.split in ("taught", "both", "shown"):
            entry[1][fact.relation] = fact
    return {kind: [e for _, e in sorted(g.items())] for kind, g in groups.items()}


def sentence(rng, fact):
    return fact.prompt(rng.choice(fact.templates())) + fact.answer + "."


def opener(rng, subject, forms):
    if subject.startswith("the "):
        subject = "The " + subject[4:]
    return rng.choice(forms).format(subject=subject)


def country_passage(rng, subject, facts):
    """One sentence, or an opening one and one to three that refer back to it, the capital last."""
    if rng.random() < 0.45:
        return sentence(rng, facts[rng.choice(FORWARD)])
    first = rng.choice(["open", "continent", "currency", "language"])
    rest = [r for r in FORWARD if r != first]
    rest = sorted(rng.sample(rest, rng.randint(1, min(3, len(rest)))), key=lambda r: (r == "capital", rng.random()))
    out = [opener(rng, subject, OPENERS_COUNTRY) if first == "open" else sentence(rng, facts[first])]
    return " ".join(out + [rng.choice(PRONOUN[r]).format(answer=facts[r].answer) for r in rest])


def city_passage(rng, subject, facts):
    """The reversed fact alone, one composed fact alone, or a passage of composed facts."""
    composed = [r for r in TWO_HOP if r in facts]
    if "reverse" in facts and (not composed or rng.random() < 0.4):
        return sentence(rng, facts["reverse"])
    if rng.random() < 0.6:
        return sentence(rng, facts[rng.choice(composed)])
    order = rng.sample(composed, len(composed))
    if rng.random() < 0.5:
        out, order = [sentence(rng, facts[order[0]])], order[1:]
    else:
        out = [opener(rng, subject, OPENERS_CITY)]
    return " ".join(out + [rng.choice(PRONOUN[TWO_HOP[r]]).format(answer=facts[r].answer) for r in order])


def passages(rng, n, city_share=0.5):
    """n passages (text, without the separator); a subject is drawn as often as there are facts to say about it."""
    groups = known()
    out = []
    while len(out) < n:
        city = rng.random() < city_share
        group = groups["city" if city else "country"]
        entry = rng.choices(group, weights=[len(facts) for _, facts in group])[0]
        out.append((city_passage if city else country_passage)(rng, *entry))
    return out


def plain_sentences():
    """Every template and pronoun sentence without its names: what the tokenizer learns ordinary words from."""
    forms = [t for _, _, templates in RELATIONS.values() for t in templates]
    forms += [" " + s for group in PRONOUN.values() for s in group] + OPENERS_COUNTRY + OPENERS_CITY
    return [f.replace("{subject}", "").replace("{answer}", "") for f in forms]
