"""200 texts for each published tokenizer, and the ids that `tokenizers` gives them.

    python reference/published/texts.py FOLDER      writes texts.json; FOLDER as sources.py has it

The texts are the same for all, but for the last ones, which hold names that the vocabulary finds whole. Of a vocabulary of llama.cpp
the texts and ids that stand beside it are kept as well: what the published tokenizer gave its authors.
"""

import json
import random
import sys
from pathlib import Path

import tokenizers

from sources import FILES, bos, special_names, tokenizer_of

HERE = Path(__file__).parent
FIRST = [
    "The capital of France is", "  Paris,  Berlin and\n\nRoma\t", "naïve café — Übermut, cafe\u0301 ½", "日本の首都は東京です。 한국어",
    "Привет, мир! हिन्दी العربية", "👩‍🔬🇫🇷 emoji 🐈", "In 1889 it cost 12345.67 dollars, 7 cents", "don't WE'LL it's I'm HelloWorld",
    "def f(x):\n    return x[1:] != {'a': 2}", "a", " ",
]
CHOSEN = [
    # White space.
    "\n", "\t", "\n\n\n", "   ", "\r\n", " \n \t ", "a\r\nb\r\n\r\nc", "one\rtwo", "x  y   z    w", "ends in a space ", "ends in two  ", " \u00a0 \u3000x\u2003y\u202fz",
    "\u00a0", "tab\t\ttabs\t\t\t\t\t\t\t\t\tend", "{" + " " * 20 + "}", "  " * 20, "\n    \n\tif x:\n\t    y", "a\u2028b\u2029c", "a\x0bb\x0cc", " \u1680 \u180e \u205f",
    # Characters that are not seen, and control characters.
    "\x07\x1b[31mred\x1b[0m", "a\x7fb\x85c\x9fd", "\ufeffBOM and \ufeff within", "zero\u200bwidth\u200cjoi\u200dner", "soft\u00adhyphen", "\u202eleft\u202c to \u2066right\u2069",
    "\ufffd\ufffc", "\x0e\x0f \x1f", "a\u034fb\u2060c\ufe0fd",
    # Marks, composed and not.
    "é e\u0301 ê\u0323 e\u0323\u0302", "Å \u212b A\u030a", "ﬁne ﬂow ﬃ ſt", "Z̸͎̈́a̶͇̐l̷̰̓g̵̱̈o̶̲͌", "ệ ǖ ṩ Ǻ", "ガ カ\u3099 ｶﾞ", "한글 \u1112\u1161\u11ab\u1100\u1173\u11af", "ﷺ ﷽",
    "İstanbul ıİiI ẞß", "Ⅷ ⅷ ① ⑳ ㊿ ㍿", "x² y³ z₁ ½ ¼ ⅔", "ŉ ǆ ǅ Ǆ", "Ａｂｃ１２３！",
    # Scripts.
    "Ελληνικά ΑΒΓ ς σ", "Українська мова, ёж", "עברית שָׁלוֹם", "اللغة العربية، ٣٤٥ ؟", "فارسی می‌خواهم", "हिन्दी में १२३ क्षत्रिय", "বাংলা ভাষা", "தமிழ் மொழி",
    "ไทยภาษาไทย กรุงเทพฯ", "ລາວ မြန်မာ ខ្មែរ", "ქართული Հայերեն", "አማርኛ ትግርኛ", "བོད་སྐད།", "中文，简体。繁體「引號」", "東京都千代田区１丁目", "ひらがなカタカナ漢字ーー", "안녕하세요 세계",
    "Tiếng Việt có dấu", "Ꭰ ᏣᎳᎩ ꮳꮃꭹ", "𐍈𐌰𐌽 𝔘𝔫𝔦 𝟙𝟚𝟛", "𠮷野家 𪚥", "မ္မ ក្ក ꧁꧂", "Ғылым Ҳаво Җ",
    # Emoji.
    "👍🏽👍🏿", "👨‍👩‍👧‍👦 🏳️‍🌈", "🇩🇪🇯🇵🇺", "1️⃣ #️⃣ ☎️ ☎", "🫠🪿🩷", "❤️‍🔥❤", "⌚️⏰ ✨ ★",
    # Numbers.
    "0 00 000 0000 00000", "3.14159 -2e10 0xFF 1_000", "1,234,567.89 €5 $6 £7 ¥8", "2024-11-30T06:40:14Z", "١٢٣٤ १२३४ １２３４", "1st 2nd 3rd 100th", "123456789012345678901234567890", "7 000 000", "v1.2.3-rc4", "50%", "192.168.0.1:8080",
    # Letters and punctuation.
    "I'd we're they'VE y'all 'tis rock'n'roll", "I\u2019m don\u2019t \u2018q\u2019 \u201cQ\u201d", "'s 't 're 'S'T", "Hello,world!How are you?", "...!!!???", "-- --- ---- – — ―", "<b>bold</b> &amp; &#39;", "(a)[b]{c}<d>", "\"q\" 'q' `q` «q» „q“",
    "a_b __init__ snake_case kebab-case camelCase PascalCase SCREAMING_CASE", "#hash @name user@example.com", "https://example.com/a/b?c=d&e=%20#f", "C:\\Users\\x\\n", "~`!@#$%^&*()_+-=[]{}|;':\",./<>?", "^~|`+<>=$", "★☆♪∑∫√∞≠≤≥±×÷", "→←↑↓⇒", "©®™§¶†‡•", "^^ ^ˆ ˜ ´ ¨",
    # Code.
    "for (int i = 0; i < n; ++i) { a[i] += 1; }", "SELECT * FROM t WHERE x='1';--", "if (a && b || !c) return a ?: b;", "\tprintf(\"%d\\n\", x);\n}\n", "const f = async (x) => `${x}`;", "$ ls -la | grep '^d' > out.txt", "{\"a\": [1, 2.5, null, true]}", "\\frac{a}{b} $x^2$",
    "#include <stdio.h>\r\nint main(void)\r\n{\r\n\treturn 0;\r\n}", "fn main() -> Result<(), Box<dyn Error>>", "# Title\n\n- item\n  - sub\n\n```py\nx=1\n```", "λx.x ∀x∈ℝ",
    # Words.
    "Donaudampfschifffahrtsgesellschaft", "antidisestablishmentarianism", "pneumonoultramicroscopicsilicovolcanoconiosis", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ACGTACGTTAGCTAGCTAGGATCCA", "SolidGoldMagikarp", " petertodd",
    "xX" * 15, "qzxjkvwq", "THE QUICK BROWN FOX", "tHe qUiCk", "Mr. O'Neill-Smith Jr., Ph.D.", "hahahahahaha", "nooooooo!!!!", "e.g. i.e. etc.", "The the THE tHE", "naiveté façade coöperate",
]
PIECES = [
    "the", "The", " of", "Paris", "is", "'s", "WE'LL", "1234", "7", "½", "é", "e\u0301", "ﬁ", "日本", "한국", "мир", "العربية", "हिन्दी", "ไทย", "Ω", "👩‍🔬", "🇫🇷", "🐈", "\n", "\t",
    "\r\n", "\u00a0", "\u200b", "\u3000", "...", "!", "?!", "--", "_", "(", ")", "{}", "<", ">", "/", "\\", "=", "x1", "aB", "\x7f", "\u00ad", "$", "٣", "²", "ß", "İ", "㎏",
]
GAPS = [" ", " ", " ", "", "", "  ", "\n"]
# Falcon's vocabulary has no vertical tab.
LACKS = {"falcon.gguf": "\x0b"}
OWN = 12
COUNT = 200


