"""Three tiny GPT-2 checkpoints with seeded random weights, in Hugging Face layout.

They are small, but each has something that a loader or a kernel can get wrong:
tiny-a is float16 with the default MLP width; tiny-b has sizes that are no multiple of 4 and its own MLP width;
tiny-c has one layer, one head, an unusual layer-norm epsilon, and tensor names without the `transformer.` prefix
beside an `attn.bias` causal-mask buffer, as the published gpt2 file has.
"""

import os
from dataclasses import dataclass

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.utils import logging

logging.disable_progress_bar()


@dataclass(frozen=True)
class Tiny:
    name: str
    seed: int
    dtype: torch.dtype
    bare_names: bool  # tensor names as in the published gpt2 file
    sizes: dict  # GPT2Config fields


TINY_MODELS = [
    Tiny("tiny-a", 101, torch.float16, False,
         dict(n_layer=2, n_embd=48, n_head=3, n_inner=None, vocab_size=97, n_positions=16)),
    Tiny("tiny-b", 202, torch.float32, False,
         dict(n_layer=3, n_embd=35, n_head=5, n_inner=61, vocab_size=131, n_positions=12)),
    Tiny("tiny-c", 303, torch.float32, True,
         dict(n_layer=1, n_embd=8, n_head=1, n_inner=20, vocab_size=29, n_positions=24, layer_norm_epsilon=1e-3)),
]


def write_checkpoint(tiny, folder):
    """Writes config.json and model.safetensors into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    config = GPT2Config(bos_token_id=0, eos_token_id=0, **tiny.sizes)
    model = GPT2LMHeadModel(config)
    generator = torch.Generator().manual_seed(tiny.seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            mean, std = _spread(name, config)
            parameter.copy_(mean + std * torch.randn(parameter.shape, generator=generator))
    model.to(tiny.dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink()
    if tiny.bare_names:
        save_file(_published_names(model, config), folder / "model.safetensors", {"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)


def _spread(name, config):
    """Mean and standard deviation of one parameter: activations near 1, attention scores with a spread near 2."""
    width = config.n_embd
    inner = config.n_inner or 4 * width
    if name.endswith("wte.weight"):
        return 0.1, 0.5
    if name.endswith("wpe.weight"):
        return 0.0, 0.25
    if ".ln_" in name and name.endswith("weight"):
        return 1.0, 0.2
    if name.endswith("bias"):
        return 0.05, 0.2
    scale = {"attn.c_attn": 1.4 / width**0.5, "attn.c_proj": 1.0 / width**0.5,
             "mlp.c_fc": 1.2 / width**0.5, "mlp.c_proj": 1.5 / inner**0.5}
    return 0.0, scale[".".join(name.split(".")[-3:-1])]


def _published_names(model, config):
    tensors = {name.removeprefix("transformer."): tensor.contiguous().clone()
               for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    size = config.n_positions
    for layer in range(config.n_layer):
        tensors[f"h.{layer}.attn.bias"] = torch.ones(size, size).tril()[None, None]
    return tensors


def load_model(folder, dtype=torch.float32):
    """The checkpoint as shipped, upcast to `dtype`, with eager attention and no dropout."""
    model, report = GPT2LMHeadModel.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    if report["missing_keys"]:
        raise ValueError(f"Expected every weight in {folder}, missing {sorted(report['missing_keys'])}")
    return model.to(dtype).eval()
