"""Optional: compares golden activations and edited logits with TransformerLens on the same checkpoints.

Needs `pip install transformer-lens`, which nothing else here does. Weights raw, no BOS added.

    python reference/goldens/check_transformer_lens.py
"""

import json

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from safetensors.torch import load_file
from transformer_lens.model_bridge import TransformerBridge

from capture import MASKED
from checkpoints import TINY_MODELS, load_model
from edit_ops import apply_edit, source_value
from edits import run_of
from store import HERE

SPLIT = "set_use_split_qkv_input"
SWITCHES = {"hook_attn_in": "set_use_attn_in", "hook_q_input": SPLIT, "hook_k_input": SPLIT, "hook_v_input": SPLIT,
            "hook_mlp_in": "set_use_hook_mlp_in", "attn.hook_result": "set_use_attn_result"}


def main():
    for tiny in TINY_MODELS:
        folder = HERE / tiny.name
        print(f"{tiny.name}: largest difference of an activation {activation_difference(folder):.1e}")
        if (folder / "edits.json").exists():
            compare_edits(folder)


def open_bridge(folder, sites):
    """TransformerLens's model with the switches that these sites need (it has sites that exist only on demand)."""
    bridge = TransformerBridge.boot_transformers(str(folder), dtype=torch.float32, device="cpu")
    bridge.enable_compatibility_mode(no_processing=True)
    for switch in {switch for site, switch in SWITCHES.items() if any(s.endswith(site) for s in sites)}:
        getattr(bridge, switch)(True)
    return bridge


def activation_difference(folder):
    """Over every case and site but hook_attn_in, which TransformerLens does not offer beside hook_q_input."""
    golden = load_file(folder / "golden.safetensors")
    sites = {name.split("/")[1] for name in golden if not name.endswith(("tokens", "hook_attn_in"))}
    bridge = open_bridge(folder, sites)
    differences = []
    for case in {name.split("/")[0] for name in golden}:
        _, cache = bridge.run_with_cache(golden[f"{case}/tokens"].long()[None], prepend_bos=False)
        for site in sites:
            expected = golden[f"{case}/{site}"]
            found = cache[site][0].masked_fill(expected == MASKED, MASKED)
            differences.append((found - expected).abs().max().item())
    return max(differences)


def compare_edits(folder):
    golden = load_file(folder / "edits.safetensors")
    model = load_model(folder)
    document = json.loads((folder / "edits.json").read_text())
    cases = [case | {"edits": [case]} for case in document["edits"]] + document["sequences"]
    for case in cases:
        bridge = open_bridge(folder, [edit["site"] for edit in case["edits"]])
        if case["edits"][0]["site"].endswith("hook_resid_mid"):
            hooks = resid_mid_hooks(case["edits"], model)
        else:
            hooks = [(edit["site"], edit_hook(edit, model)) for edit in case["edits"]]
        with torch.no_grad():
            logits = bridge.run_with_hooks(torch.tensor([case["tokens"]]), fwd_hooks=hooks, prepend_bos=False)[0]
        difference = (logits - golden[case["name"]]).abs().max().item()
        print(f"{folder.name}/{case['name']}: {difference:.1e}{'' if difference < 5e-5 else '  DIFFERS'}")


def edit_hook(edit, model):
    source = source_value(run_of(model), torch.float32, edit)
    return lambda value, hook: apply_edit(value[0], edit, source)[None]


def resid_mid_hooks(edits, model):
    """hook_resid_mid written through hook_attn_out: TransformerBridge 4.3 takes it for the input of ln2, so that
    writing it there changes the MLP branch but not the residual stream."""
    seen = {}

    def keep(value, hook):
        seen["resid_pre"] = value

    def write(value, hook):
        middle = seen["resid_pre"] + value
        for edit in edits:
            middle = edit_hook(edit, model)(middle, hook)
        return middle - seen["resid_pre"]

    block = edits[0]["site"].removesuffix("hook_resid_mid")
    return [(f"{block}hook_resid_pre", keep), (f"{block}hook_attn_out", write)]


if __name__ == "__main__":
    main()
