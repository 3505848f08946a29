"""Unicode's forms as `tokenizers` makes them: of every character that one of them changes, of what each decomposes into, and
of Hangul letters of all kinds side by side. Only hashes are kept.

    python reference/tokenizer/unicode.py      writes unicode.json beside this file; same input, same bytes
"""

import hashlib
import json
from itertools import product
from pathlib import Path

import tokenizers
from tokenizers import normalizers

FORMS = {name: getattr(normalizers, name)().normalize_str for name in ("NFC", "NFD", "NFKC", "NFKD")}


def characters():
    """All that one of the forms changes; the compatible decomposition is the most."""
    every = (chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    return [c for c in every if FORMS["NFKD"](c) != c]


def hangul():
    """Three letters in a row, conjoining, compatibility or halfwidth, a few of each part of the blocks."""
    letters = [chr(c) for first, last in ((0x1100, 0x11FF), (0x3131, 0x318E), (0xFFA0, 0xFFDC), (0xAC00, 0xAC40))
               for c in range(first, last + 1, 15)]
    return ["".join(three) for three in product(letters, repeat=3)]


def digest(texts):
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def main():
    every = characters()
    three = hangul()
    out = {"made_by": f"reference/tokenizer/unicode.py, tokenizers {tokenizers.__version__}", "forms": {}}
    for name, form in FORMS.items():
        out["forms"][name] = {
            "characters": digest(map(form, every)),
            "decomposed": digest(form(FORMS["NFD"](c)) for c in every),
            "decomposedCompatibly": digest(form(FORMS["NFKD"](c)) for c in every),
            "hangul": digest(map(form, three)),
        }
    path = Path(__file__).with_name("unicode.json")
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
