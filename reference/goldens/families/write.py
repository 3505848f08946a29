"""Writes the goldens of one tiny checkpoint: its activations, their float32 noise, and its edits."""

import numpy as np
import torch

from capture import float32_noise
from families.capture import Source
from families.checkpoints import load_model
from store import COMMAND, HERE, write_json, write_tensors

MIDDLE = 5
ALONE = 1e-11  # the plain pass in float64, not led, against Hugging Face's


def prompt(spec, seed, length):
    """Seeded token ids; the last of the vocabulary is among the ids of a long prompt, its padding is not."""
    drawn = np.random.RandomState(seed).randint(0, spec.vocabulary, length).tolist()
    tokens = [0 if token == spec.padding else token for token in drawn]
    return [*tokens[:-1], spec.vocabulary - 1] if length > 1 else tokens


def write_goldens(tiny):
    """golden.safetensors and noise.json of a checkpoint that is written. Returns its float32 and float64 sources."""
    folder = HERE / tiny.name
    single, double = Source(load_model(folder)), Source(load_model(folder, torch.float64))
    tensors, noise = {}, {}
    for length in (1, MIDDLE, single.spec.positions):
        tokens = prompt(single.spec, tiny.seed + length, length)
        double.check_alone(tokens, ALONE)
        sites = single.capture(tokens)
        tensors |= {f"t{length}/{site}": value for site, value in sites.items()}
        tensors[f"t{length}/tokens"] = torch.tensor(tokens, dtype=torch.int32)
        for site, found in float32_noise(sites, double.capture(tokens)).items():
            known = noise.setdefault(site, found)
            noise[site] = {key: max(known[key], found[key]) for key in found}
    write_tensors(folder / "golden.safetensors", tensors, tiny.name, "loci-golden")
    write_json(folder / "noise.json", {"version": 1, "command": COMMAND, "model": tiny.name, "sites": noise})
    worst = max(noise, key=lambda site: noise[site]["error"] / max(1, noise[site]["largest"]))
    error, largest = noise[worst]["error"], noise[worst]["largest"]
    print(f"{tiny.name}/golden.safetensors, float32 noise at most {error:.1e} of {largest:.1f}, at {worst}")
    return single, double
