"""Golden activations of models in the planted layout: the plain forward pass of ../goldens/families in PyTorch.

There is no Hugging Face code to hold that pass to. It is the pass that is held to Hugging Face's, site by site, for every
other architecture; what differs here (no norms, attention-only blocks) is what it leaves out.
"""

from functools import partial

import torch

from capture import float32_noise
from edges import Model
from edits import write_edit_cases
from families.edit_cases import edit_cases, edit_prompts
from families.forward import forward
from files import COMMAND
from store import HERE, write_json, write_tensors


def write_goldens(name, planted, prompts):
    """golden.safetensors and noise.json of a model, for {case: tokens}."""
    single, double = Model(planted, torch.float32), Model(planted)
    tensors, noise = {}, {}
    for case, tokens in prompts.items():
        sites = _sites(single, tokens)
        tensors |= {f"{case}/{site}": value for site, value in sites.items()}
        tensors[f"{case}/tokens"] = torch.tensor(tokens, dtype=torch.int32)
        for site, found in float32_noise(sites, _sites(double, tokens)).items():
            known = noise.setdefault(site, found)
            noise[site] = {key: max(known[key], found[key]) for key in found}
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    write_tensors(folder / "golden.safetensors", tensors, name, "loci-golden", COMMAND)
    write_json(folder / "noise.json", {"version": 1, "command": COMMAND, "model": name, "sites": noise})


def write_edits(name, planted, seed):
    """edits.json and edits.safetensors of a model, for every kind of edit that its sites allow."""
    single, double = Model(planted, torch.float32), Model(planted)
    tokens = edit_prompts(double.spec, seed)[0]
    header = {"version": 1, "command": COMMAND, "model": name, "output": "unembed.hook_out"}
    write_edit_cases(HERE / name, header, tokens, edit_cases(double.spec, seed), double.run(tokens),
                     partial(forward, single.plain), partial(forward, double.plain), COMMAND)


def _sites(model, tokens):
    seen = {}

    def keep(site, value):
        seen[site] = value
        return value

    forward(model.plain, tokens, keep)
    return seen
