"""Inverse permutations with one head in each of two attention-only layers (Alur et al., "The impossibility of inverse
permutation learning in transformer models"; their disentangled transformer, with hand-set weights).

Rows are [pi; y_pi] and, if wanted, scratch rows: five digits, five letters, five times "_". The i-th letter belongs to the
i-th digit; row r answers with the letter of digit (r mod 5) + 1, so the rows together are pi^T y_pi.
  a0.h0  a letter's row looks at its digit's row, five rows earlier, and copies the digit (PAIRED)
  a1.h0  row r looks at the letter whose PAIRED is its own digit, and copies the letter (FOUND)
Every position sees every other. With a causal mask a row among digits or letters cannot see the later letters, and no
depth helps; after scratch rows, which carry nothing but their position, it can.
"""

import itertools

from weights import Planted, Sizes, Stream
from zoo import byte_level_tokenizer

N, LETTERS = 5, "abcdefghij"
SCRATCH = "_"
UNKNOWN = "<unk>"
WORDS = [UNKNOWN, *(str(digit + 1) for digit in range(N)), *LETTERS, SCRATCH]
ID = {word: i for i, word in enumerate(WORDS)}
MATCH = 60

STREAM = Stream(digit=N, letter=len(LETTERS), position=3 * N, paired=N, found=len(LETTERS))
SIZES = Sizes(layers=2, heads=1, d_head=10, d_mlp=0, positions=3 * N, vocabulary=len(WORDS), causal=False)


def inverse_permutation():
    model, s = Planted(STREAM, SIZES), STREAM
    for words, name in (([str(digit + 1) for digit in range(N)], "digit"), (LETTERS, "letter")):
        for word, column in zip(words, s[name], strict=True):
            model.embed(ID[word], column)
    positions = list(s["position"])
    model.position_one_hot(positions)
    model.head(0, 0).seek_same(positions[N : 2 * N], positions[:N], MATCH).copy(s["digit"], s["paired"])
    own = [tuple(positions[digit::N]) for digit in range(N)]
    head = model.head(1, 0).seek_same(own, s["paired"], MATCH).copy(s["letter"], s["found"])
    # Only letters are looked at, whatever digits the other rows may have copied.
    head.seek(N, (), s["letter"], bias=MATCH)
    for word, column in zip(LETTERS, s["found"], strict=True):
        model.say(ID[word], column, 30)
    return model


PLANTED = {
    "a0.h0": "brings each letter its digit",
    "a1.h0": "looks for the letter of the row's own digit",
}


def tokenizer_json():
    return byte_level_tokenizer(ID, UNKNOWN, [])


def tokens_of(prompt):
    return [ID[word] for word in prompt.split()]


def inverse_set():
    """The last row's answer; the twin has two digits exchanged, one of which is the last row's."""
    rows = []
    for i, permutation in enumerate(itertools.islice(itertools.permutations(range(N)), 0, None, 11)):
        letters = [LETTERS[(3 * i + 7 * k) % len(LETTERS)] for k in range(N)]
        last, other = permutation.index(N - 1), permutation.index(i % (N - 1))
        twin = list(permutation)
        twin[last], twin[other] = twin[other], twin[last]
        text = lambda digits: " ".join([*(str(digit + 1) for digit in digits), *letters])
        rows.append({"prompt": text(permutation), "answer": f" {letters[last]}", "distractor": f" {letters[other]}",
                     "corrupted": text(twin), "label": f"inverse:{''.join(str(d + 1) for d in permutation)}"})
    return rows
