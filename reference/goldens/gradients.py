"""Golden gradients: d seed / d site of every hook site, by PyTorch's autograd in float64.

`<model>/gradients.json` says what each seed and run is, as they are asked of the program; `gradients.safetensors` holds
what `summary` keeps of each gradient. Alone: `python reference/goldens/gradients.py [model ...]`.

The plain forward passes give the gradients: every site's value, after its edits, becomes a copy of which autograd keeps
the gradient. Once per checkpoint they are held to the real transformers model, at its embeddings and at the output of
its last attention. What queries, keys and values read is split only in a second pass, since the shared norm has no
gradient in that one.
"""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

import torch

from checkpoints import TINY_MODELS, load_model
from edit_cases import PROMPT, edit, edit_cases, noise, vector
from edit_ops import apply_edit, run_edits, source_value
from families.capture import Source
from families.checkpoints import Float64, load_model as load_family_model
from families.edit_cases import edit_cases as family_edit_cases, edit_prompts
from families.forward import forward as family_forward
from families.models import TINY_MODELS as FAMILY_MODELS
from forward import SPLIT_SITES, forward, weights_of
from store import HERE, write_json, write_tensors

sys.path.append(str(Path(__file__).parents[1] / "planted"))

from edges import Model as PlantedModel  # noqa: E402
from tiny import TINY as PLANTED, randomised  # noqa: E402
from weights import Planted, Stream  # noqa: E402

COMMAND = "python reference/goldens/gradients.py"
LEAVES = ("hook_embed", "hook_pos_embed", "hook_token_type_embed")
NUMBERS = 11_000  # of a checkpoint's file, about
MOST = 32  # entries kept of a gradient
ALONE = 1e-11  # of the largest gradient: the plain pass against Hugging Face's


@dataclass
class Subject:
    name: str
    seed: int
    run: Callable  # (tokens, hook, split_layers) -> logits [T,V] or the last stream [T,D], with gradients
    tokens: list
    cases: dict  # {name: list of edits}
    layers: int
    heads: int
    d_head: int
    width: int
    mlp: bool
    head: str
    norms_before: bool  # queries, keys and values read a norm of the stream
    edges: bool  # the stream is the sum of what is added to it


# What is differentiated: a number of the logits, or a cotangent at a site.


def seeds_of(subject, output):
    """{name: seed as it is asked of the program}, for an output without gradients."""
    last = len(subject.tokens) - 1
    if subject.head == "none":
        stream = f"blocks.{subject.layers - 1}.hook_normalized_resid_post"
        at = lambda site, rows, size: {"site": site, "rows": rows, "values": noise(subject.seed + size, len(rows) * size)}
        return {"last-stream": at(stream, [2, last], subject.width),
                "z": at("blocks.1.attn.hook_z", [1, last], subject.heads * subject.d_head),
                "pattern": {"site": "blocks.1.attn.hook_pattern",
                            "values": noise(subject.seed, subject.heads * len(subject.tokens) ** 2)}}
    first, second = output[last].topk(2).indices.tolist()
    row = lambda t, of, **rest: {"row": t, "of": of, **rest}
    given = noise(subject.seed, output.shape[1])
    return {"difference": {"mean": [row(last, "logits", weights=[[first, 1], [second, -1]])]},
            "logProb": {"mean": [row(last, "logProb", token=second), row(2, "logProb", token=first)]},
            "kl": {"mean": [row(last, "kl", logProbs=given)]},
            "prob": {"mean": [row(last, "prob", token=first)]}}


def value_of(seed, output, kept):
    """The seed's value, of which autograd takes the gradient."""
    if "site" in seed:
        x = kept[seed["site"]]
        x = x[seed["rows"]] if "rows" in seed else x
        return (x * torch.tensor(seed["values"], dtype=torch.float64).reshape(x.shape)).sum()
    return torch.stack([_scalar(one, output[one["row"]]) for one in seed["mean"]]).mean()


def _scalar(one, logits):
    if one["of"] == "logits":
        return sum(weight * logits[token] for token, weight in one["weights"])
    logp = logits.log_softmax(-1)
    if one["of"] == "logProb":
        return logp[one["token"]]
    if one["of"] == "prob":
        return logp[one["token"]].exp()
    given = torch.tensor(one["logProbs"], dtype=torch.float64).log_softmax(-1)
    return (given.exp() * (given - logp)).sum()