def shared():
    """The texts that all tokenizers get."""
    rng = random.Random(11)
    count = COUNT - OWN - len(FIRST) - len(CHOSEN)
    assert count > 20 and len(set(CHOSEN)) == len(CHOSEN)
    mixed = ["".join(rng.choice(PIECES) + rng.choice(GAPS) for _ in range(rng.randint(2, 9))) for _ in range(count)]
    return FIRST + CHOSEN + mixed


def own(names):
    """Texts with these names: bare, in a text, with white space around, broken, in the wrong case."""
    rng = random.Random(len(names))
    # Names of words; runs of spaces and reserved names come with the rest.
    some = [name for name in names if name.strip() and "reserved" not in name and "unused" not in name] or names
    pick = lambda: rng.choice(some)
    first, last = some[0], some[-1]
    return [
        first, f"a{last}b", f"The {pick()} of  {pick()} x", f"{pick()}{pick()}\n{last} ", f" {first}  {last}\n\n{pick()}\tend", f"{pick()} 日本 {pick()}é",
        first[:-1], f"{last[1:]} {first.swapcase()}", f"x {first}s {pick()}1 {pick()}'s", f"{rng.choice(names)}a{rng.choice(names)} {rng.choice(names)}",
        f"{last}\r\n{last}.{first}", f"{first} {first}  {first}",
    ]


