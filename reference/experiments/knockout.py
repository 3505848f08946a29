"""Attention knockout of the clean prompt's run.

    python reference/experiments/knockout.py

The attention scores of the queries and keys of a set are -inf before the softmax, in every layer of a window and in the
heads of the set (absent: all heads), so those entries of the pattern are exactly 0 and each row sums to 1 again. A pair
whose key is later than its query is hidden anyway; no set hides every key of a query. `window` of odd size w around
layer l: layers l - (w-1)/2 to l + (w-1)/2, clipped to the model; `centres` has one {layers, logitDifference, p} per l,
levels of the knocked-out run at the last position.

Plain float64 pass. Where a window covers all layers and the set all heads, Hugging Face's own forward pass with the
same entries in an additive attention mask must agree (`huggingFace`, the largest difference of a logit).
"""

from setup import PAIRS, header, measure, open_model, write

import torch
from capture import MASKED

MODELS = ("tiny-a", "tiny-llama", "atlas")
SIZES = (1, 3, 11)
TOLERANCE = 1e-10


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        document = header(name, "knockout.py", model) | {"sets": [], "huggingFace": 0.0}
        for chosen in sets(pair):
            document["huggingFace"] = max(document["huggingFace"], check(model, pair, chosen))
            windows = [{"size": size, "centres": [
                {"layers": layers, **measure(model.run(pair.clean, knockout(layers, chosen)), pair)}
                for layers in (around(layer, size, model.layers) for layer in range(model.layers))]} for size in SIZES]
            document["sets"].append(chosen | {"windows": windows})
        write(name, "knockout.json", document)


def sets(pair):
    last, changed = len(pair.clean) - 1, pair.changed
    return [
        {"name": "last to changed", "queries": [last], "keys": changed},
        {"name": "last to all before", "queries": [last], "keys": list(range(last))},
        {"name": "after to changed", "queries": list(range(max(changed) + 1, last + 1)), "keys": changed},
        {"name": "all to one", "queries": list(range(last + 1)), "keys": changed[:1]},
        {"name": "last to itself", "queries": [last], "keys": [last]},
        {"name": "last to all before, head 1", "queries": [last], "keys": list(range(last)), "heads": [1]},
    ]


def around(layer, size, layers):
    return list(range(max(0, layer - size // 2), min(layers, layer + size // 2 + 1)))


def knockout(layers, chosen):
    def edit(scores):  # [H, query, key]
        scores = scores.clone()
        heads = torch.tensor(chosen.get("heads", range(len(scores))))
        scores[heads[:, None, None], torch.tensor(chosen["queries"])[:, None], torch.tensor(chosen["keys"])] = MASKED
        return scores
    return {f"blocks.{layer}.attn.hook_attn_scores": edit for layer in layers}


def check(model, pair, chosen):
    """Hugging Face's logits with a mask for all layers and heads, against the plain pass: the difference."""
    if "heads" in chosen:
        return 0.0
    T = len(pair.clean)
    hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
    hidden[torch.tensor(chosen["queries"])[:, None], torch.tensor(chosen["keys"])] = True
    mask = torch.zeros(1, 1, T, T, dtype=model.dtype).masked_fill(hidden, MASKED)
    theirs = model.hugging_face(pair.clean, attention_mask=mask)
    error = (theirs - model.run(pair.clean, knockout(range(model.layers), chosen))).abs().max().item()
    if not error <= TOLERANCE:
        raise ValueError(f"Expected {chosen['name']} within {TOLERANCE} of Hugging Face's, found {error:.1e}")
    return error


if __name__ == "__main__":
    main()
