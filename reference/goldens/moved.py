"""Golden logits of runs whose rows or positions are moved, made by Hugging Face's own modules in float64.

`<model>/moved.json` holds the runs as they are asked of the program; the last one, 'edited', is what
`moved.safetensors` has the logits [T,V] of, stored as float32. Alone: `python reference/goldens/moved.py`.

Rows: the stream that leaves a block takes, row by row, what left a block in another prompt (Patchscopes), in the same
one (vector swap), or what enters a longer one. Positions: `position_ids` of the model, its causal mask untouched.
"""

import torch

from checkpoints import load_model
from edit_cases import PROMPT
from families.checkpoints import Float64, load_model as load_family_model
from families.edit_cases import edit_prompts
from families.models import TINY_MODELS as FAMILY_MODELS
from families.spec import spec_of
from store import COMMAND, HERE, write_json, write_tensors

# Learned positions, the same with an offset, rotary ones, rotary ones of a part of each head, sliding windows, and
# positions beyond which all of them turn by other frequencies.
FAMILIES = ("tiny-opt", "tiny-llama", "tiny-gpt_neox", "tiny-mistral", "tiny-phi3-longrope")
LAYERS = ("transformer.h", "model.layers", "gpt_neox.layers", "model.decoder.layers")


def subjects():
    yield "tiny-a", load_model(HERE / "tiny-a", torch.float64), PROMPT["tiny-a"]
    for tiny in FAMILY_MODELS:
        if tiny.name in FAMILIES:
            model = load_family_model(HERE / tiny.name, torch.float64)
            yield tiny.name, model, edit_prompts(spec_of(model.config), tiny.seed)[0]


def cases_of(tokens):
    """{case name: (position edits, row edits, source prompt)}; a row edit is (layer, rows, source layer, source rows)."""
    T = len(tokens)
    reverse = tokens[::-1]
    every = list(range(T))
    return {
        "patchscopes": ([], [(0, [T - 2], 1, [3])], reverse[:5]),
        "patchscopes-every-layer": ([], [(l, [2, T - 1], l, [4, 0]) for l in range(2)], reverse[:6]),
        "from-a-longer-prompt": ([], [(0, [1, 2], 0, [T, T])], reverse + [tokens[1]]),
        "vector-swap": ([], [(0, [2, 5], 0, [5, 2])], tokens),
        "positions-swapped": ([([2, 5], [5, 2])], [], None),
        "positions-shifted": ([(every, [t + 2 for t in every])], [], None),
        "positions-repeated": ([(every, [max(0, t - 3) for t in every])], [], None),
        "positions-twice": ([([1, 2], [7, 8]), ([2, 6], [0, 0])], [], None),
        "positions-and-rows": ([([4, 3], [3, 4])], [(0, [6], 0, [1])], reverse[:4]),
    }


def runs_of(tokens, positions, moves, source):
    edits = [{"site": f"blocks.{to}.hook_resid_post", "rows": rows, "op": "set",
              "source": {"kind": "run", "run": "source", "site": f"blocks.{layer}.hook_resid_post", "rows": taken}}
             for to, rows, layer, taken in moves]
    edited = {"id": "edited", "base": "base", "edits": edits,
              "positions": [{"rows": rows, "positions": given} for rows, given in positions]}
    sources = [] if source is None else [{"id": "source", "tokens": source}]
    return [{"id": "base", "tokens": tokens}, *sources, edited]


def layers_of(model):
    modules = dict(model.named_modules())
    return next(modules[name] for name in LAYERS if name in modules)


def run(model, tokens, positions=(), change=lambda layer, stream: stream):
    """Logits [T,V]; `change` sees what leaves each block, [T,D], and gives what is used instead."""
    given = list(range(len(tokens)))
    for rows, to in positions:
        for row, position in zip(rows, to):
            given[row] = position

    def hook(layer):
        def changed(_, __, output):
            stream = output[0] if isinstance(output, tuple) else output
            new = change(layer, stream[0])[None]
            return (new, *output[1:]) if isinstance(output, tuple) else new
        return changed

    handles = [block.register_forward_hook(hook(layer)) for layer, block in enumerate(layers_of(model))]
    with torch.no_grad(), Float64():
        # With a mask of ones the model takes repeated positions for nothing but positions.
        logits = model(torch.tensor([tokens]), position_ids=torch.tensor([given]),
                       attention_mask=torch.ones(1, len(tokens), dtype=torch.long), use_cache=False).logits[0]
    for handle in handles:
        handle.remove()
    return logits


def moved(model, tokens, positions, moves, source):
    kept = {}

    def keep(layer, stream):
        kept[layer] = stream
        return stream

    if source is not None:
        run(model, source, change=keep)

    def change(layer, stream):
        stream = stream.clone()
        for to, rows, from_layer, taken in moves:
            if to == layer:
                stream[rows] = kept[from_layer][taken]
        return stream

    return run(model, tokens, positions, change)


def write_moved():
    for name, model, tokens in subjects():
        clean = run(model, tokens)
        tensors, cases = {"unedited": clean.float()}, []
        for case, (positions, moves, source) in cases_of(tokens).items():
            logits = moved(model, tokens, positions, moves, source)
            change = (logits - clean).abs().max().item()
            tensors[case] = logits.float()
            runs = runs_of(tokens, positions, moves, source)
            cases.append({"name": case, "runs": runs, "change": round(change, 6)})
            print(f"{name} {case}: largest change of a logit {change:.1e}")
        write_tensors(HERE / name / "moved.safetensors", tensors, name, "loci-golden-moved")
        write_json(HERE / name / "moved.json", {"version": 1, "command": COMMAND, "model": name, "cases": cases})


if __name__ == "__main__":
    torch.set_num_threads(1)
    write_moved()
