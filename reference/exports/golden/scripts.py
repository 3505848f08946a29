# See src/share/testing/abridgedScripts.ts.
# ablation-mean-per-position.transformer-lens 70057c268e396a46
# ablation-mean-per-position.nnsight e97b923bef4198bf
# ablation-mean.transformer-lens 05f4b35a14d27001
# ablation-mean.nnsight 15fac6524459ab36
# ablation-resample.transformer-lens 9c2bc2492321e76c
# ablation-resample.nnsight 712f52baa2dd17ee
# ablation-zero.transformer-lens 5abecbb8d8428bfa
# ablation-zero.nnsight 603c75885a901a64
# activation-patching-noise.transformer-lens a90c34c082df0b71
# activation-patching-noise.nnsight 78dc41102db463a0
# activation-patching-two-prompts.transformer-lens ebb12c052966a4d2
# activation-patching-two-prompts.nnsight 39a43dc4ea954ee8
# activation-patching.transformer-lens 92f6a0820761a485
# activation-patching.nnsight 36e5f3b5b3714b3e
# attribution-logit.transformer-lens bafedf6815e32d67
# attribution-logit.nnsight fe9680a9d6b5f09f
# attribution.transformer-lens 952e44653a18b188
# attribution.nnsight c4ecb13e8cae517b
# causal-trace-replacement.transformer-lens c1a763b323d6fba3
# causal-trace-replacement.nnsight 4830ff4cf08eadd0
# causal-trace.transformer-lens 86bc388c61c58229
# causal-trace.nnsight d9fd97802208512c
# intervention.transformer-lens 4851e8fda31b6c2f
# intervention.nnsight 32e2b1996b46613c
# knockout-heads.transformer-lens 4e9686590eae36b3
# knockout-heads.nnsight d0cd6b9fe475d902
# knockout.transformer-lens db7959d05d7f4f55
# knockout.nnsight 20363c9bbb837422
# logit-lens-without-norm.transformer-lens 98a14aab657b5509
# logit-lens-without-norm.nnsight 2b9262c9bb550ca1
# logit-lens.transformer-lens f85cff1e4298e791
# logit-lens.nnsight 6b2ee9365c936829
# path-patching-frozen.transformer-lens 700457235c271a83
# path-patching-frozen.nnsight c7fa90d1abdf25e3
# path-patching.transformer-lens 9da78d06d399c036
# path-patching.nnsight 74ef58e4e497a755
# activation-patching-gpt2.transformer-lens 92f6a0820761a485
# activation-patching-gpt2.nnsight d2b6b0f144e40eca
# attribution-gpt2.transformer-lens a939765dd7cca28c
# attribution-gpt2.nnsight ed9f6ba8648d3a5d

