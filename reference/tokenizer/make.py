"""Golden tokens: a small byte-level BPE tokenizer, and what Hugging Face's `tokenizers` makes of awkward texts.

    python reference/tokenizer/make.py      writes golden.json beside this file; same input, same bytes
"""

import json
import random
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

BOS = "<|endoftext|>"
TEXTS = [
    "The Space Needle is in downtown Seattle. The capital of Nigeria is Abuja; Niger's capital is Niamey.",
    "Paris is the capital of France. The Eiffel Tower is in the city of Paris. We'll see it's there: 1889.",
]
PIECES = [
    "The", " capital", " of", " Niger", "Nigeria", "Niger", " is", "  two ", "\n\n", "\t", "it's", "we'll", "1889", " 42",
    "é", "e\u0301", "日本", " 東京", "🇫🇷", "👩‍🔬", "\ufeff", "\u0000", "\u00a0", "Côte d’Ivoire", BOS, " " + BOS, "...", "!?",
]


def build():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=[BOS], show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TEXTS * 4, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    # A post-processor that would put BOS in front, as some published files have it.
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, 0)])
    return tokenizer


def cases(tokenizer):
    rng = random.Random(1)
    texts = ["", *PIECES, *("".join(rng.choices(PIECES, k=rng.randint(2, 6))) for _ in range(60))]
    for _ in range(30):
        points = [rng.choice([rng.randint(0, 0x7f), rng.randint(0x80, 0x2fff), rng.randint(0x10000, 0x1ffff)])
                  for _ in range(rng.randint(1, 8))]
        texts.append("".join(map(chr, points)))
    return [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids} for t in texts]


if __name__ == "__main__":
    made = build()
    rows = ",\n".join(json.dumps(case) for case in cases(made))
    head = json.dumps({"command": "python reference/tokenizer/make.py", "tokenizers": tokenizers.__version__})
    body = json.dumps(json.loads(made.to_str()))
    path = Path(__file__).parent / "golden.json"
    path.write_text(f'{head[:-1]}, "tokenizer": {body}, "cases": [\n{rows}\n]}}\n')
