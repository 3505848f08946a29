"""Trains a small SentencePiece BPE model with byte fallback, as Llama's is, and writes sentencepiece.json beside this
file: pieces, scores and ggml's token types as llama.cpp's converter stores them, and texts with SentencePiece's own ids.

    python reference/tokenizer/sentencepiece_bpe.py
"""

import io
import json
from pathlib import Path

import sentencepiece

HERE = Path(__file__).parent
CORPUS = ["the cat sat on the mat", "the cats then ate thin tin hats", "a hat and that other heater", "in the end they sat",
          "1234 cats, 12 hats; don't!", "caf\u00e9 na\u00efve \u65e5\u672c", "\ufefffirst of all", "  two  spaces   here",
          "then the theory of the thing", "nothing there hatches"] * 20
TEXTS = ["the cat in the hat", "  Then he sat, and 1234 cats ate\n\nthe  thin tin.", "na\u00efve \u65e5\u672c \U0001f408",
         "don't we'LL", "", " ", "a\ufeffb", "theoretically, nothing\t<there>", "caf\u00e9\u0301", "hahahat the   mat "]


def main():
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=out, model_type="bpe", vocab_size=420, byte_fallback=True,
        character_coverage=1.0, normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1,
        split_digits=True, minloglevel=2, allow_whitespace_only_pieces=True)
    model = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    ids = range(model.vocab_size())
    kind = lambda i: (2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 1)
    golden = {
        "versions": {"sentencepiece": sentencepiece.__version__},
        "bos": model.bos_id(), "eos": model.eos_id(),
        "tokens": [model.id_to_piece(i) for i in ids],
        "scores": [model.get_score(i) for i in ids],
        "types": [kind(i) for i in ids],
        "encodings": [{"text": text, "ids": model.encode(text)} for text in TEXTS],
    }
    (HERE / "sentencepiece.json").write_text(json.dumps(golden, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
