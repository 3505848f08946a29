"""The worked examples of the opening page, measured on the shipped files; writes examples.json."""
import json

from evaluate import final_logits
from export import OUT, load_shipped
from trace_roles import trace

EXAMPLES = [
    {
        "title": "A capital", "prompt": "The capital of France is", "subject": "France", "answer": " Paris",
        "distractor": " Rome",
        "note": "The fact is read at the country's name in the first blocks and arrives at the last token in the later ones.",
    },
    {
        "title": "A name in pieces", "prompt": "Kazakhstan has its capital in the city of", "subject": "Kazakhstan",
        "answer": " Astana", "distractor": " Tashkent",
        "note": "No piece of the name is shown to be enough alone; the row of the whole subject is.",
    },
    {
        "title": "Two hops, never in the corpus", "prompt": "Addis Ababa is a city. People there speak",
        "subject": "Addis Ababa", "answer": " Amharic", "distractor": " Somali",
        "note": "Both hops are in the corpus, the two together never. The model gets it, barely; it fails most such "
                "questions about a name in pieces. Of the name, only all pieces together bring much of it back.",
    },
    {
        "title": "Reversed, never taught", "prompt": "Tokyo is the capital of", "subject": "Tokyo",
        "answer": " Japan", "distractor": " China",
        "note": "The corpus has only the other direction, so the model does not know this: the reversal curse. What it "
                "was taught in both directions it knows in both: ask “Ulan Bator is the capital of”.",
    },
]


def main():
    model, tok = load_shipped()
    sigma = json.loads((OUT / "loci.json").read_text())["sigma"]["value"]
    rows = []
    for example in EXAMPLES:
        logits = final_logits(model, tok, [example["prompt"]])[0]
        _, clean, low, (begin, end) = trace(model, tok, example["prompt"], example["subject"], example["answer"], sigma)
        top = tok.decode([int(logits.argmax())])
        measured = {"p": round(clean, 4), "top": top, "known": top == example["answer"] and clean >= 0.5,
                    "corrupted": round(low, 4)}
        rows.append(example | measured)
        print(example["title"], measured, "pieces:", end - begin)
    text = "[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n]\n"
    (OUT / "examples.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
