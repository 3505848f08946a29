"""Steering: dose and response of a direction added to the stream, on one set of prompts.

    python reference/experiments/steering.py

Every prompt is run with hook_resid_post of `layer` at `positions` (null: all) increased by alpha times `direction`. All
alphas use the same prompts (common random numbers). Per metric q (logit difference, p(answer), at the last position):
- perPrompt [alpha][prompt]: q. ate [alpha]: the mean over prompts of q(alpha) - q(0).
- standardDeviation [alpha] (n - 1) of these paired differences and halfWidth of the mean's 95 % t interval;
  unpaired [alpha]: sqrt(var q(alpha) + var q(0)), what it would be without pairing.
- incremental [alpha - 1]: the mean over prompts of (q(next) - q(this)) / (next - this). Directions: `difference`,
hook_resid_post of the clean run less the corrupted at the last changed position; `random`, one seeded Gaussian vector
of the same length. Prompts: `clean`, `corrupted` and the reference prompts of ablation.json. Plain float64 pass.
"""

from ablation import choices
from setup import PAIRS, header, measure, open_model, write

import numpy as np
import torch
from student_t import quantile975

MODELS = {"tiny-a": 0, "tiny-llama": 0, "atlas": 2}  # layer
ALPHAS = [-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0]


def main():
    for name, layer in MODELS.items():
        model, pair = open_model(name), PAIRS[name]
        prompts = [pair.clean, pair.corrupted, *choices(name, model, pair)[0]]
        site, place = f"blocks.{layer}.hook_resid_post", pair.changed[-1]
        difference = model.cache(pair.clean)[site][place] - model.cache(pair.corrupted)[site][place]
        random = torch.from_numpy(np.random.RandomState(21).randn(model.width))
        directions = {"difference": difference, "random": random * difference.norm() / random.norm()}
        runs = []
        for label, direction in directions.items():
            for positions in ([place], [len(pair.clean) - 1], None):
                cells = [[measure(model.run(tokens, {site: added(alpha * direction, positions)}), pair)
                          for tokens in prompts] for alpha in ALPHAS]
                runs.append({"direction": label, "positions": positions} | {
                    metric: responses(np.array([[cell[metric] for cell in row] for row in cells]))
                    for metric in ("logitDifference", "p")})
        write(name, "steering.json", header(name, "steering.py", model) | {
            "prompts": prompts, "layer": layer, "site": site, "alphas": ALPHAS, "directions": directions, "runs": runs})


def added(vector, positions):
    def edit(value):
        value = value.clone()
        value[slice(None) if positions is None else positions] += vector
        return value
    return edit


def responses(q):
    """q [alpha, prompt]."""
    n, zero = q.shape[1], q[ALPHAS.index(0.0)]
    paired = q - zero
    spread = paired.std(1, ddof=1)
    steps = np.diff(q, axis=0) / np.diff(ALPHAS)[:, None]
    return {"perPrompt": q.tolist(), "ate": paired.mean(1).tolist(), "standardDeviation": spread.tolist(),
            "halfWidth": (float(quantile975(n - 1)) * spread / np.sqrt(n)).tolist(),
            "unpaired": np.sqrt(q.var(1, ddof=1) + zero.var(ddof=1)).tolist(), "incremental": steps.mean(1).tolist()}


if __name__ == "__main__":
    main()
