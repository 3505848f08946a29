"""Edges cut in the clean prompt's run: what one receiver alone reads of one sender is replaced.

    python reference/experiments/edges.py

Cutting (i -> e): the input of e, before its norm, gets += replacement - contribution of i, at all positions; the norm of
e and everything after it are recomputed, every other receiver still reads i. The contribution is that of the run itself,
with whatever its other cuts change upstream. Ablations: `corrupted`, the same sender's contribution in the corrupted
prompt's run, and `zero`.

Senders: input (what enters block 0), a0.h1 (one head's part of the output projection, without its bias), m0 (an MLP's
output with its bias). Receivers: a1.h0<q>, a1.h0<k>, a1.h0<v> (of k and v key-value heads: every query head that
shares one reads it), m1, logits (the stream before the final norm).

`edges` has one row per edge, all of a small model and 200 of Atlas, its `columns` sender, receiver and for each
ablation the logit difference with the edge cut and the score (clean - cut) / (clean - corrupted) of the logit
differences. `sets`: half of all edges cut at once, drawn with `seed`, the senders of each receiver.

Hugging Face's modules do the whole pass, in float64, with hooks on norms, projections and MLPs; the plain pass of
setup.py has no part in it, other than that both must say the same where nothing is cut.
"""

import random

import torch
from setup import PAIRS, difference, header, open_model, write

MODELS = ("tiny-a", "tiny-llama", "atlas")
MOST = 200
SETS = 3
ABLATIONS = ("corrupted", "zero")


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        hooked = Hooked(model)
        document = header(name, "edges.py", model)
        clean, corrupted = (document["levels"][side]["logitDifference"] for side in ("clean", "corrupted"))
        twin = hooked.contributions_of(pair.corrupted)
        others = {"corrupted": twin, "zero": {sender: torch.zeros_like(value) for sender, value in twin.items()}}
        if abs(difference(hooked.run(pair.clean), pair) - clean) > 1e-10:
            raise ValueError("Expected the levels of the plain pass where nothing is cut")

        def measured(cuts):
            values = {}
            for ablation in ABLATIONS:
                cut = difference(hooked.run(pair.clean, cuts, others[ablation]), pair)
                values[ablation] = [cut, (clean - cut) / (clean - corrupted)]
            return values

        document["columns"] = ["sender", "receiver", *(f"{ablation}{what}" for ablation in ABLATIONS
                                                       for what in (" logitDifference", " score"))]
        every, seed = edges(model), 1
        drawn = random.Random(seed)
        some = every if len(every) <= MOST else sorted(drawn.sample(every, MOST), key=every.index)
        document["all"] = len(every)
        document["edges"] = [[sender, receiver, *sum(measured({receiver: [sender]}).values(), [])]
                             for sender, receiver in some]
        document["seed"] = seed
        document["sets"] = []
        for _ in range(SETS):
            cuts = {}
            for sender, receiver in sorted(drawn.sample(every, len(every) // 2), key=every.index):
                cuts.setdefault(receiver, []).append(sender)
            document["sets"].append({"cuts": cuts, **measured(cuts)})
        whole = {}
        for sender, receiver in every:
            whole.setdefault(receiver, []).append(sender)
        if abs(difference(hooked.run(pair.clean, whole, twin), pair) - corrupted) > 1e-9:
            raise ValueError("Expected the corrupted run where every edge carries what it carried there")
        write(name, "edges.json", document)


def edges(model):
    """(sender, receiver) of every edge: receivers in the order of the pass, each with all that wrote before."""
    written, found = ["input"], []
    for layer in range(model.layers):
        found += [(sender, f"a{layer}.h{head}<{branch}>") for branch in "qkv"
                  for head in range(model.heads if branch == "q" else model.kv_heads) for sender in written]
        written = written + [f"a{layer}.h{head}" for head in range(model.heads)]
        found += [(sender, f"m{layer}") for sender in written]
        written = written + [f"m{layer}"]
    return found + [(sender, "logits") for sender in written]


class Hooked:
    """A Hugging Face model whose modules tell what senders contribute, and read what cuts leave of it."""

    def __init__(self, model):
        self.model, self.heads, self.d_head = model, model.heads, model.d_head
        self.cuts, self.others, self.contributions, self.streams = {}, {}, {}, {}
        if hasattr(model.hf, "transformer"):
            blocks, final = model.hf.transformer.h, model.hf.transformer.ln_f
            parts = [(b.ln_1, b.attn.c_proj, b.attn.c_proj.weight, b.ln_2, b.mlp) for b in blocks]
            width = model.heads * model.d_head
            projections = [[(b.attn.c_attn, i * width) for i in range(3)] for b in blocks]
        else:
            blocks, final = model.hf.model.layers, model.hf.model.norm
            parts = [(b.input_layernorm, b.self_attn.o_proj, b.self_attn.o_proj.weight.T, b.post_attention_layernorm,
                      b.mlp) for b in blocks]
            projections = [[(getattr(b.self_attn, f"{branch}_proj"), 0) for branch in "qkv"] for b in blocks]
        for layer, (norm1, out, W, norm2, mlp) in enumerate(parts):
            norm1.register_forward_pre_hook(self.enters(layer))
            for branch, (projection, first) in zip("qkv", projections[layer]):
                projection.register_forward_hook(self.projected(layer, norm1, branch, first))
            out.register_forward_pre_hook(self.heads_out(layer, W.detach()))
            norm2.register_forward_pre_hook(self.reads(f"m{layer}"))
            mlp.register_forward_hook(self.writes(f"m{layer}"))
        final.register_forward_pre_hook(self.reads("logits"))

    def run(self, tokens, cuts=None, others=None):
        """Logits [T,V]. `cuts` {receiver: senders}; `others`: what comes in a sender's place, [T,D]."""
        self.cuts, self.others, self.contributions = cuts or {}, others or {}, {}
        return self.model.hugging_face(tokens)

    def contributions_of(self, tokens):
        self.run(tokens)
        return dict(self.contributions)

    def cut(self, receiver, stream):
        for sender in self.cuts.get(receiver, []):
            stream = stream + (self.others[sender] - self.contributions[sender])
        return stream

    def enters(self, layer):
        def hook(_module, given):
            self.streams[layer] = given[0]
            if layer == 0:
                self.contributions["input"] = given[0][0]
        return hook

    def projected(self, layer, norm, branch, first):
        """Queries, keys or values: of a cut head projected anew, its own norm included."""
        def hook(module, _given, result):
            prefix, suffix = f"a{layer}.h", f"<{branch}>"
            cut = [receiver for receiver in self.cuts if receiver.startswith(prefix) and receiver.endswith(suffix)]
            if not cut:
                return None
            result = result.clone()
            for receiver in cut:
                begin = first + int(receiver[len(prefix):-len(suffix)]) * self.d_head
                anew = module.forward(norm.forward(self.cut(receiver, self.streams[layer])))
                result[..., begin:begin + self.d_head] = anew[..., begin:begin + self.d_head]
            return result
        return hook

    def heads_out(self, layer, W):
        def hook(_module, given):
            z = given[0][0]
            for head in range(self.heads):
                own = slice(head * self.d_head, (head + 1) * self.d_head)
                self.contributions[f"a{layer}.h{head}"] = z[:, own] @ W[own]
        return hook

    def reads(self, receiver):
        return lambda _module, given: (self.cut(receiver, given[0]), *given[1:])

    def writes(self, sender):
        def hook(_module, _given, result):
            self.contributions[sender] = result[0]
        return hook


if __name__ == "__main__":
    main()
