"""Severed traces: one hidden state restored while the MLP or the attention path from it is cut.

    python reference/experiments/severed.py

A cell (t, l) is a corrupted run in which hook_resid_post of layer l at position t has its clean value and, at the same
position t, in every layer, the outputs of one kind are pinned to what they are in the corrupted run without restoring:
`mlp` pins hook_mlp_out, `attn` pins hook_attn_out, `hidden` pins nothing. The restored state replaces whatever the pins
do at layers <= l, so only layers > l matter; a run with pins there alone must give the same (1e-12).
Grids are [position][layer], levels at the last position: `p` of the answer, `logitDifference`, means over the samples.

- `tokens`: the corrupted run is that of the prompt `corrupted`; the clean values come from `clean`; one sample.
- `noise`: the corrupted run is the clean prompt with Gaussian noise on hook_embed of the positions `subject` [begin,
  end): RandomState(seed).randn(samples, end - begin, width) times 3 sigma; the pins come from the corrupted run with
  the same draw. sigma is the standard deviation (n - 1) of the subject's own embeddings, for Atlas loci.json's. Noise
  is added in float64 and not rounded.
- `rome` (GPT-2 only), as ROME's trace_with_repatch does it: the pins come from a first pass, and the generator is not
  seeded again before the second, so that the restored run has the next `samples` draws of the same stream while the
  pins belong to the first. Here pins at layers <= l do matter: later positions read them. `hidden` needs no first pass
  and has the first draws. Levels `corrupted` (first draws) and `corruptedNext` (next draws).

`tokens` and `noise` are from the plain float64 pass; `rome` is Hugging Face's model with hooks on its modules, one
forward pass per cell and pass, in float32, noise rounded to float32. Hugging Face's, with the same draws, must give
`noise` too (`huggingFace`, the largest difference of a p).
"""

from setup import PAIRS, difference, folder_of, header, open_model, probability, write, write_at

import checkpoints as gpt2
import numpy as np
import torch
from atlas import atlas_sigma

MODELS = ("tiny-a", "tiny-llama", "atlas")
KINDS = {"hidden": None, "mlp": "hook_mlp_out", "attn": "hook_attn_out"}
SAMPLES, SEED, TOLERANCE = 3, 1, 5e-6


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        subject = [pair.changed[0], pair.changed[-1] + 1]
        clean = model.cache(pair.clean)
        sigma = atlas_sigma() if name == "atlas" else clean["hook_embed"][slice(*subject)].std().item()
        document = header(name, "severed.py", model) | {
            "subject": subject, "sigma": sigma, "samples": SAMPLES, "seed": SEED}
        draws = np.random.RandomState(SEED).randn(2, SAMPLES, subject[1] - subject[0], model.width) * (3 * sigma)
        noise = [noisy(clean, subject, draw) for draw in draws[0]]
        document["tokens"] = traced(model, pair, pair.corrupted, clean, [{}])
        document["noise"] = traced(model, pair, pair.clean, clean, noise)
        if name != "tiny-llama":
            rome = Rome(name, pair, subject, draws)
            document["noise"]["huggingFace"] = check(document["noise"], rome)
            document["rome"] = rome.document()
        write(name, "severed.json", document)


def noisy(clean, subject, draw):
    """The edits that make a corrupted run."""
    new = clean["hook_embed"].clone()
    new[slice(*subject)] += torch.from_numpy(draw)
    return {"hook_embed": write_at(new, slice(*subject))}


def traced(model, pair, tokens, clean, corruptions):
    """`corruptions`: per sample the edits that make the corrupted run of `tokens`."""
    runs = [(edits, model.cache(tokens, edits)) for edits in corruptions]
    levels = [cache["unembed.hook_out"] for _edits, cache in runs]
    cells = {kind: [[measured([restored(model, tokens, clean, run, t, layer, site) for run in runs], pair)
                     for layer in range(model.layers)] for t in range(len(tokens))] for kind, site in KINDS.items()}
    return {"corrupted": measured(levels, pair), "kinds": {kind: by_metric(grid) for kind, grid in cells.items()}}


