"""Reads back what Loci exports as arrays: ROME's .npz and a study's with numpy, activations with the safetensors package.

    python reference/exports/check_arrays.py

The .npz arrays must be the document's numbers, bit for bit; the activations of Atlas must agree with
../goldens/atlas/golden.safetensors (PyTorch) within 5e-5 of a site's largest value. Prints what it compared.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors import safe_open

from check import GOLDENS, KEPT, loci

sys.path.insert(0, str(GOLDENS))
from atlas import TEXT  # noqa: E402

ROME_KEYS = {"scores", "low_score", "high_score", "input_ids", "input_tokens", "subject_range", "answer", "window",
             "correct_prediction", "kind"}
TOLERANCE = 5e-5


def main():
    with tempfile.TemporaryDirectory() as name:
        check_rome(Path(name))
        check_study(Path(name))
        check_activations(Path(name))


def check_rome(folder):
    """Each kind's file against the document: what ROME's plotting code reads (plot_trace_heatmap)."""
    document = json.loads((KEPT / "causal-trace.json").read_text())
    for kind, result in document["kinds"].items():
        file = folder / f"{kind}.npz"
        loci("export", KEPT / "causal-trace.json", "--as", f"npz-{kind}", "--out", file)
        arrays = np.load(file)
        assert set(arrays) == ROME_KEYS, sorted(arrays)
        assert np.array_equal(arrays["scores"], result["p" if document["metric"] != "p" else "restored"])
        assert (arrays["low_score"], arrays["high_score"]) == (document["corrupted"]["p"], document["clean"]["p"])
        assert arrays["input_ids"].tolist() == document["spec"]["tokens"] and arrays["input_ids"].dtype == np.int64
        assert list(arrays["input_tokens"]) == [token["token"] for token in document["tokens"]]
        assert list(arrays["subject_range"]) == list(document["spec"]["subject"].values())
        assert arrays["answer"] == document["answer"]["token"] and arrays["window"] == document["spec"]["window"]["size"]
        assert arrays["kind"] == ("" if kind == "hidden" else kind) and arrays["correct_prediction"].dtype == bool
        print(f"{file.name}: {arrays['scores'].shape} scores, equal")


def check_study(folder):
    document = json.loads((KEPT / "activation-patching-two-prompts.json").read_text())
    loci("export", KEPT / "activation-patching-two-prompts.json", "--as", "npz", "--out", folder / "study.npz")
    arrays = np.load(folder / "study.npz")
    axes = json.loads(str(arrays["axes"]))["figures"]
    for figure in document["figures"]:
        values = np.array(figure["values"], dtype=float).reshape([len(axis["labels"]) for axis in figure["axes"]])
        assert np.array_equal(arrays[figure["name"]], values, equal_nan=True)
        assert arrays[f"{figure['name']}.intervals"].shape == (*values.shape, 2)
        assert axes[figure["name"]]["axes"] == figure["axes"]
    print(f"study.npz: {len(document['figures'])} figures, equal")


def check_activations(folder):
    file = folder / "activations.safetensors"
    loci("activations", "--model", "atlas", "--prompt", TEXT, "--sites", "all", "--engine", "reference", "--out", file)
    with safe_open(file, "pt") as found, safe_open(GOLDENS / "atlas" / "golden.safetensors", "pt") as golden:
        tokens = json.loads(found.metadata()["tokens"])
        case = "prompt"
        assert golden.get_tensor(f"{case}/tokens").tolist() == tokens, tokens
        largest, compared = 0.0, 0
        for name in found.keys():
            if f"{case}/{name}" not in golden.keys():
                continue
            ours, theirs = found.get_tensor(name), golden.get_tensor(f"{case}/{name}")
            kept = theirs > -1e29  # masked scores: -1e30 in the goldens, -inf in the file
            assert ours.shape == theirs.shape and bool((ours[~kept] == -float("inf")).all()), name
            largest = max(largest, ((ours - theirs)[kept].abs().max() / theirs[kept].abs().max()).item())
            compared += 1
    assert compared > 0 and largest <= TOLERANCE, (compared, largest)
    print(f"activations.safetensors: {compared} sites, largest relative difference {largest:.1e}")


if __name__ == "__main__":
    main()
