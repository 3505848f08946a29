"""Tiny GGUF files, written with the `gguf` package as llama.cpp's converter lays them out, and their numbers.

Beside `gguf/<name>.gguf` lie `<name>.safetensors` with "tokens", "logits" (Hugging Face's model with the weights that
the file holds, dequantised), "logits_original" (before quantisation) and "weights/<Hugging Face name>" (float32,
dequantised; Llama's rows in Hugging Face's order, the others as the file has them), and `<name>.json` with texts and their token ids.

What differs from a Hugging Face checkpoint: names; the rows of attn_q and attn_k of Llama, permuted so that rotary
pairs are neighbours (Qwen2's are not); Llama 3's frequency scaling as a tensor `rope_freqs.weight` of divisors; GPT-2's
matrices, transposed; GPT-NeoX's queries, keys and values, all heads' queries first; Gemma's norms, which hold 1 + weight.
Names and layout: llama.cpp's convert_hf_to_gguf.py and gguf-py.
"""

from dataclasses import dataclass, field
from importlib.metadata import version

import checkpoints  # first, because it keeps the hub off line
import gguf
import numpy as np
import torch
import transformers
from gguf.quants import dequantize, quantize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from families.checkpoints import randomise
from store import COMMAND, HERE, write_json, write_tensors

TYPE = gguf.GGMLQuantizationType
TEXTS = ["the cat in the hat", "  Then he sat, and 1234 cats ate\n\nthe  thin tin.",
         "na\u00efve \u65e5\u672c \U0001f408",
         "<|begin|>the end<|end|>", "don't we'LL"]
MERGES = ["\u0120 t", "h e", "\u0120t he", "i n", "a t", "\u0120 a", "n d", "\u0120a nd", "\u0120 h", "\u0120h e",
          "1 2", "3 4", "12 34", "c at", "\u010a \u010a", "' t", "' L", "'L L"]
SPECIAL = ["<|begin|>", "<|end|>"]
# Which text goes to one BPE pass, as llama.cpp names it (`tokenizer.ggml.pre`).
LLAMA3_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                  r"|\s*[\r\n]+|\s+(?!\S)|\s+")
TENSORS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
           "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
           "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
           "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
           "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
           "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
           "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output", "mlp.dense_h_to_4h": "ffn_up",
           "mlp.dense_4h_to_h": "ffn_down"}
SANDWICH = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
            "post_feedforward_layernorm": "post_ffw_norm"}
OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
         "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
         "gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm"}
# llama.cpp's names of architectures that it calls otherwise.
ARCHITECTURES = {"gpt_neox": "gptneox", "gemma3_text": "gemma3"}


@dataclass(frozen=True)
class Tiny:
    name: str
    seed: int
    pre: str  # tokenizer.ggml.pre
    types: dict  # ending of a GGUF name -> type; vectors are always F32
    config: dict
    permuted: bool = False
    metadata: dict = field(default_factory=dict)  # keys of its own, below the architecture's


_SIZES = dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=2, intermediate_size=64, num_hidden_layers=2,
              vocab_size=256 + len(MERGES) + len(SPECIAL), max_position_embeddings=64, rms_norm_eps=1e-5)