def restored(model, tokens, clean, run, t, layer, site):
    """Logits of one sample's cell."""
    edits, corrupted = run
    state = f"blocks.{layer}.hook_resid_post"
    pins = [f"blocks.{l}.{site}" for l in range(model.layers)] if site else []
    edits = edits | {state: write_at(clean[state], t)}
    logits = [model.run(tokens, edits | {pin: write_at(corrupted[pin], t) for pin in few})
              for few in (pins, pins[layer + 1 :])]
    if not (logits[0] - logits[1]).abs().max() <= 1e-12:
        raise ValueError(f"Expected pins up to layer {layer} to change nothing at position {t}")
    return logits[0]


def measured(samples, pair):
    return {"p": float(np.mean([probability(x, pair) for x in samples])),
            "logitDifference": float(np.mean([difference(x, pair) for x in samples]))}


def by_metric(grid):
    return {metric: [[cell[metric] for cell in row] for row in grid] for metric in ("p", "logitDifference")}


class Rome:
    """ROME's runs: batch row 0 clean, the other rows noisy; Hugging Face's GPT-2, float32."""

    def __init__(self, name, pair, subject, draws):
        self.model, self.pair, self.subject, self.draws = gpt2.load_model(folder_of(name)), pair, subject, draws
        self.layers, self.tokens = len(self.model.transformer.h), pair.clean

    def document(self):
        return {"corrupted": self.level(0), "corruptedNext": self.level(1),
                "kinds": {kind: by_metric(self.grid(kind, 0 if kind == "hidden" else 1)) for kind in KINDS}}

    def level(self, draw):
        return measured(self.run(draw, {})[0], self.pair)

    def grid(self, kind, draw):
        """Cells whose pins come from the first draws and whose restored run has the draws numbered `draw`."""
        return [[measured(self.cell(kind, draw, t, layer), self.pair) for layer in range(self.layers)]
                for t in range(len(self.tokens))]

    def cell(self, kind, draw, t, layer):
        pins = {} if kind == "hidden" else {f"transformer.h.{l}.{kind}": t for l in range(self.layers)}
        _, first = self.run(0, dict.fromkeys(pins, lambda _rows: None))

        def pin(name):
            def edit(rows):
                rows[1:, t] = first[name][1:, t]
            return edit

        def restore(rows):
            rows[1:, t] = rows[0, t]

        return self.run(draw, {name: pin(name) for name in pins} | {f"transformer.h.{layer}": restore})[0]

    @torch.no_grad()
    def run(self, draw, edits):
        """Logits per sample [T,V] of the noisy rows, and the modules' outputs after `edits` {name: in-place edit}."""
        seen, handles = {}, [self.model.transformer.wte.register_forward_hook(self._corrupt(draw))]
        for name, edit in edits.items():
            def hook(_module, _inputs, output, name=name, edit=edit):
                rows = output[0] if isinstance(output, tuple) else output
                edit(rows)
                seen[name] = rows.clone()
                return output
            handles.append(self.model.get_submodule(name).register_forward_hook(hook))
        logits = self.model(torch.tensor([self.tokens] * (1 + SAMPLES)), use_cache=False).logits
        for handle in handles:
            handle.remove()
        return list(logits[1:]), seen

    def _corrupt(self, draw):
        def hook(_module, _inputs, embedding):
            rows = embedding[1:, slice(*self.subject)].double() + torch.from_numpy(self.draws[draw])
            embedding[1:, slice(*self.subject)] = rows.float()
            return embedding
        return hook


def check(noise, rome):
    off = lambda kind: np.subtract(noise["kinds"][kind]["p"], by_metric(rome.grid(kind, 0))["p"])
    worst = max(np.abs(off(kind)).max() for kind in KINDS)
    if worst > TOLERANCE:
        raise ValueError(f"Expected Hugging Face's severed traces within {TOLERANCE}, found {worst:.1e}")
    return float(worst)


if __name__ == "__main__":
    main()
