"""Published tokenizers in front of tiny seeded weights, and what transformers makes of texts.

    python reference/published/make.py FOLDER [NAME...]

FOLDER as sources.py has it; with names only those models are made, the others stay as they are. Writes models.json: per model its
config (the published one of reference/families/configs.json, made smaller), the tensors that transformers saves with mean and spread
of their seeded values, and per text the token ids and some logits of the last position, in float64. `src/load/testing/published.ts`
makes the same weights.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers.core_model_loading import revert_weight_conversion

from sources import tokenizer_of

HERE = Path(__file__).parent
CONFIGS = json.loads((HERE / "../families/configs.json").read_text())["models"]
IDS = json.loads((HERE / "texts.json").read_text())

# Attention and mixtures of experts as they are written, not fused.
EAGER = {"attn_implementation": "eager", "experts_implementation": "eager"}
# Of texts.json. A large vocabulary gets the shortest two: the reference takes its time for its logits.
TEXTS = [0, 9, 3]
LARGE = 100_000


@dataclass(frozen=True)
class Published:
    name: str  # as on the hub, and as in configs.json
    tokenizer: str  # by its name in sources.py
    smaller: dict = field(default_factory=dict)


MODELS = [
    Published("openai-community/gpt2", "gpt2", dict(n_embd=48)),
    Published("roneneldan/TinyStories-33M", "gpt2", dict(hidden_size=64)),
    Published("EleutherAI/gpt-j-6b", "gpt2", dict(n_embd=96, n_layer=2, rotary_dim=4)),
    Published("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "llama2",
              dict(hidden_size=128, intermediate_size=96, num_hidden_layers=2)),
    Published("mistralai/Mistral-Nemo-Base-2407", "mistral_nemo",
              dict(hidden_size=40, head_dim=6, intermediate_size=48, num_hidden_layers=2)),
    Published("Qwen/Qwen2.5-0.5B", "qwen2_5",
              dict(hidden_size=56, intermediate_size=64, num_hidden_layers=2)),
    Published("Qwen/Qwen3-0.6B", "qwen3",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("mistralai/Mixtral-8x7B-v0.1", "llama2",
              dict(hidden_size=64, intermediate_size=24, num_hidden_layers=2)),
    Published("Qwen/Qwen3-30B-A3B", "qwen3",
              dict(hidden_size=32, head_dim=6, intermediate_size=48, moe_intermediate_size=10, num_hidden_layers=1)),
    Published("allenai/OLMoE-1B-7B-0924", "olmo",
              dict(hidden_size=64, intermediate_size=12, num_hidden_layers=1)),
    Published("google/gemma-2b", "gemma",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("google/gemma-2-2b", "gemma2",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("google/gemma-3-1b-pt", "gemma3",
              dict(hidden_size=32, head_dim=10, intermediate_size=48, num_hidden_layers=7)),
    Published("allenai/OLMo-1B-hf", "olmo", dict(hidden_size=64, intermediate_size=48, num_hidden_layers=2)),
    Published("allenai/OLMo-2-0425-1B", "olmo2", dict(hidden_size=64, intermediate_size=48, num_hidden_layers=2)),
    Published("allenai/Olmo-3-1025-7B", "olmo2",
              dict(hidden_size=64, num_attention_heads=8, num_key_value_heads=8, intermediate_size=48, num_hidden_layers=4,
                   layer_types=["sliding_attention"] * 3 + ["full_attention"])),
    Published("microsoft/Phi-3-mini-4k-instruct", "phi3.gguf",
              dict(hidden_size=64, num_attention_heads=8, num_key_value_heads=8, intermediate_size=48, num_hidden_layers=2)),
    Published("tiiuae/falcon-7b", "falcon.gguf",
              dict(hidden_size=60, num_attention_heads=5, ffn_hidden_size=48, num_hidden_layers=2)),
    Published("EleutherAI/pythia-70m", "pythia",
              dict(hidden_size=32, num_attention_heads=4, intermediate_size=48, num_hidden_layers=2)),
    Published("stabilityai/stablelm-3b-4e1t", "pythia",
              dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=4, intermediate_size=48, num_hidden_layers=2)),
    Published("microsoft/phi-2", "phi",
              dict(hidden_size=40, num_attention_heads=4, num_key_value_heads=4, intermediate_size=48, num_hidden_layers=2)),
    Published("facebook/opt-125m", "opt",
              dict(hidden_size=48, word_embed_proj_dim=48, ffn_dim=48, num_hidden_layers=2)),
    Published("ibm-granite/granite-3.1-2b-base", "granite",
              dict(hidden_size=32, num_attention_heads=16, num_key_value_heads=4, intermediate_size=48, num_hidden_layers=2)),
    Published("HuggingFaceTB/SmolLM3-3B", "llama3",
              dict(hidden_size=16, num_attention_heads=8, num_key_value_heads=2, intermediate_size=48, num_hidden_layers=4,
                   layer_types=["full_attention"] * 4, no_rope_layers=[1, 1, 1, 0])),
    Published("CohereForAI/aya-23-8B", "command_r_plus",
              dict(hidden_size=16, num_attention_heads=8, num_key_value_heads=2, intermediate_size=48, num_hidden_layers=2)),
    Published("CohereForAI/c4ai-command-r7b-12-2024", "command_r_plus",
              dict(hidden_size=16, num_attention_heads=8, num_key_value_heads=2, head_dim=2, intermediate_size=48,
                   num_hidden_layers=4)),
    Published("openai/gpt-oss-20b", "gptoss",
              dict(hidden_size=16, head_dim=4, num_attention_heads=16, num_key_value_heads=2, intermediate_size=16, num_local_experts=8,
                   num_hidden_layers=2, layer_types=["sliding_attention", "full_attention"])),
    Published("sentence-transformers/all-MiniLM-L6-v2", "minilm",
              dict(hidden_size=48, intermediate_size=48, num_hidden_layers=2)),
    Published("distilbert/distilbert-base-uncased", "minilm", dict(dim=48, hidden_dim=48, n_layers=2)),
    Published("FacebookAI/roberta-base", "roberta", dict(hidden_size=48, intermediate_size=48, num_hidden_layers=2)),
]
LLAMA = dict(model_type="llama", architectures=["LlamaForCausalLM"], bos_token_id=1, eos_token_id=2, hidden_act="silu",
             max_position_embeddings=2048, num_attention_heads=32, num_key_value_heads=4, rms_norm_eps=1e-5, rope_theta=10000.0,
             tie_word_embeddings=False, vocab_size=32000)
NEMO = dict(model_type="mistral", architectures=["MistralForCausalLM"], bos_token_id=1, eos_token_id=2, hidden_act="silu",
            max_position_embeddings=131072, num_attention_heads=32, num_key_value_heads=8, rms_norm_eps=1e-5,
            rope_theta=1000000.0, sliding_window=None, tie_word_embeddings=False, vocab_size=131072)
STABLELM = dict(model_type="stablelm", architectures=["StableLmForCausalLM"], bos_token_id=0, eos_token_id=0, hidden_act="silu",
                layer_norm_eps=1e-5, max_position_embeddings=4096, num_attention_heads=32, num_key_value_heads=32,
                partial_rotary_factor=0.25, rope_theta=10000, tie_word_embeddings=False, use_qkv_bias=False, vocab_size=50304)
OWN = {"stabilityai/stablelm-3b-4e1t": STABLELM, "TinyLlama/TinyLlama-1.1B-Chat-v1.0": LLAMA, "mistralai/Mistral-Nemo-Base-2407": NEMO}


def main(folder, names):
    path = HERE / "models.json"
    kept = json.loads(path.read_text()) if names else {"models": {}}
    made = {published.name: describe(published, folder) for published in MODELS if not names or published.name in names}
    models = {published.name: made.get(published.name) or kept["models"][published.name] for published in MODELS}
    text = json.dumps({"transformers": transformers.__version__, "models": models}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text.replace('{"tokenizer"', '\n{"tokenizer"') + "\n")


def describe(published, folder):
    config = {**(OWN.get(published.name) or CONFIGS[published.name]), **published.smaller}
    fields = {key: value for key, value in config.items() if key != "model_type"}
    parsed = transformers.AutoConfig.for_model(config["model_type"], **json.loads(json.dumps(fields)))
    kind = {"BertModel": "BertForMaskedLM"}.get(config["architectures"][0], config["architectures"][0])
    config["architectures"] = [kind]
    model = getattr(transformers, kind)._from_config(parsed, **EAGER).eval()
    kept = {}
    state = model.state_dict()
    has_experts = hasattr(parsed, "num_experts_per_tok")
    if has_experts:  # saved one by one, while the model holds them in one tensor
        state = revert_weight_conversion(model, state)
    # Tied tensors are saved once.
    seen = set()
    for name, tensor in state.items():
        if tensor.data_ptr() in seen or not tensor.is_floating_point():
            continue
        seen.add(tensor.data_ptr())
        mean, spread = distribution(name, tensor, config)
        kept[name] = [list(tensor.shape), mean, spread]
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(values(name, tensor.shape, mean, spread)))
    if has_experts:
        model = reloaded(type(model), parsed, state)
    model.double()
    rows = config["vocab_size"]
    some = TEXTS[:2] if rows > LARGE else TEXTS
    results = [result(model, ids) for ids in encoded(published.tokenizer, folder, some)]
    print(published.name, sum(np.prod(shape) for shape, _, _ in kept.values()), "weights")
    return {"tokenizer": published.tokenizer, "config": config, "tensors": kept, "results": results}


def reloaded(kind, config, state):
    """A model with these tensors, named as save_pretrained writes them."""
    with TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, f"{folder}/model.safetensors", {"format": "pt"})
        return kind.from_pretrained(folder, dtype=torch.float32, **EAGER).eval()


def encoded(name, folder, some):
    """Of each text the ids with what stands around them."""
    tokenizer = tokenizer_of(name, folder)
    before, after = IDS["ids"][name]["before"], IDS["ids"][name]["after"]
    return [before + tokenizer.encode(IDS["texts"][i], add_special_tokens=False).ids + after for i in some]


def distribution(name, tensor, config):
    """Mean and spread of uniform values: streams near 1, scores with a spread near 1."""
    if tensor.dim() == 1:
        is_norm = name.endswith("weight")
        shifted = config["model_type"].startswith("gemma")
        return (1.0 if is_norm and not shifted else 0.0), 0.5
    if "embed" in name or "wte" in name or "wpe" in name:
        return 0.0, 2.0
    width = config.get("hidden_size") or config.get("dim") or config["n_embd"]
    return 0.0, 5 / width**0.5


def values(name, shape, mean, spread):
    """mean + spread * (a hash of tensor name and index, uniform in [-0.5, 0.5)), float32."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = np.arange(int(np.prod(shape)), dtype=np.uint32) + np.uint32(seed)
    x ^= x >> 16
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> 13
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> 16
    uniform = (x >> 8).astype(np.float64) / 2**24 - 0.5
    return (mean + spread * uniform).astype(np.float32).reshape(shape)


def result(model, ids):
    """The ids, and of the last position [id, logit]: the likeliest and a few others."""
    rows = model.config.vocab_size
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    some = [*logits.topk(3).indices.tolist(), *(k * 7919 % rows for k in range(1, 6))]
    return {"ids": ids, "logits": [[i, round(logits[i].item(), 6)] for i in some]}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