#### every transformer-lens script
"""A result of Loci, run again with TransformerLens.
It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install transformer-lens==4.3.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""
import sys
from functools import partial

#### ablation-mean-per-position.transformer-lens, ablation-mean.transformer-lens, ablation-resample.transformer-lens, ablation-zero.transformer-lens, attribution-logit.transformer-lens, attribution.transformer-lens, causal-trace-replacement.transformer-lens, causal-trace.transformer-lens, intervention.transformer-lens, knockout-heads.transformer-lens, knockout.transformer-lens, logit-lens-without-norm.transformer-lens, logit-lens.transformer-lens, path-patching-frozen.transformer-lens, path-patching.transformer-lens, attribution-gpt2.transformer-lens
import numpy as np
import torch
from transformer_lens.model_bridge import TransformerBridge

#### ablation-mean-per-position, ablation-mean, ablation-resample, ablation-zero
ABOUT = "Ablation: Which parts does the answer need?"
UNITS = {  # figure: the activation, and the axes along which one piece after the other is replaced
    "attn_out": ("hook_attn_out", ("position",)),
    "mlp_out_all_pos": ("hook_mlp_out", ()),
    "attn_head_out_by_pos": ("attn.hook_z", ("position", "head")),
    "attn_head_out_all_pos": ("attn.hook_z", ("head",)),
    "neurons": ("mlp.hook_post", ("neuron",)),
    "resid_mid": ("hook_resid_mid", ("position",)),
}
LAYOUT = {  # axes of an activation behind the batch axis
    "hook_attn_out": ["position"],
    "hook_mlp_out": ["position"],
    "attn.hook_z": ["position", "head"],
    "mlp.hook_post": ["position", "neuron"],
    "hook_resid_mid": ["position"],
}
def figures():
    return ablate(CASES[0])

#### every script
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
TOLERANCE = 1e-4
# Loci's own numbers, which this script is to find again.
LOCI = {...}
# compare.py

#### ablation-mean-per-position, ablation-mean, ablation-zero, activation-patching-noise, activation-patching, attribution-logit, attribution, intervention, logit-lens, path-patching-frozen, path-patching, activation-patching-gpt2, attribution-gpt2
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
    },
]

#### ablation-mean-per-position, ablation-mean
REFERENCE = [[3, 9, 27, 20, 60, 58, 52, 34], [5, 25, 3, 15, 14, 9, 45, 42], [7, 49, 38, 22, 32, 41, 43, 57]]  # prompts whose mean activation is put in

#### ablation-mean-per-position.transformer-lens, ablation-mean.transformer-lens, ablation-resample.transformer-lens, ablation-zero.transformer-lens, activation-patching-noise.transformer-lens, activation-patching.transformer-lens, activation-patching-gpt2.transformer-lens
# transformer_lens.py, hook_resid_mid

#### ablation-mean-per-position, ablation-mean, ablation-resample, ablation-zero, activation-patching-two-prompts, activation-patching, attribution, causal-trace-replacement, causal-trace, intervention, knockout, logit-lens-without-norm, logit-lens, path-patching-frozen, path-patching, activation-patching-gpt2, attribution-gpt2
def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]

#### ablation-mean-per-position, ablation-mean, ablation-resample, ablation-zero, activation-patching-noise, activation-patching-two-prompts, activation-patching, activation-patching-gpt2
# sweep.py

#### ablation-mean-per-position
# ablation.py, mean-per-position, mean mean-per-position, drop relative, relative

#### every nnsight script
"""A result of Loci, run again with nnsight.
It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install nnsight==0.8.1 transformers==5.23.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""
import sys
import nnsight
import numpy as np
import torch
from nnsight import TransformersModel
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### ablation-mean-per-position.nnsight, ablation-mean.nnsight, ablation-resample.nnsight, ablation-zero.nnsight
# nnsight.py, llama, attn.hook_z, hook_attn_out, hook_resid_mid, mlp.hook_post, hook_mlp_out

#### ablation-mean
# ablation.py, mean, mean mean-per-position, drop relative, drop

#### ablation-resample
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "others": [[5, 25, 3, 15, 14, 9, 45, 42], [7, 49, 38, 22, 32, 41, 43, 57]],
    },
]
# ablation.py, resample, raw

#### ablation-zero
# ablation.py, zero, drop relative, drop

#### activation-patching-noise.transformer-lens, activation-patching-two-prompts.transformer-lens, activation-patching.transformer-lens, activation-patching-gpt2.transformer-lens
import numpy as np
import torch
from transformer_lens import patching
from transformer_lens.model_bridge import TransformerBridge

#### activation-patching-noise, activation-patching-two-prompts, activation-patching, activation-patching-gpt2
ABOUT = "Activation patching: Which states carry the answer from one prompt to its twin?"

