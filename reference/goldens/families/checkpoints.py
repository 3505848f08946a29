"""Tiny checkpoints of every family, with seeded random weights, in Hugging Face layout.

`config` is config.json as model hubs publish it; `saved` keeps the form that transformers 5 writes instead
(`rope_parameters`, `layer_types`, `dtype`), which some newer files have.
"""

import copy
import json
from dataclasses import dataclass

import checkpoints as gpt2  # noqa: F401  first, because it keeps the hub off line
import torch
import transformers
from torch.overrides import TorchFunctionMode

from families.spec import spec_of


# Attention and mixtures of experts as they are written, not fused.
EAGER = {"attn_implementation": "eager", "experts_implementation": "eager"}


@dataclass(frozen=True)
class Tiny:
    name: str
    seed: int
    config: dict
    dtype: str = "float32"
    saved: bool = False
    shard_bytes: int | None = None


def load_model(folder, dtype=torch.float32):
    """The checkpoint as shipped, upcast to `dtype`, with eager attention and no dropout."""
    config = transformers.AutoConfig.from_pretrained(folder)
    model, report = getattr(transformers, config.architectures[0]).from_pretrained(
        folder, config=config, dtype=torch.float32, **EAGER, output_loading_info=True)
    if report["missing_keys"]:
        raise ValueError(f"Expected every weight in {folder}, missing {sorted(report['missing_keys'])}")
    return (model if dtype == torch.float32 else _doubled(model)).eval()


class Float64(TorchFunctionMode):
    """Reads float32 as float64 wherever Hugging Face's code names it: norms, softmax, rotary tables."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.Tensor.float:
            return args[0].double()
        wide = lambda x: torch.float64 if x is torch.float32 else x
        return function(*map(wide, args), **{key: wide(x) for key, x in (kwargs or {}).items()})


def _doubled(model):
    """The same model, made anew in float64, so that its tables are float64 too; run it within `Float64()`."""
    torch.set_default_dtype(torch.float64)
    try:
        with Float64():
            wide = type(model)._from_config(model.config, **EAGER, dtype=torch.float64)
    finally:
        torch.set_default_dtype(torch.float32)
    wide.load_state_dict({name: tensor.double() for name, tensor in model.state_dict().items()})
    return wide


def write_checkpoint(tiny, folder):
    """Writes config.json and model.safetensors (or its shards) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    # transformers writes into what it is given.
    config = transformers.AutoConfig.for_model(**copy.deepcopy(tiny.config))
    model = getattr(transformers, tiny.config["architectures"][0])._from_config(config, **EAGER)
    randomise(model, tiny.seed)
    dtype = getattr(torch, tiny.dtype)
    model.to(dtype).save_pretrained(folder, **({"max_shard_size": tiny.shard_bytes} if tiny.shard_bytes else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)
    if not tiny.saved:
        published = tiny.config | {"torch_dtype": tiny.dtype}
        (folder / "config.json").write_text(json.dumps(published, indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def randomise(model, seed):
    """Draws every parameter anew, each with a spread that suits its place."""
    spec = spec_of(model.config)
    roles = {path.format(l=layer): role for role, path in spec.modules.items() for layer in spec.layers_of(role)}
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        module, kind = name.rsplit(".", 1)
        mean, std = _spread(roles.get(module, "other"), kind, spec)
        parameter.copy_(mean + std * torch.randn(parameter.shape, generator=generator))


def _spread(role, kind, spec):
    """Mean and standard deviation of one parameter: activations near 1, attention scores with a spread near 2."""
    if kind.endswith("bias"):
        return 0.05, 0.2
    if kind == "sinks":
        return 0.5, 1.0
    if role == "mlp.experts":
        return 0.0, {"gate_up_proj": 1.2 / spec.width**0.5, "down_proj": 1.5 / spec.experts.width**0.5}[kind]
    if role.split(".")[-1].startswith("ln") or role.endswith("_norm"):
        return 1.0 - spec.shift, 0.2
    D, M = spec.width, spec.mlp_width
    query = 1.4 * (spec.d_head * spec.scale**2) ** -0.25 / D**0.5
    return 0.0, {
        "embed": 0.5 / spec.embed_scale, "pos_embed": 0.25, "token_type": 0.3,
        "attn.q": query, "attn.k": query, "attn.v": 1.4 / D**0.5, "attn.qkv": query,
        "attn.o": (spec.heads * spec.d_head) ** -0.5, "mlp.gate": 1.2 / D**0.5, "mlp.in": 1.2 / D**0.5,
        "mlp.gate_in": 1.2 / D**0.5,
        "mlp.out": 1.5 / M**0.5, "mlp.router": 1.5 / D**0.5, "mlm_head": 1.2 / D**0.5, "pooler": 1.2 / D**0.5,
        "unembed": 0.5, "other": 0.3}[role]
