"""The planted model: three layers of four heads and eight neurons, every weight set by hand.

The circuit answers "owl Monday and fox Tuesday, Ana visits" with " Monday":
  a0.h0  previous-token head: writes the animal that stood one token earlier (PREVIOUS)
  m0     neurons 0..5: one per name, writes the animal that she or he visits (VISITED), at the name
  a1.h1  copy head: at "visits" it looks at the name and copies VISITED (SOUGHT)
  a2.h0  induction head: looks for the token that the animal sought, or the current animal, stands before (its key is
         what a0.h0 wrote), and copies the day there (FOUND)
The unembedding reads SOUGHT (an animal) and, twice as strongly, FOUND (a day). So "Ana visits" alone is answered
" owl", and an animal that is named again is answered with its day without a1.h1.

A head with nothing to do looks at BOS, of which nothing is copied: BOS scores half of what a match does. Every margin is
30 or more, so less than 1e-12 of the attention goes elsewhere.

Decoys, none of which can change a logit:
  silent    its output matrix is zero, though it attends as a planted head does
  unread    writes what nobody reads
  dead end  writes what only a silent head reads
  idle      all weights zero
  asleep    a neuron that would write an answer, but never fires
"""

from weights import Planted, Sizes, Stream
from zoo import ANIMAL_OF, ANIMALS, BOS, DAYS, ID, NAMES, VERB, WORDS

MATCH, SINK = 60, 30  # scores; the first token takes what finds no match
LAST = 40  # score of the previous position
POSITIONS = 12

STREAM = Stream(animal=6, day=6, name=6, bos=1, verb=1, position=POSITIONS, previous=6, visited=6, sought=6, found=6,
                spare=6, dead=2)
SIZES = Sizes(layers=3, heads=4, d_head=16, d_mlp=8, positions=POSITIONS, vocabulary=len(WORDS))

# Node -> what it is. Neurons are "m0.n3".
PLANTED = {
    "a0.h0": "previous-token head",
    "m0": "facts: whom each name visits",
    **{f"m0.n{i}": f"{name} visits the {ANIMAL_OF[name]}" for i, name in enumerate(NAMES)},
    "a1.h1": "copy head: brings the animal from the name to the last position",
    "a2.h0": "induction head: the day that stands after the animal",
}
DECOYS = {
    "a0.h1": "dead end: its output is read by the keys of a1.h2 alone, which is silent",
    "a0.h2": "silent: attends to the previous token as a0.h0 does; its output matrix is zero",
    "a0.h3": "unread: writes the current word's day into columns that nobody reads",
    "m0.n6": "unread: fires at every name, writes into columns that nobody reads",
    "m0.n7": "silent: fires at 'visits', its output weights are zero",
    "a1.h0": "unread: copies the animal as a1.h1 does, into columns that nobody reads",
    "a1.h2": "silent: its keys read a0.h1 and the name; its output matrix is zero",
    "a1.h3": "idle: all weights are zero",
    "m1": "unread and idle: neuron 0 fires at every animal and writes into columns that nobody reads, the others are zero",
    "a2.h1": "silent: attends as a2.h0 does; its output matrix is zero",
    "a2.h2": "unread: attends as a2.h0 does, copies the day into columns that nobody reads",
    "a2.h3": "idle: all weights are zero",
    "m2": "silent and asleep: neuron 0 fires for the animal sought, its output weights are zero; neuron 1 would write an "
          "answer, but never fires; the others are zero",
}


def embeddings(model):
    s = model.stream
    for words, name in ((ANIMALS, "animal"), (DAYS, "day"), (NAMES, "name"), ([BOS], "bos"), ([VERB], "verb")):
        for word, column in zip(words, s[name], strict=True):
            model.embed(ID[word], column)
    model.position_one_hot(s["position"])


def seek_previous(head, stream):
    """Position t looks at t - 1; the first position has only itself."""
    columns = stream["position"]
    return head.seek_same(columns[1:], columns[:-1], LAST)


def seek_name(head, stream):
    """At the verb: the name. Else, and where there is none: BOS."""
    return head.seek(0, stream["verb"], stream["name"], MATCH).seek(1, (), stream["bos"], bias=SINK)


def seek_follower(head, stream):
    """The token that stands after the animal sought, or after the current one; else BOS."""
    queries = list(zip(stream["animal"], stream["sought"], strict=True))
    return head.seek_same(queries, stream["previous"], MATCH).seek(6, (), stream["bos"], bias=SINK)


def facts(model):
    s = model.stream
    for i, name in enumerate(NAMES):
        visited = s["visited"][ANIMALS.index(ANIMAL_OF[name])]
        model.neuron(0, i, reads={s["name"][i]: 2}, bias=-1, writes={visited: 1})


def answers(model):
    s = model.stream
    for i, word in enumerate(ANIMALS):
        model.say(ID[word], s["sought"][i], 15)
    for i, word in enumerate(DAYS):
        model.say(ID[word], s["found"][i], 30)


def planted():
    model = Planted(STREAM, SIZES)
    s = STREAM
    embeddings(model)
    seek_previous(model.head(0, 0), s).copy(s["animal"], s["previous"])
    facts(model)
    seek_name(model.head(1, 1), s).copy(s["visited"], s["sought"])
    seek_follower(model.head(2, 0), s).copy(s["day"], s["found"])
    answers(model)
    decoys(model)
    return model


def decoys(model):
    s = model.stream
    model.head(0, 1).copy(s["verb"], s["dead"][:1]).seek(0, s["verb"], s["name"], MATCH)
    seek_previous(model.head(0, 2), s).copy(s["animal"], s["previous"], writes=False)
    model.head(0, 3).seek_same(s["position"], s["position"], LAST).copy(s["day"], s["spare"])
    model.neuron(0, 6, reads={column: 2 for column in s["name"]}, bias=-1, writes={s["spare"][0]: 1})
    model.neuron(0, 7, reads={s["verb"][0]: 1}, bias=0, writes={})
    seek_name(model.head(1, 0), s).copy(s["visited"], s["spare"])
    model.head(1, 2).seek(0, s["verb"], (*s["name"], *s["dead"]), MATCH).copy(s["visited"], s["sought"], writes=False)
    model.neuron(1, 0, reads={column: 1 for column in s["animal"]}, bias=0, writes={s["spare"][1]: 1})
    seek_follower(model.head(2, 1), s).copy(s["day"], s["found"], writes=False)
    seek_follower(model.head(2, 2), s).copy(s["day"], s["spare"])
    model.neuron(2, 0, reads={column: 1 for column in s["sought"]}, bias=0, writes={})
    model.neuron(2, 1, reads={column: 1 for column in s["animal"]}, bias=-8, writes={s["found"][0]: 1})
