"""Small pytorch_model.bin files in every form that torch.save writes, and the same tensors as safetensors.

    python reference/loading/pickles.py      writes pickles/ beside this file; needs torch and safetensors
"""

import json
import warnings
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent / "pickles"
CONFIG = {"model_type": "gpt2", "n_layer": 1, "n_head": 2, "n_embd": 8, "n_positions": 6, "vocab_size": 11}
D, V, T = 8, 11, 6
SHAPES = {
    "wte.weight": (V, D), "wpe.weight": (T, D), "ln_f.weight": (D,), "ln_f.bias": (D,),
    "h.0.ln_1.weight": (D,), "h.0.ln_1.bias": (D,), "h.0.ln_2.weight": (D,), "h.0.ln_2.bias": (D,),
    "h.0.attn.c_attn.weight": (D, 3 * D), "h.0.attn.c_attn.bias": (3 * D,),
    "h.0.attn.c_proj.weight": (D, D), "h.0.attn.c_proj.bias": (D,),
    "h.0.mlp.c_fc.weight": (D, 4 * D), "h.0.mlp.c_fc.bias": (4 * D,),
    "h.0.mlp.c_proj.weight": (4 * D, D), "h.0.mlp.c_proj.bias": (D,),
}


def weights(dtype=torch.float32):
    g = torch.Generator().manual_seed(7)
    return OrderedDict((name, torch.randn(shape, generator=g).to(dtype)) for name, shape in SHAPES.items())


def transposed(state):
    """Matrices whose columns lie together, and vectors of which every second element counts."""
    def change(w):
        if w.dim() == 2:
            return w.t().contiguous().t()
        return torch.stack([w, torch.zeros_like(w)], 1).flatten()[::2]
    return OrderedDict((name, change(w)) for name, w in state.items())


def shared(state):
    """One storage for all tensors, and the embedding under two names."""
    whole = torch.cat([w.flatten() for w in state.values()])
    out, at = OrderedDict(), 0
    for name, w in state.items():
        out[name] = whole[at:at + w.numel()].view(w.shape)
        at += w.numel()
    out["lm_head.weight"] = out["wte.weight"]
    return out


def with_module_versions(state):
    """As Module.state_dict() has it: an attribute with versions, and buffers of whole numbers."""
    state = OrderedDict(state)
    state["h.0.attn.bias"] = torch.ones(1, 1, T, T, dtype=torch.bool).tril()
    state["h.0.attn.masked_bias"] = torch.tensor(-1e4)
    state._metadata = OrderedDict({"": {"version": 1}})
    return state


def main():
    HERE.mkdir(exist_ok=True)
    state = weights()
    torch.save(with_module_versions(state), HERE / "zip.bin")
    torch.save(with_module_versions(state), HERE / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save(transposed(state), HERE / "transposed.bin")
    torch.save(transposed(state), HERE / "legacy-transposed.bin", _use_new_zipfile_serialization=False)
    torch.save(shared(state), HERE / "shared.bin")
    torch.save(shared(state), HERE / "legacy-shared.bin", _use_new_zipfile_serialization=False)
    torch.save({name: torch.nn.Parameter(w) for name, w in state.items()}, HERE / "parameters.bin")
    torch.save(state, HERE / "protocol-4.bin", pickle_protocol=4)
    for name, dtype in (("f64", torch.float64), ("f16", torch.float16), ("bf16", torch.bfloat16)):
        torch.save(weights(dtype), HERE / f"{name}.bin")
        save_file({key: w.float() for key, w in weights(dtype).items()}, HERE / f"{name}.safetensors")
    save_file(dict(state), HERE / "f32.safetensors")
    halves = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
    items = list(state.items())
    where = {}
    for file, part in zip(halves, (items[:7], items[7:])):
        torch.save(OrderedDict(part), HERE / file)
        where.update({name: file for name, _ in part})
    (HERE / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": None, "weight_map": where}, indent=1))
    (HERE / "config.json").write_text(json.dumps(CONFIG, indent=1))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