# The runs: nothing changed, two edits, an edit with cut edges.


def tables_of(subject, index):
    """{run: (edits, cuts)}. The pairs of edits go round all cases, from checkpoint to checkpoint."""
    names = list(subject.cases)
    last, end = subject.layers - 1, len(subject.tokens) - 1
    clamp = edit("hook_attn_out", last, [2, end], "clamp") | {"range": [-0.3, 0.5]}
    along = edit("attn.hook_z", last, [1, end], "set_along", vector(noise(subject.seed + 7, subject.d_head)), head=0)
    along |= {"direction": noise(subject.seed + 8, subject.d_head)}
    chosen = [names[(7 * index + i) % len(names)] for i in (0, 3)] if names else []
    pair = [one for name in chosen for one in subject.cases[name]] or [clamp, along]
    return {"unedited": ([], []), "edited": (pair, []), "cut": ([[clamp, along][index % 2]], _cuts(subject, last))}


def _cuts(subject, last):
    if not subject.edges:
        return []
    from_head = ["a0.h0", *(["m0"] if subject.mlp and last > 0 else [])]
    cuts = [{"senders": from_head, "receiver": "logits", "beta": 0.25}]
    if last > 0:
        cuts.append({"senders": ["a0.h1", "input"], "receiver": f"a{last}.h1<q>", "beta": 0.5})
    if subject.mlp and last > 0:
        cuts.append({"senders": ["a0.h0"], "receiver": f"m{last}"})
    return cuts


def _place(receiver, last):
    """Site and head of a receiver."""
    if receiver == "logits":
        return f"blocks.{last}.hook_resid_post", None
    if receiver[0] == "m":
        return f"blocks.{receiver[1:]}.hook_mlp_in", None
    layer, head = receiver[1:-3].split(".h")
    return f"blocks.{layer}.hook_{receiver[-2]}_input", int(head)


def _contribution(sender, kept):
    if sender == "input":
        return kept["blocks.0.hook_resid_pre"]
    if sender[0] == "m":
        return kept[f"blocks.{sender[1:]}.hook_mlp_out"]
    layer, head = sender[1:].split(".h")
    return kept[f"blocks.{layer}.attn.hook_result"][:, int(head)]


def gradients(subject, edits, cuts, seed, split):
    """{site: gradient} of one pass, and its output."""
    sources = [source_value(torch.no_grad()(subject.run), torch.float64, one) for one in edits]
    places = {_place(cut["receiver"], subject.layers - 1): cut for cut in cuts}
    kept = {}

    def hook(site, value):
        for (at, head), cut in places.items():
            if at == site:
                total = (1 - cut.get("beta", 0)) * sum(_contribution(one, kept) for one in cut["senders"])
                value = value.clone()
                if head is None:
                    value -= total
                else:
                    value[:, head] -= total
        for one, source in zip(edits, sources):
            if one["site"] == site:
                value = apply_edit(value, one, source)
        value = value.detach().clone().requires_grad_() if site in LEAVES else value.clone()
        if value.requires_grad:
            value.retain_grad()
            kept[site] = value
        return value

    output = subject.run(subject.tokens, hook, split)
    value_of(seed, output, kept).backward()
    return {site: value.grad if value.grad is not None else torch.zeros_like(value) for site, value in kept.items()}, output


