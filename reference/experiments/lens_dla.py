"""Logit lens and direct logit attribution of the clean prompt.

    python reference/experiments/lens_dla.py

`lens`: TransformerLens's `tools.analysis.logit_lens` (accumulated_resid through ln_final, its statistics computed anew
from each entry, then W_U and b_U), entries 0_pre, 0_mid, 1_pre, ..., final_post, at every position: [entry, pos, ...].
`topIds`, `topLogits` the 5 largest; `p`, `rank` (0 = largest) of answer and distractor [entry, pos, 2]; `entropy` in
nats; `klFinalToLens` = KL(final || lens) = sum of p_final (log p_final - log p_lens), `klLensToFinal` the other way.

`attribution`: what each piece of the last position's stream adds to logit(answer) and to logit(distractor); a row is
[answer, distractor]. With s the final norm's own divisor in the full run, w and b its weight and bias:
    piece x gives  sum_d  w_d W_U[d,token] (x_d - mean(x)) / s     (an RMS norm: without mean(x))
    ln_final_bias  sum_d  b_d W_U[d,token];     b_U  the unembedding's bias; 0 where there is none
- components: embed, pos_embed, {l}_attn_out, {l}_mlp_out, which with ln_final_bias and b_U sum to the logit.
- heads [layer][head]: z W_O; with b_O [layer] they sum to {l}_attn_out.
- neurons [layer][neuron]: hook_post times its row of W_out; with b_mlp [layer] (the bias of W_out) they sum to
  {l}_mlp_out.
- sources [layer][head][position]: a head's term split by the key it reads, pattern[last, key] v[key] W_O; they sum to
  heads.

`logit` is the sum. components, heads and neurons are TransformerLens's decompose_resid, stack_head_results and
stack_neuron_results with apply_ln (float32), times w W_U: its logit_attrs leaves w out, being made for folded weights.
They agree with our float64 split to `difference`; and the components' and heads' answer - distractor with
TransformerLens's direct_logit_attribution on folded weights (fold_value_biases off) to `foldedDifference`. The biases
and the sources, which TransformerLens does not give, are from the plain float64 pass.
"""

from bridge import VERSION, open_bridge
from parts import Parts
from setup import PAIRS, header, open_model, write

import torch
from transformer_lens.tools.analysis import direct_logit_attribution, logit_lens

MODELS = ("tiny-a", "tiny-llama", "atlas")
TOLERANCE = 2e-5
TOP = 5


def main():
    for name in MODELS:
        model, pair = open_model(name), PAIRS[name]
        bridge = open_bridge(name, "set_use_attn_result")
        tokens = torch.tensor([pair.clean])
        with torch.no_grad():
            _, cache = bridge.run_with_cache(tokens, prepend_bos=False)
            lens = lens_of(cache, pair)
            attribution = attribution_of(name, model, pair, cache, bridge)
        write(name, "lens_dla.json", header(name, "lens_dla.py", model) | {
            "transformer_lens": VERSION, "lens": lens, "attribution": attribution})


def lens_of(cache, pair):
    run = lambda **given: logit_lens(cache, incl_mid=True, positions=None, **given)
    top, targets = run(top_k=TOP), run(targets=[pair.answer, pair.distractor], return_type="probs")
    logs = run(return_type="log_probs").values[:, 0].double()  # [entry, pos, V]
    logs = logs.log_softmax(-1)
    final = logs[-1]
    return {"entries": top.labels, "topIds": top.readout.top_ids[:, 0], "topLogits": top.values[:, 0],
            "p": targets.values[:, 0], "rank": targets.readout.target_ranks[:, 0],
            "entropy": top.readout.entropy[:, 0],
            "klFinalToLens": (final.exp() * (final - logs)).sum(-1),
            "klLensToFinal": (logs.exp() * (logs - final)).sum(-1)}


