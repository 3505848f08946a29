"""Two checkpoints of the planted layout with seeded random weights, for what hand-set weights cannot show: an edit of any
site changes the logits. tiny-planted has MLPs; tiny-planted-attention is attention-only, every position sees every
other, and H K is not D.
"""

from math import sqrt

import numpy as np

from files import write_checkpoint
from goldens import write_edits, write_goldens
from store import HERE
from weights import Planted, Sizes, Stream

TINY = {
    "tiny-planted": (1103, 30, Sizes(layers=2, heads=3, d_head=10, d_mlp=44, positions=12, vocabulary=53)),
    "tiny-planted-attention":
        (1102, 26, Sizes(layers=3, heads=2, d_head=9, d_mlp=0, positions=12, vocabulary=31, causal=False)),
}


def write_tiny():
    for name, (seed, width, sizes) in TINY.items():
        model = randomised(Planted(Stream(all=width), sizes), seed)
        write_checkpoint(HERE / name, model, dtype="float32")
        random = np.random.RandomState(seed)
        prompts = {f"t{T}": random.randint(0, sizes.vocabulary, T).tolist() for T in (1, 5, sizes.positions)}
        write_goldens(name, model, prompts)
        write_edits(name, model, seed)


def randomised(model, seed):
    """Every tensor drawn anew, rounded to float32; activations near 1, scores with a spread near 2."""
    random = np.random.RandomState(seed)
    D, width, K = model.stream.width, model.sizes.heads * model.sizes.d_head, model.sizes.d_head
    query = 1.4 * K**-0.25 / sqrt(D)
    spread = {"embed": 0.6, "pos_embed": 0.3, "unembed": 0.5, "attn.q": query, "attn.k": query, "attn.v": 1.4 / sqrt(D),
              "attn.o": 1 / sqrt(width), "mlp.in": 1.2 / sqrt(D), "mlp.out": 1.5 / sqrt(model.sizes.d_mlp or 1)}
    for name, values in model.tensors.items():
        module, kind = name.rsplit(".", 1)
        scale = 0.2 if kind == "bias" else spread[module.split(".", 2)[-1] if module.startswith("blocks.") else module]
        values[...] = (scale * random.randn(*values.shape)).astype(np.float32)
    return model
