"""A transformer of any of the families, written out plainly, with every hook site passed through a function that may
replace its value.

Independent of Hugging Face's forward pass: it needs the weights, the spec and the rotary tables. Letters: T tokens,
D model width, H heads, G key-value heads, K head width, M MLP width, V vocabulary. No batch axis.
"""

import math
from dataclasses import dataclass

import torch

from capture import MASKED, gelu_new
from families.spec import Spec

SPLIT_SITES = ("hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input")
ACTIVATIONS = {
    "gelu_new": gelu_new, "gelu_pytorch_tanh": gelu_new, "gelu_fast": gelu_new,
    "gelu": lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + torch.exp(-x)),
    "relu": lambda x: x.clamp(min=0),
}


@dataclass(frozen=True)
class Plain:
    """Weights by our own module names ("blocks.0.attn.q": (weight [out,in], bias or None))."""

    spec: Spec
    weights: dict
    rotary: list  # per layer (cos, sin) [positions, dims/2], None where it does not turn; or None

    def linear(self, name, x):
        weight, bias = self.weights[name]
        return x @ weight.T if bias is None else x @ weight.T + bias


def plain_model(model, spec, rotary):
    """Takes the weights out of a Hugging Face model."""
    weights = {}
    for role, path in spec.modules.items():
        if role in ("block", "attn", "rotary"):
            continue
        for layer in range(spec.layers) if "{l}" in path else [None]:
            module = model.get_submodule(path.format(l=layer))
            weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
            prefix = "" if layer is None else f"blocks.{layer}."
            if role == "attn.qkv":
                weights |= _unfused(prefix, weight, bias, spec)
            else:
                weights[prefix + role] = (weight, bias)
    return Plain(spec, weights, rotary)


def _unfused(prefix, weight, bias, spec):
    """GPT-NeoX's rows [head, q/k/v, K] as three modules."""
    H, K, D = spec.heads, spec.d_head, spec.width
    rows, numbers = weight.reshape(H, 3, K, D), bias.reshape(H, 3, K)
    return {f"{prefix}attn.{branch}": (rows[:, i].reshape(H * K, D), numbers[:, i].reshape(H * K))
            for i, branch in enumerate("qkv")}


@torch.no_grad()
def forward(model, tokens, hook, split_layers=frozenset()):
    """Logits [T,V], or the final stream [T,D] without a head. `hook(name, value) -> value` sees every site, in the
    order of computation.

    In `split_layers` queries, keys and values are computed per head from hook_{q,k,v}_input, each with its own norm;
    elsewhere they are computed from the unsplit stream, and those sites are only shown.
    """
    spec, T = model.spec, len(tokens)
    x = hook("hook_embed", model.weights["embed"][0][tokens] * spec.embed_scale)
    if spec.learned_positions:
        first = spec.position_offset
        x = x + hook("hook_pos_embed", model.weights["pos_embed"][0][first : first + T])
    if spec.token_types:
        x = x + hook("hook_token_type_embed", model.weights["token_type"][0][:1].expand(T, -1))
    if spec.embed_norm:
        x = _norm(model, "embed.ln", x, hook)
    for layer in range(spec.layers):
        x = _block(model, layer, x, hook, layer in split_layers)
    if spec.final_norm:
        x = _norm(model, "ln_final", x, hook)
    if spec.head == "none":
        return x
    if spec.head == "mlm":
        pre = hook("mlm_head.hook_pre", model.linear("mlm_head", x))
        x = _norm(model, "mlm_head.ln", hook("mlm_head.hook_post", ACTIVATIONS[spec.act](pre)), hook)
    logits = model.linear("unembed", hook("unembed.hook_in", x)) * spec.logit_scale
    if spec.logit_softcap is not None:
        logits = spec.logit_softcap * torch.tanh(logits / spec.logit_softcap)
    return hook("unembed.hook_out", logits)


def _block(model, layer, x, all_hooks, split):
    spec, prefix = model.spec, f"blocks.{layer}."
    hook = lambda site, value: all_hooks(prefix + site, value)
    norm = lambda name, value: _norm(model, prefix + name, value, all_hooks)
    x = hook("hook_resid_pre", x)
    attn = _attention(model, layer, x, all_hooks, split)
    if spec.placement == "sandwich":
        attn = norm("ln1_post", attn)
    if spec.placement == "branch-end":
        attn = norm("ln1", attn)
    attn_out = hook("hook_attn_out", attn)
    if spec.mlp_width == 0:
        return hook("hook_resid_post", x + attn_out)
    middle = x if spec.parallel else hook("hook_resid_mid", x + attn_out)
    if spec.placement == "post":
        middle = hook("hook_normalized_resid_mid", norm("ln1", middle))
    mlp_in = hook("hook_mlp_in", middle)
    if spec.placement in ("pre", "sandwich"):
        mlp_in = norm("ln2", mlp_in)
    mlp = _mlp(model, prefix, mlp_in, hook)
    if spec.placement == "sandwich":
        mlp = norm("ln2_post", mlp)
    if spec.placement == "branch-end":
        mlp = norm("ln2", mlp)
    mlp_out = hook("hook_mlp_out", mlp)
    x = hook("hook_resid_post", (x + attn_out if spec.parallel else middle) + mlp_out)
    return hook("hook_normalized_resid_post", norm("ln2", x)) if spec.placement == "post" else x