def golden_gradients(subject, edits, cuts, seed):
    """{site: gradient}, without those that neither pass has."""
    written = {int(one["site"].split(".")[1]) for one in edits if one["site"].endswith(SPLIT_SITES)}
    written |= {int(_place(cut["receiver"], 0)[0].split(".")[1]) for cut in cuts if cut["receiver"][0] == "a"}
    found, output = gradients(subject, edits, cuts, seed, frozenset(written))
    split, same = gradients(subject, edits, cuts, seed, frozenset(range(subject.layers)))
    is_copy = lambda site: site.endswith(SPLIT_SITES)
    # A norm that is edited holds for unwritten copies only, so splitting changes the numbers.
    has_copies = torch.allclose(output, same, rtol=0, atol=1e-12)
    # A block's output and the next one's input are one tensor of the program, edited under either name.
    for layer in range(subject.layers - 1):
        leaving = [f"blocks.{layer}.{kind}" for kind in ("hook_normalized_resid_post", "hook_resid_post")]
        found[next(site for site in leaving if site in found)] = found[f"blocks.{layer + 1}.hook_resid_pre"]
    lost = {f"blocks.{layer}.ln1.{part}" for layer in written for part in ("hook_scale", "hook_normalized")}
    if subject.norms_before:
        found = {site: g for site, g in found.items() if site not in lost}
    return {site: split[site] if is_copy(site) else g for site, g in found.items() if has_copies or not is_copy(site)}


def summary(gradient, most):
    """The largest magnitude, the norm, a sum with weights that no two entries near each other share, and entries."""
    flat = gradient.flatten()
    n = len(flat)
    weights = (torch.arange(n) * 7919 % 1009).double() / 1009 - 0.5
    entries = flat[torch.arange(min(n, most)) * 7919 % n]
    return torch.cat([flat.abs().max()[None], flat.norm()[None], (flat * weights).sum()[None], entries])


# The checkpoints, each held to its transformers model.


