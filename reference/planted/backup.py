"""The backup model: the recall part of the planted model, with a second head that steps in when the first is missing.

  m0     one neuron per name: writes the animal that she or he visits (VISITED), at the name
  a1.h0  primary copy head: at "visits" it looks at the name and copies VISITED (SOUGHT)
  a2.h0  backup copy head: does the same, but an animal in SOUGHT at its own position cancels its query: it scores 60 at
         the name without, 0 with, against 30 at BOS
The unembedding reads SOUGHT. Decoys: a1.h1 (silent), a2.h1 (unread); layer 0's heads, m1 and m2 (idle).

What an ablation does to the primary head's contribution therefore decides what single edges show: a twin's animal
silences the backup as any animal does, nothing (zero) wakes it, a mean over many animals (1/6 of each: their sum is 1)
silences it again.
"""

from circuit import MATCH, SINK, seek_name
from weights import Planted, Sizes, Stream
from zoo import ANIMAL_OF, ANIMALS, BOS, ID, NAMES, VERB, WORDS

POSITIONS = 12
STREAM = Stream(name=6, bos=1, verb=1, position=POSITIONS, visited=6, sought=6, spare=6)
SIZES = Sizes(layers=3, heads=2, d_head=8, d_mlp=6, positions=POSITIONS, vocabulary=len(WORDS))

PLANTED = {
    "m0": "facts: whom each name visits",
    **{f"m0.n{i}": f"{name} visits the {ANIMAL_OF[name]}" for i, name in enumerate(NAMES)},
    "a1.h0": "primary copy head",
    "a2.h0": "backup copy head: attends to the name only while a1.h0 has written nothing",
}
DECOYS = {
    "a0.h0": "idle: all weights are zero",
    "a0.h1": "idle: all weights are zero",
    "a1.h1": "silent: attends as a1.h0 does; its output matrix is zero",
    "a2.h1": "unread: copies the animal as a1.h0 does, into columns that nobody reads",
    "m1": "idle: all weights are zero",
    "m2": "idle: all weights are zero",
}

# What is to be expected in the recall task, written down by hand; make.py holds it against the weights.
EXPECTED = {
    "zero": ["input->m0", "input->a1.h0<k>", "a1.h0->a2.h0<q>", "input->a2.h0<k>", "a1.h0->logits"],
    "corrupted": ["input->m0", "m0->a1.h0<v>", "a1.h0->logits"],
    "mean": ["input->m0", "m0->a1.h0<v>", "a1.h0->logits"],
}
WITHOUT_PRIMARY = ["input->m0", "input->a2.h0<q>", "input->a2.h0<k>", "m0->a2.h0<v>", "a2.h0->logits"]
NODES = ["m0"]
PAIR = ["a1.h0", "a2.h0"]
PREDICTIONS = {
    "zero": "Cutting what makes the primary head speak (its values, its query) wakes the backup, which says the same: both "
            "edges are missed, and so is the backup's own circuit. a1.h0->logits is found, since the backup's query still "
            "sees the head. Cutting that query (a1.h0->a2.h0<q>) makes both speak: the difference doubles, a negative "
            "score. Without keys a head attends evenly and copies a third of the animal beside the other's whole: the two "
            "<k> edges are found, with negative scores too.",
    "corrupted": "Any animal keeps the backup silent, whichever it is: noising and denoising find the primary circuit and "
                 "never the backup.",
    "mean": "A sixth of every animal silences the backup as one whole animal does: as corrupted.",
    "nodes": "Taking out either head alone changes nothing; both together break the answer.",
    "withoutPrimary": "With a1.h0 taken out first, zero noising finds the backup's circuit.",
}


def backup(primary=True):
    """The model; without `primary`, a1.h0 writes nothing."""
    model, s = Planted(STREAM, SIZES), STREAM
    for words, name in ((NAMES, "name"), ([BOS], "bos"), ([VERB], "verb")):
        for word, column in zip(words, s[name], strict=True):
            model.embed(ID[word], column)
    model.position_one_hot(s["position"])
    for i, name in enumerate(NAMES):
        visited = s["visited"][ANIMALS.index(ANIMAL_OF[name])]
        model.neuron(0, i, reads={s["name"][i]: 2}, bias=-1, writes={visited: 1})
    seek_name(model.head(1, 0), s).copy(s["visited"], s["sought"], writes=primary)
    head = seek_name(model.head(2, 0), s).copy(s["visited"], s["sought"])
    head.seek(0, s["sought"], s["name"], -MATCH).seek(1, (), s["bos"], bias=SINK)
    for i, word in enumerate(ANIMALS):
        model.say(ID[word], s["sought"][i], 15)
    seek_name(model.head(1, 1), s).copy(s["visited"], s["sought"], writes=False)
    seek_name(model.head(2, 1), s).copy(s["visited"], s["spare"])
    return model