TINY_GGUFS = [
    Tiny("tiny-llama", 2001, "gpt-2", {"": TYPE.Q8_0},
         {"model_type": "llama", **_SIZES, "rope_theta": 10000.0, "tie_word_embeddings": True}, permuted=True),
    Tiny("tiny-llama3", 2002, "llama-bpe",
         {"attn_q.weight": TYPE.Q4_0, "attn_k.weight": TYPE.Q5_1, "attn_v.weight": TYPE.Q4_1,
          "ffn_up.weight": TYPE.Q5_0, "ffn_down.weight": TYPE.BF16,
          "token_embd.weight": TYPE.F16, "output.weight": TYPE.F32, "": TYPE.Q8_0},
         {"model_type": "llama", **_SIZES, "tie_word_embeddings": False, "rope_theta": 100.0,
          "rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 0.25, "high_freq_factor": 1.0,
                           "original_max_position_embeddings": 8}}, permuted=True),
    Tiny("tiny-qwen2", 2003, "qwen2", {"": TYPE.Q8_0},
         {"model_type": "qwen2", **_SIZES, "rope_theta": 10000.0, "tie_word_embeddings": True,
          "use_sliding_window": False}),
    # 4 heads of 16 columns in a width of 32; a window that the text exceeds.
    Tiny("tiny-gemma", 2004, "gpt-2", {"": TYPE.Q8_0},
         {"model_type": "gemma", **_SIZES, "head_dim": 16, "num_key_value_heads": 1, "rope_theta": 10000.0}),
    Tiny("tiny-gemma2", 2005, "gpt-2", {"attn_output.weight": TYPE.F16, "": TYPE.Q8_0},
         {"model_type": "gemma2", **_SIZES, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 4,
          "attn_logit_softcapping": 20.0, "final_logit_softcapping": 10.0, "rope_theta": 10000.0},
         metadata={"attn_logit_softcapping": 20.0, "final_logit_softcapping": 10.0, "attention.sliding_window": 4}),
    Tiny("tiny-gemma3", 2006, "gpt-2", {"attn_output.weight": TYPE.F16, "": TYPE.Q8_0},
         {"model_type": "gemma3_text", **_SIZES, "num_hidden_layers": 7, "head_dim": 16, "query_pre_attn_scalar": 16,
          "sliding_window": 4, "rope_theta": 1000.0, "rope_local_base_freq": 10000.0},
         metadata={"attention.sliding_window": 4}),
    Tiny("tiny-gpt2", 2007, "gpt-2", {"": TYPE.Q8_0},
         {"model_type": "gpt2", "n_embd": 32, "n_head": 4, "n_inner": 64, "n_layer": 2, "n_positions": 64,
          "vocab_size": _SIZES["vocab_size"]}),
    Tiny("tiny-gpt_neox", 2008, "olmo", {"": TYPE.Q8_0},
         {"model_type": "gpt_neox", **_SIZES, "hidden_act": "gelu", "rotary_pct": 0.25, "use_parallel_residual": True,
          "layer_norm_eps": 1e-5, "tie_word_embeddings": False},
         metadata={"use_parallel_residual": True, "rope.dimension_count": 2}),
]


def write_ggufs():
    for tiny in TINY_GGUFS:
        _write_gguf(tiny)