#### activation-patching-noise, activation-patching, activation-patching-gpt2
GRIDS = {  # figure: the activation, and the axes along which one piece after the other is replaced
    "resid_pre": ("hook_resid_pre", ("position",)),
    "resid_mid": ("hook_resid_mid", ("position",)),
    "resid_post": ("hook_resid_post", ("position",)),
    "attn_out": ("hook_attn_out", ("position",)),
    "mlp_out": ("hook_mlp_out", ("position",)),
    "resid_pre_all_pos": ("hook_resid_pre", ()),
    "resid_mid_all_pos": ("hook_resid_mid", ()),
    "resid_post_all_pos": ("hook_resid_post", ()),
    "attn_out_all_pos": ("hook_attn_out", ()),
    "mlp_out_all_pos": ("hook_mlp_out", ()),
    "attn_head_out_by_pos": ("attn.hook_z", ("position", "head")),
    "attn_head_q_by_pos": ("attn.hook_q", ("position", "head")),
    "attn_head_k_by_pos": ("attn.hook_k", ("position", "head")),
    "attn_head_v_by_pos": ("attn.hook_v", ("position", "head")),
    "attn_head_pattern_by_pos": ("attn.hook_pattern", ("head", "destination")),
    "attn_head_pattern_dest_src_pos": ("attn.hook_pattern", ("head", "destination", "source")),
    "attn_head_out_all_pos": ("attn.hook_z", ("head",)),
    "attn_head_q_all_pos": ("attn.hook_q", ("head",)),
    "attn_head_k_all_pos": ("attn.hook_k", ("head",)),
    "attn_head_v_all_pos": ("attn.hook_v", ("head",)),
    "attn_head_pattern_all_pos": ("attn.hook_pattern", ("head",)),
    "neurons": ("mlp.hook_post", ("neuron",)),
}
LAYOUT = {  # axes of an activation behind the batch axis
    "hook_resid_pre": ["position"],
    "hook_resid_mid": ["position"],
    "hook_resid_post": ["position"],
    "hook_attn_out": ["position"],
    "hook_mlp_out": ["position"],
    "attn.hook_z": ["position", "head"],
    "attn.hook_q": ["position", "head"],
    "attn.hook_k": ["position", "head"],
    "attn.hook_v": ["position", "head"],
    "attn.hook_pattern": ["head", "destination", "source"],
    "mlp.hook_post": ["position", "neuron"],
}
def figures():
    return patch(CASES[0])

#### activation-patching-noise, attribution-logit, knockout-heads
def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """p(answer), at the last position."""
    last = logits[:, -1].double()
    return last.softmax(-1)[:, case["answer"]]

#### activation-patching-noise.transformer-lens
# activation_patching.py, noise, lens, raw

#### activation-patching-noise.nnsight, activation-patching.nnsight
# nnsight.py, llama, hook_resid_pre, attn.hook_q, attn.hook_k, attn.hook_v attn.hook_pattern, attn.hook_z, attn.hook_pattern, hook_attn_out, hook_resid_mid, mlp.hook_post, hook_mlp_out, hook_resid_post

#### activation-patching-noise.nnsight
# activation_patching.py, noise, loops, raw

#### activation-patching-two-prompts
ROLES = [
    "before the subject",
    "first subject token",
    "middle subject tokens",
    "last subject token",
    "first token after the subject",
    "further tokens",
    "last token",
]  # whose positions are the "roles" of each case
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "roles": [[0, 1], [2], [3], [4], [5], [6], [7]],
    },
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 44, 18, 18, 51, 47, 46],
        "corrupted": [60, 12, 51, 18, 19, 51, 47, 46],
        "answer": 27,
        "distractor": 7,
        "subject": [2, 5],
        "roles": [[0, 1], [2], [3], [4], [5], [6], [7]],
    },
]
GRIDS = {  # figure: the activation, and the axes along which one piece after the other is replaced
    "resid_pre": ("hook_resid_pre", ("position",)),
    "attn_out": ("hook_attn_out", ("position",)),
    "mlp_out": ("hook_mlp_out", ("position",)),
}
LAYOUT = {  # axes of an activation behind the batch axis
    "hook_resid_pre": ["position"],
    "hook_attn_out": ["position"],
    "hook_mlp_out": ["position"],
}
# roles.py, roles, several
def figures():
    return mean_over_cases([patch(case) for case in CASES])

