"""Architectures as transformers has them, for the tests of src/model.

published.json: parameter counts, tensor names and shapes of published configs, and rotary frequencies. Nothing is
downloaded: `configs.json` has the fields of the published config.json files that a model's arithmetic depends on, and
models are made without weights.

modules.json: for the tiny checkpoints of reference/goldens, which hook sites have the very values that a module of
transformers puts out; made after the goldens.

    python reference/families/make.py
"""

import json
import re
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers.core_model_loading import revert_weight_conversion
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

HERE = Path(__file__).parent


def describe(config):
    """What transformers makes of a config: saved form, parameters, tensors outside the blocks and of block 0."""
    fields = {key: value for key, value in config.items() if key != "model_type"}
    parsed = transformers.AutoConfig.for_model(config["model_type"], **json.loads(json.dumps(fields)))
    with torch.device("meta"):
        model = getattr(transformers, config["architectures"][0])(parsed)
    model.tie_weights()
    state = model.state_dict()
    if hasattr(parsed, "num_experts_per_tok"):  # save_pretrained writes experts one by one
        state = revert_weight_conversion(model, state)
    tensors = {name: list(tensor.shape) for name, tensor in state.items()}
    return {
        "config": config,
        # As save_pretrained writes it, in transformers 5's form.
        "saved": json.loads(parsed.to_json_string()),
        "parameters": sum(p.numel() for p in model.parameters()),
        "poolerParameters": sum(p.numel() for name, p in model.named_parameters() if "pooler" in name),
        # The first number in a name is the block's.
        "tensors": {name: shape for name, shape in tensors.items() if not re.match(r"\D*\.[1-9]\d*\.", name)},
    }


def rotary(fields):
    """Frequencies of a head of 16 columns, and the factor on cos and sin."""
    config = transformers.LlamaConfig(
        hidden_size=64, num_attention_heads=4, num_hidden_layers=1, **json.loads(json.dumps(fields))
    )
    embedding = LlamaRotaryEmbedding(config)
    found = {
        "fields": fields,
        "frequencies": embedding.inv_freq.tolist(),
        "magnitude": embedding.attention_scaling,
    }
    if embedding.rope_type == "longrope":
        # The embedding changes its frequencies when it is given positions beyond the original context.
        length = config.rope_parameters["original_max_position_embeddings"]
        embedding(torch.zeros(1), torch.arange(length + 1)[None])
        found["beyond"] = {"length": length, "frequencies": embedding.inv_freq.tolist()}
    return found


def sites_of_modules(folder):
    """Module (outside the blocks or of block 0) -> sites whose golden values it puts out, for the longest case."""
    config = json.loads((folder / "config.json").read_text())
    kind = getattr(transformers, config["architectures"][0])
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager").eval()
    goldens = load_file(folder / "golden.safetensors")
    case = max((name.split("/")[0] for name in goldens), key=lambda name: len(goldens[f"{name}/tokens"]))
    sites = {name.split("/")[1]: tensor for name, tensor in goldens.items() if name.startswith(f"{case}/")}
    tokens = sites.pop("tokens").long()
    found = {}

    def record(name):
        def hook(_module, _inputs, output):
            output = output[0] if isinstance(output, (tuple, list)) else output
            if torch.is_tensor(output):
                found[name] = [site for site, value in sites.items() if _is_same(output, value)]

        return hook

    for name, module in model.named_modules():
        if not re.match(r"\D*\.[1-9]\d*(\.|$)", name):
            module.register_forward_hook(record(name))
    with torch.no_grad():
        model(tokens[None])
    return {name: found[name] for name in sorted(found)}


def _is_same(a, b):
    return a.numel() == b.numel() and bool((a.reshape(-1) - b.reshape(-1)).abs().max() < 1e-5)


def write(name, value):
    """JSON with lists of plain values on one line each."""
    text = json.dumps(value, indent=1)
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    (HERE / name).write_text(text + "\n")


if __name__ == "__main__":
    given = json.loads((HERE / "configs.json").read_text())
    published = {
        "transformers": transformers.__version__,
        "models": {name: describe(config) for name, config in given["models"].items()},
        "rotary": {name: rotary(fields) for name, fields in given["rotary"].items()},
    }
    write("published.json", published)
    folders = [path.parent for path in sorted((HERE.parent / "goldens").glob("tiny-*/config.json"))]
    described = [path for path in folders if json.loads((path / "config.json").read_text()).get("architectures")]
    write("modules.json", {path.name: sites_of_modules(path) for path in described})
