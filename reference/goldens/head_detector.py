"""What TransformerLens's `detect_head` (error_measure "mul") says about every head, on random tokens that repeat.

Needs `pip install transformer-lens`, which making the other goldens does not. Writes head_detector.json: per checkpoint
the tokens and three scores [L][H]. The tokens are a first one (BOS, or 0 for checkpoints without a tokenizer), then N
different ones from numpy's `RandomState(seed)`, twice; `detect_head` wants fewer of them than the model has positions.

    python reference/goldens/head_detector.py
"""

from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import numpy
import torch
from transformer_lens.head_detector import HEAD_NAMES, detect_head
from transformer_lens.model_bridge import TransformerBridge

from check_transformer_lens_families import with_tokenizer
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/head_detector.py"
SEED = 1
MOST = 25
# Atlas's BOS; the others have none.
MODELS = {"atlas": (HERE.parent.parent / "public/models/atlas", 0), "tiny-a": (HERE / "tiny-a", 0),
          "tiny-llama": (HERE / "tiny-llama", 0)}


def repeated_tokens(first, vocabulary, positions):
    count = min(MOST, (positions - 2) // 2)
    random = numpy.random.RandomState(SEED)
    drawn = []
    while len(drawn) < count:
        token = int(random.random_sample() * vocabulary)
        if token != first and token not in drawn:
            drawn.append(token)
    return [first, *drawn, *drawn]


def detected(folder, first):
    with with_tokenizer(folder) as copy:
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float32, device="cpu")
    bridge.enable_compatibility_mode(no_processing=True)
    tokens = repeated_tokens(first, bridge.cfg.d_vocab, bridge.cfg.n_ctx)
    # The checkpoints have no tokenizer: the text stands for these tokens.
    bridge.to_tokens = lambda _: torch.tensor([tokens])
    _, cache = bridge.run_with_cache(torch.tensor([tokens]), prepend_bos=False, remove_batch_dim=True)
    scores = {name: detect_head(bridge, "", name, cache=cache).double().tolist() for name in HEAD_NAMES}
    return {"seed": SEED, "vocabulary": bridge.cfg.d_vocab, "positions": bridge.cfg.n_ctx, "tokens": tokens,
            "scores": scores}


def main():
    found = {name: detected(folder, first) for name, (folder, first) in MODELS.items()}
    write_json(HERE / "head_detector.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(),
        "checkpoints": found})


if __name__ == "__main__":
    main()
