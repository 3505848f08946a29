"""The files of a planted model, as any checkpoint has them."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save

ROOT = Path(__file__).parents[2]
MODELS, SETS = ROOT / "public" / "models", ROOT / "public" / "sets"
COMMAND = "python reference/planted/make.py"


def config_json(planted, bos=None, dtype="float16"):
    s = planted.sizes
    return {
        "model_type": "loci-planted", "n_layers": s.layers, "n_heads": s.heads, "d_model": planted.stream.width,
        "d_head": s.d_head, "d_mlp": s.d_mlp, "n_ctx": s.positions, "d_vocab": s.vocabulary, "act_fn": "relu",
        "normalization_type": None, "positional_embedding_type": "standard",
        "attention_dir": "causal" if s.causal else "bidirectional", "attn_scale": 1.0,
        **({"bos_token_id": bos} if bos is not None else {}), "torch_dtype": dtype}


def write_checkpoint(folder, planted, bos=None, dtype="float16"):
    """config.json and model.safetensors. Throws where a weight is not exact in `dtype`."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = {name: values.astype(dtype) for name, values in planted.tensors.items()}
    for name, values in planted.tensors.items():
        if not np.array_equal(stored[name].astype(np.float64), values):
            raise ValueError(f"Expected {name} of {folder.name} to be exact in {dtype}")
    write_json(folder / "config.json", config_json(planted, bos, dtype))
    (folder / "model.safetensors").write_bytes(save(stored))


def write_json(path, value):
    """One-space JSON; lists of plain values and rows of a set stay on one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_json(value, "", 0) + "\n", encoding="utf-8")


def _nested(items):
    return any(isinstance(item, (dict, list)) for item in items)


def _json(value, indent, depth):
    inner = indent + " "
    if isinstance(value, dict) and (_nested(value.values()) or depth == 0):
        items = [f"{inner}{json.dumps(key)}: {_json(item, inner, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and _nested(value):
        return "[\n" + ",\n".join(inner + _json(item, inner, depth + 1) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def sigma_card(planted, tokens, subjects):
    """loci.json's `sigma`: ROME's collect_embedding_std over one-token subjects."""
    rows = torch.from_numpy(planted.tensors["embed.weight"])[tokens].flatten()
    return {"value": rows.std(unbiased=True).item(),
            "rule": f"ROME's collect_embedding_std: the embedding rows of {subjects}, each one token, concatenated; flat "
                    "standard deviation with n - 1. 's3' noise is 3 x this value.", "subjects": len(tokens)}