#### activation-patching-two-prompts.transformer-lens, causal-trace-replacement.transformer-lens, causal-trace.transformer-lens
# transformer_lens.py

#### activation-patching-two-prompts.transformer-lens
# activation_patching.py, denoise, normalised, lens, roles

#### activation-patching-two-prompts.nnsight
# nnsight.py, llama, hook_resid_pre, hook_attn_out, hook_mlp_out
# activation_patching.py, denoise, normalised, loops, roles

#### activation-patching.transformer-lens, activation-patching-gpt2.transformer-lens
# activation_patching.py, denoise, normalised, lens

#### activation-patching.nnsight, activation-patching-gpt2.nnsight
# activation_patching.py, denoise, normalised, loops

#### attribution-logit, attribution, attribution-gpt2
ABOUT = "Direct logit attribution: Which parts write the answer into the last residual stream?"
POSITIONS = []  # of learned positions
SITES = ["hook_attn_out", "hook_mlp_out", "attn.hook_z", "mlp.hook_post", "attn.hook_v", "attn.hook_pattern"]  # what is read of each block
def figures():
    return attribute(CASES[0])

#### attribution-logit
NEURONS = [
    [0, 27],
    [0, 20],
    [0, 18],
    [1, 35],
    [1, 42],
    [1, 10],
    [1, 7],
    [1, 11],
    [1, 23],
    [1, 17],
    [1, 26],
    [1, 27],
    [1, 4],
    [1, 1],
    [1, 12],
    [0, 40],
    [1, 14],
    [1, 40],
    [1, 6],
    [1, 33],
]  # layer and neuron, those that write most
# attribution.py, logit, RMSNorm, heads sources, heads, neurons, sources

#### attribution-logit.transformer-lens, attribution.transformer-lens, attribution-gpt2.transformer-lens
# transformer_lens.py, weights

#### attribution-logit.nnsight, attribution.nnsight
# nnsight.py, llama, hook_embed, attn.hook_v attn.hook_pattern, attn.hook_z, attn.hook_pattern, hook_attn_out, mlp.hook_post, hook_mlp_out, hook_resid_post, weights

#### attribution, attribution-gpt2
NEURONS = [
    [0, 20],
    [0, 27],
    [0, 18],
    [0, 31],
    [1, 40],
    [1, 44],
    [1, 7],
    [0, 12],
    [1, 17],
    [1, 42],
    [1, 10],
    [1, 39],
    [1, 35],
    [1, 6],
    [1, 14],
    [1, 33],
    [1, 23],
    [1, 15],
    [0, 39],
    [0, 29],
]  # layer and neuron, those that write most

#### attribution
# attribution.py, difference, RMSNorm, heads sources, heads, neurons, sources

#### causal-trace-replacement, causal-trace
ABOUT = "Causal trace: Where is the fact?"
PROMPT = "tiny-llama, clean"
TOKENS = [60, 12, 51, 18, 19, 51, 47, 46]
CASE = {"answer": 7, "distractor": 27}
KINDS = ["hidden", "mlp", "attn"]  # of restored state; hidden: a single layer, the others: a window of layers
HOOKS = {"hidden": "hook_resid_post", "mlp": "hook_mlp_out", "attn": "hook_attn_out"}
WINDOW = [[0, 1], [0, 2]]  # [begin, end) around each layer
GROUPS = {"subject": [2, 3, 4]}  # restored together

#### causal-trace-replacement
CORRUPTED = [60, 12, 44, 18, 18, 51, 47, 46]  # the prompt that takes its place
# causal_trace.py, replacement, groups

#### causal-trace-replacement.nnsight
# nnsight.py, llama, hook_attn_out, hook_mlp_out, hook_resid_post

#### causal-trace
SUBJECT = [2, 5]  # positions [begin, end)
NOISE = 3 * 0.4  # times the standard deviation of subjects' embeddings
SAMPLES, SEED = 3, 1
# causal_trace.py, noise, groups

