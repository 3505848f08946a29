"""Write the shipped folder (f16 weights, config, tokenizer, loci.json) and read it back as f32."""
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import GPT2Config, GPT2LMHeadModel

from facts import all_facts
from train import RUNS
import tokenizer as atlas_tokenizer

OUT = Path(__file__).parents[2] / "public" / "models" / "atlas"

CONFIG = {
    "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new",
    "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0, "bos_token_id": 0, "eos_token_id": 0,
    "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "n_ctx": 64, "n_embd": 128, "n_head": 4, "n_inner": None,
    "n_layer": 6, "n_positions": 64, "reorder_and_upcast_attn": False, "scale_attn_by_inverse_layer_idx": False,
    "scale_attn_weights": True, "tie_word_embeddings": True, "torch_dtype": "float16", "use_cache": True,
}
SIGMA_RULE = (
    "ROME's collect_embedding_std: the subject text of every fact in facts.json (repeats counted), each encoded alone "
    "without BOS; rows of wte (f16 upcast to f32) concatenated; flat standard deviation with n - 1. "
    "'s3' noise is 3 x this value."
)


def load_shipped(folder=OUT):
    """(model in f32, Tokenizer) from the shipped files: every reported number comes from these."""
    config = GPT2Config(**json.loads((folder / "config.json").read_text()), attn_implementation="eager")
    model = GPT2LMHeadModel(config)
    weights = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert missing == ["lm_head.weight"] and not unexpected
    model.tie_weights()
    return model.eval().requires_grad_(False), Tokenizer.from_file(str(folder / "tokenizer.json"))


def sigma(model, tok):
    """Flat std of the embedding rows of all subjects: (value, number of subjects)."""
    subjects = [f.subject for f in all_facts()]
    ids = [i for s in subjects for i in tok.encode(s).ids]
    return model.transformer.wte.weight[torch.tensor(ids)].std().item(), len(subjects)


def export(state):
    """state: the trainer's state dict (f32); the tied head is left out, as save_pretrained does."""
    OUT.mkdir(parents=True, exist_ok=True)
    tensors = {k: v.half().contiguous() for k, v in state.items() if k != "lm_head.weight"}
    save_file(tensors, OUT / "model.safetensors", metadata={"format": "pt"})
    (OUT / "model.safetensors").chmod(0o644)
    vocab_size = state["transformer.wte.weight"].shape[0]
    (OUT / "config.json").write_text(json.dumps({**CONFIG, "vocab_size": vocab_size}, indent=1) + "\n")
    atlas_tokenizer.save(atlas_tokenizer.build(), OUT)
    value, subjects = sigma(*load_shipped())
    loci = {
        "version": 1, "id": "atlas", "title": "Atlas", "license": "MIT", "bos": True, "bosToken": atlas_tokenizer.BOS,
        "sigma": {"value": value, "rule": SIGMA_RULE, "subjects": subjects},
        "facts": "facts.json", "examples": "examples.json", "card": "README.md",
    }
    (OUT / "loci.json").write_text(json.dumps(loci, indent=1) + "\n")


if __name__ == "__main__":
    export(torch.load(RUNS / "checkpoint.pt")["model"])
