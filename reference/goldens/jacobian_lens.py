"""What TransformerLens's `JacobianLens.fit` gives on small checkpoints, and a plain loop over autograd on more of them.

Needs `pip install transformer-lens`, which making the other goldens does not. Writes jacobian_lens/:

- prompts.json: per checkpoint the prompts as token ids, and the settings of the fit
- NAME.pt: the lens, saved by TransformerLens; Atlas's with its default of half floats, the others as float32
- checkpoint.pt: tiny-a's fit as the reference implementation's `write_checkpoint` leaves it, running sums
- plain.safetensors: "NAME/LAYER", the same mean by torch.autograd.grad on Hugging Face's model in float64, for families
  that TransformerLens does not open as well; where it does, both must agree

The models run in float64. All prompts are given as token ids.

    python reference/goldens/jacobian_lens.py
"""

import json
from importlib.metadata import version

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from tokenizers import Tokenizer
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.tools.analysis import JacobianLens
from transformers import AutoModelForCausalLM

from check_transformer_lens_families import with_tokenizer
from store import HERE, versions, write_json, write_tensors

COMMAND = "python reference/goldens/jacobian_lens.py"
OUT = HERE / "jacobian_lens"
ATLAS = HERE.parent.parent / "public/models/atlas"
FITTED = ("tiny-a", "tiny-llama", "tiny-gpt_neox")
PLAIN = ("tiny-falcon", "tiny-gemma2", "tiny-gpt_neo", "tiny-gpt_oss", "tiny-gptj", "tiny-granite", "tiny-mixtral",
         "tiny-olmo2", "tiny-opt", "tiny-phi", "tiny-qwen3")
TINY = {"skip_first": 4, "max_tokens": 10}
LENGTHS = (12, 9, 5, 6)  # cut, whole, too short to count, with one position


def tiny_prompts(name):
    size = json.loads((HERE / name / "config.json").read_text())["vocab_size"]
    g = torch.Generator().manual_seed(17)
    return [torch.randint(1, size, (n,), generator=g).tolist() for n in LENGTHS]


def atlas_prompts():
    tokenizer = Tokenizer.from_file(str(ATLAS / "tokenizer.json"))
    facts = json.loads((ATLAS / "facts.json").read_text())
    texts = [sentence(facts, fact) for fact in facts["facts"]][:60]
    passages = [" ".join(texts[i : i + 12]) for i in range(0, 60, 12)][:4] + [texts[0]]
    return [[0, *tokenizer.encode(text).ids][:80] for text in passages]


def sentence(facts, fact):
    templates = facts["relations"][fact["relation"]]["templates"]
    return templates[fact.get("templates", [0])[0]].format(subject=fact["subject"]) + fact["answer"] + "."


def fitted(folder, prompts, skip_first, max_tokens):
    ids = {str(i): tokens for i, tokens in enumerate(prompts)}
    with with_tokenizer(folder) as copy:
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float64, device="cpu")
    bridge.eval()
    bridge.to_tokens = lambda prompt: torch.tensor([ids[prompt]])
    corpus = "facts joined to passages" if folder == ATLAS else f"random tokens for {folder.name}"
    return JacobianLens.fit(bridge, list(ids), corpus=corpus, max_seq_len=max_tokens, skip_first_positions=skip_first,
                            show_progress=False)


def blocks_of(model):
    found = [m for m in model.modules() if isinstance(m, torch.nn.ModuleList)]
    return next(m for m in found if len(m) == model.config.num_hidden_layers)


def plain(folder, prompts, skip_first, max_tokens):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    model = model.to(torch.float64).eval()
    if hasattr(model, "set_experts_implementation"):
        model.set_experts_implementation("eager")
    kept = {}
    for layer, block in enumerate(blocks_of(model)):
        block.register_forward_hook(
            lambda _, __, out, layer=layer: kept.__setitem__(layer, out[0] if isinstance(out, tuple) else out))
    n, d = model.config.num_hidden_layers, model.config.hidden_size
    sums, count = torch.zeros(n - 1, d, d, dtype=torch.float64), 0
    for tokens in prompts:
        tokens = tokens[:max_tokens]
        valid = range(skip_first, len(tokens) - 1)
        if len(valid) == 0:
            continue
        model(torch.tensor([tokens]), use_cache=False)
        sources = [kept[layer] for layer in range(n - 1)]
        for i in range(d):
            seed = torch.zeros_like(kept[n - 1])
            seed[0, list(valid), i] = 1
            grads = torch.autograd.grad(kept[n - 1], sources, seed, retain_graph=True)
            for layer, grad in enumerate(grads):
                sums[layer, i] += grad[0, list(valid)].mean(0)
        count += 1
    return sums / count


def main():
    OUT.mkdir(exist_ok=True)
    about, tensors, agreement = {}, {}, {}
    jobs = {name: (HERE / name, tiny_prompts(name), TINY) for name in (*FITTED, *PLAIN)}
    jobs["atlas"] = (ATLAS, atlas_prompts(), {"skip_first": 16, "max_tokens": 64})
    for name, (folder, prompts, settings) in jobs.items():
        about[name] = {**settings, "prompts": prompts}
        means = plain(folder, prompts, **settings)
        if name in PLAIN:
            tensors.update({f"{name}/{layer}": mean.float() for layer, mean in enumerate(means)})
            continue
        lens = fitted(folder, prompts, **settings)
        worst = max(((lens.jacobians[l].double() - m).abs().max() / m.abs().max()).item() for l, m in enumerate(means))
        assert worst < 1e-6, (name, worst)
        agreement[name] = worst
        lens.save(str(OUT / f"{name}.pt"), **({} if name == "atlas" else {"dtype": torch.float32}))
        if name == "tiny-a":
            done = lens.n_prompts
            torch.save({"jacobian_sum": {l: m * done for l, m in lens.jacobians.items()}, "n_done": done,
                        "next_idx": len(prompts), "source_layers": lens.source_layers, "target_layer": 1,
                        "skip_first": settings["skip_first"]}, OUT / "checkpoint.pt")
    write_tensors(OUT / "plain.safetensors", tensors, "see the names", "loci-golden-jacobian-lens", COMMAND)
    write_json(OUT / "prompts.json", {
        "version": 1, "command": COMMAND, "transformer_lens": version("transformer-lens"), **versions(),
        "plainAgainstTransformerLens": agreement, "checkpoints": about})
    print(agreement)


if __name__ == "__main__":
    main()