#### causal-trace.nnsight
# nnsight.py, llama, hook_embed, hook_attn_out, hook_mlp_out, hook_resid_post

#### intervention
ABOUT = "What if: What happens if I change this?"
ON = "clean"  # the run that is changed
SOURCES = ["blocks.0.hook_resid_mid", "blocks.1.hook_resid_pre"]  # activations that are put in
TOP = 10  # next tokens that are listed
# changes.py, edits, along, numbers, noise, uniform, reversed
def changes(case, runs):
    """The edits, by hook."""
    T = len(case[ON])
    return all_of(
        [
            *(hide(layer, None, [T - 1], range(*case["subject"])) for layer in range(0, 2)),
            *(hide(layer, 1, [5], [3], -1.5) for layer in range(1, 2)),
            *(change(f"blocks.{layer}.attn.hook_pattern", [T - 1], lambda x, at: uniform(x), head=3) for layer in range(0, 1)),
            *(change(f"blocks.{layer}.attn.hook_pattern", [4, 5], lambda x, at: reversed(x)) for layer in range(1, 2)),
            change("hook_embed", range(*case["subject"]), lambda x, at: x + 0.5 * noise(x, seed=3, draw=1)),
            change("blocks.0.attn.hook_z", [6], lambda x, at: 0.5 * x, head=2),
            change("blocks.0.mlp.hook_post", range(T), lambda x, at: x.clamp(-0.1, 0.1), columns=slice(0, 20)),
            change("blocks.0.hook_resid_mid", [T - 1], lambda x, at: 0.7 * x + 0.3 * runs["corrupted"]["blocks.0.hook_resid_mid"][at]),
            change("blocks.0.hook_resid_post", [case["subject"][1] - 1], lambda x, at: x - along(x, numbers([
    -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4,
    0.3, -0.1, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2
], x))),
            change("blocks.1.hook_resid_pre", range(T - 1), lambda x, at: x + along(runs["corrupted"]["blocks.1.hook_resid_pre"][at] - x, numbers([
    -0.6, -0.1, 0.4, -0.4, 0.1, 0.6, -0.2, 0.3, -0.5, 0, 0.5, -0.3, 0.2, -0.6, -0.1, 0.4, -0.4, 0.1, 0.6,
    -0.2, 0.3, -0.5, 0, 0.5, -0.3, 0.2, -0.6, -0.1, 0.4, -0.4, 0.1, 0.6, -0.2, 0.3, -0.5, 0
], x))),
            change("blocks.1.attn.hook_v", [2, 3], lambda x, at: 0 * x + numbers([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1], x), head=1),
        ]
    )
# intervention.py, sources, single
def figures():
    return what_if(CASES[0])

#### intervention.transformer-lens
# transformer_lens.py, hook_resid_mid, masks

#### intervention.nnsight
# nnsight.py, llama, hook_embed, hook_resid_pre, attn.hook_v attn.hook_pattern, attn.hook_z, attn.hook_pattern, hook_resid_mid, mlp.hook_post, hook_resid_post

#### intervention.nnsight, knockout-heads.nnsight, knockout.nnsight
# masks.py, masks

#### knockout-heads, knockout
ABOUT = "Attention knockout: Between which tokens does the answer flow, and where?"
PAIRS = ["answer → subject", "answer → not-subject", "answer → answer"]  # "pairs" of each case: queries, and the keys that they may not see
WINDOW = [[0, 1], [0, 2]]  # layers [begin, end) that are masked together around each layer
# changes.py

