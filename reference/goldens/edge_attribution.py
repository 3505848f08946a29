"""Every edge's estimate by gradient: EAP in both directions and EAP-IG over inputs and over activations, by a plain loop.
`per_sender`: of EAP-IG over activations, each edge's score comes only from the passes that vary its own sender's site.

Edges are named as EAP names them. The plain forward passes of gradients.py run with what each head reads split into
copies; autograd's gradient at a receiver's copy times the difference of the sender's outputs, summed over positions and
columns, is an edge's score. The metric is the logit difference at the last position. `transformer_lens` has what
TransformerLens's edge mode says of the `denoise` direction, where it takes the model (it refuses shared keys and values).
Needs `pip install transformer-lens`, which making the other goldens does not. Writes edge_attribution.json.

    python reference/goldens/edge_attribution.py
"""

from functools import partial
from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.tools.analysis.attribution_patching import EdgeAttributionConfig, attribution_patch

from check_transformer_lens_families import with_tokenizer
from gradients import subjects
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/edge_attribution.py"
PARALLEL = {"tiny-a": False, "tiny-llama": False, "tiny-gpt_neox": True}  # whether MLPs read what their block's heads read
KV_HEADS = {"tiny-llama": 2}
LENSED = ("tiny-a", "tiny-gpt_neox")
CLEAN, CORRUPTED = [3, 14, 15, 9, 26], [3, 14, 20, 9, 26]
ANSWER, DISTRACTOR = 5, 7
STEPS = 5


def senders(subject):
    """[(name, site, head, block, half of the block)] in the order of computation."""
    found = [("input", "blocks.0.hook_resid_pre", None, -1, 1)]
    for l in range(subject.layers):
        found += [(f"a{l}.h{h}", f"blocks.{l}.attn.hook_result", h, l, 0) for h in range(subject.heads)]
        found.append((f"m{l}", f"blocks.{l}.hook_mlp_out", None, l, 1))
    return found


def receivers(subject):
    """[(name, site, head, last block that it reads whole, whether it also reads its own block's heads)]"""
    found = []
    groups = KV_HEADS.get(subject.name, subject.heads)
    for l in range(subject.layers):
        for h in range(subject.heads):
            found += [(f"a{l}.h{h}<{i}>", f"blocks.{l}.hook_{i}_input", h, l - 1, False)
                      for i in "qkv" if i == "q" or h < groups]
        found.append((f"m{l}", f"blocks.{l}.hook_mlp_in", None, l - 1, not PARALLEL[subject.name]))
    last = subject.layers - 1
    return [*found, ("logits", f"blocks.{last}.hook_resid_post", None, last, False)]


def run(subject, tokens, replaced):
    """{site: value}, {site: gradient of the metric}. `replaced`: {site: its value}, a constant."""
    kept = {}

    def hook(site, value):
        if site in replaced:
            value = replaced[site]
        value = value.clone() if value.requires_grad else value.detach().clone().requires_grad_()
        value.retain_grad()
        kept[site] = value
        return value

    logits = subject.run(tokens, hook, frozenset(range(subject.layers)))[-1]
    (logits[ANSWER] - logits[DISTRACTOR]).backward()
    zero = lambda x: torch.zeros_like(x) if x.grad is None else x.grad
    return {site: x.detach() for site, x in kept.items()}, {site: zero(x) for site, x in kept.items()}


def edge_scores(subject, difference, gradient, leaving=None):
    """{edge: score}. `leaving`: only edges out of senders at this site."""
    part = lambda x, head: x if head is None else x[:, head]
    found = {}
    for to, reads, head, whole, own_heads in receivers(subject):
        for name, writes, sender_head, block, half in senders(subject):
            if leaving not in (None, writes):
                continue
            if block <= whole or (own_heads and block == whole + 1 and half == 0):
                product = part(difference[writes], sender_head) * part(gradient[reads], head)
                found[f"{name}->{to}"] = product.sum().item()
    return found


def mean_gradient(passes):
    return {site: sum(g[site] for _, g in passes) / len(passes) for site in passes[0][1]}


def scored(subject):
    clean, at_clean = run(subject, CLEAN, {})
    corrupted, at_corrupted = run(subject, CORRUPTED, {})
    difference = {site: clean[site] - corrupted[site] for site in clean}
    between = lambda site, share: {site: corrupted[site] + share * difference[site]}
    sites = list(dict.fromkeys(site for _, site, *_ in senders(subject)))
    # A tensor in the place of the embeddings is a leaf; what went before it has no gradient.
    inputs = [run(subject, CLEAN, between(sites[0], k / STEPS)) for k in range(STEPS)]
    varied = {site: [run(subject, CLEAN, between(site, k / STEPS)) for k in range(1, STEPS + 1)] for site in sites}
    activations = [one for passes in varied.values() for one in passes]
    of = partial(edge_scores, subject, difference)
    per_sender = {}
    for site, passes in varied.items():
        per_sender.update(of(mean_gradient(passes), site))
    return {"noise": of(at_clean), "denoise": of(at_corrupted), "inputs": of(mean_gradient(inputs)),
            "activations": of(mean_gradient(activations)), "per_sender": per_sender}


def lensed(name):
    """TransformerLens's scores of the denoise direction, summed over positions."""
    with with_tokenizer(HERE / name) as copy:
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float64, device="cpu")
    bridge.enable_compatibility_mode(no_processing=True)
    bridge.eval()
    metric = lambda logits: logits[0, -1, ANSWER] - logits[0, -1, DISTRACTOR]
    config = EdgeAttributionConfig(granularity="edge")
    result = attribution_patch(bridge, torch.tensor([CLEAN]), torch.tensor([CORRUPTED]), metric, config=config)
    found = {}
    for (writer, reader), score in result.edge_scores.items():
        edge = f"{_name(writer)}->{_name(reader)}"
        found[edge] = found.get(edge, 0.0) + score
    return found


def _name(node):
    if node.kind in ("embed", "logits"):
        return {"embed": "input", "logits": "logits"}[node.kind]
    if node.kind in ("mlp_out", "mlp_in"):
        return f"m{node.layer}"
    head = f"a{node.layer}.h{node.head}"
    return head if node.kind == "attn_head_out" else f"{head}<{node.kind[0]}>"


def main():
    found = {}
    for subject, check in subjects():
        if subject.name not in PARALLEL:
            continue
        print(f"{subject.name}: gradients within {check():.1e} of transformers'")
        scores = scored(subject)
        if subject.name in LENSED:
            theirs = lensed(subject.name)
            most = max(map(abs, theirs.values()))
            worst = max(abs(theirs[edge] - score) for edge, score in scores["denoise"].items()) / most
            print(f"{subject.name}: {len(theirs)} edges, denoise within {worst:.1e} of TransformerLens's")
            scores["transformer_lens"] = theirs
        found[subject.name] = scores
    write_json(HERE / "edge_attribution.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(),
        "clean": CLEAN, "corrupted": CORRUPTED, "answer": ANSWER, "distractor": DISTRACTOR, "steps": STEPS,
        "checkpoints": found})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
