"""ACDC (Conmy et al. 2023), one edge after another, on Hugging Face's own model in float64.

    python reference/experiments/acdc.py

Receivers are visited from the logits down: each block's MLP, then its heads from the last to the first, of each v, k,
q. A receiver's senders are tried in the order of the pass: the input, then each block's heads and MLP. Edge by edge:
the receiver alone reads the stream with the sender's contribution in this very run replaced, beside everything that was
removed before. If that raises the loss by less than tau over the loss of the graph without this removal, the edge is
gone for good. No edge is passed over, whatever has become of its receiver.

loss      kl: KL(full model || graph) of the last position's next-token distribution, in nats; logit-diff: minus the
          logit difference. Both are means over two prompts, the pair of setup.py and the same pair the other way round,
          answer and distractor too.
ablation  what a removed edge carries: corrupted, the sender's contribution in the other prompt; zero, nothing; mean,
          the mean of its contributions in both prompts, position by position.

Hugging Face's modules are hooked; only one head's queries, keys or values are made anew from a stream of their own, by
ln_1 and c_attn's columns of that head. The script stops unless hooks that remove nothing leave the logits of the plain
pass (1e-12), and if a change comes closer to tau than 2e-5, so that float32 must decide alike.

`graphs`: kept edges by EAP's names in the order of their trial; `loss` of the graph at last; `margin`, the smallest
|change - tau| that there was.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "goldens"))

import torch  # noqa: E402
from setup import PAIRS, Pair, folder_of, header, open_model, write  # noqa: E402

import checkpoints  # noqa: E402

NAME = "tiny-a"
TAUS = {"kl": (1e-3, 1e-2, 5e-2, 0.2, 1.0), "logit-diff": (1e-3, 5e-2, 0.2, 0.5, 2.0)}
ABLATIONS = ("corrupted", "zero", "mean")
CLOSEST = 2e-5


class Hooked:
    """Hugging Face's GPT-2 whose receivers can be given streams of their own."""

    def __init__(self, model):
        self.model, c = model, model.config
        self.heads, self.width, self.layers = c.n_head, c.n_embd, c.n_layer
        self.d_head = c.n_embd // c.n_head
        self.own = {}  # sender -> contribution [T, D], as far as the pass has come
        self.removed = {}  # receiver -> {sender: replacement [T, D]}
        blocks = model.transformer.h
        blocks[0].register_forward_pre_hook(lambda _m, given: self.own.update(input=given[0][0]))
        for layer, block in enumerate(blocks):
            block.ln_1.register_forward_pre_hook(lambda _m, given, block=block: setattr(block, "stream", given[0][0]))
            block.attn.c_attn.register_forward_hook(
                lambda _m, _given, out, layer=layer, block=block: self._rewrite_heads(layer, block, out))
            block.attn.c_proj.register_forward_pre_hook(
                lambda module, given, layer=layer: self._note_heads(layer, module, given[0][0]))
            block.ln_2.register_forward_pre_hook(
                lambda _m, given, layer=layer: (given[0] + self._change(("mlp", layer)),))
            block.mlp.register_forward_hook(
                lambda _m, _given, out, layer=layer: self.own.update({("m", layer): out[0]}))
        model.transformer.ln_f.register_forward_pre_hook(lambda _m, given: (given[0] + self._change(("logits",)),))

    @torch.no_grad()
    def logits(self, tokens, removed=None):
        """The last position's logits [V]."""
        self.own, self.removed = {}, removed or {}
        return self.model(torch.tensor([tokens]), use_cache=False).logits[0, -1]

    def contributions(self, tokens):
        self.logits(tokens)
        return dict(self.own)

    def _change(self, receiver):
        """What is added to a receiver's stream."""
        return sum((new - self.own[sender] for sender, new in self.removed.get(receiver, {}).items()), torch.zeros(()))

    def _note_heads(self, layer, module, z):
        for head in range(self.heads):
            rows = slice(head * self.d_head, (head + 1) * self.d_head)
            self.own["a", layer, head] = z[:, rows] @ module.weight[rows]

    def _rewrite_heads(self, layer, block, out):
        out = out.clone()
        for receiver in self.removed:
            if receiver[0] != "head" or receiver[1] != layer:
                continue
            _, _, head, branch = receiver
            stream, norm, into = block.stream + self._change(receiver), block.ln_1, block.attn.c_attn
            normed = torch.nn.functional.layer_norm(stream, (self.width,), norm.weight, norm.bias, norm.eps)
            begin = "qkv".index(branch) * self.width + head * self.d_head
            columns = slice(begin, begin + self.d_head)
            out[0, :, columns] = normed @ into.weight[:, columns] + into.bias[columns]
        return out