#### knockout-heads
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "pairs": [[[7], [2, 3, 4]], [[7], [0, 1, 5, 6]], [[7], [7]]],
    },
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 44, 18, 18, 51, 47, 46],
        "corrupted": [60, 12, 51, 18, 19, 51, 47, 46],
        "answer": 27,
        "distractor": 7,
        "subject": [2, 5],
        "pairs": [[[7], [2, 3, 4]], [[7], [0, 1, 5, 6]], [[7], [7]]],
    },
]
HEADS = [[0, 1], [1, 4]]  # layer and head
# roles.py, several
# knockout.py, heads, raw
def figures():
    return mean_over_cases([knock_out(case) for case in CASES])

#### knockout-heads.transformer-lens, knockout.transformer-lens
# transformer_lens.py, masks

#### knockout-heads.nnsight, knockout.nnsight
# nnsight.py, llama, attn.hook_v attn.hook_pattern, attn.hook_pattern

#### knockout
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "pairs": [[[7], [2, 3, 4]], [[7], [0, 1, 5, 6]], [[7], [7]]],
    },
]
# knockout.py, drop relative, all_heads, drop
def figures():
    return knock_out(CASES[0])

#### logit-lens-without-norm, logit-lens
ABOUT = "Logit lens: What would the model say if it stopped after this block?"
TOP_K = 5
def figures():
    return lens(CASES[0])

#### logit-lens-without-norm
CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
        "roles": [[2, 3, 4]],
    },
]
STATES = ["resid_post"]  # what is read
NORM = False  # through the final norm
# roles.py, roles
# logit_lens.py, rows, single

#### logit-lens-without-norm.transformer-lens
# transformer_lens.py, read_out

#### logit-lens-without-norm.nnsight
# nnsight.py, llama, hook_resid_pre, hook_resid_post, read_out

#### logit-lens
STATES = ["resid_post", "resid_mid", "attn_out", "mlp_out"]  # what is read
NORM = True  # through the final norm
# logit_lens.py, positions, single

#### logit-lens.transformer-lens
# transformer_lens.py, hook_resid_mid, read_out

#### logit-lens.nnsight
# nnsight.py, llama, hook_resid_pre, hook_attn_out, hook_resid_mid, hook_mlp_out, hook_resid_post, read_out

#### path-patching-frozen, path-patching
ABOUT = "Path patching: Which part speaks to which?"
def figures():
    return path_patch(CASES[0])

#### path-patching-frozen
RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head
    "to a1.h2<q> a1.h1<k> a1.h0<v> m1 resid1": [("q", 1, 2), ("k", 1, 1), ("v", 1, 0), ("mlp", 1), ("resid", 1)],
}
# path_patching.py, denoise, frozen, normalised, everything

#### path-patching-frozen.transformer-lens, path-patching.transformer-lens
# transformer_lens.py, hook_mlp_in

#### path-patching-frozen.nnsight, path-patching.nnsight
# nnsight.py, llama, hook_resid_pre, attn.hook_q, attn.hook_k, attn.hook_v attn.hook_pattern, attn.hook_z, hook_mlp_in, hook_mlp_out

#### path-patching
RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head
    "to logits": [("logits",)],
    "to a1.h2<q>": [("q", 1, 2)],
    "to a1.h1<k>": [("k", 1, 1)],
    "to a1.h0<v>": [("v", 1, 0)],
    "to m1": [("mlp", 1)],
    "to resid1": [("resid", 1)],
}
# path_patching.py, noise, normalised, everything

#### activation-patching-gpt2.nnsight
# nnsight.py, gpt2, hook_resid_pre, attn.hook_q attn.hook_k attn.hook_v attn.hook_pattern, attn.hook_z, attn.hook_pattern, hook_attn_out, hook_resid_mid, mlp.hook_post, hook_mlp_out, hook_resid_post

#### attribution-gpt2
# attribution.py, difference, LayerNorm, heads sources, heads, neurons, sources

#### attribution-gpt2.nnsight
# nnsight.py, gpt2, hook_embed, attn.hook_q attn.hook_k attn.hook_v attn.hook_pattern, attn.hook_z, attn.hook_pattern, hook_attn_out, mlp.hook_post, hook_mlp_out, hook_resid_post, weights
