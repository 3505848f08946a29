"""Linear probes on given activations: ridge in closed form, a shuffled-label control, a causal check.

    python reference/experiments/probe.py

Data: `x` [example, D] is hook_resid_post of `layer` at position `position` of random `prompts`, whose token at
`position` is one of `ids`; the first `train` examples are for fitting, the others for the test. Tasks: `half` (two
classes: is that token in the first or in the second half of `ids`?) and `third` (three classes: which third?). Labels
0 .. classes - 1.

Fit: targets Y [example, classes] are +1 for the label's column and -1 elsewhere; with x and Y centred on their
training means, weights W = (X^T X + lambda I)^-1 X^T Y [D, classes] and bias = mean(Y) - mean(x) W. The prediction is
the largest column of x W + bias. These are scikit-learn's Ridge(alpha=lambda) (float64), within 1e-10 of the normal
equations. `accuracy` {train, test}. Weights are listed for the last lambda only.

Shuffled labels: the training labels are permuted by each of `permutations` (new label i = old label permutation[i]),
the test labels stay; `shuffled` has one {train, test} each.

Causal check: `causal` [pos]: the corrupted prompt's run (denoising) in which hook_resid_post of `layer` at one
position takes the clean run's component along the unit vector u of W[:, 1] - W[:, 0] (`half`, last lambda): x +
((x_clean - x) . u) u. Logit difference at the last position.
"""

from setup import PAIRS, difference, header, open_model, write

import numpy as np
import sklearn
import torch
from sklearn.linear_model import Ridge

NAME, LAYER, POSITION, IDS = "tiny-llama", 0, 3, (3, 11, 18, 27, 40, 51)
EXAMPLES, TRAIN, LENGTH = 96, 64, 4
LAMBDAS = (0.01, 1.0, 30.0)
PERMUTATIONS = 5


def main():
    model, rng = open_model(NAME), np.random.RandomState(31)
    prompts = rng.randint(1, model.vocabulary, (EXAMPLES, LENGTH))
    chosen = rng.randint(0, len(IDS), EXAMPLES)
    prompts[:, POSITION] = np.array(IDS)[chosen]
    site = f"blocks.{LAYER}.hook_resid_post"
    x = np.array([model.cache(tokens)[site][POSITION].tolist() for tokens in prompts.tolist()])
    x = np.array([[float(f"{value:.9g}") for value in row] for row in x])  # as stored
    permutations = [rng.permutation(TRAIN) for _ in range(PERMUTATIONS)]
    tasks = {}
    for task, classes in (("half", 2), ("third", 3)):
        labels = chosen * classes // len(IDS)
        fits = [{"lambda": lam, "accuracy": fit(x, labels, classes, lam)[0],
                 "shuffled": [fit(x, np.append(labels[:TRAIN][order], labels[TRAIN:]), classes, lam)[0]
                              for order in permutations]} for lam in LAMBDAS]
        _, weights, bias = fit(x, labels, classes, LAMBDAS[-1])
        tasks[task] = {"labels": labels.tolist(), "classes": classes, "fits": fits,
                       "weights": weights.tolist(), "bias": bias.tolist()}
    write(NAME, "probe.json", header(NAME, "probe.py", model) | {
        "scikit_learn": sklearn.__version__, "layer": LAYER, "position": POSITION, "ids": list(IDS), "train": TRAIN,
        "prompts": prompts.tolist(), "permutations": [order.tolist() for order in permutations], "tasks": tasks,
        "causal": causal(model, site, np.array(tasks["half"]["weights"])), "x": x.tolist()})


def fit(x, labels, classes, lam):
    """Accuracies, weights [D, classes], bias [classes]."""
    y = 2.0 * np.eye(classes)[labels] - 1
    ridge = Ridge(alpha=lam).fit(x[:TRAIN], y[:TRAIN])
    weights, bias = ridge.coef_.T, ridge.intercept_
    xc, yc = x[:TRAIN] - x[:TRAIN].mean(0), y[:TRAIN] - y[:TRAIN].mean(0)
    ours = np.linalg.solve(xc.T @ xc + lam * np.eye(x.shape[1]), xc.T @ yc)
    if not np.abs(ours - weights).max() <= 1e-10:
        raise ValueError("Expected the normal equations within 1e-10 of Ridge")
    scores = x @ weights + bias
    if np.min(np.diff(np.sort(scores, 1)[:, -2:], axis=1)) < 1e-5:
        raise ValueError("Expected clear predictions, found two columns within 1e-5")
    right = scores.argmax(1) == labels
    return {"train": float(right[:TRAIN].mean()), "test": float(right[TRAIN:].mean())}, weights, bias


def causal(model, site, weights):
    pair = PAIRS[NAME]
    u = torch.from_numpy(weights[:, 1] - weights[:, 0])
    u = u / u.norm()
    clean = model.cache(pair.clean)[site]

    def along(t):
        def edit(value):
            value = value.clone()
            value[t] += ((clean[t] - value[t]) @ u) * u
            return value
        return edit

    return [difference(model.run(pair.corrupted, {site: along(t)}), pair) for t in range(len(pair.clean))]


if __name__ == "__main__":
    main()
