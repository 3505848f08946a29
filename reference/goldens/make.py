"""Makes every golden file in this folder: `python reference/goldens/make.py`.

Seeded and single-threaded, so that one machine and one set of versions give the same bytes each time.
"""

import torch

from atlas import FOLDER as ATLAS, atlas_prompt, atlas_sigma
from capture import capture, float32_noise
from checkpoints import TINY_MODELS, load_model, write_checkpoint
from edits import write_edits
from families.checkpoints import write_checkpoint as write_family_checkpoint
from families.edits import write_edits as write_family_edits
from families.models import TINY_MODELS as FAMILY_MODELS
from families.write import write_goldens as write_family_goldens
from gguf_blocks import write_blocks
from gguf_models import write_ggufs
from interventions import write_interventions
from moved import write_moved
from random_numbers import write_random_numbers
from rome_trace import traced_document
from store import COMMAND, HERE, write_json, write_tensors

# Prompts of the golden activations; a case's name is its number of tokens.
PROMPTS = {
    "tiny-a": [[0], [0, 33, 5, 5, 71, 96, 12], [0, 1, 2, 3, 50, 51, 52, 96, 95, 50, 51, 20, 7, 7, 88, 41]],
    "tiny-b": [[130], [0, 64, 9, 9, 128], [0, 40, 80, 120, 40, 80, 121, 3, 3, 99, 17, 58]],
    "tiny-c": [[28], [0, 3, 14, 15, 9, 2, 6, 5, 3, 5, 8],
               [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 28, 27, 26, 5, 5, 5, 5]],
}

# Causal traces: (tokens, subject) of the tiny models, and each model's windows (rule, size).
ROME = HERE / "rome"
TRACED = {"tiny-a": ([0, 17, 52, 61, 8, 90, 31, 64], (1, 4)), "tiny-b": ([0, 120, 45, 7, 83, 19, 101, 77], (2, 4))}
WINDOWS = {"tiny-a": [("symmetric", 1), ("symmetric", 3), ("rome", 10)],
           "tiny-b": [("symmetric", 3), ("rome", 2), ("rome", 10)],
           "atlas": [("symmetric", 1), ("rome", 10)]}


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for tiny in TINY_MODELS:
        write_checkpoint(tiny, HERE / tiny.name)
        write_goldens(tiny.name, HERE / tiny.name, {f"t{len(tokens)}": tokens for tokens in PROMPTS[tiny.name]})
    for name, (tokens, subject) in TRACED.items():
        folder = HERE / name
        noise = write_edits(folder, load_model(folder), load_model(folder, torch.float64))
        print(f"{name}/edits.safetensors, float32 noise {noise:.1e}")
        write_traces(name, folder, tokens, subject, samples=4)
    write_random_numbers(ROME)
    for tiny in FAMILY_MODELS:
        write_family_checkpoint(tiny, HERE / tiny.name)
        noise = write_family_edits(tiny, *write_family_goldens(tiny))
        print(f"{tiny.name}/edits.safetensors, float32 noise at most {noise:.1e}")
    write_interventions()
    write_moved()
    write_blocks()
    write_ggufs()
    if (ATLAS / "model.safetensors").exists():
        write_atlas()
    else:
        print("public/models/atlas is absent: its goldens are not made")


def write_goldens(name, folder, prompts):
    """golden.safetensors and noise.json of the model in `folder`, into goldens/<name>/."""
    single, double = load_model(folder), load_model(folder, torch.float64)
    tensors, noise = {}, {}
    for case, tokens in prompts.items():
        sites = capture(single, tokens)
        tensors |= {f"{case}/{site}": value for site, value in sites.items()}
        tensors[f"{case}/tokens"] = torch.tensor(tokens, dtype=torch.int32)
        for site, found in float32_noise(sites, capture(double, tokens)).items():
            known = noise.setdefault(site, found)
            noise[site] = {key: max(known[key], found[key]) for key in found}
    out = HERE / name
    out.mkdir(exist_ok=True)
    write_tensors(out / "golden.safetensors", tensors, name, "loci-golden")
    write_json(out / "noise.json", {"version": 1, "command": COMMAND, "model": name, "sites": noise})
    worst = max(noise, key=lambda site: noise[site]["error"])
    print(f"{name}/golden.safetensors, float32 noise at most {noise[worst]['error']:.1e}, at {worst}")


def write_traces(name, folder, tokens, subject, samples, sigma=None):
    for rule, size in WINDOWS[name]:
        document = traced_document(
            folder, name, COMMAND, tokens, subject, sigma, samples=samples, seed=1, rule=rule, size=size)
        write_json(ROME / f"{name}-{rule}-{size}.json", document)
        print(f"rome/{name}-{rule}-{size}.json, p {document['high_score']:.3f} clean, "
              f"{document['low_score']:.3f} corrupted, float32 noise {document['float32Noise']:.1e}")


def write_atlas():
    prompt = atlas_prompt(load_model(ATLAS).config.bos_token_id)
    write_goldens("atlas", ATLAS, {"prompt": prompt.tokens})
    write_traces("atlas", ATLAS, prompt.tokens, prompt.subject, samples=10, sigma=atlas_sigma())


if __name__ == "__main__":
    main()
