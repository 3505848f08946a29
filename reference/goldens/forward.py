"""GPT-2 written out plainly, with every hook site passed through a function that may replace its value.

Independent of Hugging Face's forward pass: it needs only the weights. `make.py` checks it against `capture.py`.
"""

import math

import torch

from capture import MASKED, gelu_new

SPLIT_SITES = ("hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input")


def weights_of(model):
    """{name without `transformer.`: tensor} of a Hugging Face GPT2LMHeadModel."""
    return {name.removeprefix("transformer."): tensor for name, tensor in model.state_dict().items()}


@torch.no_grad()
def forward(weights, config, tokens, hook, split_layers=frozenset()):
    """Logits [T,V]. `hook(name, value) -> value` sees every site, in the order of computation.

    In `split_layers` queries, keys and values are computed per head from hook_{q,k,v}_input, each with its own
    layer norm; elsewhere they are computed from ln1, and those sites are only shown.
    """
    embed = hook("hook_embed", weights["wte.weight"][tokens])
    position = hook("hook_pos_embed", weights["wpe.weight"][: len(tokens)])
    residual = embed + position
    for layer in range(config.n_layer):
        prefix = f"h.{layer}."
        own = {name.removeprefix(prefix): x for name, x in weights.items() if name.startswith(prefix)}
        own_hook = lambda site, x: hook(f"blocks.{layer}.{site}", x)
        residual = _block(own, config, residual, own_hook, layer in split_layers)
    final = _norm(residual, weights, "ln_f", config, "ln_final", hook)
    final = hook("unembed.hook_in", final)
    return hook("unembed.hook_out", final @ weights["wte.weight"].T)


def _block(w, config, residual, hook, split):
    residual = hook("hook_resid_pre", residual)
    attn_out = hook("hook_attn_out", _attention(w, config, residual, hook, split))
    residual = hook("hook_resid_mid", residual + attn_out)
    mlp_in = hook("hook_mlp_in", residual)
    pre = _norm(mlp_in, w, "ln_2", config, "ln2", hook) @ w["mlp.c_fc.weight"] + w["mlp.c_fc.bias"]
    post = hook("mlp.hook_post", gelu_new(hook("mlp.hook_pre", pre)))
    mlp_out = hook("hook_mlp_out", post @ w["mlp.c_proj.weight"] + w["mlp.c_proj.bias"])
    return hook("hook_resid_post", residual + mlp_out)


def _attention(w, config, residual, hook, split):
    T, D = residual.shape
    H = config.n_head
    K = D // H
    per_head = hook("hook_attn_in", residual[:, None, :].repeat(1, H, 1))  # [T,H,D]
    inputs = [hook(f"hook_{branch}_input", per_head) for branch in "qkv"]
    shared = _norm(residual, w, "ln_1", config, "ln1", hook)[:, None, :].expand(T, H, D)
    if split:
        normed = [_norm(x, w, "ln_1", config, "ln1", lambda _site, value: value) for x in inputs]
    else:
        normed = [shared] * 3
    w_qkv = w["attn.c_attn.weight"].reshape(D, 3, H, K)
    b_qkv = w["attn.c_attn.bias"].reshape(3, H, K)
    q, k, v = (hook(f"attn.hook_{branch}", torch.einsum("thd,dhk->thk", normed[i], w_qkv[:, i]) + b_qkv[i])
               for i, branch in enumerate("qkv"))
    future = torch.arange(T)[None, :] > torch.arange(T)[:, None]  # [query, key]
    scores = (torch.einsum("qhk,shk->hqs", q, k) / math.sqrt(K)).masked_fill(future, MASKED)
    pattern = hook("attn.hook_pattern", hook("attn.hook_attn_scores", scores).softmax(-1))
    z = hook("attn.hook_z", torch.einsum("hqs,shk->qhk", pattern, v))
    result = hook("attn.hook_result", torch.einsum("thk,hkd->thd", z, w["attn.c_proj.weight"].reshape(H, K, D)))
    return result.sum(1) + w["attn.c_proj.bias"]


def _norm(x, w, weight_name, config, site, hook):
    centred = x - x.mean(-1, keepdim=True)
    scale = hook(f"{site}.hook_scale", ((centred**2).mean(-1, keepdim=True) + config.layer_norm_epsilon).sqrt())
    normalized = hook(f"{site}.hook_normalized", centred / scale)
    return normalized * w[f"{weight_name}.weight"] + w[f"{weight_name}.bias"]
