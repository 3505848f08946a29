"""Golden tokens of RoBERTa and XLM-R: small trained vocabularies in the published files' form, and the ids that
`tokenizers` gives to 200 texts, with what it puts around them. RoBERTa once more from vocab.json and merges.txt, by
transformers' RobertaTokenizer.

    python reference/tokenizer/encoders.py      writes encoders.json beside this file; same input, same bytes
"""

import json
import random
import tempfile
from pathlib import Path

import tokenizers
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import RobertaTokenizer

from families import CHARSMAP, CORPUS, TEXTS, unigram

NAMES = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = [word for text in CORPUS for word in text.split()] + [
    "<mask>", "<mask>.", "is<mask>", "</s>", "é", "e\u0301", "日本", "🇫🇷", "½", "ﬁne", "\u00a0", "\u200b", "\n", "\t", "...",
    "we'll", "WE'LL", "1234", "Ω", "<", "mask>", "한국", "\u3000"]
GAPS = [" ", " ", " ", "", "  ", "\n"]
COUNT = 200


def texts():
    """The texts of the other families with this mask's name, and random ones."""
    rng = random.Random(5)
    first = [text.replace("[MASK]", "<mask>") for text in TEXTS]
    rest = ["".join(rng.choice(PIECES) + rng.choice(GAPS) for _ in range(rng.randint(1, 9)))
            for _ in range(COUNT - len(first))]
    return first + rest


def roberta():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS * 4, trainers.BpeTrainer(
        vocab_size=340, special_tokens=NAMES, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.add_special_tokens([AddedToken(name, normalized=True) for name in NAMES])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def xlm_roberta():
    tokenizer = unigram(normalizers.Precompiled(CHARSMAP), pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]), names=NAMES)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def files_of(tokenizer, config):
    """vocab.json and merges.txt, with the mask at its end as published files have it."""
    vocab, model = tokenizer.get_vocab(), json.loads(tokenizer.to_str())["model"]
    merges = "#version: 0.2\n" + "\n".join(" ".join(pair) for pair in model["merges"]) + "\n"
    return {"vocab.json": dict(sorted(vocab.items(), key=lambda item: item[1])), "merges.txt": merges, **config}


def ids_of_files(files, given):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(content if isinstance(content, str) else json.dumps(content))
        tokenizer = RobertaTokenizer.from_pretrained(folder)
        return [tokenizer(text)["input_ids"] for text in given]


def main():
    given = texts()
    made = {"roberta": roberta(), "xlm-roberta": xlm_roberta()}
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False}
    configs = {
        "roberta": {},
        "roberta, named by its class": {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}},
        "roberta, a mask that takes the space": {"special_tokens_map.json": {"mask_token": mask, "bos_token": "<s>"}},
        "roberta with a space before": {"tokenizer_config.json": {"add_prefix_space": True}},
    }
    vocabularies = []
    for name, config in configs.items():
        files = files_of(made["roberta"], config)
        vocabularies.append({"name": name, "files": config, "ids": ids_of_files(files, given)})
    out = {
        "command": "python reference/tokenizer/encoders.py", "tokenizers": tokenizers.__version__,
        "transformers": transformers.__version__, "texts": given,
        "tokenizers_json": [{"name": name, "tokenizer": json.loads(one.to_str()),
                             "ids": [one.encode(text).ids for text in given]} for name, one in made.items()],
        "vocabularies": vocabularies,
    }
    Path(__file__).with_name("encoders.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