def subjects():
    for tiny in TINY_MODELS:
        model = load_model(HERE / tiny.name, torch.float64).requires_grad_(False)
        c = model.config
        run = partial(forward.__wrapped__, weights_of(model), c)
        tokens = PROMPT.get(tiny.name, [0, 3, 14, 15, 9, 2, 6, 5])
        sizes = dict(layers=c.n_layer, heads=c.n_head, d_head=c.n_embd // c.n_head, width=c.n_embd)
        subject = Subject(tiny.name, tiny.seed, run, tokens, edit_cases().get(tiny.name, {}), **sizes, mlp=True, head="lm",
                          norms_before=True, edges=True)
        root = "transformer."
        yield subject, partial(_check, subject, model, {
            f"{root}wte": ("hook_embed", 1), f"{root}h.{c.n_layer - 1}.attn.c_proj": (_last(subject), 1)})
    for tiny in FAMILY_MODELS:
        model = load_family_model(HERE / tiny.name, torch.float64).requires_grad_(False)
        source = Source(model)
        subject = _of_spec(tiny.name, tiny.seed, source.spec, source.plain)
        modules, spec = source.spec.modules, source.spec
        role = {"sandwich": "ln1_post", "branch-end": "ln1"}.get(spec.placement, "attn.o")
        yield subject, partial(_check, subject, model, {
            modules["embed"]: ("hook_embed", 1 if spec.embed_module_scales else spec.embed_scale),
            modules[role].format(l=spec.layers - 1): (_last(subject), spec.resid_scale)})
    for name, (seed, width, sizes) in PLANTED.items():
        model = PlantedModel(randomised(Planted(Stream(all=width), sizes), seed))
        # No transformers model has this layout; see ../planted/goldens.py.
        yield _of_spec(name, seed, model.spec, model.plain), lambda: None


def _of_spec(name, seed, spec, plain):
    return Subject(
        name, seed, partial(family_forward.__wrapped__, plain), edit_prompts(spec, seed)[0], family_edit_cases(spec, seed),
        spec.layers, spec.heads, spec.d_head, spec.width, spec.mlp_width > 0, spec.head,
        spec.placement in ("pre", "sandwich"), spec.placement in ("pre", "none"))


def _last(subject):
    return f"blocks.{subject.layers - 1}.hook_attn_out"


def _check(subject, model, places):
    """Autograd of the transformers model itself, {module: (site, factor)}. Returns the largest error."""
    clean = torch.no_grad()(subject.run)(subject.tokens, lambda _site, value: value)
    seed = next(iter(seeds_of(subject, clean).values()))
    if subject.head == "classes":  # transformers reads the first position alone
        seed = {"mean": [seed["mean"][0] | {"row": 0}]}
    ours, _ = gradients(subject, [], [], seed, frozenset())
    kept, handles = {}, []

    def watch(module):
        def hook(_module, _inputs, output):
            kept[module] = output.detach().clone().requires_grad_() if not output.requires_grad else output.clone()
            kept[module].retain_grad()
            return kept[module]
        return hook

    for module in places:
        handles.append(model.get_submodule(module).register_forward_hook(watch(module)))
    with Float64():
        output = model(torch.tensor([subject.tokens]), **({"use_cache": False} if subject.head == "lm" else {}))
    for handle in handles:
        handle.remove()
    stream = f"blocks.{subject.layers - 1}.hook_normalized_resid_post"
    theirs = output.last_hidden_state[0] if subject.head == "none" else output.logits.reshape(-1, output.logits.shape[-1])
    value_of(seed, theirs, {stream: theirs}).backward()
    worst = 0.0
    for module, (site, factor) in places.items():
        error = (kept[module].grad.reshape(ours[site].shape) - factor * ours[site]).abs().max() / ours[site].abs().max()
        worst = max(worst, error.item())
    if not worst <= ALONE:
        raise ValueError(f"Expected the gradients of {subject.name} within {ALONE:.0e} of transformers', found {worst:.1e}")
    return worst


def write_gradients(subject, index):
    clean = torch.no_grad()(subject.run)(subject.tokens, lambda _site, value: value)
    tables = tables_of(subject, index)
    of_clean = seeds_of(subject, clean)
    *plain, last = of_clean
    asked = [("unedited", name) for name in (plain if subject.head != "none" else of_clean)]
    asked += [("edited", last if subject.head != "none" else plain[0]), ("cut", plain[0])]
    found = {}
    for run, name in asked:
        edits, cuts = tables[run]
        seed = of_clean[name]
        if run == "edited" and subject.head != "none":  # a probability near zero would have no gradient
            seed = seeds_of(subject, run_edits(torch.no_grad()(subject.run), torch.float64, subject.tokens, edits))[name]
        found[f"{run}/{name}"] = seed, golden_gradients(subject, edits, cuts, seed)
    sites = list(found[f"{asked[0][0]}/{asked[0][1]}"][1])
    most = max(4, min(MOST, NUMBERS // (len(found) * len(sites)) - 3))
    tensors, sets = {}, []
    for name, (seed, own) in found.items():
        edits, cuts = tables[name.split("/")[0]]
        tensors[name] = torch.cat([summary(own[site], most) for site in sites if site in own]).float()
        sets.append({"name": name, "runs": runs_of(subject, edits, cuts), "seed": seed,
                     "omitted": [site for site in sites if site not in own]})
    folder = HERE / subject.name
    write_tensors(folder / "gradients.safetensors", tensors, subject.name, "loci-golden-gradients", COMMAND)
    write_json(folder / "gradients.json", {"version": 1, "command": COMMAND, "model": subject.name, "entries": most,
                                           "sites": sites, "sets": sets})
    return sum((folder / f"gradients.{kind}").stat().st_size for kind in ("json", "safetensors"))


def runs_of(subject, edits, cuts):
    """The runs as they are asked of the program; the last one is differentiated."""
    sources = []

    def source(tokens):
        sources.append({"id": f"source {len(sources)}", "tokens": tokens})
        return sources[-1]["id"]

    def asked(one):
        given = one.get("source")
        if given is not None and given["kind"] == "run":
            given = {"kind": "run", "run": source(given["tokens"])}
        if given is not None and given["kind"] == "mean":
            given = {"kind": "mean", "runs": [source(tokens) for tokens in given["tokens"]]}
        rest = {key: value for key, value in one.items() if key not in ("layer", "source")}
        return rest | ({} if given is None else {"source": given})

    tables = {"edits": [asked(one) for one in edits], "cuts": cuts}
    return [*sources, {"id": "edited", "tokens": subject.tokens, **{name: rows for name, rows in tables.items() if rows}}]


if __name__ == "__main__":
    torch.set_num_threads(1)
    for index, (subject, check) in enumerate(subjects()):
        if len(sys.argv) == 1 or subject.name in sys.argv[1:]:
            error, size = check(), write_gradients(subject, index)
            held = "" if error is None else f", {error:.1e} of the largest from transformers'"
            print(f"{subject.name}/gradients.safetensors, {size / 1000:.0f} kB{held}", flush=True)
