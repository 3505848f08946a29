"""Golden random numbers: NumPy's legacy MT19937 stream and its polar Gaussians; and t quantiles."""

import numpy as np

from store import COMMAND, write_json
from student_t import quantile975

SEEDS = (1, 7, 42)
FAR = (311, 312, 623, 624, 1999, 99999)  # around the generator's refills of 624 words, and far out


def write_random_numbers(folder):
    write_json(folder / "randn.json", {
        "version": 1, "command": COMMAND, "numpy": np.__version__,
        "streams": [_stream(seed) for seed in SEEDS]})
    write_json(folder / "student_t.json", {
        "version": 1, "command": COMMAND, "probability": 0.975,
        "quantiles": [{"df": df, "t": quantile975(df)} for df in [*range(1, 31), 60, 120]]})


def _stream(seed):
    """One seed: raw 32-bit words, uniforms in [0, 1) of 53 bits, and Gaussians. Each starts the stream anew."""
    fresh = lambda: np.random.RandomState(seed)
    gaussians = fresh().randn(max(FAR) + 1)
    return {
        "seed": seed,
        "words": fresh().randint(0, 2**32, 64, dtype=np.uint32).tolist(),
        "uniforms": fresh().random_sample(16).tolist(),
        "randn": fresh().randn(32).tolist(),
        "randnAt": [{"index": index, "value": float(gaussians[index])} for index in FAR],
    }