def _write_gguf(tiny):
    config = transformers.AutoConfig.for_model(**tiny.config, bos_token_id=_SIZES["vocab_size"] - 2,
                                               eos_token_id=_SIZES["vocab_size"] - 1)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    if tiny.config["model_type"] == "gpt2":
        _randomise_gpt2(model, tiny.seed)
    else:
        randomise(model, tiny.seed)
    path = HERE / "gguf" / f"{tiny.name}.gguf"
    kind = tiny.config["model_type"]
    writer = gguf.GGUFWriter(path, ARCHITECTURES.get(kind, kind))
    _write_metadata(writer, tiny, config)
    tokenizer = _tokenizer(tiny.pre)
    _write_vocabulary(writer, tiny, tokenizer, config)

    state = {name: tensor for name, tensor in model.state_dict().items()
             if not (name == "lm_head.weight" and config.tie_word_embeddings) and tensor.is_floating_point()}
    if "rope_scaling" in tiny.config:
        writer.add_tensor("rope_freqs.weight", _rope_factors(model))
    restored, held = {}, {}
    for name, tensor in state.items():
        theirs = _gguf_name(tiny, name)
        value = tensor.numpy()
        to_file, from_file = _layout(tiny, config, name)
        stored = np.ascontiguousarray(to_file(value))
        kind = TYPE.F32 if value.ndim == 1 else next(
            kind for ending, kind in tiny.types.items() if theirs.endswith(ending))
        raw = quantize(stored, kind)
        writer.add_tensor(theirs, raw, raw_dtype=kind)
        back = dequantize(raw, kind).reshape(stored.shape)
        restored[name] = torch.from_numpy(np.ascontiguousarray(from_file(back)).copy())
        held[name] = restored[name] if tiny.permuted else torch.from_numpy(back.copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    ids = tokenizer.encode(TEXTS[0]).ids
    tokens = torch.tensor([config.bos_token_id, *ids])
    with torch.no_grad():
        original = model(tokens[None]).logits[0]
        model.load_state_dict(restored, strict=False)
        logits = model(tokens[None]).logits[0]
    tensors = {"tokens": tokens.int(), "logits": logits, "logits_original": original,
               **{f"weights/{name}": value for name, value in held.items()}}
    write_tensors(HERE / "gguf" / f"{tiny.name}.safetensors", tensors, tiny.name, "loci-golden-gguf")
    encodings = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
    write_json(HERE / "gguf" / f"{tiny.name}.json", {"version": 1, "command": COMMAND, "gguf": version("gguf"),
                                                     "bos": config.bos_token_id, "encodings": encodings})
    _check_against_hugging_face(tiny, tokens, logits)
    change = (logits - original).abs().max()
    print(f"gguf/{tiny.name}: {path.stat().st_size} bytes, quantisation changes a logit by {change:.2g}")


def _randomise_gpt2(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            mean, std = checkpoints._spread(name, model.config)
            parameter.copy_(mean + std * torch.randn(parameter.shape, generator=generator))


def _check_against_hugging_face(tiny, tokens, logits):
    """Hugging Face's own GGUF reader must give the same logits, where it reads the file: it does not know
    `rope_freqs.weight`, GPT-NeoX, the first Gemma, what Gemma 2 and 3 scale scores by, and n_inner of GPT-2."""
    if "rope_scaling" in tiny.config or tiny.config["model_type"] not in ("llama", "qwen2"):
        return
    model = transformers.AutoModelForCausalLM.from_pretrained(
        HERE / "gguf", gguf_file=f"{tiny.name}.gguf", dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        error = (model(tokens[None]).logits[0] - logits).abs().max().item()
    if error > 1e-5:
        raise ValueError(f"Expected {tiny.name}.gguf as Hugging Face reads it to agree, found {error:.1e}")


def _write_metadata(writer, tiny, config):
    K = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    kind = tiny.config["model_type"]
    writer.add_name(tiny.name)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(getattr(config, "intermediate_size", None) or config.n_inner)
    writer.add_head_count(config.num_attention_heads)
    if kind in ("gpt2", "gpt_neox"):
        writer.add_layer_norm_eps(1e-5)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    # Gemma's and Gemma 2's files do not say.
    if kind in ("llama", "qwen2", "gemma3_text"):
        writer.add_rope_freq_base(tiny.config["rope_theta"])
    if kind.startswith("gemma"):
        writer.add_key_length(K)
        writer.add_value_length(K)
    for key, value in tiny.metadata.items():
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32}[type(value)]
        add(f"{ARCHITECTURES.get(kind, kind)}.{key}", value)
    if kind == "llama":
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(K)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _write_vocabulary(writer, tiny, tokenizer, config):
    tokens = [tokenizer.id_to_token(i) for i in range(config.vocab_size)]
    kinds = [gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(tiny.pre)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    writer.add_add_bos_token(True)


def _tokenizer(pre):
    """Byte-level BPE with a handful of merges."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*alphabet, *(merge.replace(" ", "") for merge in MERGES)])}
    merges = [tuple(merge.split(" ")) for merge in MERGES]
    # As the published tokenizers: Llama 3 takes a whole word that is a token before it merges.
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=pre == "llama-bpe"))
    if pre == "olmo":
        tokenizer.normalizer = normalizers.NFC()
    if pre in ("gpt-2", "olmo"):
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    else:
        pattern = LLAMA3_PATTERN if pre == "llama-bpe" else LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def _gguf_name(tiny, name):
    module, kind = name.rsplit(".", 1)
    if module == "lm_head" or module in OUTER:
        return f"{OUTER[module]}.{kind}"
    _, _, layer, inside = module.split(".", 3)
    is_sandwich = tiny.config["model_type"] in ("gemma2", "gemma3_text")
    if tiny.config["model_type"] == "gpt_neox" and inside == "post_attention_layernorm":
        inside = "ln_2"
    return f"blk.{layer}.{({**TENSORS, **SANDWICH} if is_sandwich else TENSORS)[inside]}.{kind}"


def _layout(tiny, config, name):
    """How a tensor goes to the file, and back."""
    kind = tiny.config["model_type"]
    module = name.split(".")[-2]
    if tiny.permuted and module in ("q_proj", "k_proj"):
        heads = config.num_attention_heads if module == "q_proj" else config.num_key_value_heads
        return lambda rows: _permute(rows, heads), lambda rows: _unpermute(rows, heads)
    if kind.startswith("gemma") and name.endswith("norm.weight"):
        return lambda weight: weight + np.float32(1), lambda weight: weight - np.float32(1)
    if kind == "gpt2" and module in ("c_attn", "c_proj", "c_fc") and name.endswith("weight"):
        return lambda matrix: matrix.T, lambda matrix: matrix.T
    if module == "query_key_value":
        heads = config.num_attention_heads
        return (lambda rows: rows.reshape(heads, 3, -1, *rows.shape[1:]).swapaxes(0, 1).reshape(rows.shape),
                lambda rows: rows.reshape(3, heads, -1, *rows.shape[1:]).swapaxes(0, 1).reshape(rows.shape))
    return lambda same: same, lambda same: same


def _permute(rows, heads):
    """Rows [heads, 2, K/2] to [heads, K/2, 2]: rotary pairs become neighbours."""
    return rows.reshape(heads, 2, -1, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def _unpermute(rows, heads):
    return rows.reshape(heads, -1, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def _rope_factors(model):
    """What each unscaled frequency is divided by."""
    rotary = model.model.rotary_emb
    plain, _ = rotary.compute_default_rope_parameters(model.config)
    return (plain / rotary.inv_freq).numpy().astype(np.float32)
