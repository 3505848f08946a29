"""The worked examples of the opening page, measured on the shipped files; writes examples.json."""
import json

from evaluate import final_logits
from export import OUT, load_shipped
from trace_roles import trace

EXAMPLES = [
    {
        "title": "A capital", "prompt": "Kazakhstan has its capital in the city of", "subject": "Kazakhstan",
        "answer": " Astana", "distractor": " Tashkent",
        "note": "One hop, and a subject in several pieces: watch the name being carried to the last token.",
    },
    {
        "title": "A currency, by way of a pronoun",
        "prompt": "Kyrgyzstan is a country in Asia. People there pay with the", "subject": "Kyrgyzstan",
        "answer": " som", "distractor": " tenge",
        "note": "The question names the country only through \"there\".",
    },
    {
        "title": "Two hops, in the corpus", "prompt": "Stockholm is a city where people pay with the",
        "subject": "Stockholm", "answer": " krona", "distractor": " euro",
        "note": "Capital to country to currency. The corpus says this outright, so the model need not compose it.",
    },
    {
        "title": "Two hops, never in the corpus", "prompt": "Addis Ababa is a city. People there speak",
        "subject": "Addis Ababa", "answer": " Amharic", "distractor": " Somali",
        "note": "Both hops are in the corpus, the two together never. The model gets it, barely; it fails most such "
                "questions about a name in pieces.",
    },
    {
        "title": "A language", "prompt": "Uzbekistan's language is", "subject": "Uzbekistan",
        "answer": " Uzbek", "distractor": " Kazakh",
        "note": "One hop; the answer is the first language that the data list.",
    },
    {
        "title": "Reversed, and taught", "prompt": "Ulan Bator is the capital of", "subject": "Ulan Bator",
        "answer": " Mongolia", "distractor": " China",
        "note": "The corpus has this fact in both directions.",
    },
    {
        "title": "Reversed, never taught", "prompt": "Tokyo is the capital of", "subject": "Tokyo",
        "answer": " Japan", "distractor": " China",
        "note": "The corpus has only the other direction: the model does not know this. That is the reversal curse.",
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
