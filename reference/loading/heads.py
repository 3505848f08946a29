"""Tiny checkpoints whose unembedding is not what the config says or not the usual one, and the logits of transformers.

    python reference/loading/heads.py      writes heads/ beside this file
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForCausalLM, BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel)

HERE = Path(__file__).parent / "heads"
TOKENS = [5, 1, 8, 3, 11]


def write(name, model, kind, change=None):
    folder = HERE / name
    torch.manual_seed(3)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    tensors = load_file(folder / "model.safetensors")
    if change:
        change(tensors)
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    model = kind.from_pretrained(folder).eval()
    logits = model(torch.tensor([TOKENS])).logits[0].tolist()
    (folder / "logits.json").write_text(json.dumps({"tokens": TOKENS, "logits": logits}) + "\n")


def second_matrix(tensors):
    tensors["lm_head.weight"] = torch.randn(tensors["transformer.wte.weight"].shape, generator=torch.Generator().manual_seed(5))


def other_name(tensors):
    tensors["lm_head.weight"] = tensors.pop("transformer.wte.weight")


def second_bias(tensors):
    tensors["cls.predictions.bias"] = torch.full_like(tensors["cls.predictions.decoder.bias"], 9.0)


def main():
    gpt2 = GPT2Config(vocab_size=13, n_positions=6, n_embd=8, n_layer=1, n_head=2)
    bert = BertConfig(vocab_size=13, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12,
                      max_position_embeddings=6, tie_word_embeddings=False, architectures=["BertForMaskedLM"])
    write("tied-with-two-matrices", GPT2LMHeadModel(gpt2), AutoModelForCausalLM, second_matrix)
    write("tied-under-the-other-name", GPT2LMHeadModel(gpt2), AutoModelForCausalLM, other_name)
    write("bert-with-a-decoder-of-its-own", BertForMaskedLM(bert), BertForMaskedLM, second_bias)


if __name__ == "__main__":
    main()