def attribution_of(name, model, pair, cache, bridge):
    plain = plain_split(model, pair)
    directions = bridge.ln_final.weight[:, None] * bridge.W_U[:, [pair.answer, pair.distractor]]
    L = model.layers
    last = lambda stack: (stack[:, 0, -1] @ directions).double()  # [piece, 2]
    components, labels = cache.decompose_resid(apply_ln=True, return_labels=True)
    found = {"components": last(components), "heads": last(cache.stack_head_results(apply_ln=True)).reshape(L, -1, 2),
             "neurons": last(cache.stack_neuron_results(L, apply_ln=True)).reshape(L, -1, 2)}
    differences = {part: (found[part] - plain[part]).abs().max().item() for part in found}
    logit = model.run(pair.clean)[-1, [pair.answer, pair.distractor]]
    sums = {"pieces": found["components"].sum(0) + plain["ln_final_bias"] + plain["b_U"] - logit,
            "attn_out": found["heads"].sum(1) + plain["b_O"] - pick(found["components"], labels, "attn_out"),
            "mlp_out": found["neurons"].sum(1) + plain["b_mlp"] - pick(found["components"], labels, "mlp_out"),
            "sources": plain["sources"].sum(2) - plain["heads"]}
    folded = folded_difference(name, pair, found)
    worst = max(*differences.values(), *(x.abs().max().item() for x in sums.values()), folded)
    if worst > TOLERANCE:
        raise ValueError(f"Expected every sum and TransformerLens within {TOLERANCE}, "
                         f"found {differences} {sums} {folded}")
    return {"difference": max(differences.values()), "foldedDifference": folded, "logit": logit,
            "labels": labels, "components": found["components"], "ln_final_bias": plain["ln_final_bias"],
            "b_U": plain["b_U"], "heads": found["heads"], "b_O": plain["b_O"], "neurons": found["neurons"],
            "b_mlp": plain["b_mlp"], "sources": plain["sources"]}


def pick(components, labels, kind):
    return torch.stack([row for row, label in zip(components, labels) if label.endswith(kind)])


def plain_split(model, pair):
    """The same pieces from the plain float64 pass."""
    sites, L, tokens = model.cache(pair.clean), model.layers, [pair.answer, pair.distractor]
    part = Parts(model)
    scale = sites["ln_final.hook_scale"][-1]
    direction = part.norm_weight[:, None] * part.unembed[:, tokens]
    centre = (lambda x: x - x.mean(-1, keepdim=True)) if part.centred else (lambda x: x)
    read = lambda x: centre(x) / scale @ direction  # [..., D] to [..., 2]
    at = lambda layer, site: sites[f"blocks.{layer}.{site}"]
    components = [sites["hook_embed"][-1]] + ([sites["hook_pos_embed"][-1]] if "hook_pos_embed" in sites else [])
    for layer in range(L):
        components += [at(layer, "hook_attn_out")[-1], at(layer, "hook_mlp_out")[-1]]
    of_query = torch.arange(model.heads) * model.kv_heads // model.heads
    sources = []
    for layer in range(L):
        pattern, v = at(layer, "attn.hook_pattern")[:, -1], at(layer, "attn.hook_v")[:, of_query]
        weighted = torch.einsum("hs,shk->hsk", pattern, v)
        sources.append(read(torch.einsum("hsk,hkd->hsd", weighted, part.w_o[layer])))
    zeros = torch.zeros(model.width, dtype=model.dtype)
    bias = lambda x: read(zeros if x is None else x)
    return {"components": read(torch.stack(components)),
            "heads": torch.stack([read(at(layer, "attn.hook_result")[-1]) for layer in range(L)]),
            "neurons": torch.stack([read(at(layer, "mlp.hook_post")[-1][:, None] * part.w_out[layer])
                                    for layer in range(L)]),
            "sources": torch.stack(sources),
            "b_O": torch.stack([bias(x) for x in part.b_o]), "b_mlp": torch.stack([bias(x) for x in part.b_out]),
            "ln_final_bias": (zeros if part.norm_bias is None else part.norm_bias) @ part.unembed[:, tokens],
            "b_U": zeros[:2] if part.b_u is None else part.b_u[tokens]}


def folded_difference(name, pair, found):
    """Largest difference of the components' and heads' answer - distractor from TransformerLens's on folded weights."""
    folded = open_bridge(name, no_processing=False, fold_value_biases=False)
    errors = []
    for unit, part in (("component", "components"), ("head", "heads")):
        theirs = direct_logit_attribution(folded, torch.tensor([pair.clean]), pair.answer, pair.distractor, unit=unit)
        ours = (found[part][..., 0] - found[part][..., 1]).flatten()
        errors.append((theirs.attribution[: len(ours), 0].double() - ours).abs().max().item())
    return max(errors)


if __name__ == "__main__":
    main()
