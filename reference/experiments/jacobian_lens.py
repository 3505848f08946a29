"""A Jacobian lens in use: read through it, and edit along its vectors.

    python reference/experiments/jacobian_lens.py

The matrices are not fitted but made, J[l][i][j] = (i == j) + 2 sin(1 + 7 l + 3 i + 5 j) / D, rounded to float32, for
every layer but the last: use of a lens does not depend on where its numbers come from.

`readout`: TransformerLens's JacobianLens.readout at every layer and position [layer, pos]: likeliest token, p and rank
(0 = largest) of the answer. `vectors`: its lens_vectors of answer and distractor at layer 0 [2, D]. `edited`: the
logits of answer and distractor at the last position under its own hooks at layer 0, at the given positions:
`ablated` (ablation_hooks of the answer), `swapped` and `swappedTwice` (swap_hooks with alpha 1 and 2), and `steered`
(3 of the answer's unit vector added).
"""

from bridge import VERSION, open_bridge
from setup import PAIRS, header, write

import torch
from transformer_lens.tools.analysis import JacobianLens

MODELS = ("tiny-a", "tiny-llama")
LAYER = 0
POSITIONS = [3, 7]
LENGTH = 3.0


def matrix(layer, width):
    i = torch.arange(width, dtype=torch.float64)
    waves = torch.sin(1 + 7 * layer + 3 * i[:, None] + 5 * i[None, :])
    return (torch.eye(width, dtype=torch.float64) + 2 * waves / width).float()


def main():
    for name in MODELS:
        pair, bridge = PAIRS[name], open_bridge(name, raw=True)
        width, layers = bridge.cfg.d_model, range(bridge.cfg.n_layers - 1)
        lens = JacobianLens({layer: matrix(layer, width) for layer in layers}, n_prompts=1, d_model=width)
        tokens = torch.tensor([pair.clean])
        with torch.no_grad():
            write(name, "jacobian_lens.json", header(name, "jacobian_lens.py") | {
                "transformer_lens": VERSION, "layer": LAYER, "positions": POSITIONS, "length": LENGTH,
                "readout": readout(lens, bridge, tokens, pair),
                "vectors": lens.lens_vectors(bridge, [pair.answer, pair.distractor], LAYER),
                "edited": edited(lens, bridge, tokens, pair)})


def readout(lens, bridge, tokens, pair):
    read = lens.readout(bridge, tokens, return_full_logits=True)
    logits = torch.stack([read.lens_logits[layer] for layer in sorted(read.lens_logits)]).double()
    answer = logits[..., pair.answer]
    return {"layers": sorted(read.lens_logits), "top": logits.argmax(-1), "p": logits.softmax(-1)[..., pair.answer],
            "rank": (logits > answer[..., None]).sum(-1)}


def edited(lens, bridge, tokens, pair):
    where = {"positions": POSITIONS}
    swap = lambda alpha: lens.swap_hooks(bridge, pair.answer, pair.distractor, [LAYER], alpha=alpha, **where)
    unit = torch.nn.functional.normalize(lens.lens_vectors(bridge, pair.answer, LAYER)[0], dim=0)

    def steer(activation, hook):
        activation = activation.clone()
        activation[:, POSITIONS] += LENGTH * unit
        return activation

    hooks = {"ablated": lens.ablation_hooks(bridge, pair.answer, [LAYER], **where), "swapped": swap(1.0),
             "swappedTwice": swap(2.0), "steered": [(f"blocks.{LAYER}.hook_out", steer)]}
    both = [pair.answer, pair.distractor]
    return {key: bridge.run_with_hooks(tokens, fwd_hooks=own)[0, -1, both] for key, own in hooks.items()}


if __name__ == "__main__":
    main()
