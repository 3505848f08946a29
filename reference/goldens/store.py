"""Writing golden files so that the same numbers give the same bytes."""

import json
import struct
from pathlib import Path

import torch
import transformers
from safetensors.torch import save

COMMAND = "python reference/goldens/make.py"
HERE = Path(__file__).parent


def versions():
    return {"torch": torch.__version__, "transformers": transformers.__version__}


def write_tensors(path, tensors, model, kind, command=COMMAND):
    """Saves {name: tensor} with float32 or int32 values; `kind` becomes the metadata's `format`."""
    metadata = {"format": kind, "version": "1", "command": command, "model": model, **versions()}
    plain = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
    path.write_bytes(_with_sorted_metadata(save(plain, metadata)))


def _with_sorted_metadata(data):
    """safetensors writes metadata in hash order, which differs from run to run."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def write_json(path, value):
    """Two-space JSON, except that a list of plain numbers stays on one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_json(value, "") + "\n")


def _json(value, indent):
    inner = indent + "  "
    if isinstance(value, dict) and value:
        items = [f"{inner}{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(inner + _json(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False)
