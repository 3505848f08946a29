"""EAP and EAP-IG of one checkpoint by the code of the `eap` package (Hanna et al. 2024), held to edge_attribution.json.

The package itself is on no registry; circuitkit 0.2.0 carries its code as `circuitkit.backends.eap`. Only that folder is
used, so nothing that circuitkit requires is needed but TransformerLens 3. Its EAP-IG over inputs takes steps k = 1 to m.
Its scores are (corrupted - clean) times the gradient of a loss; ours are those of the loss -(logit difference).
Writes eap_package.json.

    pip download --no-deps -d /tmp circuitkit==0.2.0 && unzip -d /tmp/circuitkit /tmp/circuitkit-0.2.0-*.whl
    pip install --no-deps --target /tmp/tl3 transformer-lens==3.8.0 better_abc
    PYTHONPATH=/tmp/tl3 python reference/goldens/eap_package.py /tmp/circuitkit
"""

import importlib
import json
import sys
import types
from importlib.metadata import version
from pathlib import Path

import checkpoints  # noqa: F401  first, because it keeps the hub off line
import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig  # gone in TransformerLens 4
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

from checkpoints import load_model
from store import HERE, versions, write_json

GOLDEN = json.loads((HERE / "edge_attribution.json").read_text())
CLEAN, CORRUPTED, ANSWER, DISTRACTOR, STEPS = (GOLDEN[k] for k in ("clean", "corrupted", "answer", "distractor", "steps"))
COMMAND = "python reference/goldens/eap_package.py /tmp/circuitkit"
NAME = "tiny-a"


def package(folder):
    """`circuitkit.backends.eap` without what its parents import."""
    for name in ("circuitkit", "circuitkit.backends"):
        module = types.ModuleType(name)
        module.__path__ = [str(Path(folder, *name.split(".")))]
        sys.modules[name] = module
    # Pictures only.
    drawing = types.ModuleType("circuitkit.backends.eap.visualization")
    drawing.generate_random_color = drawing.get_color = None
    sys.modules[drawing.__name__] = drawing
    return [importlib.import_module(f"circuitkit.backends.eap.{part}") for part in ("attribute", "graph")]


def hooked():
    """The checkpoint as a HookedTransformer, in float64, weights raw."""
    theirs = load_model(HERE / NAME, torch.float64)
    c = theirs.config
    cfg = HookedTransformerConfig(
        n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_positions, n_heads=c.n_head, d_head=c.n_embd // c.n_head,
        d_mlp=c.n_inner or 4 * c.n_embd, d_vocab=c.vocab_size, act_fn=c.activation_function, normalization_type="LN",
        eps=c.layer_norm_epsilon, dtype=torch.float64, device="cpu", attn_only=False, original_architecture="GPT2LMHeadModel")
    model = HookedTransformer(cfg)
    model.load_and_process_state_dict(
        convert_gpt2_weights(theirs, cfg), fold_ln=False, center_writing_weights=False, center_unembed=False,
        fold_value_biases=False, refactor_factored_attn_matrices=False)
    tokens = torch.tensor([CLEAN])
    apart = (model(tokens) - theirs(tokens).logits).abs().max().item()
    model.set_use_split_qkv_input(True)
    model.set_use_attn_result(True)
    model.set_use_hook_mlp_in(True)
    return model, apart


def main(folder):
    attribute, graphs = package(folder)
    tokens = {"clean": torch.tensor([CLEAN]), "corrupted": torch.tensor([CORRUPTED])}
    mask = torch.ones_like(tokens["clean"])
    attribute.tokenize_batch_pair = lambda *_, **__: (
        tokens["clean"], tokens["corrupted"], mask, mask, torch.tensor([len(CLEAN)]), len(CLEAN))
    model, apart = hooked()
    print(f"{NAME}: logits within {apart:.1e} of transformers'")
    loss = lambda logits, *_: logits[0, -1, DISTRACTOR] - logits[0, -1, ANSWER]
    data = [(["clean"], ["corrupted"], torch.tensor([0]))]
    methods = {
        "noise": lambda graph: attribute.get_scores_eap(model, graph, data, loss, quiet=True),
        "inputs_clean_end": lambda graph: attribute.get_scores_eap_ig(model, graph, data, loss, steps=STEPS, quiet=True),
        "activations": lambda graph: attribute.get_scores_ig_activations(model, graph, data, loss, steps=STEPS, quiet=True),
    }
    ours = GOLDEN["checkpoints"][NAME]
    found = {}
    for method, score in methods.items():
        graph = graphs.Graph.from_model(model)
        scores = score(graph)
        found[method] = {
            name: scores[graph.forward_index(edge.parent, attn_slice=False),
                         graph.backward_index(edge.child, qkv=edge.qkv, attn_slice=False)].item()
            for name, edge in graph.edges.items()}
        if method in ours:
            most = max(map(abs, ours[method].values()))
            worst = max(abs(found[method][edge] - value) for edge, value in ours[method].items()) / most
            print(f"{method}: {len(found[method])} edges, within {worst:.1e} of the plain loop's largest")
    write_json(HERE / "eap_package.json", {
        "version": 1, "command": COMMAND, "circuitkit": "0.2.0", "transformer_lens": version("transformer-lens"),
        **versions(), "clean": CLEAN, "corrupted": CORRUPTED, "answer": ANSWER, "distractor": DISTRACTOR, "steps": STEPS,
        "checkpoints": {NAME: found}})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1])