def _attention(model, layer, x, all_hooks, split):
    """resid_scale (z W_O + b_O) [T,D], before any norm that follows."""
    spec, prefix, T = model.spec, f"blocks.{layer}.", x.shape[0]
    H, G, K = spec.heads, spec.kv_heads, spec.d_head
    hook = lambda site, value: all_hooks(prefix + site, value)
    is_normed = spec.placement in ("pre", "sandwich")
    copies = x[:, None, :].repeat(1, H, 1)
    if H == G:
        copies = hook("hook_attn_in", copies)
    inputs = [hook(f"hook_{branch}_input", copies[:, :heads]) for branch, heads in zip("qkv", (H, G, G))]
    shared = _norm(model, prefix + "ln1", x, all_hooks) if is_normed else x

    def branch(name, given, heads):
        if not split:
            return model.linear(f"{prefix}attn.{name}", shared).reshape(T, heads, K)
        own = _norm(model, prefix + "ln1", given, lambda _site, value: value) if is_normed else given
        weight, bias = model.weights[f"{prefix}attn.{name}"]
        out = torch.einsum("thd,hkd->thk", own, weight.reshape(heads, K, -1))
        return out if bias is None else out + bias.reshape(heads, K)

    q, k, v = (hook(f"attn.hook_{name}", clipped(branch(name, given, heads), spec.clip))
               for name, given, heads in zip("qkv", inputs, (H, G, G)))
    q, k = (_qk_norm(model, f"{prefix}attn.{name}_norm", value, all_hooks) for name, value in (("q", q), ("k", k)))
    if model.rotary is not None and model.rotary[layer] is not None:
        q = hook("attn.hook_rot_q", _rotate(q, *model.rotary[layer], spec.pairs))
        k = hook("attn.hook_rot_k", _rotate(k, *model.rotary[layer], spec.pairs))
    of_query = torch.arange(H) * G // H  # each query head's key-value head
    scores = spec.scale * torch.einsum("qhk,shk->hqs", q, k[:, of_query])
    if spec.softcap is not None:
        scores = spec.softcap * torch.tanh(scores / spec.softcap)
    scores = hook("attn.hook_attn_scores", scores.masked_fill(_hidden(spec, layer, T), MASKED))
    pattern = hook("attn.hook_pattern", scores.softmax(-1))
    z = hook("attn.hook_z", torch.einsum("hqs,shk->qhk", pattern, v[:, of_query]))
    weight, bias = model.weights[f"{prefix}attn.o"]
    each = spec.resid_scale * torch.einsum("thk,dhk->thd", z, weight.reshape(-1, H, K))
    result = hook("attn.hook_result", each)
    return result.sum(1) if bias is None else result.sum(1) + spec.resid_scale * bias


def clipped(x, most):
    return x if most is None else x.clamp(-most, most)


def _hidden(spec, layer, T):
    """[query, key]: true where the query must not see the key."""
    distance = torch.arange(T)[:, None] - torch.arange(T)[None, :]
    hidden = (distance < 0) & spec.causal
    window = spec.windows[layer]
    return hidden if window is None else hidden | (distance >= window)


def _qk_norm(model, name, x, hook):
    """x [T,heads,K], normalised per head or over all heads at once."""
    if model.spec.qk_norm == "none":
        return x
    if model.spec.qk_norm == "head":
        return _norm(model, name, x, hook)
    return _norm(model, name, x.reshape(x.shape[0], -1), hook).reshape(x.shape)


def _rotate(x, cos, sin, pairs):
    """Pairs of the first `dims` columns turn, (i, i + dims/2) or neighbours (2i, 2i + 1); the others stay."""
    T, half = x.shape[0], cos.shape[-1]
    cos, sin = cos[:T, None], sin[:T, None]
    turning, rest = x[..., : 2 * half], x[..., 2 * half :]
    if pairs == "halves":
        first, second = turning[..., :half], turning[..., half:]
        return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], -1)
    first, second = turning[..., 0::2], turning[..., 1::2]
    turned = torch.stack([first * cos - second * sin, second * cos + first * sin], -1)
    return torch.cat([turned.reshape(turning.shape), rest], -1)


def _mlp(model, prefix, x, hook):
    act = ACTIVATIONS[model.spec.act]
    if model.spec.gated:
        gate = hook("mlp.hook_pre", model.linear(f"{prefix}mlp.gate", x))
        post = act(gate) * hook("mlp.hook_pre_linear", model.linear(f"{prefix}mlp.in", x))
    else:
        post = act(hook("mlp.hook_pre", model.linear(f"{prefix}mlp.in", x)))
    return model.spec.resid_scale * model.linear(f"{prefix}mlp.out", hook("mlp.hook_post", post))


def _norm(model, name, x, hook):
    """`hook_scale` is the divisor; `hook_normalized` comes before weight and bias."""
    if model.spec.norm == "layer":
        x = x - x.mean(-1, keepdim=True)
    scale = hook(f"{name}.hook_scale", ((x * x).mean(-1, keepdim=True) + model.spec.eps).sqrt())
    normalized = hook(f"{name}.hook_normalized", x / scale)
    weight, bias = model.weights[name]
    if weight is None:
        return normalized
    scaled = normalized * (weight + model.spec.shift)
    return scaled if bias is None else scaled + bias
