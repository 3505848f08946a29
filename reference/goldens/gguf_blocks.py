"""Golden dequantisation: random blocks of every GGUF type that can be read, and what the `gguf` package makes of them.

`gguf/blocks.safetensors` holds "{type}/raw" (U8, [blocks, bytes]) and "{type}/values" (F32, [blocks, elements]).
The bytes are random, except that every half-float scale is finite; the first blocks have scales at the edges.
"""

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGML_QUANT_SIZES
from gguf.quants import dequantize

from store import HERE, write_tensors

# Byte offsets of the half-float scales within a block, and how many blocks.
TYPES = {"Q8_0": ([0], 256), "Q4_0": ([0], 256), "Q4_1": ([0, 2], 256), "Q5_0": ([0], 256), "Q5_1": ([0, 2], 256),
         "Q4_K": ([0, 2], 96), "Q5_K": ([0, 2], 96), "Q6_K": ([208], 96)}
# Zero, minus zero, the smallest and largest subnormals, the smallest normal, one, the largest, and their negatives.
EDGES = np.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x83FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF], np.uint16)


def write_blocks():
    tensors = {}
    for i, (name, (offsets, count)) in enumerate(TYPES.items()):
        kind = GGMLQuantizationType[name]
        raw = np.random.RandomState(500 + i).randint(0, 256, (count, GGML_QUANT_SIZES[kind][1]), np.uint8)
        for j, offset in enumerate(offsets):
            scales = _finite(np.random.RandomState(600 + 10 * i + j), count, largest=4.0)
            scales[: len(EDGES)] = np.roll(EDGES, j)
            raw[:, offset : offset + 2] = scales[:, None].view(np.uint8)
        tensors |= _pair(name, raw, dequantize(raw, kind))
    halves = np.concatenate([EDGES, _finite(np.random.RandomState(700), 4096)])
    tensors |= _pair("F16", halves[:, None].view(np.uint8), halves[:, None].view(np.float16).astype(np.float32))
    brain = np.random.RandomState(701).randint(0, 2**16, 4096).astype(np.uint16)
    brain = np.concatenate([EDGES, brain[(brain & 0x7F80) != 0x7F80]])
    raw = brain[:, None].view(np.uint8)
    tensors |= _pair("BF16", raw, dequantize(raw, GGMLQuantizationType.BF16))
    write_tensors(HERE / "gguf" / "blocks.safetensors", tensors, "blocks", "loci-golden-gguf")


def _finite(random, count, largest=None):
    """Random bits of finite half floats; with `largest`, of that magnitude at most."""
    bits = random.randint(0, 2**16, 8 * count).astype(np.uint16)
    values = np.abs(bits.view(np.float16))
    kept = bits[np.isfinite(values) & (values <= (largest or np.inf))]
    return kept[:count].copy()


def _pair(name, raw, values):
    if not np.isfinite(values).all() or values.dtype != np.float32:
        raise ValueError(f"Expected finite float32 values of {name}, found {values.dtype}")
    return {f"{name}/raw": torch.from_numpy(raw.copy()), f"{name}/values": torch.from_numpy(values.copy())}
