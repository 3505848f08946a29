"""Optional: compares the golden activations of every family with TransformerLens's bridge on the same checkpoints.

Needs `pip install transformer-lens`. Weights raw, no BOS added. Writes transformer_lens.json: per checkpoint how many
sites have a name in common and how far their values are apart (relative to the largest value of the site), the names
that only one side has, and each site that differs with what TransformerLens's tensor is instead, found by
comparing it with every other golden tensor, plain and in the forms of `FORMS`.

    python reference/goldens/check_transformer_lens_families.py
"""

import re
import shutil
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models
from transformer_lens.model_bridge import TransformerBridge
from transformers import AutoConfig, PreTrainedTokenizerFast

from capture import MASKED
from families.models import TINY_MODELS
from families.spec import spec_of
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/check_transformer_lens_families.py"
SWITCHES = ("set_use_split_qkv_input", "set_use_hook_mlp_in", "set_use_attn_result")
TOLERANCE = 2e-5
SOFTCAP = "before the softcap"
FACTOR = "before the factor on logits"


def forms(spec):
    """Forms in which TransformerLens may have a tensor of ours: {words: function from theirs to ours}."""
    capped = {} if spec.logit_softcap is None else {
        SOFTCAP: lambda x: spec.logit_softcap * torch.tanh(x / spec.logit_softcap)}
    scaled = {} if spec.logit_scale == 1 else {FACTOR: lambda x: x * spec.logit_scale}
    return {"": lambda x: x, "axes in the order [heads, T, width]": lambda x: x.transpose(0, 1), **capped, **scaled}


def main():
    reports = {tiny.name: compare(tiny) for tiny in TINY_MODELS}
    write_json(HERE / "transformer_lens.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(),
        "tolerance": TOLERANCE, "checkpoints": reports})
    for name, report in reports.items():
        if "notLoaded" in report:
            print(f"{name}: not loaded")
            continue
        print(f"{name}: {report['compared']} sites, {report['largestRelativeDifference']:.1e}, "
              f"{len(report['differs'])} kinds differ, {len(report['onlyOurs'])} only ours")


def compare(tiny):
    folder = HERE / tiny.name
    try:
        with with_tokenizer(folder) as copy:
            bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float32, device="cpu")
            # Fused kernels want sizes that the tiny experts do not have.
            bridge.original_model.set_experts_implementation("eager")
    except ValueError as error:
        return {"notLoaded": str(error).split(". ")[0]}
    bridge.enable_compatibility_mode(no_processing=True)
    refused = [switch for switch in SWITCHES if not _switch(bridge, switch)]
    golden = load_file(folder / "golden.safetensors")
    spec = spec_of(AutoConfig.from_pretrained(folder))
    ours_only, theirs_only, agreeing, differs, largest = set(), set(), set(), {}, 0.0
    for case in sorted({name.split("/")[0] for name in golden}):
        ours = {name.split("/")[1]: x for name, x in golden.items() if name.startswith(f"{case}/")}
        tokens = ours.pop("tokens").long()
        with torch.no_grad():
            _, cache = bridge.run_with_cache(tokens[None], prepend_bos=False)
        ours_only |= ours.keys() - cache.keys()
        theirs_only |= cache.keys() - ours.keys()
        for site in sorted(ours.keys() & cache.keys()):
            difference = _difference(cache[site], ours[site])
            if difference <= TOLERANCE:
                agreeing.add(site)
                largest = max(largest, difference)
            elif len(tokens) > 1 and _kind(site) not in differs:
                differs[_kind(site)] = _explain(site, cache[site], ours, difference, forms(spec))
    return {"compared": len({site for site in agreeing if _kind(site) not in differs}),
            "largestRelativeDifference": float(f"{largest:.2g}"),
            "switchesRefused": refused, "onlyOurs": _kinds(ours_only), "onlyTheirs": _kinds(theirs_only),
            "differs": [differs[kind] for kind in sorted(differs)]}


@contextmanager
def with_tokenizer(folder):
    """A copy of the checkpoint with a stand-in tokenizer: the bridge wants one, though it is given token ids."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / folder.name
        shutil.copytree(folder, copy)
        PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>",
                                pad_token="</s>").save_pretrained(copy)
        yield copy


def _switch(bridge, name):
    try:
        getattr(bridge, name)(True)
    except (ValueError, NotImplementedError, RuntimeError):
        return False
    return True


def _difference(theirs, ours):
    """Relative to the largest value of ours; infinite for another shape."""
    theirs = theirs[0] if theirs.dim() == ours.dim() + 1 else theirs
    if theirs.shape != ours.shape:
        return float("inf")
    kept = ours > MASKED / 2
    return ((theirs - ours)[kept].abs().max() / ours[kept].abs().max()).item()


def _explain(site, theirs, ours, difference, candidates):
    """Which tensor of ours TransformerLens's is, and in which form."""
    theirs = theirs[0] if theirs.shape[0] == 1 else theirs
    matches = {}
    for words, form in candidates.items():
        for other, value in ours.items():
            if theirs.dim() > 1 and _difference(form(theirs), value) <= TOLERANCE:
                matches.setdefault(words, []).append(other)
    words = min(matches, key=lambda words: (site not in matches[words], len(words)), default=None)
    found = {"site": site, "relativeDifference": None if difference == float("inf") else float(f"{difference:.2g}"),
             "shapes": {"theirs": list(theirs.shape), "ours": list(ours[site].shape)}}
    if words is None:
        return found | {"theirsIs": "none of our tensors"}
    name = site if site in matches[words] else min(matches[words], key=lambda other: (len(other), other))
    return found | {"theirsIs": name + (f", {words}" if words else "")}


def _kind(site):
    return re.sub(r"^blocks\.\d+\.", "blocks.N.", site)


def _kinds(sites):
    return sorted({_kind(site) for site in sites})


if __name__ == "__main__":
    main()
