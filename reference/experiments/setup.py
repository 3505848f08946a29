"""What every experiment's golden shares: the checkpoints with their two prompts, a plain forward pass in float64 with a
hook at every site, the metrics, and writing.

The pass is ../goldens/forward.py (GPT-2) or ../goldens/families/forward.py (the others); `open_model` holds it to
Hugging Face's logits on both prompts, 1e-10. No token is added to a prompt. The tiny prompts were picked among 400
random pairs for a large change of the logit difference; answer and distractor are the argmax of the clean and of the
corrupted run. Atlas's are a fact and its twin. Letters as in ../goldens/README.md.
"""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "goldens"))

import checkpoints as gpt2  # noqa: E402  first, because it keeps the hub off line
import forward as gpt2_pass  # noqa: E402
import torch  # noqa: E402
from atlas import FOLDER as ATLAS  # noqa: E402
from families import checkpoints as families  # noqa: E402
from families.capture import Source  # noqa: E402
from families.forward import forward as family_pass  # noqa: E402
from store import HERE as GOLDENS, versions, write_json  # noqa: E402

torch.set_num_threads(1)  # the same bytes every time
OUT = GOLDENS / "experiments"


@dataclass(frozen=True)
class Pair:
    """Two prompts of equal length, as token ids, and the two tokens that the metric compares."""

    clean: list
    corrupted: list
    answer: int
    distractor: int

    def swapped(self):
        return Pair(self.corrupted, self.clean, self.answer, self.distractor)

    @property
    def changed(self):
        """Positions where the prompts differ."""
        return [t for t, (a, b) in enumerate(zip(self.clean, self.corrupted)) if a != b]


PAIRS = {
    "tiny-a": Pair([52, 93, 15, 72, 61, 21, 83, 87], [52, 93, 75, 72, 75, 21, 83, 87], 14, 32),
    "tiny-llama": Pair([60, 12, 51, 18, 19, 51, 47, 46], [60, 12, 44, 18, 18, 51, 47, 46], 7, 27),
    "tiny-mistral": Pair([1, 52, 18, 5, 28, 49, 1, 7, 7], [1, 52, 18, 35, 28, 49, 29, 7, 7], 35, 9),
    # BOS, "The capital of France is" and of Germany; " Paris", " Berlin"
    "atlas": Pair([0, 270, 285, 265, 788, 260], [0, 270, 285, 265, 798, 260], 951, 708),
}


def folder_of(name):
    return ATLAS if name == "atlas" else GOLDENS / name


class Model:
    """A checkpoint's plain forward pass in float64 (or float32)."""

    def __init__(self, name, dtype=torch.float64):
        self.name, self.dtype, folder = name, dtype, folder_of(name)
        if name in ("tiny-a", "atlas"):
            self.hf = gpt2.load_model(folder, dtype)
            c, self.weights = self.hf.config, gpt2_pass.weights_of(self.hf)
            self.layers, self.heads, self.kv_heads = c.n_layer, c.n_head, c.n_head
            self.width, self.d_head, self.vocabulary = c.n_embd, c.n_embd // c.n_head, c.vocab_size
            self.mlp_width = c.n_inner or 4 * c.n_embd
            self._pass = lambda *given: gpt2_pass.forward(self.weights, c, *given)
            self._exact = contextlib.nullcontext
        else:
            self.hf = families.load_model(folder, dtype)
            source = Source(self.hf)
            spec, self.weights = source.spec, source.plain.weights
            self.layers, self.heads, self.kv_heads = spec.layers, spec.heads, spec.kv_heads
            self.width, self.d_head, self.vocabulary = spec.width, spec.d_head, spec.vocabulary
            self.mlp_width = spec.mlp_width
            self._pass = lambda *given: family_pass(source.plain, *given)
            self._exact = source.exact

    @torch.no_grad()
    def run(self, tokens, edits=None, split=frozenset()):
        """Logits [T,V]. `edits` {site: function from its value to the new one}; `split`: the layers whose q, k, v are
        computed from hook_{q,k,v}_input, each with its own norm."""
        edits = edits or {}
        unused = set(edits)

        def hook(site, value):
            if site not in edits:
                return value
            unused.discard(site)
            return edits[site](value)

        logits = self._pass(tokens, hook, frozenset(split))
        if unused:
            raise ValueError(f"Expected every edited site in the pass, left out {sorted(unused)}")
        return logits

    @torch.no_grad()
    def cache(self, tokens, edits=None, split=frozenset()):
        """{site: value after the edits}, the logits under unembed.hook_out."""
        edits, seen = edits or {}, {}

        def hook(site, value):
            seen[site] = edits[site](value) if site in edits else value
            return seen[site]

        self._pass(tokens, hook, frozenset(split))
        return seen

    @torch.no_grad()
    def hugging_face(self, tokens, **given):
        """Logits [T,V] of Hugging Face's own model."""
        with self._exact():
            return self.hf(torch.tensor([tokens]), use_cache=False, **given).logits[0]


def open_model(name, dtype=torch.float64):
    """The model, its plain pass checked against Hugging Face's on both prompts."""
    model, pair = Model(name, dtype), PAIRS[name]
    limit = 1e-10 if dtype == torch.float64 else 1e-4
    for tokens in (pair.clean, pair.corrupted):
        error = (model.run(tokens) - model.hugging_face(tokens)).abs().max().item()
        if not error <= limit:
            raise ValueError(f"{name}: expected the plain pass within {limit} of Hugging Face's, found {error:.1e}")
    return model


def write_at(new, *index):
    """An edit: the given part of a site's value becomes that of `new`. write_at(x, 3), write_at(x, slice(None), 1)."""
    def edit(value):
        value = value.clone()
        value[index] = new[index] if isinstance(new, torch.Tensor) else new
        return value
    return edit


def difference(logits, pair):
    """logit(answer) - logit(distractor) at the last position."""
    return (logits[-1, pair.answer] - logits[-1, pair.distractor]).item()


def probability(logits, pair):
    """p(answer) at the last position, in float64."""
    return logits[-1].double().softmax(-1)[pair.answer].item()


def measure(logits, pair):
    return {"logitDifference": difference(logits, pair), "p": probability(logits, pair)}


def header(name, script, model=None):
    """The fields with which every golden begins."""
    pair = PAIRS[name]
    document = {"version": 1, "command": f"python reference/experiments/{script}", **versions(), "model": name,
                "clean": pair.clean, "corrupted": pair.corrupted, "answer": pair.answer,
                "distractor": pair.distractor}
    if model is not None:
        document["levels"] = {"clean": measure(model.run(pair.clean), pair),
                              "corrupted": measure(model.run(pair.corrupted), pair)}
    return document


def write(name, file, document):
    """Numbers with 9 significant digits."""
    path = OUT / name / file
    write_json(path, _rounded(document))
    print(f"{path.relative_to(GOLDENS)}, {path.stat().st_size} bytes")


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    if isinstance(value, torch.Tensor):
        return _rounded(value.tolist())
    return float(f"{value:.9g}") if isinstance(value, float) else value
