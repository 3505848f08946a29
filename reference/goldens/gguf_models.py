"""Tiny GGUF files, written with the `gguf` package as llama.cpp's converter lays them out, and their numbers.

Beside `gguf/<name>.gguf` lie `<name>.safetensors` with "tokens", "logits" (Hugging Face's model with the weights that
the file holds, dequantised), "logits_original" (before quantisation) and "weights/<Hugging Face name>" (float32,
dequantised, rows in Hugging Face's order), and `<name>.json` with texts and their token ids.

What differs from a Hugging Face checkpoint: names; the rows of attn_q and attn_k of Llama, permuted so that rotary
pairs are neighbours (Qwen2's are not); Llama 3's frequency scaling as a tensor `rope_freqs.weight` of divisors.
Names and layout: llama.cpp's convert_hf_to_gguf.py and gguf-py.
"""

from dataclasses import dataclass
from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import gguf
import numpy as np
import torch
import transformers
from gguf.quants import dequantize, quantize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

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
           "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}


@dataclass(frozen=True)
class Tiny:
    name: str
    seed: int
    pre: str  # tokenizer.ggml.pre
    types: dict  # ending of a GGUF name -> type; vectors are always F32
    config: dict
    permuted: bool = True


_SIZES = dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=2, intermediate_size=64, num_hidden_layers=2,
              vocab_size=256 + len(MERGES) + len(SPECIAL), max_position_embeddings=64, rms_norm_eps=1e-5)
TINY_GGUFS = [
    Tiny("tiny-llama", 2001, "gpt-2", {"": TYPE.Q8_0},
         {"model_type": "llama", **_SIZES, "rope_theta": 10000.0, "tie_word_embeddings": True}),
    Tiny("tiny-llama3", 2002, "llama-bpe",
         {"attn_q.weight": TYPE.Q4_0, "attn_k.weight": TYPE.Q5_1, "attn_v.weight": TYPE.Q4_1,
          "ffn_up.weight": TYPE.Q5_0, "ffn_down.weight": TYPE.BF16,
          "token_embd.weight": TYPE.F16, "output.weight": TYPE.F32, "": TYPE.Q8_0},
         {"model_type": "llama", **_SIZES, "tie_word_embeddings": False, "rope_theta": 100.0,
          "rope_scaling": {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 0.25, "high_freq_factor": 1.0,
                           "original_max_position_embeddings": 8}}),
    Tiny("tiny-qwen2", 2003, "qwen2", {"": TYPE.Q8_0},
         {"model_type": "qwen2", **_SIZES, "rope_theta": 10000.0, "tie_word_embeddings": True,
          "use_sliding_window": False}, permuted=False),
]


def write_ggufs():
    for tiny in TINY_GGUFS:
        _write_gguf(tiny)


def _write_gguf(tiny):
    config = transformers.AutoConfig.for_model(**tiny.config, bos_token_id=_SIZES["vocab_size"] - 2,
                                               eos_token_id=_SIZES["vocab_size"] - 1)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32)
    randomise(model, tiny.seed)
    path = HERE / "gguf" / f"{tiny.name}.gguf"
    writer = gguf.GGUFWriter(path, tiny.config["model_type"])
    _write_metadata(writer, tiny, config)
    tokenizer = _tokenizer(tiny.pre)
    _write_vocabulary(writer, tiny, tokenizer, config)

    state = {name: tensor for name, tensor in model.state_dict().items()
             if not (name == "lm_head.weight" and config.tie_word_embeddings)}
    if "rope_scaling" in tiny.config:
        writer.add_tensor("rope_freqs.weight", _rope_factors(model))
    restored = {}
    for name, tensor in state.items():
        theirs = _gguf_name(name)
        value = tensor.numpy()
        heads = _heads_to_permute(tiny, config, name)
        stored = value if heads is None else _permute(value, heads)
        kind = TYPE.F32 if value.ndim == 1 else next(
            kind for ending, kind in tiny.types.items() if theirs.endswith(ending))
        raw = quantize(stored, kind)
        writer.add_tensor(theirs, raw, raw_dtype=kind)
        back = dequantize(raw, kind).reshape(value.shape)
        restored[name] = torch.from_numpy((back if heads is None else _unpermute(back, heads)).copy())
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
               **{f"weights/{name}": value for name, value in restored.items()}}
    write_tensors(HERE / "gguf" / f"{tiny.name}.safetensors", tensors, tiny.name, "loci-golden-gguf")
    encodings = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
    write_json(HERE / "gguf" / f"{tiny.name}.json", {"version": 1, "command": COMMAND, "gguf": version("gguf"),
                                                     "bos": config.bos_token_id, "encodings": encodings})
    _check_against_hugging_face(tiny, tokens, logits)
    change = (logits - original).abs().max()
    print(f"gguf/{tiny.name}: {path.stat().st_size} bytes, quantisation changes a logit by {change:.2g}")


def _check_against_hugging_face(tiny, tokens, logits):
    """Hugging Face's own GGUF reader must give the same logits. It does not know `rope_freqs.weight`."""
    if "rope_scaling" in tiny.config:
        return
    model = transformers.AutoModelForCausalLM.from_pretrained(
        HERE / "gguf", gguf_file=f"{tiny.name}.gguf", dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        error = (model(tokens[None]).logits[0] - logits).abs().max().item()
    if error > 1e-5:
        raise ValueError(f"Expected {tiny.name}.gguf as Hugging Face reads it to agree, found {error:.1e}")


def _write_metadata(writer, tiny, config):
    K = config.hidden_size // config.num_attention_heads
    writer.add_name(tiny.name)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(tiny.config["rope_theta"])
    if tiny.config["model_type"] == "llama":
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
    if pre == "gpt-2":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    else:
        pattern = LLAMA3_PATTERN if pre == "llama-bpe" else LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def _gguf_name(name):
    outer = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in outer:
        return outer[name]
    _, _, layer, rest = name.split(".", 3)
    module, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{TENSORS[module]}.{kind}"


def _heads_to_permute(tiny, config, name):
    if not tiny.permuted:
        return None
    return {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])


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
