"""How far PyTorch's own gradients in float32 are from float64, at norms' scales and elsewhere.

Alone: `python reference/goldens/float32_gradients.py [model ...]`. Writes nothing; prints, per checkpoint, the largest
difference over its tensor's largest value, for the unedited run and the three seeds of `gradients.py` that are numbers of
the logits. The sums of the matrix products are taken in `ORDERS` orders, which are equal but for rounding.
"""

import contextlib
import sys

import torch
from safetensors import safe_open
from torch.overrides import TorchFunctionMode

from checkpoints import TINY_MODELS, load_model
from families.capture import Source
from families.checkpoints import load_model as load_family_model
from families.forward import forward as family_forward
from families.models import TINY_MODELS as FAMILY_MODELS
from forward import forward, weights_of
from gradients import LEAVES, value_of
from store import HERE

ORDERS = 10
PAIRS = 10
LEAST = 1e-6  # of the run's largest gradient: a tensor below this share counts as this large
PRODUCTS = (torch.Tensor.__matmul__, torch.Tensor.matmul, torch.matmul)


class Reordered(TorchFunctionMode):
    """Every product of matrices sums its columns in an order of its own, forwards and backwards."""

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func not in PRODUCTS:
            return func(*args, **(kwargs or {}))
        a, b = args
        if b.dim() < 2:
            return func(a, b)
        inner, outer = (torch.randperm(n, generator=self.generator) for n in b.shape[-2:])
        return func(a[..., inner], b[..., inner, :][..., outer])[..., outer.argsort()]


def prompt_of(name):
    """Five to seven tokens of the first golden case that has as many, as in `gradientsOnGpu.ts`."""
    with safe_open(HERE / name / "golden.safetensors", "pt") as file:
        cases = [file.get_tensor(key).tolist() for key in file.keys() if key.endswith("/tokens")]
    return next((case for case in cases if len(case) >= 5), cases[0] * 5)[:7]


def runs_of(name):
    """(float32 pass, float64 pass, tokens, head) of a checkpoint; each pass takes (tokens, hook)."""
    for tiny in TINY_MODELS:
        if tiny.name == name:
            passes = []
            for dtype in (torch.float32, torch.float64):
                model = load_model(HERE / name, dtype).requires_grad_(False)
                passes.append(lambda tokens, hook, model=model: forward.__wrapped__(weights_of(model), model.config, tokens, hook))
            return *passes, prompt_of(name), "lm"
    tiny = next(one for one in FAMILY_MODELS if one.name == name)
    sources = [Source(load_family_model(HERE / name, *dtype).requires_grad_(False)) for dtype in ((), (torch.float64,))]
    passes = [lambda tokens, hook, plain=source.plain: family_forward.__wrapped__(plain, tokens, hook) for source in sources]
    return *passes, prompt_of(name), sources[1].spec.head


def kept_of(run, tokens, seed, order=None):
    """{site: (value, gradient)} in float64."""
    kept = {}

    def hook(site, value):
        value = value.detach().clone().requires_grad_() if site in LEAVES else value.clone()
        if value.requires_grad:
            value.retain_grad()
            kept[site] = value
        return value

    with contextlib.nullcontext() if order is None else Reordered(order):
        value_of(seed, run(tokens, hook).double(), kept).backward()
    return {site: (x.detach().double(), x.grad.double()) for site, x in kept.items() if x.grad is not None}


def pairs_of(vocabulary):
    """Tokens of logit differences: that of the GPU's test, then others."""
    draws = torch.randint(vocabulary, (PAIRS - 1, 2), generator=torch.Generator().manual_seed(1))
    return [(1, 0), *((first, second) for first, second in draws.tolist() if first != second)]


def report(name):
    single, double, tokens, head = runs_of(name)
    if head == "none":
        return f"{name}: an encoder, without logits"
    vocabulary = torch.no_grad()(double)(tokens, lambda _, x: x).shape[1]
    scales, others, shares = [], [], []
    for first, second in pairs_of(vocabulary):
        seed = {"mean": [{"row": len(tokens) - 1, "of": "logits", "weights": [[first, 1], [second, -1]]}]}
        want = kept_of(double, tokens, seed)
        most = max(g.abs().max() for _, g in want.values()).item()
        for order in range(ORDERS):
            for site, (_, g) in kept_of(single, tokens, seed, order).items():
                largest = max(want[site][1].abs().max().item(), LEAST * most)
                error = (g - want[site][1]).abs().max().item() / largest
                if not site.endswith("hook_scale"):
                    others.append((error, site))
                    continue
                value, gradient = want[site.removesuffix("scale") + "normalized"]
                products = (value * gradient).reshape(*want[site][0].shape, -1).abs().sum(-1) / want[site][0]
                left = largest / products.max().item()
                scales.append((error, f"{site}, tokens {first} - {second}", left))
                shares.append(error * left)
    text = f"{name}: {max(others)[0]:.1e} at {max(others)[1]}"
    if not scales:
        return text
    error, place, left = max(scales)
    same = sorted(one[0] for one in scales if one[1] == place)
    return (f"{text}; norms' scales {error:.1e} at {place} ({left:.1e} of the products left; {ORDERS} orders: "
            f"{same[0]:.1e} to {same[-1]:.1e}); of the products at most {max(shares):.1e}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or [tiny.name for tiny in (*TINY_MODELS, *FAMILY_MODELS)]:
        print(report(name), flush=True)
