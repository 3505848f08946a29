"""Tokenizers from vocab.json with merges.txt and from vocab.txt: small trained vocabularies, and the ids that transformers'
classes give to varied texts.

    python reference/loading/vocabularies.py      writes vocabularies.json beside this file; same input, same bytes
"""

import json
import tempfile
from pathlib import Path

import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, GPT2Tokenizer, Qwen2Tokenizer

CORPUS = ["The Space Needle is in downtown Seattle. The capital of Nigeria is Abuja; it's 1889.",
          "the café in São Paulo, Übermut und Straße 2024 naïve façade"] * 4
TEXTS = ["", "The capital of France", "  two   spaces  12345", "Niger's caf\u00e9 cafe\u0301 WE'LL", "日本 and 東京.",
         "a<|endoftext|>b", "tab\tline\n\nend\r\n", "<|im_start|>x</s>", "THE ÉIFFEL [MASK] [unused1]", "<extra> 🇫🇷"]


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=["<|endoftext|>"], show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], "#version: 0.2\n" + "\n".join(" ".join(pair) for pair in model["merges"]) + "\n"


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=140, special_tokens=special,
                                                                    show_progress=False))
    vocab = tokenizer.get_vocab()
    return "\n".join(sorted(vocab, key=vocab.get)) + "\n"


def main():
    vocab, merges = byte_level()
    bpe = {"vocab.json": vocab, "merges.txt": merges}
    opt = {"bos_token": {"content": "</s>", "lstrip": False, "rstrip": False}, "eos_token": "</s>"}
    qwen = {"tokenizer_class": "Qwen2Tokenizer", "additional_special_tokens": ["<|im_start|>"]}
    decoder = {"330": {"content": "<extra>", "lstrip": True, "rstrip": False, "normalized": False,
                       "single_word": False, "special": True}}
    cases = {
        "gpt2": (GPT2Tokenizer, bpe),
        "gpt2 with a space before": (GPT2Tokenizer, {**bpe, "tokenizer_config.json": {"add_prefix_space": True}}),
        "opt": (GPT2Tokenizer, {**bpe, "special_tokens_map.json": opt, "added_tokens.json": {"</s>": 330}}),
        "extra tokens by id": (GPT2Tokenizer, {**bpe, "tokenizer_config.json": {"added_tokens_decoder": decoder}}),
        "qwen2": (Qwen2Tokenizer, {**bpe, "tokenizer_config.json": qwen, "added_tokens.json": {"<|im_start|>": 330}}),
        "bert, lower case": (BertTokenizer, {"vocab.txt": word_piece()}),
        "bert, cased": (BertTokenizer, {"vocab.txt": word_piece(), "tokenizer_config.json": {"do_lower_case": False}}),
    }
    rows = []
    for name, (kind, files) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            for file, content in files.items():
                text = content if isinstance(content, str) else json.dumps(content)
                (Path(folder) / file).write_text(text)
            tokenizer = kind.from_pretrained(folder)
            ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
        rows.append({"name": name, "files": files, "ids": ids})
    out = {"command": "python reference/loading/vocabularies.py", "transformers": transformers.__version__,
           "texts": TEXTS, "cases": rows}
    Path(__file__).with_name("vocabularies.json").write_text(json.dumps(out, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
