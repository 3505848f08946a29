"""Continuations and sampling distributions, from Hugging Face.

    python reference/experiments/generation.py

generation.json: `greedy`: per checkpoint some prompts (token ids, no token added) with `generate(do_sample=False)`'s
continuation, as many tokens as the positions allow and at most 20, without an end token. `margins`: per generated token
the distance of the largest logit from the next one, so that a reader knows where rounding could choose otherwise; every
prompt's smallest is at least 1e-3. The continuation must equal the argmax of repeated full forward passes without a
cache.

sampling.json: for given `logits` [V], the probabilities after Hugging Face's warpers, in the order of its `generate`:
temperature (logits / t), top-k (what is below the k-th largest is removed; ties with it stay), top-p (the smallest set
of largest probabilities whose sum is at least p: sorted ascending, those whose cumulative sum is <= 1 - p are removed,
at least one stays; of equal ones those with smaller ids go first). null: the warper is absent. `removed` lists the ids
with probability 0. float64.
"""

from setup import PAIRS, folder_of, versions, write

import checkpoints as gpt2
import numpy as np
import torch
from families import checkpoints as families
from transformers import GenerationConfig
from transformers.generation.logits_process import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

NEW = 20
LENGTHS = {"tiny-a": (1, 4, 8), "tiny-llama": (1, 3, 6), "tiny-mistral": (1, 3, 6), "tiny-gemma2": (1, 3, 6),
           "atlas": (6, 3)}
COMMAND = "python reference/experiments/generation.py"


def main():
    greedy = {name: continuations(name, lengths) for name, lengths in LENGTHS.items()}
    write("", "generation.json", {"version": 1, "command": COMMAND, **versions(), "greedy": greedy})
    write("", "sampling.json", {"version": 1, "command": COMMAND, **versions(), "cases": list(sampling())})


@torch.no_grad()
def continuations(name, lengths):
    load = gpt2.load_model if name in ("tiny-a", "atlas") else families.load_model
    model = load(folder_of(name))
    config, model.generation_config.eos_token_id = model.config, None  # generate falls back on it
    rng = np.random.RandomState(5)
    found = []
    for length in lengths:
        prompt = PAIRS[name].clean[:length] if name in PAIRS else rng.randint(1, config.vocab_size, length).tolist()
        new = min(NEW, config.max_position_embeddings - length)
        given = GenerationConfig(do_sample=False, max_new_tokens=new, use_cache=True, pad_token_id=0, eos_token_id=None)
        ids = torch.tensor([prompt])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=given)[0].tolist()
        margins = full_forwards(model, prompt, out[length:])
        if len(out) != length + new:
            raise ValueError(f"Expected {new} new tokens after {prompt}, found {len(out) - length}")
        found.append({"prompt": prompt, "continuation": out[length:], "margins": margins})
    return found


def full_forwards(model, prompt, continuation):
    """The margins of repeated full forwards, which must choose the same tokens."""
    margins, tokens = [], list(prompt)
    for token in continuation:
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0, -1]
        best, second = logits.topk(2).values.tolist()
        found = int(logits.argmax())
        if found != token or best - second < 1e-3:
            raise ValueError(f"Expected a clear argmax {token} after {tokens}, found {found} by {best - second}")
        margins.append(best - second)
        tokens.append(token)
    return margins


def sampling():
    rng = np.random.RandomState(9)
    logits = {"normal": (2.5 * rng.randn(24)).tolist(), "ties": [1.0, 3.0, 3.0, -2.0, 3.0, 0.0, 1.0, -5.0],
              "peaked": [12.0, 0.0, -1.0, 0.5, 0.25, -3.0], "flat": [0.0] * 5}
    settings = [(1.0, None, None), (0.7, None, None), (1.8, None, None), (1.0, 5, None), (1.0, 1, None),
                (1.0, 100, None),
                (1.0, None, 0.9), (1.0, None, 0.3), (1.0, None, 0.01), (0.7, 6, 0.8), (1.5, 3, 0.95)]
    for name, values in logits.items():
        for temperature, top_k, top_p in settings:
            scores = torch.tensor([values], dtype=torch.float64)
            warpers = [TemperatureLogitsWarper(temperature)] if temperature != 1.0 else []
            warpers += [TopKLogitsWarper(top_k)] if top_k is not None else []
            warpers += [TopPLogitsWarper(top_p)] if top_p is not None else []
            for warper in warpers:
                scores = warper(None, scores)
            p = scores[0].softmax(-1)
            yield {"name": name, "logits": values, "temperature": temperature, "topK": top_k, "topP": top_p,
                   "p": p, "removed": torch.isneginf(scores[0]).nonzero()[:, 0].tolist()}


if __name__ == "__main__":
    main()
