"""The tokenizer: byte-level BPE in which every answer is one token and every other name stays in pieces.

  - ordinary words come from BPE on the templates (many copies) and on each name once, as at the start of a sentence;
  - each answer " Paris" enters the vocabulary whole and `ignore_merges` takes it whenever it is a whole pre-token, so
    " Niger" never splits " Nigeria" and "Paris" without the space stays in pieces;
  - answers of several words (" Buenos Aires") are pre-tokens of their own, listed before the GPT-2 pattern.
"""
import json

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import plain_sentences
from facts import all_facts, countries

BOS = "<|endoftext|>"
BASE_VOCABULARY = 1023
TEMPLATE_COPIES = 50
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def pre_tokenizer(phrases):
    listed = "|".join(p.replace(".", r"\.") for p in sorted(phrases, key=lambda p: (-len(p), p)))
    pattern = (rf"(?:{listed})(?!\p{{L}})|" if listed else "") + GPT2_PATTERN
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def byte_level(text):
    """The text as byte-level BPE spells it (" Paris" -> "ĠParis")."""
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return "".join(piece for piece, _ in level.pre_tokenize_str(text))


def build():
    """Returns the Tokenizer; vocabulary: BOS (id 0), bytes and pieces, then the answers in sorted order."""
    answers = sorted({f.answer for f in all_facts()})
    names = sorted({n for c in countries() for n in (c["name"], c["capital"])})
    base = Tokenizer(models.BPE())
    base.pre_tokenizer = pre_tokenizer([])
    trainer = trainers.BpeTrainer(
        vocab_size=BASE_VOCABULARY + 1, min_frequency=2, special_tokens=[BOS], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    base.train_from_iterator(plain_sentences() * TEMPLATE_COPIES + names, trainer)
    trained = json.loads(base.to_str())["model"]
    vocab = trained["vocab"]
    for answer in answers:
        vocab.setdefault(byte_level(answer), len(vocab))
    merges = [tuple(m) for m in trained["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=True))
    tokenizer.add_special_tokens([BOS])
    letters_only = lambda answer: answer[1:].isalpha()
    tokenizer.pre_tokenizer = pre_tokenizer([a for a in answers if not letters_only(a)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def save(tokenizer, folder):
    """tokenizer.json and tokenizer_config.json, as Hugging Face lays them out. The tokenizer adds no BOS itself."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64, "add_prefix_space": False,
        "add_bos_token": False, "bos_token": BOS, "eos_token": BOS, "unk_token": BOS,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
