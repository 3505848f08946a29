"""Which edges and nodes of a planted model matter: derived from its weights, in two independent steps that must agree.

1. From the matrices alone (`composed_edges`): over which edges can something flow to the logits?
2. Every edge of the model, composed or not, is cut alone in every prompt of a task set (noising, `edges.py`), with each of
   three replacements for what the sender contributes:
     corrupted  its contribution in the corrupted twin
     zero       nothing
     mean       the mean of its contributions over the clean prompts of the set, position by position
   An edge is in the truth if that changes the logit difference of answer and distractor by more than 1e-6.

The run stops unless every edge of the truth is a composed one; unless a cut changes the difference by more than 1e-3 or
by less than 1e-9, never something between; and unless all prompts of a task agree.
"""

from dataclasses import dataclass

import torch

from edges import Model, all_edges, composed_edges, edge_name

ABLATIONS = ("corrupted", "zero", "mean")
THRESHOLD, CLEAR, NOTHING = 1e-6, 1e-3, 1e-9


@dataclass(frozen=True)
class Case:
    tokens: list
    corrupted: list
    answer: int
    distractor: int

    def difference(self, logits):
        return (logits[-1, self.answer] - logits[-1, self.distractor]).item()


def cases_of(rows, tokens_of, ids):
    """The rows of a set file as token ids; `ids` of words."""
    return [Case(tokens_of(row["prompt"]), tokens_of(row["corrupted"]), ids[row["answer"].strip()],
                 ids[row["distractor"].strip()]) for row in rows]


def task_truth(planted, cases):
    """{edges: {ablation: [edge]}, denoising: [edge], nodes: [node]} of one task. Cases have equal length."""
    model = Model(planted)
    contributions = [model.contributions(case.tokens) for case in cases]
    mean = {sender: torch.stack([c[sender] for c in contributions]).mean(0) for sender in contributions[0]}
    zero = {sender: torch.zeros_like(x) for sender, x in mean.items()}
    edges = {ablation: [] for ablation in ABLATIONS}
    denoising = []
    changes = [_changes(model, case, own, {"corrupted": model.contributions(case.corrupted), "zero": zero, "mean": mean})
               for case, own in zip(cases, contributions)]
    for edge in (edge_name(*pair) for pair in all_edges(planted.sizes)):
        for ablation in ABLATIONS:
            if _agreed(edge, ablation, [change[ablation][edge] for change in changes]):
                edges[ablation].append(edge)
        if _agreed(edge, "denoising", [change["denoising"][edge] for change in changes]):
            denoising.append(edge)
    unexplained = {edge for found in edges.values() for edge in found} - composed_edges(planted).keys()
    if unexplained:
        raise ValueError(f"Expected only edges that the weights compose, found {sorted(unexplained)}")
    return {"edges": edges, "denoising": denoising, "nodes": _nodes(model, cases)}


def _changes(model, case, own, replacements):
    """{ablation: {edge: change of the logit difference}} of one prompt; denoising: clean edges in the corrupted run."""
    clean, dirty = (case.difference(model.run(tokens)) for tokens in (case.tokens, case.corrupted))
    changes = {name: {} for name in (*replacements, "denoising")}
    for sender, receiver in all_edges(model.sizes):
        edge = edge_name(sender, receiver)
        for name, replacement in replacements.items():
            cut = model.run_with(case.tokens, {receiver: replacement[sender] - own[sender]})
            changes[name][edge] = case.difference(cut) - clean
        restored = model.run_with(case.corrupted, {receiver: own[sender] - replacements["corrupted"][sender]})
        changes["denoising"][edge] = case.difference(restored) - dirty
    return changes


def _agreed(edge, what, changes):
    """Whether the edge matters, in which all prompts must agree."""
    sizes = [abs(change) for change in changes]
    if min(sizes) > CLEAR:
        return True
    if max(sizes) < NOTHING:
        return False
    raise ValueError(f"Expected {edge} ({what}) to matter in all prompts or in none, found changes {sorted(sizes)}")


def _nodes(model, cases):
    """Heads and MLPs, each set to zero alone, that change the logit difference."""
    s, found = model.sizes, []
    nodes = [node for layer in range(s.layers)
             for node in (*(f"a{layer}.h{head}" for head in range(s.heads)), *([f"m{layer}"] if s.d_mlp else []))]
    for node in nodes:
        changes = [case.difference(model.run_node_set(case.tokens, node, 0)) - case.difference(model.run(case.tokens))
                   for case in cases]
        if _agreed(node, "zero", changes):
            found.append(node)
    return found