def senders_before(hooked, layer, with_heads):
    """In the order of the pass: what is in the stream before block `layer`, and its heads if asked for."""
    found = ["input"]
    for l in range(layer):
        found += [*(("a", l, h) for h in range(hooked.heads)), ("m", l)]
    return found + [("a", layer, h) for h in range(hooked.heads)] * with_heads


def visits(hooked):
    """(receiver, sender) in the order of their trial."""
    yield from ((("logits",), sender) for sender in senders_before(hooked, hooked.layers, False))
    for layer in reversed(range(hooked.layers)):
        yield from ((("mlp", layer), sender) for sender in senders_before(hooked, layer, True))
        for head in reversed(range(hooked.heads)):
            for branch in "vkq":
                yield from ((("head", layer, head, branch), sender) for sender in senders_before(hooked, layer, False))


def name_of(part):
    kind, *at = part if isinstance(part, tuple) else (part,)
    if kind == "head":
        return f"a{at[0]}.h{at[1]}<{at[2]}>"
    return {"a": "a{}.h{}", "m": "m{}", "mlp": "m{}"}.get(kind, kind).format(*at)


class Task:
    """Two prompts, and what is lost of their answers."""

    def __init__(self, hooked, pair):
        other = Pair(pair.corrupted, pair.clean, pair.distractor, pair.answer)
        self.hooked, self.pairs = hooked, (pair, other)
        self.full = [hooked.logits(p.clean).log_softmax(-1) for p in self.pairs]
        own = [hooked.contributions(p.clean) for p in self.pairs]
        theirs = [hooked.contributions(p.corrupted) for p in self.pairs]
        middle = {sender: (own[0][sender] + own[1][sender]) / 2 for sender in own[0]}
        nothing = {sender: torch.zeros_like(x) for sender, x in middle.items()}
        self.replacements = {"corrupted": theirs, "zero": [nothing] * 2, "mean": [middle] * 2}

    def loss(self, measure, ablation, removed):
        """Of the model without the edges `removed`, {(receiver, sender)} in order."""
        losses = []
        for pair, full, new in zip(self.pairs, self.full, self.replacements[ablation]):
            by_receiver = {}
            for receiver, sender in removed:
                by_receiver.setdefault(receiver, {})[sender] = new[sender]
            logits = self.hooked.logits(pair.clean, by_receiver)
            if measure == "kl":
                losses.append((full.exp() * (full - logits.log_softmax(-1))).sum().item())
            else:
                losses.append((logits[pair.distractor] - logits[pair.answer]).item())
        return sum(losses) / len(losses)


def acdc(task, measure, ablation, tau):
    removed, kept, margin = {}, [], float("inf")
    loss = task.loss(measure, ablation, {})
    for edge in visits(task.hooked):
        without = task.loss(measure, ablation, {**removed, edge: None})
        change = without - loss
        margin = min(margin, abs(change - tau))
        if change < tau:
            removed[edge], loss = None, without
        else:
            kept.append("{1}->{0}".format(*map(name_of, edge)))
    print(f"{measure} {ablation} tau {tau}: {len(kept)} of {len(kept) + len(removed)} kept, closest {margin:.1e}")
    if margin < CLOSEST:
        raise ValueError(f"Expected no change within {CLOSEST} of tau {tau}, found {margin:.1e}: choose another tau")
    return {"measure": measure, "ablation": ablation, "tau": tau, "kept": kept, "loss": loss, "margin": margin}


def main():
    hooked, pair = Hooked(checkpoints.load_model(folder_of(NAME), torch.float64)), PAIRS[NAME]
    plain = open_model(NAME)
    for tokens in (pair.clean, pair.corrupted):
        error = (hooked.logits(tokens) - plain.run(tokens)[-1]).abs().max().item()
        if not error < 1e-12:
            raise ValueError(f"Expected hooks that change nothing, found a difference of {error:.1e}")
    task = Task(hooked, pair)
    graphs = [acdc(task, measure, ablation, tau)
              for ablation in ABLATIONS for measure, taus in TAUS.items() for tau in taus]
    write(NAME, "acdc.json", header(NAME, "acdc.py") | {"graphs": graphs})


if __name__ == "__main__":
    main()
