"""A causal trace in ROME's sense, written to be read, not to be fast: one full forward pass per cell.

Batch row 0 is the clean prompt; rows 1..samples get Gaussian noise on the subject's token embeddings (the wte
output; before positions are added). For each (token, layer) the clean value of one module is copied into the noisy
rows at that token, and the probability of the clean run's own answer is read at the last position.

- hidden restores the block output of one layer; mlp and attn restore the module's output over a window of layers.
- The noise is RandomState(seed).randn(samples, subject length, width) in float64, drawn anew in every call, so each
  cell sees the same draws; it is multiplied by 3 sigma, added in float64 and rounded to float32.
- sigma is given, or is the standard deviation (n - 1) of all entries of this subject's token embeddings.

Method: Meng et al., "Locating and Editing Factual Associations in GPT" (2022). What the numbers do not show: that a
fact is stored where restoring helps.

    python reference/goldens/rome_trace.py FOLDER --tokens 0,5,9,3 --subject 1,3 --window 3 [--rule rome] [--out FILE]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from checkpoints import load_model
from store import versions, write_json
from student_t import quantile975

KINDS = ("hidden", "mlp", "attn")


def trace(model, tokens, subject, *, sigma, samples, seed, rule, size):
    """One document with every kind; `subject` is [begin, end). Scores are indexed [token][layer]."""
    layers = len(model.transformer.h)
    run = Run(model, tokens, subject, samples=samples, seed=seed, noise=3 * sigma)
    clean_logits, noisy_logits = run.logits([], None)
    answer, distractor = (int(i) for i in clean_logits.argsort(descending=True)[:2])
    measure = lambda logits: _measure(logits, answer, distractor)
    clean, corrupted = measure(clean_logits[None]), measure(noisy_logits)

    kinds = {}
    for kind in KINDS:
        cells = [[measure(run.logits(_modules(kind, layer, layers, rule, size), token)[1])
                  for layer in range(layers)] for token in range(len(tokens))]
        kinds[kind] = _grids(cells, corrupted)
    return {
        "tokens": tokens, "subject": list(subject), "answer": answer, "distractor": distractor,
        "sigma": sigma, "noise": 3 * sigma, "seed": seed, "samples": samples,
        "window": {"rule": rule, "size": size, "layers": [window(layer, layers, rule, size) for layer in range(layers)]},
        "high_score": clean["p"][0], "low_score": _mean(corrupted["p"]),
        "clean": {"logitDifference": clean["logitDifference"][0], "rank": clean["rank"][0]},
        "corrupted": {"perSample": corrupted["p"], "logitDifference": _mean(corrupted["logitDifference"]),
                      "rank": _mean(corrupted["rank"])},
        "kinds": kinds,
    }


def window(layer, layers, rule, size):
    """Restored layers around `layer`. ROME's rule leans left when size is even: 10 means layer - 5 .. layer + 4."""
    if rule == "symmetric":
        if size % 2 == 0:
            raise ValueError(f"Expected an odd size for a symmetric window, found {size}")
        return list(range(max(0, layer - size // 2), min(layers, layer + size // 2 + 1)))
    if rule == "rome":
        return list(range(max(0, layer - size // 2), min(layers, layer + (size + 1) // 2)))
    raise ValueError(f"Expected a rule among symmetric, rome, found {rule!r}")


def _modules(kind, layer, layers, rule, size):
    if kind == "hidden":
        return [f"transformer.h.{layer}"]
    return [f"transformer.h.{restored}.{kind}" for restored in window(layer, layers, rule, size)]


class Run:
    """One prompt with its noise; `logits` repeats it with some modules restored at one token."""

    def __init__(self, model, tokens, subject, *, samples, seed, noise):
        self.model, self.tokens, self.subject = model, tokens, subject
        self.samples, self.seed, self.noise = samples, seed, noise

    @torch.no_grad()
    def logits(self, restored, token):
        """Last-position logits: the clean row [V], the noisy rows [samples, V]."""
        transformer = self.model.transformer
        handles = [transformer.wte.register_forward_hook(self._corrupt)]
        handles += [self.model.get_submodule(name).register_forward_hook(_restore(token)) for name in restored]
        batch = torch.tensor([self.tokens] * (1 + self.samples))
        logits = self.model(batch, use_cache=False).logits[:, -1]
        for handle in handles:
            handle.remove()
        return logits[0], logits[1:]

    def _corrupt(self, _module, _inputs, embedding):
        begin, end = self.subject
        draws = np.random.RandomState(self.seed).randn(self.samples, end - begin, embedding.shape[2])
        noisy = embedding[1:, begin:end].double() + torch.from_numpy(self.noise * draws)
        embedding[1:, begin:end] = noisy.float().to(embedding.dtype)
        return embedding


def _restore(token):
    def hook(_module, _inputs, output):
        value = output[0] if isinstance(output, tuple) else output
        value[1:, token] = value[0, token]
        return output
    return hook


def _measure(logits, answer, distractor):
    """Per row of logits [rows, V]: p(answer) in float64, logit(answer) - logit(distractor), and the answer's rank
    (0 = largest)."""
    logits = logits.double()
    return {"p": logits.softmax(-1)[:, answer].tolist(),
            "logitDifference": (logits[:, answer] - logits[:, distractor]).tolist(),
            "rank": (logits > logits[:, answer, None]).sum(-1).tolist()}


def _grids(cells, corrupted):
    """[token][layer] grids. `effect` is the paired mean of restored - corrupted, `halfWidth` that of its 95 % t
    interval (null for one sample), `perSample` [token][layer][sample] the restored probabilities."""
    def grid(number):
        return [[number(cell) for cell in row] for row in cells]

    paired = grid(lambda cell: np.subtract(cell["p"], corrupted["p"]))
    return {
        "scores": grid(lambda cell: _mean(cell["p"])),
        "effect": [[_mean(x) for x in row] for row in paired],
        "halfWidth": [[_half_width(x) for x in row] for row in paired],
        "logitDifference": grid(lambda cell: _mean(cell["logitDifference"])),
        "rank": grid(lambda cell: _mean(cell["rank"])),
        "perSample": grid(lambda cell: cell["p"]),
    }


def _half_width(x):
    if len(x) == 1:
        return None
    return float(quantile975(len(x) - 1) * np.std(x, ddof=1) / np.sqrt(len(x)))


def _mean(values):
    return float(np.mean(values))


def traced_document(folder, name, command, tokens, subject, sigma=None, **options):
    """A trace in float32 with provenance; `float32Noise` is its largest deviation from a float64 run, over every
    cell and sample. Without `sigma`, this subject's own."""
    model = load_model(folder)
    if sigma is None:
        sigma = model.transformer.wte.weight[tokens[slice(*subject)]].std().item()
    single = trace(model, tokens, subject, sigma=sigma, **options)
    double = trace(load_model(folder, torch.float64), tokens, subject, sigma=sigma, **options)
    deviation = max(float(np.abs(np.subtract(single["kinds"][kind]["perSample"],
                                             double["kinds"][kind]["perSample"])).max()) for kind in KINDS)
    return {"version": 1, "command": command, **versions(), "numpy": np.__version__, "model": name,
            **single, "float32Noise": deviation}


def main():
    integers = lambda text: [int(part) for part in text.split(",")]
    parser = argparse.ArgumentParser(description="Causal trace of one prompt, as a plain and slow oracle.")
    parser.add_argument("folder", type=Path, help="a GPT-2 folder with config.json and model.safetensors")
    parser.add_argument("--tokens", type=integers, required=True, help="token ids, comma-separated")
    parser.add_argument("--subject", type=integers, required=True, help="begin,end (end exclusive)")
    parser.add_argument("--sigma", type=float, help="one sigma (noise is 3 sigma); absent: of this subject's tokens")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", type=int, default=10)
    parser.add_argument("--rule", choices=("symmetric", "rome"), default="symmetric")
    parser.add_argument("--out", type=Path, help="a JSON file; absent: the clean and corrupted scores are printed")
    given = parser.parse_args()
    document = traced_document(
        given.folder, given.folder.name, "python reference/goldens/rome_trace.py", given.tokens,
        tuple(given.subject), given.sigma, samples=given.samples, seed=given.seed, rule=given.rule, size=given.window)
    if given.out:
        write_json(given.out, document)
    print({key: document[key] for key in ("answer", "high_score", "low_score", "sigma", "float32Noise")})


if __name__ == "__main__":
    main()
