"""How `tokenizers` cuts texts with the patterns that llama.cpp gives its names of pre-tokenizers (src/llama-vocab.cpp).

    python reference/tokenizer/gguf_pre.py      writes gguf_pre.json beside this file

Patterns are llama.cpp's own, one after another, but 'tekken' and 'gpt-4o': there llama.cpp's stand for the published ones, which it
gives in a comment.
"""

import json
from pathlib import Path

import tokenizers
from tokenizers import Regex, pre_tokenizers

TEXTS = [
    "The capital of France is Paris.", "  two   spaces, then\n\n  a line\r\nand\ttab \n ", "In 1889 it cost 12345.67, 7 000 000 and ٣٤٥ ½",
    "don't WE'LL it's I'M HelloWorld XMLHttpRequest 'Tis", "naïve café cafe\u0301 — Übermut ΑΒγ Привет, мир!", "日本の首都は東京です。ヒラガナ 한국어, 漢字123",
    "हिन्दी العربية ไทย עברית", "👩‍🔬🇫🇷 emoji 🐈 ₿ ∑ ©", "def f(x):\n    return x[1:] != {'a': 2} // ok/\n", "a", " ", "   ", "x\u00a0y\u3000z\u200bw",
    "price: $5+6=11 <b>^~|`x`</b> foo_bar-baz", "a\u0085\u0085b \ufeffc\u180ed \u2028e", "(hello) [world], \"quoted\" ...", "ǅ ʼn ﬁ Ꭰ ꭰ Ⴀ ა ⅷ",
]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
CONTRACTION = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
LLAMA3 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4O = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         rf"|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{{N}}{{1,3}}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
# Code points, two by two; what llama.cpp writes as characters.
CASED = """
41-5a 61-7a b5 c0-d6 d8-f6 f8-1ba 1bc-1bf 1c4-293 295-2af 370-373 376 377 37b-37d 37f 386 388-38a 38c 38e-3a1 3a3-3f5
3f7-481 48a-52f 531-556 10a0-10c5 13a0-13f5 13f8-13fd 1c90-1cba 1cbd-1cbf 1d00-1d2b 1d6b-1d77 1d79-1d9a 1e00-1f15 1f18-1f1d
1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fbc 1fbe 1fc2-1fc4 1fc6-1fcc 1fd0-1fd3 1fd6-1fdb
1fe0-1fec 1ff2-1ff4 1ff6-1ffc 2102 2107 210a-2113 2115 2119-211d 2124 2126 2128 212a-212d 212f-2134 2139 213c-213f 2145-2149
214e 2183 2184 2c00-2c7b 2c7e-2ce4 2ceb-2cee 2cf2 2cf3 a640-a66d a680-a69b a722-a76f a771-a787 a78b-a78e ab70-abbf fb00-fb06
fb13-fb17 ff21-ff3a ff41-ff5a 10400-1044f 104b0-104d3 104d8-104fb 10c80-10cb2 10cc0-10cf2 118a0-118df 1e900-1e943
""".split()
CASED = "[" + "".join("-".join(chr(int(end, 16)) for end in entry.split("-")) for entry in CASED) + "]"
CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
DEEPSEEK3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
             r"|\s*[\r\n]+|\s+(?!\S)|\s+")
BLOOM = r" ?[^(\s|.,!?…。，、।۔،)]+"
NAMES = {
    "gpt-2": [GPT2],
    "smollm": [r"\p{N}", GPT2],
    "llama-bpe": [LLAMA3],
    "smaug-bpe": [LLAMA3],
    "qwen2": [QWEN2],
    "stablelm2": [QWEN2],
    "ufakzeka": [QWEN2.removeprefix(CONTRACTION + "|")],
    "seed-coder": [CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "bailingmoe": [r"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                   r"|\s*[\r\n]|\s+(?!\S)|\s+"],
    "minicpm5": [r"\p{N}{1,3}", LLAMA3.replace("{1,3}", "+")],
    "tekken": [TEKKEN],
    "gpt-4o": [GPT4O],
    "deepseek-llm": ["[\r\n]", r"\s?" + CASED + "+", r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", CJK, r"\p{N}+"],
    "deepseek-coder": ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK, r"\p{N}"],
    "deepseek-v3": [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK3],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"],
    "bloom": [BLOOM],
    "viking": [BLOOM, r"\p{N}"],
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"],
}


def pieces(patterns, text):
    cut = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns])
    return [piece for piece, _ in cut.pre_tokenize_str(text)]


if __name__ == "__main__":
    names = {name: [pieces(patterns, text) for text in TEXTS] for name, patterns in NAMES.items()}
    golden = {"tokenizers": tokenizers.__version__, "texts": TEXTS, "names": names}
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace("]],", "]],\n")
    Path(__file__).with_suffix(".json").write_text(text + "\n")
