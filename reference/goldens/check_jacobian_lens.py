"""Whether TransformerLens and PyTorch open the .pt files that Loci writes. Needs `pip install transformer-lens`.

    npx vitest run --project unit src/load/lens      writes .cache/jacobian-lens/f32.pt and f16.pt from jacobian_lens/tiny-a.pt
    python reference/goldens/check_jacobian_lens.py

Each file is read by `torch.load(weights_only=True)` and by `JacobianLens.load`, its matrices are compared with those of
the file that it was made from, and it is merged into a readout of a booted model by `validate_model`. Writes
jacobian_lens/opened.json: what was found, with the SHA-256 of each file, which the tests compare with what they write.
"""

import hashlib
from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.tools.analysis import JacobianLens

from check_transformer_lens_families import with_tokenizer
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/check_jacobian_lens.py"
OURS = HERE.parent.parent / ".cache/jacobian-lens"
BARS = {"f32": 0.0, "f16": 2.0**-11}


def main():
    theirs = JacobianLens.load(str(HERE / "jacobian_lens/tiny-a.pt"))
    with with_tokenizer(HERE / "tiny-a") as copy:
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float32, device="cpu")
    files = {}
    for name, bar in BARS.items():
        path = OURS / f"{name}.pt"
        payload = torch.load(path, map_location="cpu", weights_only=True)
        ours = JacobianLens.load(str(path))
        ours.validate_model(bridge)
        assert ours.source_layers == theirs.source_layers and ours.n_prompts == theirs.n_prompts
        off = max(((ours.jacobians[l] - m).abs() / m.abs().clamp_min(1e-3)).max().item()
                  for l, m in theirs.jacobians.items())
        assert off <= bar, (name, off)
        files[f"{name}.pt"] = {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "layers": ours.source_layers, "prompts": ours.n_prompts,
            "dModel": ours.d_model, "metadata": ours.metadata, "dtype": str(payload["J"][0].dtype),
            "largestRelativeDifference": off}
    write_json(HERE / "jacobian_lens/opened.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(), "files": files})


if __name__ == "__main__":
    main()
