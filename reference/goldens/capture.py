"""Golden activations: every hook site of one prompt, from Hugging Face's own modules.

Letters: T tokens, D model width, H heads, K head width, M MLP width, V vocabulary. No batch axis.
What a Hugging Face module shows is taken from it by a forward hook; the rest is computed from that and checked
against the next tensor that Hugging Face does show.
"""

import math

import torch

MASKED = -1e30  # a key later than its query, in hook_attn_scores
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


@torch.no_grad()
def capture(model, tokens):
    """Every site of one prompt, {TransformerLens name: tensor}, in the model's own dtype."""
    seen = _module_tensors(model, tokens)
    sites = {"hook_embed": seen["wte.out"], "hook_pos_embed": seen["wpe.out"]}
    _agree("embeddings", seen["wte.out"] + seen["wpe.out"], seen["h.0.in"])
    for layer, block in enumerate(model.transformer.h):
        own = {name.removeprefix(f"h.{layer}."): tensor
               for name, tensor in seen.items() if name.startswith(f"h.{layer}.")}
        sites |= {f"blocks.{layer}.{site}": tensor for site, tensor in _block_sites(block, own).items()}
        if layer > 0:
            _agree(f"block {layer} input", seen[f"h.{layer - 1}.out"], seen[f"h.{layer}.in"])
    final = _norm_sites(model.transformer.ln_f, seen["ln_f.in"], seen["ln_f.out"])
    sites |= {f"ln_final.{site}": tensor for site, tensor in final.items()}
    _agree("logits", seen["lm_head.in"] @ model.transformer.wte.weight.T, seen["lm_head.out"])
    return sites | {"unembed.hook_in": seen["lm_head.in"], "unembed.hook_out": seen["lm_head.out"]}


def _module_tensors(model, tokens):
    """Inputs and outputs of the modules, {"h.0.attn.c_proj.in": [T,...]}; a second output is named `out1`."""
    seen, handles = {}, []

    def watch(name):
        def hook(_module, inputs, output):
            outputs = output if isinstance(output, tuple) else (output,)
            tensors = {"in": inputs[0] if inputs else None, "out": outputs[0], "out1": (*outputs, None)[1]}
            seen.update({f"{name}.{end}": value[0].clone() for end, value in tensors.items()
                         if isinstance(value, torch.Tensor)})
        return hook

    for name, module in model.named_modules():
        handles.append(module.register_forward_hook(watch(name.removeprefix("transformer."))))
    model(torch.tensor([tokens]), use_cache=False)
    for handle in handles:
        handle.remove()
    return seen


def _block_sites(block, seen):
    attn = block.attn
    T, D = seen["in"].shape
    H, K = attn.num_heads, attn.head_dim
    heads = lambda x: x.reshape(T, H, K)
    per_head = seen["in"][:, None, :].expand(T, H, D)
    q, k, v = (heads(x) for x in seen["attn.c_attn.out"].split(D, dim=1))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = (torch.einsum("qhk,shk->hqs", q, k) / math.sqrt(K)).masked_fill(future, MASKED)
    pattern = seen["attn.out1"]
    z = heads(seen["attn.c_proj.in"])
    result = torch.einsum("thk,hkd->thd", z, attn.c_proj.weight.reshape(H, K, D))

    _agree("pattern", scores.softmax(-1), pattern)
    _agree("z", torch.einsum("hqs,shk->qhk", pattern, v), z)
    _agree("attn_out", result.sum(1) + attn.c_proj.bias, seen["attn.out"])
    _agree("resid_mid", seen["in"] + seen["attn.out"], seen["ln_2.in"])
    _agree("mlp pre", seen["ln_2.out"] @ block.mlp.c_fc.weight + block.mlp.c_fc.bias, seen["mlp.c_fc.out"])
    _agree("mlp post", gelu_new(seen["mlp.c_fc.out"]), seen["mlp.act.out"])
    _agree("mlp_out", seen["mlp.act.out"] @ block.mlp.c_proj.weight + block.mlp.c_proj.bias, seen["mlp.out"])
    _agree("resid_post", seen["ln_2.in"] + seen["mlp.out"], seen["out"])

    return {
        "hook_resid_pre": seen["in"],
        "hook_attn_in": per_head, "hook_q_input": per_head, "hook_k_input": per_head, "hook_v_input": per_head,
        **{f"ln1.{site}": x for site, x in _norm_sites(block.ln_1, seen["in"], seen["ln_1.out"]).items()},
        "attn.hook_q": q, "attn.hook_k": k, "attn.hook_v": v,
        "attn.hook_attn_scores": scores, "attn.hook_pattern": pattern,
        "attn.hook_z": z, "attn.hook_result": result,
        "hook_attn_out": seen["attn.out"], "hook_resid_mid": seen["ln_2.in"], "hook_mlp_in": seen["ln_2.in"],
        **{f"ln2.{site}": x for site, x in _norm_sites(block.ln_2, seen["ln_2.in"], seen["ln_2.out"]).items()},
        "mlp.hook_pre": seen["mlp.c_fc.out"], "mlp.hook_post": seen["mlp.act.out"],
        "hook_mlp_out": seen["mlp.out"], "hook_resid_post": seen["out"],
    }


def _norm_sites(norm, x, out):
    """hook_scale [T,1], the divisor; hook_normalized [T,D], before the weight and the bias."""
    scale = (x.var(-1, correction=0, keepdim=True) + norm.eps).sqrt()
    normalized = (x - x.mean(-1, keepdim=True)) / scale
    _agree("layer norm", normalized * norm.weight + norm.bias, out)
    return {"hook_scale": scale, "hook_normalized": normalized}


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _agree(what, ours, theirs):
    error = (ours - theirs).abs().max().item()
    limit = TOLERANCE[theirs.dtype] * max(1.0, theirs.abs().max().item())
    if error > limit:
        raise ValueError(f"Expected the recomputed {what} within {limit:.1e} of Hugging Face's, found {error:.1e}")


def float32_noise(single, double):
    """Per site: the largest |float32 - float64|, and the largest |value| it belongs beside. Masked scores excepted."""
    noise = {}
    for site, exact in double.items():
        kept = exact > MASKED / 2
        noise[site] = {"error": (single[site].double() - exact)[kept].abs().max().item(),
                       "largest": exact[kept].abs().max().item()}
    return noise
