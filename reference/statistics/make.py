"""Golden numbers of the intervals in src/util: written from the papers in float64, independently of the product.

hedged: `confseq.betting.betting_cs` by the authors of the method (PyPI confseq 0.0.11), with our bets, on a grid of 20,000
means; without the package the numbers of the file are kept. CR2 in its matrix form (cr2.py). Fieller by its definition: the
roots of |mean(a) - r mean(b)| = t * its standard error.

    python reference/statistics/make.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import optimize, stats

from cr2 import cr2

OUT = Path(__file__).parent / "golden.json"
LOOKS = [10, 30, 100, 300]


def hedged(x):
    from confseq.betting import betting_cs

    def bets(x, m):
        x = np.asarray(x)
        t = np.arange(1, len(x) + 1)
        mean = (0.5 + np.cumsum(x)) / (t + 1)
        variance = (0.25 + np.cumsum((x - mean) ** 2)) / (t + 1)
        before = np.concatenate([[0.25], variance[:-1]])
        look = np.array([next((n for n in LOOKS if n >= i), i) for i in t])
        return np.sqrt(2 * np.log(2 / 0.05) / (before * look))

    low, high = betting_cs(
        np.asarray(x), [bets], [bets], alpha=0.05, breaks=20000, running_intersection=True, trunc_scale=0.95
    )
    return [float(low[-1]), float(high[-1])]


def fieller(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    t = stats.t.ppf(0.975, len(a) - 1)
    excess = lambda r: abs(np.mean(a - r * b)) - t * stats.sem(a - r * b)
    ratio = a.mean() / b.mean()
    step = 1.0
    while excess(ratio - step) < 0 or excess(ratio + step) < 0:
        step *= 2
    return [float(optimize.brentq(excess, ratio - step, ratio)), float(optimize.brentq(excess, ratio, ratio + step))]


def main():
    rng = np.random.default_rng(11)
    kept = json.loads(OUT.read_text())["hedged"] if OUT.exists() else []
    samples = [
        rng.uniform(size=7),
        rng.beta(0.1, 2, size=30),
        rng.beta(5, 1, size=100),
        (rng.uniform(size=300) < 0.03) * 0.8,
        (rng.uniform(size=40) < 0.5) * 1.0,
    ]
    try:
        rows = [{"values": [float(v) for v in x], "interval": hedged(x)} for x in samples]
    except ImportError:
        rows = kept
    clustered = []
    for sizes in ([4, 4, 4, 4, 4, 4], [1, 9, 2, 5, 3, 1, 14], [1] * 5 + [30], [2, 1, 1, 1, 1]):
        clusters = [f"c{g}" for g, n in enumerate(sizes) for _ in range(n)]
        effects = rng.normal(size=len(sizes))
        values = [float(v) for v in np.repeat(effects, sizes) + rng.normal(size=len(clusters))]
        own = {weigh: cr2(values, clusters, weigh) for weigh in ("clusters", "cases")}
        clustered.append({"values": values, "clusters": clusters, "byCluster": own["clusters"], "byCase": own["cases"]})
    below = rng.normal(3, 1, size=9)
    above = 0.6 * below + rng.normal(size=9)
    ratio = {"above": above.tolist(), "below": below.tolist(), "interval": fieller(above, below)}
    OUT.write_text(json.dumps({"hedged": rows, "clusters": clustered, "fieller": ratio}, indent=1) + "\n")


main()
