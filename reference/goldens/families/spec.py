"""What a checkpoint's architecture is: the choices of its forward pass, and the names of its Hugging Face modules.

One function per family turns a Hugging Face config into a `Spec`. The fields are those of src/model/spec.ts, written
here a second time on purpose: the two must not share a mistake.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Experts:
    """A router weighs `count` gated MLPs by a softmax; the `active` of largest weight are computed."""

    count: int
    active: int
    width: int
    renormalised: bool  # the chosen weights are divided by their sum
    layers: tuple  # per layer, whether it has experts
    clamp: float | None = None  # gate and linear part are within it, and the latter gets 1 added
    stacked: bool = False  # matrices [X,in,out], gate and linear part in turns, with biases


@dataclass(frozen=True)
class Spec:
    layers: int
    heads: int
    kv_heads: int
    width: int
    d_head: int
    mlp_width: int  # 0: attention-only blocks
    vocabulary: int
    positions: int
    eps: float
    modules: dict  # our name -> Hugging Face module path, "{l}" the layer; see names below
    norm: str = "layer"  # or "rms"
    shift: int = 0  # added to a norm's weight
    placement: str = "pre"  # pre, sandwich, branch-end, post, none
    parallel: bool = False
    causal: bool = True
    scale: float = 1.0
    softcap: float | None = None
    windows: tuple = ()  # one per layer, None sees all
    qk_norm: str = "none"  # none, head, full
    clip: float | None = None  # queries, keys and values are within it
    act: str = "gelu"
    gated: bool = False
    embed_scale: float = 1.0
    embed_module_scales: bool = True  # the module puts out scaled rows
    resid_scale: float = 1.0  # on what attention and MLP add to the stream
    logit_scale: float = 1.0
    learned_positions: bool = False
    position_offset: int = 0
    padding: int | None = None  # a token that takes no position, so that no prompt has it
    token_types: bool = False
    embed_norm: bool = False
    final_norm: bool = True
    head: str = "lm"  # lm, mlm, classes, none
    head_act: str = "gelu"  # of an mlm or classes head
    classes: int = 0  # of a classes head
    logit_softcap: float | None = None
    pairs: str = "halves"  # of rotary columns, or neighbours
    turns: tuple | None = None  # by layer, whether queries and keys turn; None: all
    rotary_buffer: str | None = None  # of a block: sines and cosines [positions, dims], where no module makes them
    fused_qkv: str | None = None  # one module: "heads" keeps each key-value head's rows together, "branches" does not
    experts: Experts | None = None
    sinks: bool = False  # each head has one more score, whose share goes to no key

    def has_experts(self, layer):
        return self.experts is not None and self.experts.layers[layer]

    def layers_of(self, role):
        """The layers that have a module of this role; [None] for one outside the layers."""
        if "{l}" not in self.modules[role]:
            return [None]
        if role in ("mlp.router", "mlp.experts"):
            return [layer for layer in range(self.layers) if self.has_experts(layer)]
        if role in ("mlp.gate", "mlp.in", "mlp.out"):
            return [layer for layer in range(self.layers) if not self.has_experts(layer)]
        return list(range(self.layers))


def spec_of(config):
    """The spec of a Hugging Face config."""
    return FAMILIES[config.model_type](config)


def _llama(c):
    """Llama, and what differs from it in a few choices only."""
    root, block = "model.", "model.layers.{l}."
    K = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    return Spec(
        layers=c.num_hidden_layers, heads=c.num_attention_heads, kv_heads=c.num_key_value_heads, width=c.hidden_size,
        d_head=K, mlp_width=c.intermediate_size, vocabulary=c.vocab_size, positions=c.max_position_embeddings,
        eps=getattr(c, "rms_norm_eps", 1e-5), norm="rms", scale=K**-0.5, windows=_windows(c), gated=True,
        act=getattr(c, "hidden_act", None) or c.hidden_activation,
        modules={
            "embed": f"{root}embed_tokens", "block": block[:-1], "attn": f"{block}self_attn",
            "ln1": f"{block}input_layernorm", "ln2": f"{block}post_attention_layernorm",
            "attn.q": f"{block}self_attn.q_proj", "attn.k": f"{block}self_attn.k_proj",
            "attn.v": f"{block}self_attn.v_proj", "attn.o": f"{block}self_attn.o_proj",
            "mlp.gate": f"{block}mlp.gate_proj", "mlp.in": f"{block}mlp.up_proj", "mlp.out": f"{block}mlp.down_proj",
            "ln_final": f"{root}norm", "unembed": "lm_head", "rotary": f"{root}rotary_emb"})


def _windows(c):
    """Sliding windows per layer, from `layer_types` or, without it, one for all layers."""
    window = getattr(c, "sliding_window", None)
    types = getattr(c, "layer_types", None)
    if types is None:
        return (window,) * c.num_hidden_layers
    return tuple(window if kind == "sliding_attention" else None for kind in types)


def _mixtral(c):
    experts = Experts(c.num_local_experts, c.num_experts_per_tok, c.intermediate_size, True,
                      (True,) * c.num_hidden_layers)
    return _with_experts(_llama(c), experts)


def _with_experts(spec, experts):
    mlp = "model.layers.{l}.mlp"
    return replace(spec, experts=experts, modules=spec.modules | {
        "mlp": mlp, "mlp.router": f"{mlp}.gate", "mlp.experts": f"{mlp}.experts"})


def _qwen3_moe(c):
    layers = tuple(layer not in c.mlp_only_layers and (layer + 1) % c.decoder_sparse_step == 0
                   for layer in range(c.num_hidden_layers))
    return _with_experts(_qwen3(c), Experts(
        c.num_experts, c.num_experts_per_tok, c.moe_intermediate_size, c.norm_topk_prob, layers))


def _olmoe(c):
    spec = _llama(c)
    experts = Experts(c.num_experts, c.num_experts_per_tok, c.intermediate_size, c.norm_topk_prob,
                      (True,) * c.num_hidden_layers)
    return _with_experts(replace(spec, qk_norm="full", modules=spec.modules | _qk_norms()), experts)


def _gpt_oss(c):
    experts = Experts(c.num_local_experts, c.num_experts_per_tok, c.intermediate_size, True,
                      (True,) * c.num_hidden_layers, c.swiglu_limit, True)
    spec = _with_experts(replace(_llama(c), sinks=True, act="quick_gelu"), experts)
    return replace(spec, modules=spec.modules | {"mlp.router": "model.layers.{l}.mlp.router"})


def _qwen3(c):
    spec = _llama(c)
    return replace(spec, qk_norm="head", modules=spec.modules | _qk_norms())


def _qk_norms():
    return {f"attn.{x}_norm": f"model.layers.{{l}}.self_attn.{x}_norm" for x in "qk"}


def _gemma(c):
    return replace(_llama(c), shift=1, embed_scale=c.hidden_size**0.5)


def _gemma2(c):
    spec = _gemma(c)
    block = "model.layers.{l}."
    return replace(
        spec, placement="sandwich", scale=c.query_pre_attn_scalar**-0.5, softcap=c.attn_logit_softcapping,
        logit_softcap=c.final_logit_softcapping,
        modules=spec.modules | {"ln1_post": f"{block}post_attention_layernorm",
                                "ln2": f"{block}pre_feedforward_layernorm",
                                "ln2_post": f"{block}post_feedforward_layernorm"})


def _gemma3(c):
    spec = _gemma2(c)
    return replace(spec, qk_norm="head", softcap=None, modules=spec.modules | _qk_norms())


def _granite(c):
    return replace(_llama(c), scale=c.attention_multiplier, embed_scale=c.embedding_multiplier,
                   embed_module_scales=False, resid_scale=c.residual_multiplier, logit_scale=1 / c.logits_scaling)


def _smollm3(c):
    return replace(_llama(c), turns=tuple(turns == 1 for turns in c.no_rope_layers))


def _cohere(c):
    """One norm before both branches; a block of Cohere 2 turns if it has a window."""
    spec = _llama(c)
    return replace(spec, eps=c.layer_norm_eps, norm="layer", parallel=True, pairs="neighbours", logit_scale=c.logit_scale,
                   turns=tuple(map(bool, spec.windows)) if c.model_type == "cohere2" else None,
                   modules=spec.modules | {"ln2": "model.layers.{l}.input_layernorm"})


def _gptj(c):
    root, block = "transformer.", "transformer.h.{l}."
    K = c.n_embd // c.n_head
    return Spec(
        layers=c.n_layer, heads=c.n_head, kv_heads=c.n_head, width=c.n_embd, d_head=K, mlp_width=c.n_inner or 4 * c.n_embd,
        vocabulary=c.vocab_size, positions=c.n_positions, eps=c.layer_norm_epsilon, parallel=True, scale=K**-0.5,
        windows=(None,) * c.n_layer, act=c.activation_function, pairs="neighbours", rotary_buffer="attn.embed_positions",
        modules={
            "embed": f"{root}wte", "block": block[:-1], "attn": f"{block}attn", "ln1": f"{block}ln_1",
            "ln2": f"{block}ln_1", "attn.q": f"{block}attn.q_proj", "attn.k": f"{block}attn.k_proj",
            "attn.v": f"{block}attn.v_proj", "attn.o": f"{block}attn.out_proj",
            "mlp.in": f"{block}mlp.fc_in", "mlp.out": f"{block}mlp.fc_out",
            "ln_final": f"{root}ln_f", "unembed": "lm_head"})


def _olmo(c):
    return replace(_llama(c), norm="layer", clip=c.clip_qkv)


def _olmo2(c):
    spec = _llama(c)
    block = "model.layers.{l}."
    return replace(spec, placement="branch-end", qk_norm="full",
                   modules=spec.modules | _qk_norms() | {"ln1": f"{block}post_attention_layernorm",
                                                         "ln2": f"{block}post_feedforward_layernorm"})


def _phi3(c):
    """Llama with its queries, keys and values in one module, and its gate and input of the MLP in another."""
    spec = _llama(c)
    block = "model.layers.{l}."
    apart = ("attn.q", "attn.k", "attn.v", "mlp.gate", "mlp.in")
    modules = {role: path for role, path in spec.modules.items() if role not in apart}
    return replace(spec, fused_qkv="branches",
                   modules=modules | {"attn.qkv": f"{block}self_attn.qkv_proj",
                                      "mlp.gate_in": f"{block}mlp.gate_up_proj"})


def _stablelm(c):
    spec = _llama(c)
    ln2 = {"ln2": spec.modules["ln1"]} if c.use_parallel_residual else {}
    return replace(spec, norm="layer", eps=c.layer_norm_eps, parallel=c.use_parallel_residual,
                   modules=spec.modules | ln2)


def _falcon(c):
    root, block = "transformer.", "transformer.h.{l}."
    H, K = c.num_attention_heads, c.hidden_size // c.num_attention_heads
    if c.new_decoder_architecture:
        parallel, G = True, c.num_kv_heads
        norms = ("input_layernorm",) * 2 if c.num_ln_in_parallel_attn == 1 else ("ln_attn", "ln_mlp")
    else:
        parallel, G = c.parallel_attn, 1 if c.multi_query else H
        norms = ("input_layernorm", "input_layernorm" if parallel else "post_attention_layernorm")
    return Spec(
        layers=c.num_hidden_layers, heads=H, kv_heads=G, width=c.hidden_size, d_head=K, mlp_width=c.ffn_hidden_size,
        vocabulary=c.vocab_size, positions=c.max_position_embeddings, eps=c.layer_norm_epsilon, parallel=parallel,
        scale=K**-0.5, windows=(None,) * c.num_hidden_layers, act=c.activation, fused_qkv="heads",
        modules={
            "embed": f"{root}word_embeddings", "block": block[:-1], "attn": f"{block}self_attention",
            "ln1": f"{block}{norms[0]}", "ln2": f"{block}{norms[1]}",
            "attn.qkv": f"{block}self_attention.query_key_value", "attn.o": f"{block}self_attention.dense",
            "mlp.in": f"{block}mlp.dense_h_to_4h", "mlp.out": f"{block}mlp.dense_4h_to_h",
            "ln_final": f"{root}ln_f", "unembed": "lm_head", "rotary": f"{root}rotary_emb"})


def _gpt_neox(c):
    root, block = "gpt_neox.", "gpt_neox.layers.{l}."
    K = c.hidden_size // c.num_attention_heads
    return Spec(
        layers=c.num_hidden_layers, heads=c.num_attention_heads, kv_heads=c.num_attention_heads, width=c.hidden_size,
        d_head=K, mlp_width=c.intermediate_size, vocabulary=c.vocab_size, positions=c.max_position_embeddings,
        eps=c.layer_norm_eps, parallel=c.use_parallel_residual, scale=K**-0.5,
        windows=(None,) * c.num_hidden_layers, act=c.hidden_act, fused_qkv="heads",
        modules={
            "embed": f"{root}embed_in", "block": block[:-1], "attn": f"{block}attention",
            "ln1": f"{block}input_layernorm", "ln2": f"{block}post_attention_layernorm",
            "attn.qkv": f"{block}attention.query_key_value", "attn.o": f"{block}attention.dense",
            "mlp.in": f"{block}mlp.dense_h_to_4h", "mlp.out": f"{block}mlp.dense_4h_to_h",
            "ln_final": f"{root}final_layer_norm", "unembed": "lm_head", "rotary": f"{root}rotary_emb"})


def _gpt_neo(c):
    root, block = "transformer.", "transformer.h.{l}."
    attention = f"{block}attn.attention"
    return Spec(
        layers=c.num_layers, heads=c.num_heads, kv_heads=c.num_heads, width=c.hidden_size,
        d_head=c.hidden_size // c.num_heads, mlp_width=c.intermediate_size or 4 * c.hidden_size,
        vocabulary=c.vocab_size, positions=c.max_position_embeddings, eps=c.layer_norm_epsilon, scale=1.0,
        windows=tuple(c.window_size if kind == "local" else None for kind in c.attention_layers),
        act=c.activation_function, learned_positions=True,
        modules={
            "embed": f"{root}wte", "pos_embed": f"{root}wpe", "block": block[:-1], "attn": attention,
            "ln1": f"{block}ln_1", "ln2": f"{block}ln_2", "attn.q": f"{attention}.q_proj",
            "attn.k": f"{attention}.k_proj", "attn.v": f"{attention}.v_proj", "attn.o": f"{attention}.out_proj",
            "mlp.in": f"{block}mlp.c_fc", "mlp.out": f"{block}mlp.c_proj",
            "ln_final": f"{root}ln_f", "unembed": "lm_head"})


def _opt(c):
    root, block = "model.decoder.", "model.decoder.layers.{l}."
    K = c.hidden_size // c.num_attention_heads
    return Spec(
        layers=c.num_hidden_layers, heads=c.num_attention_heads, kv_heads=c.num_attention_heads, width=c.hidden_size,
        d_head=K, mlp_width=c.ffn_dim, vocabulary=c.vocab_size, positions=c.max_position_embeddings, eps=1e-5,
        scale=K**-0.5, windows=(None,) * c.num_hidden_layers, act=c.activation_function,
        learned_positions=True, position_offset=2,
        modules={
            "embed": f"{root}embed_tokens", "pos_embed": f"{root}embed_positions", "block": block[:-1],
            "attn": f"{block}self_attn", "ln1": f"{block}self_attn_layer_norm", "ln2": f"{block}final_layer_norm",
            "attn.q": f"{block}self_attn.q_proj", "attn.k": f"{block}self_attn.k_proj",
            "attn.v": f"{block}self_attn.v_proj", "attn.o": f"{block}self_attn.out_proj",
            "mlp.in": f"{block}fc1", "mlp.out": f"{block}fc2",
            "ln_final": f"{root}final_layer_norm", "unembed": "lm_head"})


def _phi(c):
    root, block = "model.", "model.layers.{l}."
    K = c.hidden_size // c.num_attention_heads
    return Spec(
        layers=c.num_hidden_layers, heads=c.num_attention_heads, kv_heads=c.num_key_value_heads, width=c.hidden_size,
        d_head=K, mlp_width=c.intermediate_size, vocabulary=c.vocab_size, positions=c.max_position_embeddings,
        eps=c.layer_norm_eps, parallel=True, scale=K**-0.5, windows=(None,) * c.num_hidden_layers, act=c.hidden_act,
        modules={
            "embed": f"{root}embed_tokens", "block": block[:-1], "attn": f"{block}self_attn",
            "ln1": f"{block}input_layernorm", "ln2": f"{block}input_layernorm",
            "attn.q": f"{block}self_attn.q_proj", "attn.k": f"{block}self_attn.k_proj",
            "attn.v": f"{block}self_attn.v_proj", "attn.o": f"{block}self_attn.dense",
            "mlp.in": f"{block}mlp.fc1", "mlp.out": f"{block}mlp.fc2",
            "ln_final": f"{root}final_layernorm", "unembed": "lm_head", "rotary": f"{root}rotary_emb"})


def _head_of(c):
    """Which head a BERT-like class of transformers has."""
    kind = c.architectures[0]
    return "mlm" if kind.endswith("ForMaskedLM") else "classes" if kind.endswith("ForSequenceClassification") else "none"


def _bert(c):
    kind = _head_of(c)
    root = "" if kind == "none" else "bert."
    block = f"{root}encoder.layer.{{l}}."
    K = c.hidden_size // c.num_attention_heads
    heads = {"mlm": {"mlm_head": "cls.predictions.transform.dense", "unembed": "cls.predictions.decoder",
                     "mlm_head.ln": "cls.predictions.transform.LayerNorm"},
             "classes": {"pooler": "bert.pooler.dense", "unembed": "classifier"}, "none": {}}
    return Spec(
        layers=c.num_hidden_layers, heads=c.num_attention_heads, kv_heads=c.num_attention_heads, width=c.hidden_size,
        d_head=K, mlp_width=c.intermediate_size, vocabulary=c.vocab_size, positions=c.max_position_embeddings,
        eps=c.layer_norm_eps, placement="post", causal=False, scale=K**-0.5, windows=(None,) * c.num_hidden_layers,
        act=c.hidden_act, learned_positions=True, token_types=True, embed_norm=True, final_norm=False,
        head=kind, head_act="tanh" if kind == "classes" else c.hidden_act, classes=c.num_labels,
        modules={
            "embed": f"{root}embeddings.word_embeddings", "pos_embed": f"{root}embeddings.position_embeddings",
            "token_type": f"{root}embeddings.token_type_embeddings", "embed.ln": f"{root}embeddings.LayerNorm",
            "block": block[:-1], "attn": f"{block}attention.self",
            "attn.q": f"{block}attention.self.query", "attn.k": f"{block}attention.self.key",
            "attn.v": f"{block}attention.self.value", "attn.o": f"{block}attention.output.dense",
            "ln1": f"{block}attention.output.LayerNorm", "mlp.in": f"{block}intermediate.dense",
            "mlp.out": f"{block}output.dense", "ln2": f"{block}output.LayerNorm"} | heads[kind])


def _roberta(c):
    """BERT's blocks under another prefix; the heads' activations are in their code."""
    spec = _bert(c)
    heads = {"mlm": {"mlm_head": "lm_head.dense", "mlm_head.ln": "lm_head.layer_norm", "unembed": "lm_head.decoder"},
             "classes": {"pooler": "classifier.dense", "unembed": "classifier.out_proj"}, "none": {}}
    body = {role: path.replace("bert.", "roberta.", 1) for role, path in spec.modules.items()
            if role not in ("mlm_head", "mlm_head.ln", "pooler", "unembed")}
    offset = c.pad_token_id + 1
    return replace(spec, modules=body | heads[spec.head], head_act="tanh" if spec.head == "classes" else "gelu",
                   position_offset=offset, padding=c.pad_token_id, positions=c.max_position_embeddings - offset)


def _distilbert(c):
    root, block, kind = "distilbert.", "distilbert.transformer.layer.{l}.", _head_of(c)
    heads = {"mlm": {"mlm_head": "vocab_transform", "mlm_head.ln": "vocab_layer_norm", "unembed": "vocab_projector"},
             "classes": {"pooler": "pre_classifier", "unembed": "classifier"}}
    K = c.dim // c.n_heads
    return Spec(
        layers=c.n_layers, heads=c.n_heads, kv_heads=c.n_heads, width=c.dim, d_head=K, mlp_width=c.hidden_dim,
        vocabulary=c.vocab_size, positions=c.max_position_embeddings, eps=1e-12, placement="post", causal=False,
        scale=K**-0.5, windows=(None,) * c.n_layers, act=c.activation, learned_positions=True, embed_norm=True,
        final_norm=False, head=kind, head_act="relu" if kind == "classes" else c.activation, classes=c.num_labels,
        modules={
            "embed": f"{root}embeddings.word_embeddings", "pos_embed": f"{root}embeddings.position_embeddings",
            "embed.ln": f"{root}embeddings.LayerNorm", "block": block[:-1], "attn": f"{block}attention",
            "attn.q": f"{block}attention.q_lin", "attn.k": f"{block}attention.k_lin",
            "attn.v": f"{block}attention.v_lin", "attn.o": f"{block}attention.out_lin",
            "ln1": f"{block}sa_layer_norm", "mlp.in": f"{block}ffn.lin1", "mlp.out": f"{block}ffn.lin2",
            "ln2": f"{block}output_layer_norm"} | heads[kind])


FAMILIES = {
    "llama": _llama, "granite": _granite, "smollm3": _smollm3, "cohere": _cohere, "cohere2": _cohere, "gptj": _gptj,
    "mistral": _llama, "mixtral": _mixtral, "qwen2": _llama, "qwen3": _qwen3, "qwen3_moe": _qwen3_moe, "olmoe": _olmoe,
    "gpt_oss": _gpt_oss, "gemma": _gemma, "gemma2": _gemma2,
    "gemma3_text": _gemma3, "gpt_neox": _gpt_neox, "gpt_neo": _gpt_neo, "phi": _phi, "opt": _opt, "olmo": _olmo,
    "olmo2": _olmo2, "olmo3": _olmo2, "phi3": _phi3, "stablelm": _stablelm, "falcon": _falcon,
    "bert": _bert, "distilbert": _distilbert, "roberta": _roberta, "xlm-roberta": _roberta,
}
