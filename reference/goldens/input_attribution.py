"""What Captum says about each entry of the token embeddings: the oracle of input attribution.

Needs `pip install captum`, which making the other goldens does not. Writes input_attribution.json: per checkpoint the
prompt, a twin, answer and distractor, and the attributions [T,D] of the logit difference at the last position, in
float64. From zero and from the mean embedding they are `IntegratedGradients` of the embeddings; from the twin they are
`LayerIntegratedGradients` of the embedding layer, which interpolates between the layer's outputs.

    python reference/goldens/input_attribution.py
"""

import math
from importlib.metadata import version

import checkpoints
import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerIntegratedGradients, Saliency
from families.checkpoints import Float64, load_model
from store import HERE, versions, write_json

COMMAND = "python reference/goldens/input_attribution.py"
LOADERS = {"tiny-a": checkpoints.load_model, "tiny-llama": load_model}
PROMPT, TWIN = [3, 14, 15, 9, 26], [3, 14, 20, 9, 26]
ANSWER, DISTRACTOR = 5, 7
STEPS = 50  # Captum's default


def attributed(name):
    model = LOADERS[name](HERE / name, torch.float64)
    table = model.get_input_embeddings()
    difference = lambda logits: logits[:, -1, ANSWER] - logits[:, -1, DISTRACTOR]
    of_embeddings = lambda x: difference(model(inputs_embeds=x).logits)
    of_tokens = lambda ids: difference(model(ids).logits)
    prompt, twin = torch.tensor([PROMPT]), torch.tensor([TWIN])
    x = table(prompt).detach()
    mean = table.weight.mean(0).detach().expand_as(x)
    path = dict(n_steps=STEPS, method="gausslegendre", return_convergence_delta=True)
    zero, zero_gap = IntegratedGradients(of_embeddings).attribute(x, torch.zeros_like(x), **path)
    from_mean, mean_gap = IntegratedGradients(of_embeddings).attribute(x, mean, **path)
    from_twin, twin_gap = LayerIntegratedGradients(of_tokens, table).attribute(prompt, twin, **path)
    rounded = lambda values: [float(f"{value:.10g}") for value in values.flatten().tolist()]
    return {
        "zero": rounded(zero), "mean": rounded(from_mean), "twin": rounded(from_twin),
        "gaps": {"zero": zero_gap.item(), "mean": mean_gap.item(), "twin": twin_gap.item()},
        "input-x-gradient": rounded(InputXGradient(of_embeddings).attribute(x.clone().requires_grad_())),
        "saliency": rounded(Saliency(of_embeddings).attribute(x.clone().requires_grad_())),
    }


def main():
    found = {}
    for name in LOADERS:
        with Float64():
            found[name] = attributed(name)
        assert all(math.isfinite(gap) for gap in found[name]["gaps"].values())
    write_json(HERE / "input_attribution.json", {
        "version": 1, "command": COMMAND, "captum": version("captum"), **versions(), "steps": STEPS,
        "prompt": PROMPT, "twin": TWIN, "answer": ANSWER, "distractor": DISTRACTOR, "checkpoints": found})


if __name__ == "__main__":
    main()
