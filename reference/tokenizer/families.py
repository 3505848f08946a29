"""Golden tokens of every kind of tokenizer: small trained vocabularies in the configurations that models publish,
and the ids and places that Hugging Face's `tokenizers` gives to varied texts.

    python reference/tokenizer/families.py      writes families.json beside this file; same input, same bytes
"""

import base64
import json
import math
import zlib
from collections import Counter
from pathlib import Path

import tokenizers
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

CORPUS = [
    "The Space Needle is in downtown Seattle. The capital of Nigeria is Abuja; Niger's capital is Niamey.",
    "Paris is the capital of France. The Eiffel Tower is in the city of Paris. We'll see it's there: 1889.",
    "the café in São Paulo, Übermut und 日本 東京 Straße 2024 naïve façade",
]
TEXTS = [
    "", "a", "The capital of France", " The Eiffel Tower is in the city of Paris.", "  two   spaces  ", "Niger's capital, 1889!",
    "café", "cafe\u0301 in the city", "São Paulo — Übermut", "日本 and 東京.", "a日b", "🇫🇷 France 👩‍🔬", "tab\tline\nend\r\n",
    "<s> typed </s>", "Paris is the [MASK] of France.", "THE ÉIFFEL", "Straße ﬁne ½ ΟΔΟΣ", "nbsp\u00a0here\u200b.", "한국 각", "x" * 120,
    "WE'LL see 12345 it's", "\u00e9\u0301\u0323e\u0323\u0301", "`` quoted '' \u0000nul", "▁typed ▁▁ mark", "  \n\n  The",
]
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
          r"\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
# A table as SentencePiece's trainer compiles it (precompiled_charsmap, deflated), of these rules: tab, line ends, U+00A0, U+3000,
# U+200B and U+200D to a space; e U+0301, a U+0303 and ｶ ﾞ composed; ｶ to カ; ﬁ to fi, ½ to 1⁄2, Ａ to A, ㎒ to MHz, U+0344 to
# U+0308 U+0301, A to a, É to é. The published table, nmt_nfkc, is 240 kB.
CHARSMAP = zlib.decompress(base64.b64decode(
    "eNot03dIVVEAx/HfvRioVARR0D8R0bBdpu2d7WzvPcywaFuZrff0VZqj0oYt07RhvnbZ8tl4tODZ3tN8RQU2KNvze6MLH37n3HMu90z5SKom+f"
    "lJ/mVkPbbyKFdF8viaim1JljVVkXd22iuTGW0lk4yvJNHN5lgsuWZRCDCV0FFKCZaShlP3MWXrLyVHmfL//30FMpP0JfPIqqSzxFRBpKl06tWp"
    "12QQNVAbtVAHAaiHumiA+miEhsgPMuUKM9WUciD4vYLQHM3AFNQCrdEKDF9t0B7twJDVAZ3RCV0Qgm7oih5Wn2BDvcieCEVv9EUfMEX1w0AMwG"
    "AMwlAMAUuhYRiJERiNURiLMRiPcZiICZiEMExGOCKsPommppJTMM3qk21qBjkdLL1mYg5mYy4iMR/zsABRWIhosF1ahKVYAru16YhFDJbBgRVY"
    "jnjEIQErkYRErEIy1mA1UpGCdViLDViPjUjDZmzCVmzBNqQjExnIwnbsQDZ2YSdysBu52IO9cGI/9uEgDuAwDuEojuAY8nACx3EKJ+GyzgxOow"
    "BncQZunMN5FIYYukhewGVcstrSDLkbGyqk7MFVXMF1XMNN3MBt3MJd3MF93MNDPMBjPMJTPMEzFMGLYrzAc7zEO6eh1+Qrq63IkLfU0BvKJVYb"
    "3lqZb+g9+REf8Aml+ILP+Iav+IHv+IWf+IPf/65/k2K7I5B7ENo9mtMYHiF3ltw58sR57PLG5MKpv2o+quY="))


def byte_level(name_bos, pre_tokenizer, normalizer=None, **model):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(CORPUS * 4, trainers.BpeTrainer(
        vocab_size=330, special_tokens=[name_bos], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    for key, value in model.items():
        setattr(tokenizer.model, key, value)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def split_bytes(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def llama3():
    tokenizer = byte_level("<|begin_of_text|>", split_bytes(LLAMA3), ignore_merges=True)
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])])
    return tokenizer


def qwen2():
    return byte_level("<|endoftext|>", split_bytes(QWEN2), normalizers.NFC())


def neox():
    tokenizer = byte_level("<|endoftext|>", pre_tokenizers.ByteLevel(add_prefix_space=False), normalizers.NFC())
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in (3, 2)])
    return tokenizer


def smollm():
    return byte_level("<|endoftext|>", pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]))


def roberta():
    tokenizer = byte_level("<s>", pre_tokenizers.ByteLevel(add_prefix_space=True))
    tokenizer.add_special_tokens([AddedToken("</s>"), AddedToken("[MASK]", lstrip=True)])
    end = tokenizer.token_to_id("</s>")
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", end), ("<s>", 0), trim_offsets=True)
    return tokenizer


