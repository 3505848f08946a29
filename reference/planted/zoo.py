"""The world of the planted models: who visits which animal, and a vocabulary of 25 words."""

BOS, UNKNOWN = "<|bos|>", "<unk>"
ANIMALS = ["owl", "fox", "cat", "dog", "hen", "bee"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
NAMES = ["Ana", "Bob", "Cleo", "Dan", "Eva", "Finn"]  # the i-th visits the i-th animal
VERB = "visits"
FILLERS = ["and", "the", ",", "."]
WORDS = [BOS, UNKNOWN, *ANIMALS, *DAYS, *NAMES, VERB, *FILLERS]
ID = {word: i for i, word in enumerate(WORDS)}
ANIMAL_OF = dict(zip(NAMES, ANIMALS, strict=True))

SPACE = "\u0120"  # how the byte-level alphabet writes a space
PUNCTUATION = (",", ".")


def tokenizer_json():
    return byte_level_tokenizer(ID, UNKNOWN, [BOS])


def byte_level_tokenizer(ids, unknown, special):
    """Byte-level BPE of whole words: each is in the vocabulary with its leading space, whatever else is `unknown`."""
    added = [{"id": ids[name], "content": name, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for name in special]
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    bare = (*special, unknown, *PUNCTUATION)
    spelled = {word if word in bare else SPACE + word: i for word, i in ids.items()}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": unknown, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": False, "ignore_merges": True,
                      "vocab": spelled, "merges": []}}


def tokens_of(prompt):
    """Token ids of a prompt of known words, BOS first."""
    words = prompt.replace(",", " ,").replace(".", " .").split()
    return [ID[BOS], *(ID[word] for word in words)]


def item(prompt, subject, answer, twin, twin_answer, label):
    """One row of a set file; the distractor is what the corrupted twin's answer is. `subject` None for none."""
    row = {"prompt": prompt, **({"subject": subject} if subject else {}), "answer": f" {answer}",
           "distractor": f" {twin_answer}", "corrupted": twin, "label": label}
    if len(tokens_of(prompt)) != len(tokens_of(twin)):
        raise ValueError(f"Expected a twin as long as '{prompt}', found '{twin}'")
    return row


def recall_set():
    """Whom somebody visits: every name against every other."""
    return [item(f"{name} {VERB}", name, ANIMAL_OF[name], f"{twin} {VERB}", ANIMAL_OF[twin], f"recall:{name}")
            for name in NAMES for twin in NAMES if twin != name]


def _timetables():
    """Pairs of timetables without a word in common: ((animals, days, which is asked), the same of the twin)."""
    for i in range(len(ANIMALS)):
        for asked in (0, 1):
            for asked_twin in (0, 1):
                other = (i + 2 + 2 * asked) % len(ANIMALS)  # shares neither an animal nor a day
                yield _timetable(i, asked), _timetable(other, asked_twin)


def _timetable(first, asked):
    second = (first + 1) % len(ANIMALS)
    day = 2 * first % len(DAYS)
    return (ANIMALS[first], ANIMALS[second]), (DAYS[day], DAYS[(day + 1) % len(DAYS)]), asked


def _asked(timetable, question):
    (first, second), (day, next_day), asked = timetable
    return f"{first} {day} and {second} {next_day}, {question((first, second)[asked])}", (day, next_day)[asked]


def _set_of(question, subject, kind):
    rows = []
    for clean, twin in _timetables():
        (prompt, answer), (corrupted, other) = _asked(clean, question), _asked(twin, question)
        animal = clean[0][clean[2]]
        rows.append(item(prompt, subject(animal), answer, corrupted, other, f"{kind}:{animal}"))
    return rows


def induction_set():
    """An animal of the timetable is named again: what followed it?"""
    return _set_of(lambda animal: animal, lambda _animal: None, "induction")


def chain_set():
    """A name instead of the animal: first whom, then when."""
    return _set_of(lambda animal: f"{_visitor(animal)} {VERB}", _visitor, "chain")


def _visitor(animal):
    return NAMES[ANIMALS.index(animal)]
