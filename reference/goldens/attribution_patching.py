"""What TransformerLens's `attribution_patch` says about every node: the estimate by gradient of patching it.

Needs `pip install transformer-lens`, which making the other goldens does not. Writes attribution_patching.json: per
checkpoint the two prompts, answer and distractor, and the scores of head outputs [L,T,H] and MLP outputs [L,T]. The
metric is the logit difference at the last position; the gradient is that of the corrupted run.

    python reference/goldens/attribution_patching.py
"""

from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.tools.analysis.attribution_patching import attribution_patch

from check_transformer_lens_families import with_tokenizer
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/attribution_patching.py"
MODELS = ("tiny-a", "tiny-llama")
CLEAN, CORRUPTED = [3, 14, 15, 9, 26], [3, 14, 20, 9, 26]
ANSWER, DISTRACTOR = 5, 7


def scored(folder):
    with with_tokenizer(folder) as copy:
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float64, device="cpu")
    bridge.enable_compatibility_mode(no_processing=True)
    bridge.eval()
    metric = lambda logits: logits[0, -1, ANSWER] - logits[0, -1, DISTRACTOR]
    result = attribution_patch(bridge, torch.tensor([CLEAN]), torch.tensor([CORRUPTED]), metric)
    layers, heads = bridge.cfg.n_layers, bridge.cfg.n_heads
    z = [[[0.0] * heads for _ in CLEAN] for _ in range(layers)]
    mlp = [[0.0] * len(CLEAN) for _ in range(layers)]
    for node, score in result.node_scores.items():
        if node.kind == "attn_head_out":
            z[node.layer][node.position][node.head] = score
        if node.kind == "mlp_out":
            mlp[node.layer][node.position] = score
    return {"clean": CLEAN, "corrupted": CORRUPTED, "answer": ANSWER, "distractor": DISTRACTOR,
            "attn_head_out_by_pos": z, "mlp_out": mlp}


def main():
    found = {name: scored(HERE / name) for name in MODELS}
    write_json(HERE / "attribution_patching.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(),
        "checkpoints": found})


if __name__ == "__main__":
    main()