def sentencepiece_bpe():
    """Vocabulary and merges of a BPE over '▁' words, with Llama-2's three names and 256 bytes before them."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    trained.train_from_iterator(CORPUS * 4, trainers.BpeTrainer(vocab_size=130, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    learned = sorted(model["vocab"], key=model["vocab"].get)
    vocab = {name: i for i, name in enumerate([*names, *learned])}
    return models.BPE(vocab, [tuple(merge) for merge in model["merges"]], unk_token="<unk>", fuse_unk=True,
                      byte_fallback=True)


def llama2(metaspace):
    tokenizer = Tokenizer(sentencepiece_bpe())
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def gemma():
    tokenizer = llama2(False)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    return tokenizer


def unigram(normalizer, pre_tokenizer, byte_fallback=False, names=("<unk>", "</s>")):
    """Letters and short words of the corpus; the trainer's own vocabulary differs from run to run."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    words = Counter(word for text in CORPUS
                    for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text)))
    letters = Counter(letter for word in words for letter in word)
    parts = Counter(word[begin:begin + n] for word in words for begin in range(len(word)) for n in (2, 3, 4)
                    if begin + n <= len(word))
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if byte_fallback else []
    # Some letters are left out, so that there is something unknown.
    scores = {name: 0.0 for name in [*names, *bytes_]}
    for piece in sorted(letters)[::-1][4:] + sorted(words) + sorted(part for part in parts if parts[part] > 1):
        count = (letters + words + parts)[piece]
        scores.setdefault(piece, round(-9 + math.log(count) + 0.7 * len(piece) + 0.001 * len(scores), 3))
    tokenizer.model = models.Unigram(list(scores.items()), unk_id=names.index("<unk>"), byte_fallback=byte_fallback)
    tokenizer.add_special_tokens(list(names))
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def t5():
    return unigram(normalizers.NFKC(), pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]))


def albert():
    return unigram(normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
        normalizers.Lowercase(), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Metaspace())


def xlm_roberta():
    tokenizer = unigram(normalizers.Sequence([
        normalizers.Precompiled(CHARSMAP), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]))
    tokenizer.add_special_tokens(["<s>"])
    start = tokenizer.token_to_id("<s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", start), ("</s>", 1)])
    return tokenizer


def unigram_bytes():
    return unigram(normalizers.NFC(), pre_tokenizers.Metaspace(), byte_fallback=True)


def bert(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS * 4, trainers.WordPieceTrainer(
        vocab_size=200, special_tokens=names, show_progress=False))
    # WordPiece's trainer counts in no fixed order: the characters and the corpus's words make the same vocabulary anywhere.
    words = {word for text in CORPUS for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))}
    letters = sorted({letter for word in words for letter in word})
    pieces = [*letters, *(f"##{letter}" for letter in letters), *sorted(word for word in words if 2 < len(word) < 7),
              "##ty", "##tal", "##el", "ca", "##pi"]
    tokenizer.model = models.WordPiece({name: i for i, name in enumerate([*names, *pieces])}, unk_token="[UNK]")
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


FAMILIES = {
    "llama3": llama3, "qwen2": qwen2, "neox": neox, "smollm": smollm, "roberta": roberta,
    "llama2": lambda: llama2(False), "llama2-metaspace": lambda: llama2(True), "gemma": gemma,
    "t5": t5, "albert": albert, "xlm-roberta": xlm_roberta, "unigram-bytes": unigram_bytes,
    "bert-uncased": lambda: bert(True), "bert-cased": lambda: bert(False),
}


def case(tokenizer, text):
    """Ids, and byte ranges of the text's UTF-8 (the library counts characters)."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    at = [0]
    for character in text:
        at.append(at[-1] + len(character.encode()))
    return {"text": text, "ids": encoding.ids, "ranges": [[at[begin], at[end]] for begin, end in encoding.offsets]}


def golden(name):
    tokenizer = FAMILIES[name]()
    file = json.loads(tokenizer.to_str())
    around = tokenizer.encode("a").ids, tokenizer.encode("a", add_special_tokens=False).ids
    # Post-processors of byte-level tokenizers cut spaces off the places.
    file["post_processor"], kept = None, file["post_processor"]
    bare = Tokenizer.from_str(json.dumps(file))
    return {"name": name, "around": around, "cases": [case(bare, text) for text in TEXTS],
            "tokenizer": {**file, "post_processor": kept}}


if __name__ == "__main__":
    rows = ",\n".join(json.dumps(golden(name), separators=(",", ":")) for name in FAMILIES)
    head = json.dumps({"command": "python reference/tokenizer/families.py", "tokenizers": tokenizers.__version__})
    (Path(__file__).parent / "families.json").write_text(f'{head[:-1]}, "families": [\n{rows}\n]}}\n')
