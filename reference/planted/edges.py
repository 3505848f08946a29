"""Edges between the parts of a model, their names, and what cutting one does. Names are EAP's: "a0.h1->a2.h0<k>".

Senders: "input" (token and position embedding together), each head (its result, without the attention's bias), each MLP.
Receivers: the q, k and v inputs of each head, the input of each MLP, the logits. A sender must come before its receiver.
Cutting (i -> e): the input of e, at all positions, gets += (replacement - contribution of i). Every other receiver still
sees i, and everything after e is computed anew. The forward pass is the plain one of ../goldens/families, in float64.
"""

import re
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "goldens"))

from families.forward import Plain, forward  # noqa: E402
from families.spec import Spec  # noqa: E402


class Model:
    """A planted model ready to run. `tensors`: its checkpoint, float64."""

    def __init__(self, planted, dtype=torch.float64):
        s = self.sizes = planted.sizes
        self.spec = Spec(
            layers=s.layers, heads=s.heads, kv_heads=s.heads, width=planted.stream.width, d_head=s.d_head,
            mlp_width=s.d_mlp, vocabulary=s.vocabulary, positions=s.positions, eps=0.0, modules={}, placement="none",
            causal=s.causal, windows=(None,) * s.layers, act="relu", learned_positions=True, final_norm=False)
        weights = {}
        for name, values in planted.tensors.items():
            module, kind = name.rsplit(".", 1)
            weight, bias = weights.get(module, (None, None))
            tensor = torch.from_numpy(values).to(torch.float32).to(dtype)
            weights[module] = (tensor, bias) if kind == "weight" else (weight, tensor)
        self.plain = Plain(self.spec, weights, None)
        self.all_layers = frozenset(range(s.layers))

    def run(self, tokens, hook=lambda _site, value: value):
        return forward(self.plain, tokens, hook, self.all_layers)

    def sites(self, tokens):
        """{site: value} of one prompt."""
        seen = {}

        def keep(site, value):
            seen[site] = value
            return value

        self.run(tokens, keep)
        return seen

    def contributions(self, tokens):
        """{sender: what it adds to the stream [T, D]}."""
        sites = self.sites(tokens)
        found = {"input": sites["hook_embed"] + sites["hook_pos_embed"]}
        for layer in range(self.sizes.layers):
            for head in range(self.sizes.heads):
                found[f"a{layer}.h{head}"] = sites[f"blocks.{layer}.attn.hook_result"][:, head]
            if self.sizes.d_mlp:
                found[f"m{layer}"] = sites[f"blocks.{layer}.hook_mlp_out"]
        return found

    def run_with(self, tokens, added):
        """Logits where the inputs of receivers get `added`: {receiver: [T, D]}."""
        places = {_place(receiver): delta for receiver, delta in added.items()}

        def hook(site, value):
            changed = value
            for (at, head), delta in places.items():
                if at != site:
                    continue
                changed = changed.clone()
                changed[(slice(None), head) if head is not None else slice(None)] += delta
            return changed

        return self.run(tokens, hook)

    def run_node_set(self, tokens, node, value):
        """Logits where a node's own output is replaced: 'a0.h1', 'm0' [T, D] or a neuron 'm0.n3' [T] by a constant."""
        layer, part, index = re.fullmatch(r"[am](\d+)(?:\.([hn])(\d+))?", node).groups()
        site, column = {"h": ("attn.hook_z", "head"), "n": ("mlp.hook_post", "neuron"), None: ("hook_mlp_out", None)}[part]

        def hook(name, x):
            if name != f"blocks.{layer}.{site}":
                return x
            x = x.clone()
            x[(slice(None), int(index)) if column else slice(None)] = value
            return x

        return self.run(tokens, hook)


def _place(receiver):
    """The site and head that a receiver's input is."""
    if receiver == "logits":
        return "unembed.hook_in", None
    layer, head, branch = re.fullmatch(r"[am](\d+)(?:\.h(\d+)<(.)>)?", receiver).groups()
    return (f"blocks.{layer}.hook_mlp_in", None) if head is None else (f"blocks.{layer}.hook_{branch}_input", int(head))


def receivers(sizes):
    """Every receiver with its senders, in the order of the pass: (receiver, [senders])."""
    earlier, found = ["input"], []
    for layer in range(sizes.layers):
        heads = [f"a{layer}.h{head}" for head in range(sizes.heads)]
        found += [(f"{head}<{branch}>", list(earlier)) for head in heads for branch in "qkv"]
        earlier += heads
        if sizes.d_mlp:
            found.append((f"m{layer}", list(earlier)))
            earlier.append(f"m{layer}")
    return [*found, ("logits", list(earlier))]


def all_edges(sizes):
    """(sender, receiver) of every edge."""
    return [(sender, receiver) for receiver, senders in receivers(sizes) for sender in senders]


def edge_name(sender, receiver):
    return f"{sender}->{receiver}"


def composed_edges(planted):
    """Edges over which something can flow, from the weights alone: the receiver reads a column that the sender writes,
    and the receiver's own output reaches the logits in the same way. {edge: names of the columns' ranges}.
    """
    columns = lambda matrix: {int(c) for c in matrix.any(axis=0).nonzero()[0]}
    writes, reads, K = {}, {}, planted.sizes.d_head
    t = planted.tensors
    writes["input"] = columns(t["embed.weight"]) | columns(t["pos_embed.weight"])
    for layer in range(planted.sizes.layers):
        at = f"blocks.{layer}."
        for head in range(planted.sizes.heads):
            rows = slice(head * K, (head + 1) * K)
            q, k, v = (t[f"{at}attn.{branch}.weight"][rows] for branch in "qkv")
            q_bias, k_bias = (t[f"{at}attn.{branch}.bias"][rows] for branch in "qk")
            out = t[f"{at}attn.o.weight"][:, rows]
            name = f"a{layer}.h{head}"
            # A channel counts only if its other end is not zero everywhere.
            reads[f"{name}<q>"] = columns(q[k.any(axis=1) | (k_bias != 0)])
            reads[f"{name}<k>"] = columns(k[q.any(axis=1) | (q_bias != 0)])
            reads[f"{name}<v>"] = columns(v[out.any(axis=0)])
            writes[name] = columns((out @ v).T)
        if planted.sizes.d_mlp:
            into, out = t[f"{at}mlp.in.weight"], t[f"{at}mlp.out.weight"]
            reads[f"m{layer}"], writes[f"m{layer}"] = columns(into[out.any(axis=0)]), columns(out.T)
    reads["logits"] = columns(t["unembed.weight"])
    order, found, live = receivers(planted.sizes), {}, {"logits"}
    for receiver, senders in reversed(order):
        if receiver.split("<")[0] not in live:
            continue
        for sender in senders:
            shared = writes[sender] & reads[receiver]
            if shared:
                live.add(sender)
                found[edge_name(sender, receiver)] = planted.stream.names_of(shared)
    return {edge: found[edge] for edge in (edge_name(*pair) for pair in all_edges(planted.sizes)) if edge in found}