def names_of(name, folder):
    """What the tokenizer finds whole."""
    path = Path(folder) / FILES[name]
    if path.suffix == ".gguf":
        return special_names(path)
    return [token["content"] for token in json.loads((path / "tokenizer.json").read_text())["added_tokens"]]


def ids_of(name, tokenizer, text):
    """None where `tokenizers` drops a character that has no token; Loci refuses such a text."""
    if any(character in text for character in LACKS.get(name, "")):
        return None
    return tokenizer.encode(text, add_special_tokens=False).ids


def described(name, folder, common):
    tokenizer = tokenizer_of(name, folder)
    texts = own(names_of(name, folder))
    assert len(texts) == OWN
    ids = [ids_of(name, tokenizer, text) for text in common + texts]
    path = Path(folder) / FILES[name]
    if path.suffix == ".gguf":
        return {"own": texts, "ids": ids, "before": bos(path), "after": []}
    whole = [tokenizer.encode(text).ids for text in common + texts]
    at = next(i for i in range(len(whole[0]) + 1) if whole[0][i:i + len(ids[0])] == ids[0])
    before, after = whole[0][:at], whole[0][at + len(ids[0]):]
    assert all(before + a + after == b for a, b in zip(ids, whole) if a), name
    config = path / "tokenizer_config.json"
    if config.exists() and json.loads(config.read_text()).get("add_eos_token") is False:
        after = []  # Command-R's end of a turn: what comes after a prompt is for the model to say.
    return {"own": texts, "ids": ids, "before": before, "after": after}


def vocabulary_cases(path):
    """(text, ids) of what stands beside a vocabulary, but for the empty text."""
    texts = path.with_name(path.name + ".inp").read_text().split("\n__ggml_vocab_test__\n")
    lines = path.with_name(path.name + ".out").read_text().split("\n")
    cases = [(text, [int(i) for i in line.split()]) for text, line in zip(texts, lines, strict=True)]
    return [(text, ids) for text, ids in cases if text]


def beside(folder):
    """The published ids of vocabularies of llama.cpp, which the tokenizers of sources.py have to give, too."""
    names = [name for name in FILES if name.endswith(".gguf")]
    cases = {name: vocabulary_cases(Path(folder) / FILES[name]) for name in names}
    for name, own in cases.items():
        tokenizer = tokenizer_of(name, folder)
        for text, ids in own:
            assert tokenizer.encode(text, add_special_tokens=False).ids == ids, (name, text)
    texts = [text for text, _ in cases[names[0]]]
    return {"texts": texts, "ids": {name: [ids for _, ids in own] for name, own in cases.items()}}


def main(folder):
    common = shared()
    found = {name: described(name, folder, common) for name in FILES}
    whole = {"tokenizers": tokenizers.__version__, "texts": common, "beside": beside(folder), "ids": found}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    (HERE / "texts.json").write_text(text.replace('{"own"', '\n{"own"') + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
