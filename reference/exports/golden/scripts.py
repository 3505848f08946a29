#### causal-trace.transformer-lens, activation-patching.transformer-lens, ablation-mean.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens
"""A result of Loci, run again with TransformerLens.

It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install transformer-lens==4.3.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""

import sys
from functools import partial

#### causal-trace.transformer-lens, ablation-mean.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens
import numpy as np
import torch
from transformer_lens.model_bridge import TransformerBridge

#### causal-trace.transformer-lens
ABOUT = "Causal trace: Where is the fact?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### causal-trace.nnsight, activation-patching.nnsight, ablation-mean.nnsight, path-patching.nnsight, knockout.nnsight, intervention.nnsight, logit-lens.nnsight, attribution.nnsight
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

#### causal-trace.nnsight
ABOUT = "Causal trace: Where is the fact?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### causal-trace.transformer-lens, causal-trace.nnsight
PROMPT = "tiny-llama, clean"
TOKENS = [60, 12, 51, 18, 19, 51, 47, 46]
CASE = {"answer": 7, "distractor": 27}
SUBJECT = [2, 5]  # positions [begin, end)
NOISE = 3 * 0.4  # times the standard deviation of subjects' embeddings
SAMPLES, SEED = 3, 1
KINDS = ["hidden", "mlp", "attn"]  # of restored state; hidden: a single layer, the others: a window of layers
HOOKS = {"hidden": "hook_resid_post", "mlp": "hook_mlp_out", "attn": "hook_attn_out"}
WINDOW = [[0, 1], [0, 2]]  # [begin, end) around each layer
GROUPS = {"subject": [2, 3, 4]}  # restored together

#### activation-patching.transformer-lens
import numpy as np
import torch
from transformer_lens import patching
from transformer_lens.model_bridge import TransformerBridge

ABOUT = "Activation patching: Which states carry the answer from one prompt to its twin?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### activation-patching.nnsight
ABOUT = "Activation patching: Which states carry the answer from one prompt to its twin?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### activation-patching.transformer-lens, activation-patching.nnsight
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

#### ablation-mean.transformer-lens
ABOUT = "Ablation: Which parts does the answer need?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### ablation-mean.nnsight
ABOUT = "Ablation: Which parts does the answer need?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### ablation-mean.transformer-lens, ablation-mean.nnsight
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
REFERENCE = [[3, 9, 27, 20, 60, 58, 52, 34], [5, 25, 3, 15, 14, 9, 45, 42], [7, 49, 38, 22, 32, 41, 43, 57]]  # prompts whose mean activation is put in
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

#### path-patching.transformer-lens
ABOUT = "Path patching: Which part speaks to which?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### path-patching.nnsight
ABOUT = "Path patching: Which part speaks to which?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### path-patching.transformer-lens, path-patching.nnsight
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
RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head
    "to logits": [("logits",)],
    "to a1.h2<q>": [("q", 1, 2)],
    "to a1.h1<k>": [("k", 1, 1)],
    "to a1.h0<v>": [("v", 1, 0)],
    "to m1": [("mlp", 1)],
    "to resid1": [("resid", 1)],
}

#### knockout.transformer-lens
ABOUT = "Attention knockout: Between which tokens does the answer flow, and where?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### knockout.nnsight
ABOUT = "Attention knockout: Between which tokens does the answer flow, and where?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### knockout.transformer-lens, knockout.nnsight
PAIRS = ["answer → subject", "answer → not-subject", "answer → answer"]  # "pairs" of each case: queries, and the keys that they may not see
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
WINDOW = [[0, 1], [0, 2]]  # layers [begin, end) that are masked together around each layer

#### intervention.transformer-lens
ABOUT = "What if: What happens if I change this?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### intervention.nnsight
ABOUT = "What if: What happens if I change this?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### intervention.transformer-lens, intervention.nnsight
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
ON = "clean"  # the run that is changed
SOURCES = ["blocks.0.hook_resid_mid", "blocks.1.hook_resid_pre"]  # activations that are put in
TOP = 10  # next tokens that are listed

#### logit-lens.transformer-lens
ABOUT = "Logit lens: What would the model say if it stopped after this block?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### logit-lens.nnsight
ABOUT = "Logit lens: What would the model say if it stopped after this block?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### logit-lens.transformer-lens, logit-lens.nnsight
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
STATES = ["resid_post", "resid_mid", "attn_out", "mlp_out"]  # what is read
NORM = True  # through the final norm
TOP_K = 5

#### attribution.transformer-lens
ABOUT = "Direct logit attribution: Which parts write the answer into the last residual stream?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

#### attribution.nnsight
ABOUT = "Direct logit attribution: Which parts write the answer into the last residual stream?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None
REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves

#### attribution.transformer-lens, attribution.nnsight
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
POSITIONS = []  # of learned positions
SITES = ["hook_attn_out", "hook_mlp_out", "attn.hook_z", "mlp.hook_post", "attn.hook_v", "attn.hook_pattern"]  # what is read of each block
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

#### causal-trace.transformer-lens, activation-patching.transformer-lens, ablation-mean.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens, causal-trace.nnsight, activation-patching.nnsight, ablation-mean.nnsight, path-patching.nnsight, knockout.nnsight, intervention.nnsight, logit-lens.nnsight, attribution.nnsight
TOLERANCE = 1e-4

#### causal-trace.transformer-lens, causal-trace.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"clean": {"shape": [], "values": [
12.4345443
]},
"corrupted": {"shape": [], "values": [
-4.31093739
]},
"hidden restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -3.3027544, -4.31093739, -4.47891464, -4.31093739,
-4.32326044, -4.31093739, -3.39682286, -4.31093739, -4.21456053, -4.31093739, 9.15492721, 12.4345443
]},
"hidden effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 1.00818299, 0, -0.167977247, 0, -0.012323045, 0, 0.914114534, 0, 0.0963768638, 0, 13.4658646,
16.7454816
]},
"hidden effect of subject": {"shape": [2], "values": [
1.26664123, 0
]},
"mlp restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -4.1101181, -4.1101181, -5.05928553, -5.05928553,
-4.32493008, -4.32493008, -2.89063246, -2.89063246, -4.42364013, -4.42364013, 4.54376459, 7.05354723
]},
"mlp effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 0.200819289, 0.200819289, -0.748348134, -0.748348134, -0.0139926854, -0.0139926854, 1.42030493,
1.42030493, -0.112702736, -0.112702736, 8.85470199, 11.3644846
]},
"mlp effect of subject": {"shape": [2], "values": [
-0.329821367, -0.329821367
]},
"attn restored": {"shape": [8, 2], "values": [
-4.31093739, -4.31093739, -4.31093739, -4.31093739, -3.93690958, -3.93690958, -6.150024, -6.150024,
-4.04192314, -4.04192314, -3.39682286, -3.39682286, -4.21456053, -4.21456053, 9.15492721, 12.4345443
]},
"attn effect": {"shape": [8, 2], "values": [
0, 0, 0, 0, 0.374027817, 0.374027817, -1.8390866, -1.8390866, 0.269014251, 0.269014251, 0.914114534,
0.914114534, 0.0963768638, 0.0963768638, 13.4658646, 16.7454816
]},
"attn effect of subject": {"shape": [2], "values": [
-1.22927565, -1.22927565
]}
}

#### activation-patching.transformer-lens, activation-patching.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"resid_pre": {"shape": [2, 8], "values": [
0, 0, 0.279855938, 0, 0.461381924, 0, 0, 0, 0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757,
-0.00144213432, 1.02884187
]},
"resid_mid": {"shape": [2, 8], "values": [
0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 1
]},
"resid_post": {"shape": [2, 8], "values": [
0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 1
]},
"attn_out": {"shape": [2, 8], "values": [
0, 0, 0.0261646553, -0.0080082766, 0.00833281273, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 0.344853354
]},
"mlp_out": {"shape": [2, 8], "values": [
0, 0, 0.0304143943, -0.00363465146, 0.00292900314, 0.020429243, 0.00258335105, 0.651297793, 0, 0, 0, 0, 0, 0,
0, 0.219434875
]},
"resid_pre_all_pos": {"shape": [2], "values": [
1, 1
]},
"resid_mid_all_pos": {"shape": [2], "values": [
1, 1
]},
"resid_post_all_pos": {"shape": [2], "values": [
1, 1
]},
"attn_out_all_pos": {"shape": [2], "values": [
1.00197967, 0.344853354
]},
"mlp_out_all_pos": {"shape": [2], "values": [
0.703688416, 0.219434875
]},
"attn_head_out_by_pos": {"shape": [2, 8, 6], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00263000086, 0.0066406368, -0.0115854809, 0.0258974753, 0.0150566349,
0.0165209437, -0.00521428863, -0.00109913773, 0.00126337559, -0.000304623784, -0.0000876188, -0.0048022807,
-0.00692698532, 0.00590353632, 0.00150423316, 0.0543636442, -0.000224963079, 0.00521165324, 0.0226060672,
-0.0368010117, 0.00976804109, 0.0113226805, 0.00773805808, 0.0285026938, -0.0156397612, 0.0000563436951,
0.00749578463, -0.00294244586, 0.000771727632, -0.000498862848, 0.111835336, 0.0462074992, -0.00373655472,
-0.0102277333, 0.161760069, 0.67828931, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.034733863, 0.00199867715, -0.0346194522, 0.1812353,
0.0236810017, 0.0977468939
]},
"attn_head_q_by_pos": {"shape": [2, 8, 6], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00133366483, 0.00140521259, -0.00137151116, 0.0126782578, 0.0157775287,
0.0101084847, 0, 0, 0, 0, 0, 0, -0.00115745614, 0.000229611933, -0.0008365779, -0.00186316603, -0.00305836055,
0.00897925636, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0673417924,
-0.0147125506, -0.00252504894, 0.16876559, -0.00456982231, 0.101627808
]},
"attn_head_k_by_pos": {"shape": [2, 8, 2], "values": [
0, 0, 0, 0, -0.0290192841, 0.26002752, 0, 0, 0.160014835, 0.200498896, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0279809121, 0.00089773055, 0.00943225615, -0.00135612703, -0.00519480106, 0.0125748122, -0.0133862487,
0.00775477521, -0.00148682197, 0.00148576163, -0.000504783342, 0.13857927
]},
"attn_head_v_by_pos": {"shape": [2, 8, 2], "values": [
0, 0, 0, 0, -0.0184605121, 0.261388487, 0, 0, -0.0121185455, -0.0106706796, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0567326076, 0.00130364998, -0.00538900075, -0.0121561637, -0.0133758866, 0.0404881895, 0.0201999937,
-0.0020193255, 0.000421585212, 0.00298232143, 0.0369612609, 0.254688874
]},
"attn_head_pattern_by_pos": {"shape": [2, 6, 8], "values": [
0, 0, -0.000882590626, -0.00467109576, -0.00375892906, 0.0177478635, -0.00504388173, 0.114744983, 0, 0,
0.00398956383, -0.00093539318, -0.00114994902, -0.0336021197, 0.000205534314, 0.0538078428, 0, 0,
-0.00172042302, 0.00206836289, -0.000298754071, 0.0219932313, 0.00764996939, 0.00262463315, 0, 0, 0.025695646,
-0.000127913362, 0.0551155645, 0.0146179937, 0.00578135331, -0.00134447444, 0, 0, 0.00939142013,
-0.0000284341462, 0.00299491003, -0.000239889686, -0.000135618833, 0.0898284844, 0, 0, 0.0168627694,
-0.00213172505, 0.0107858969, 0.0239304596, 0.00031735727, 0.32430617, 0, 0, 0, 0, 0, 0, 0, 0.0609645813, 0,
0, 0, 0, 0, 0, 0, -0.0120251055, 0, 0, 0, 0, 0, 0, 0, -0.0292521305, 0, 0, 0, 0, 0, 0, 0, 0.127108842, 0, 0,
0, 0, 0, 0, 0, 0.0173465915, 0, 0, 0, 0, 0, 0, 0, 0.0289949706
]},
"attn_head_pattern_dest_src_pos": {"shape": [2, 6, 8, 8], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00285742336, -0.00222987245, -0.000499407859, 0, 0, 0, 0, 0,
0.0000187291469, -0.0000879337623, -0.0039296049, 0.000427531623, 0, 0, 0, 0, 0.001185167, -0.000666115677,
-0.00515268609, 0.00143654332, -0.00117710185, 0, 0, 0, -0.000394500811, 0.0046205577, 0.0105453063,
-0.000573644268, 0.000281859788, 0.00671415319, 0, 0, -0.00049849544, -0.00078547677, 0.00111202893,
0.0000162830204, -0.0036368611, -0.00032672638, 0.000647379895, 0, -0.0000149478421, 0.0070782425,
-0.00514699377, -0.00290855835, 0.094675825, 0.000570348664, -0.0000393019999, 0.0115726632, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.000034703301, 0.000421725529, 0.0037574518, 0, 0, 0, 0, 0, 0.00000369290449,
-0.00026945656, -0.000772919767, 0.0000943566809, 0, 0, 0, 0, 0.000121097316, 0.000451585334, 0.00215177513,
-0.00173890008, -0.00114348224, 0, 0, 0, 0.00115856558, -0.0099512994, -0.0333336429, 0.00258922969,
0.00234204049, -0.00116846398, 0, 0, -0.0000218406926, 0.0000906055768, -0.000118238961, -7.62478671e-7,
0.000365239858, -0.00000331363998, 0.00000269890994, 0, 0.00037914319, 0.00252497196, 0.00482984286,
-0.00670462365, 0.0500949146, 0.00448200898, 0.00123775922, -0.000752412104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, -0.00120844811, -0.000113235807, -0.000525903683, 0, 0, 0, 0, 0, -0.0000952731652,
0.000132131822, 0.00227035691, -0.000204973832, 0, 0, 0, 0, 0.000566656648, -0.000933267812, -0.000339774344,
0.000229368642, 0.0000270105081, 0, 0, 0, -0.00084825005, 0.0196051679, -0.0207441361, -0.00259711278,
0.0283684329, 0.00261468083, 0, 0, 0.0000459059357, 0.000417330274, 0.00126801365, -0.000281821368,
0.00579065776, -0.000437087738, -0.00000182513445, 0, -0.000113077858, -0.00160769388, 0.00197283919,
-0.0000176534927, 0.0051167165, -0.00217841776, 0.000035759058, -0.00148933917, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0.00618228575, 0.0245496375, 0.000985176904, 0, 0, 0, 0, 0, 0.000104465736, -0.000239592786,
0.0000115483041, 0.00000295424508, 0, 0, 0, 0, -0.00249199606, 0.0248564537, 0.00269827731, 0.000114032918,
0.0437069038, 0, 0, 0, 0.00969861528, 0.0129071558, -0.00740071541, 0.000414597301, -0.00010577332,
0.000309379627, 0, 0, -0.0000183845283, -0.0000755012279, 0.000868946646, -0.0000819996717, 0.00443635085,
-0.0000253026315, 0.00000639829199, 0, 0.00522137187, -0.00541551622, -0.00267209834, 0.00217803541,
0.00307441389, -0.0019471477, 0.0000969099319, 0.0000436337221, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0.000165376058, 0.0192788077, -0.00611814412, 0, 0, 0, 0, 0, -0.0000572120457, 0.0000232740179,
0.00000414478106, 8.32781355e-7, 0, 0, 0, 0, -0.00223450752, -0.00284804828, 0.000568324231, -0.0000902889388,
0.00485540278, 0, 0, 0, -0.000292110312, -0.000271179653, -0.00590503023, -0.00404575136, 0.0113041641,
0.0000652846656, 0, 0, -0.0000435309409, -0.0000745676005, 0.0000420848527, 0.0016512738, 0.00244912812,
7.85151695e-8, -0.00000703377307, 0, -0.000608685749, 0.00126120912, 0.1000109, 0.000208196933, 0.0439882529,
0.00745346386, -0.00291485802, 0.00888166545, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00133969399,
0.0187644144, -0.0000587764559, 0, 0, 0, 0, 0, -0.000111009028, -0.00198516079, -0.00039019127,
0.000511971448, 0, 0, 0, 0, 0.000427822553, 0.00385549174, -0.000869692285, 0.0012719882, 0.00529086521, 0, 0,
0, 0.0000192388413, 0.013662581, -0.0000698527109, -0.00498113685, 0.0156511731, 0.000209030726, 0, 0,
0.0000185088382, 0.000116992575, -0.0000130633974, -0.0000204128236, 0.0000243472718, 0.0000266968628,
0.000135956881, 0, 0.0000877534177, -0.00737914468, 0.265948302, 0.000353320527, 0.252218847,
-0.0000347093479, 0.00674146547, 0.000421263716, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0239426123, 0.0000410959646, 0.0150559121, 0.0146840426, 0.0349821193, 0.0145866371, -0.00270202645,
-0.00913945796, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00000617243896, -0.000184386486,
-0.0000747499602, -0.0048432431, -0.00437551189, 0.000121187214, -0.0000553997922, -0.00319083394, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00352886098, 0.0172263131, 0.00496338721, 0.0135605697,
0.0275484543, -0.0525655112, -0.000132590303, 0.0000257234018, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0.0125327289, 0.0149915821, 0.00256498599, -0.00152098964, 0.000176464109, -0.00104415501,
0.00148544699, 0.096341088, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0110567273,
0.00930956209, -0.00059248618, 0.000153879539, -0.000263029716, 0.0000168669186, -0.000344391447,
-0.000765832856, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00075765794, -0.00258333545,
0.00580959696, 0.00252303213, 0.00969576139, 0.00256027433, 0.000310128466, 0.00490856099
]},
"attn_head_out_all_pos": {"shape": [2, 6], "values": [
0.0798885445, 0.0382764046, -0.00150260123, 0.100271116, 0.181253581, 0.617461253, 0.034733863, 0.00199867715,
-0.0346194522, 0.1812353, 0.0236810017, 0.0977468939
]},
"attn_head_q_all_pos": {"shape": [2, 6], "values": [
0.0000943047274, 0.00178725227, -0.00235286613, 0.00989455426, 0.0123654103, 0.0179083561, 0.0673417924,
-0.0147125506, -0.00252504894, 0.16876559, -0.00456982231, 0.101627808
]},
"attn_head_k_all_pos": {"shape": [2, 2], "values": [
0.166114733, 0.263087343, 0.0803907348, 0.205756894
]},
"attn_head_v_all_pos": {"shape": [2, 2], "values": [
0.0407150252, 0.281247057, 0.0683519111, 0.295323628
]},
"attn_head_pattern_all_pos": {"shape": [2, 6], "values": [
0.107621131, 0.0378174599, 0.0255030643, 0.113290054, 0.109503826, 0.334813932, 0.0609645813, -0.0120251055,
-0.0292521305, 0.127108842, 0.0173465915, 0.0289949706
]},
"neurons": {"shape": [2, 45], "values": [
0.00451643231, 0.0050691599, 0.0880760056, 0.0062178464, 0.00358294046, 0.026363673, -0.0121983925,
0.00730408817, 0.00578143413, 0.00480168088, 0.0013203607, 0.00460276156, 0.0681139389, 0.0461473609,
-0.00278359261, -0.00018344627, 0.0252740206, -0.00137109105, 0.22533168, 0.0131246801, 0.177345628,
0.0249423794, 0.000822069638, 0.0504056742, 0.00210341184, 0.0166230077, -0.00141997823, 0.0925237007,
-0.00341480524, 0.00182884662, 0.00631331419, -0.0191881961, -0.00236789046, 0.0392071235, 0.0289722964,
-0.0052035423, -0.00240348438, 0.00347870894, 0.0159982685, 0.000786413592, 0.0120418492, -0.0192032728,
0.00639590685, -0.00268360597, 0.00237040713, 0.00185626396, 0.0141270573, 0.00111545979, 0.00474048337,
-0.0049564292, -0.0248776106, 0.0460798146, -0.018184342, 0.00181025352, 0.00436176008, 0.0224229485,
-0.0117655516, -0.000794696014, -0.00045752783, 0.00749961311, 0.0128567246, -0.00520970889, 0.0168088177,
0.000704426795, -0.00247338954, 0.000703840627, 0.000546292298, 0.0820550643, -0.0210141152, 0.000555088762,
0.0000219501072, 0.000257197969, 0.0123517635, 0.000346102812, 0.00167205236, 0.00035199203, 0.00493930657,
-0.00142162337, 0.0310105043, -0.00913405669, -0.000476767514, -0.000390446448, 0.00501283552, 0.00118179558,
0.00010484212, 0.021970824, -0.00457327859, 0.0312972109, 0.00163072098, -0.00255502016
]}
}

#### ablation-mean.transformer-lens, ablation-mean.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"attn_out": {"shape": [2, 8], "values": [
-0.190202896, -0.426629909, 0.357922858, 0.122183579, 0.59240678, 0.526927891, 1.80720201, 16.1546853, 0, 0,
0, 0, 0, 0, 0, 3.59615965
]},
"mlp_out_all_pos": {"shape": [2], "values": [
17.5522455, -0.635674175
]},
"attn_head_out_by_pos": {"shape": [2, 8, 6], "values": [
0.907767593, -0.00777514394, -0.10492449, -0.29510837, -0.268715726, -0.16063873, -0.355151645, 1.05418185,
-1.27633702, -0.933177713, -0.027100478, 0.473788363, 0.0213322666, 0.396918043, -0.318154856, -0.14354065,
0.129203122, -0.524587387, 0.0542688666, 0.121169424, -0.321824066, 2.35208071, -0.274575944, 0.193285027,
-0.781742899, -0.540076991, -0.645109227, 0.244030744, 3.36796765, 0.107361601, -0.194775357, 0.00132692218,
0.211823135, -0.0996907263, -0.0220162874, -0.0253083372, 0.115151692, -0.379618667, 0.0696994245,
0.461722963, -0.0900842952, 0.112883367, 3.79317932, -0.240260826, 1.89787456, -0.956591348, -0.160040009,
4.59789955, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0.383643916, 1.99436366, -0.210045866, 0.881981849, -0.418863512, 0.948033993
]},
"attn_head_out_all_pos": {"shape": [2, 6], "values": [
2.30493293, -0.0912215975, -0.406395426, 0.719421284, 0.536012885, 8.60961654, 0.383643916, 1.99436366,
-0.210045866, 0.881981849, -0.418863512, 0.948033993
]},
"neurons": {"shape": [2, 45], "values": [
0.281301854, 0.00861402136, 1.10813421, -0.106203287, -0.455254398, -0.107823961, 0.0430544346, -1.06214963,
0.163310744, -0.0900599804, -0.00322762843, -0.29037775, 0.11211056, 0.451341103, -0.0531116017, -0.510212855,
0.532963138, 0.130743055, 0.391057675, 0.0039942537, 4.85765717, -0.702096067, 0.0138890465, 0.0453233555,
-0.112346304, 0.0223985876, -0.0559364976, 1.19691108, 0.288074511, -0.24281606, 0.169788322, -0.0378030829,
0.0834209624, -0.910257634, 0.141840618, -0.0107176196, -0.0296403299, 0.00678806383, -0.663398766,
-0.227466721, -0.072178315, -0.000401385728, 0.0804215803, 0.0363112206, 0.350156983, 0.000900189198,
0.0881366406, -0.00651735319, 0.130002545, 0.0132025521, -0.763300474, 0.747771282, -0.51764237, 0.0217440889,
-0.0233754321, 0.215571845, 0.171150102, -0.00676553574, 0.149571649, -0.192242422, -0.170710561,
0.00679291945, 0.158236586, -0.021574954, -0.0000607222333, 0.00315012763, 0.102310385, 0.406922695,
-0.0616667148, -0.00713943483, 0.0721626803, 0.0132043668, 0.11440566, 0.021387869, 0.0720303297,
-0.107922047, 0.239355249, 0.0153625848, 0.0187112751, 0.0452615405, 0.0730637351, 0.00730302365,
-0.129865155, 0.0288061828, -0.161070577, 0.640537953, 0.0358776839, -0.984481983, 0.0132246896, -0.886639983
]},
"resid_mid": {"shape": [2, 8], "values": [
-0.0744128504, 0.548358278, 0.236965159, 0.458641291, 0.257297721, 0.252550007, 0.067732824, 8.45308269, 0, 0,
0, 0, 0, 0, 0, 15.8561045
]}
}

#### knockout.transformer-lens, knockout.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"knockout": {"shape": [3, 2], "values": [
17.8404499, 18.3356683, 2.93664501, 3.40581956, -0.770392376, 0.041081365
]}
}

#### intervention.transformer-lens, intervention.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"metric": {"shape": [3], "values": [
12.4345443, -6.26374558, -18.6982898
]},
"kl": {"shape": [1], "values": [
6.40461012
]},
"next_tokens": {"shape": [18, 2], "values": [
0.800902659, 0.000505452939, 0.0207808772, 0.49128508, 0.00000318658754, 0.265455029, 0.000361742769,
0.0785130073, 0.0325122632, 0.0631496962, 0.0279612067, 0.00014407013, 0.0000567069576, 0.0198527116,
0.0182030263, 0.00218523108, 0.0000318329283, 0.0153238859, 0.000909235259, 0.0125925109, 0.0111229978,
0.00000476562492, 0.0108830439, 0.000616970756, 0.0107802959, 0.00000757903397, 0.0104592238, 0.0000677402629,
0.000459879884, 0.00946338886, 0.0071310134, 0.000018993226, 0.000660262863, 0.00658925215, 0.00000307663454,
0.0064550755
]}
}

#### logit-lens.transformer-lens, logit-lens.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"resid_post_top": {"shape": [8, 3], "values": [
0.999932649, 0.891630783, 0.730533133, 0.999721272, 0.710844484, 0.85462107, 0.999989398, 0.392380704,
0.630316736, 0.999715273, 0.579562548, 0.396375374, 0.999916946, 0.980539097, 0.529505893, 0.999989398,
0.702566856, 0.685418775, 0.99999424, 0.329984113, 0.56722743, 0.999921907, 0.459408782, 0.800902659
]},
"resid_post_p": {"shape": [8, 3], "values": [
2.45072534e-10, 0.000636212801, 0.000255865135, 1.95851635e-9, 0.000373918592, 0.00214317981, 3.9533355e-11,
0.000157713887, 0.00184760652, 1.02058559e-8, 0.0000167525724, 0.000655597889, 2.85910907e-8, 0.0000431521093,
0.0107509492, 3.9533355e-11, 0.0000557470023, 0.00117109686, 1.86969455e-7, 0.00214587894, 0.0272275379,
6.17676151e-7, 0.159464313, 0.800902659
]},
"resid_post_rank": {"shape": [8, 3], "values": [
49, 15, 22, 51, 24, 11, 54, 31, 15, 53, 42, 24, 37, 22, 11, 54, 40, 17, 8, 16, 5, 23, 2, 0
]},
"resid_post_entropy": {"shape": [8, 3], "values": [
0.00072026341, 0.591727714, 1.14611485, 0.00305119689, 1.22947146, 0.761537344, 0.000152479213, 1.62754345,
1.49328183, 0.00304964006, 1.10935097, 2.04593814, 0.0010643946, 0.136908127, 1.76983354, 0.000152479213,
1.09968121, 1.36387864, 0.0000870218211, 1.98011476, 1.72927986, 0.00104870768, 1.7038029, 1.06817612
]},
"resid_post_kl": {"shape": [8, 3], "values": [
10.758846, 0.604613805, 0, 10.570957, 0.298455548, 0, 18.0138247, 0.779627261, 0, 9.3820655, 1.87574194, 0,
12.2286091, 5.15755552, 0, 18.5368504, 3.28169302, 0, 16.9139861, 0.64732996, 0, 13.2922263, 1.46960465, 0
]},
"resid_post_list": {"shape": [3, 5], "values": [
0.999921907, 0.0000193030878, 0.00000717237906, 0.00000579663952, 0.00000481660614, 0.459408782, 0.190851427,
0.159464313, 0.041530493, 0.0394764722, 0.800902659, 0.0325122632, 0.0279612067, 0.0207808772, 0.0182030263
]},
"resid_mid_top": {"shape": [8, 2], "values": [
0.350054489, 0.432324465, 0.980226634, 0.865499086, 0.388916329, 0.528049029, 0.484903506, 0.681188048,
0.4543545, 0.453071013, 0.504280273, 0.947987494, 0.638019426, 0.396148781, 0.510693245, 0.472792341
]},
"resid_mid_p": {"shape": [8, 2], "values": [
0.00327824717, 0.00360907327, 0.000113513428, 0.00146586081, 0.000233695869, 0.0048581988, 0.000869195423,
0.00151895216, 0.00207811627, 0.00847447983, 0.00000394957828, 0.000120498005, 0.00336450908, 0.0226302232,
0.00329680134, 0.472792341
]},
"resid_mid_rank": {"shape": [8, 2], "values": [
11, 8, 10, 11, 20, 12, 17, 22, 11, 11, 40, 16, 11, 9, 13, 0
]},
"resid_mid_entropy": {"shape": [8, 2], "values": [
1.79489862, 1.38144062, 0.128920807, 0.709430575, 1.70779796, 1.68450731, 1.19218994, 1.48114578, 1.63775882,
1.83180419, 0.803854617, 0.285531986, 1.43619909, 2.15706802, 1.47181825, 1.40692426
]},
"resid_mid_kl": {"shape": [8, 2], "values": [
1.28177944, 1.34374755, 0.504066399, 0.0145659145, 0.719219235, 0.090696979, 4.13643287, 1.53383678,
1.21652965, 1.29198027, 7.41303615, 5.8958274, 2.82238475, 0.706409548, 4.77870452, 0.603565359
]},
"resid_mid_list": {"shape": [2, 5], "values": [
0.510693245, 0.297926212, 0.0590737231, 0.0243331943, 0.0229659685, 0.472792341, 0.334800996, 0.0714138886,
0.0439063459, 0.0318244477
]},
"attn_out_top": {"shape": [8, 2], "values": [
0.698257223, 0.520511311, 0.906150897, 0.41756069, 0.944864191, 0.214002872, 0.468373592, 0.266057023,
0.380734597, 0.526433664, 0.426562166, 0.434613892, 0.379818097, 0.22822905, 0.693227827, 0.256842498
]},
"attn_out_p": {"shape": [8, 2], "values": [
0.0138809941, 0.00255746719, 0.00119264784, 0.0200282277, 0.000565675635, 0.0497020954, 0.00785989923,
0.021619924, 0.00844536075, 0.0173609987, 0.00049056854, 0.0477464044, 0.00138145129, 0.0168887128,
0.00101791649, 0.0352630739
]},
"attn_out_rank": {"shape": [8, 2], "values": [
6, 9, 7, 6, 9, 6, 10, 11, 10, 10, 17, 6, 20, 8, 11, 7
]},
"attn_out_entropy": {"shape": [8, 2], "values": [
1.27794023, 1.28908637, 0.476872904, 1.79700295, 0.308897086, 2.74872331, 1.57600464, 2.52892104, 1.78674307,
2.03960835, 1.5594364, 1.97278781, 1.85174302, 2.26104751, 1.057938, 2.39334983
]},
"attn_out_kl": {"shape": [8, 2], "values": [
4.26960768, 5.246806, 0.332011988, 3.02248477, 1.41637183, 2.8412455, 5.22480599, 4.90960409, 1.3945503,
2.84376917, 4.61916307, 7.08196015, 1.74956105, 5.36893587, 5.92675577, 2.86006756
]},
"attn_out_list": {"shape": [2, 5], "values": [
0.693227827, 0.161821089, 0.0789242507, 0.0280388011, 0.0156561495, 0.256842498, 0.196577373, 0.101890692,
0.0808136057, 0.0734553524
]},
"mlp_out_top": {"shape": [8, 2], "values": [
0.522923834, 0.316091196, 0.940688413, 0.425053442, 0.847461435, 0.757655218, 0.67988717, 0.856656018,
0.573250376, 0.542370184, 0.72901968, 0.831297788, 0.304770105, 0.344376201, 0.523037172, 0.773446444
]},
"mlp_out_p": {"shape": [8, 2], "values": [
0.000146949871, 0.0000223751089, 0.00000442187393, 0.00738744115, 0.0000186993345, 0.0000280503233,
0.0000101315387, 0.0000244021932, 0.000161797048, 0.000280779413, 0.000284787914, 0.000244695135,
0.000452357754, 0.00757547874, 0.523037172, 0.00160232278
]},
"mlp_out_rank": {"shape": [8, 2], "values": [
33, 53, 48, 12, 42, 45, 53, 37, 37, 24, 32, 28, 31, 15, 0, 15
]},
"mlp_out_entropy": {"shape": [8, 2], "values": [
1.57536956, 2.07922435, 0.381894959, 2.0856268, 0.74067664, 0.974918155, 1.55139293, 0.752499179, 1.8285338,
1.15748706, 1.24051603, 0.795150513, 2.39755003, 2.32161005, 1.90019833, 1.06064097
]},
"mlp_out_kl": {"shape": [8, 2], "values": [
3.99829148, 2.24642009, 11.1014638, 4.36105889, 7.95614387, 4.10514934, 1.64214549, 3.29650765, 6.6075086,
4.24054894, 2.82786798, 0.936410768, 2.36580088, 1.34794856, 0.454607126, 5.55163202
]},
"mlp_out_list": {"shape": [2, 5], "values": [
0.523037172, 0.0952865797, 0.0730626568, 0.0554893399, 0.0508306552, 0.773446444, 0.0492077369, 0.0413484471,
0.0337932548, 0.0268962758
]}
}

#### attribution.transformer-lens, attribution.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"components": {"shape": [5], "values": [
0.109156556, 1.62426644, 6.39610833, 2.53889498, 1.76611735
]},
"accumulated": {"shape": [5], "values": [
0.109156556, 1.73342299, 8.12953132, 10.6684263, 12.4345437
]},
"heads": {"shape": [2, 6], "values": [
0.109823621, 0.297847448, 0.278583505, -0.171401975, 0.289333887, 0.820079952, 0.215269607, 0.795810097,
0.146280448, 0.771497009, -0.307941813, 0.917979647
]},
"neurons": {"shape": [21], "values": [
3.17071445, 2.10291998, 1.13380147, -0.993615699, 0.826517648, -0.746956542, -0.72877123, 0.718605338,
0.542080455, 0.516588747, 0.512897031, -0.391163962, 0.389932602, 0.383291131, -0.361821944, 0.346805779,
-0.300604055, 0.250197576, 0.191142484, -0.179024968, 0.778689517
]},
"sources": {"shape": [2, 6, 8], "values": [
0.000229663392, -0.229142804, 0.00697687117, 0.0299294817, 0.313975625, 0.00236762953, -0.0012470214,
-0.0132658354, -0.000120938213, 0.329439737, -0.0124605152, 0.0207379469, -0.00511738706, -0.286461905,
0.15766894, 0.0941615922, 0.0321757115, 0.172491836, -0.00488076661, -0.000392357541, -0.110623669,
-0.191354752, 0.00364198201, 0.377525473, 0.113624512, 0.15308835, -0.263000851, 0.02904533, 0.0691865555,
-0.125112409, -0.136678113, -0.0115553631, 0.242633572, 0.157874484, 0.0654338274, 0.00240772584,
-0.472857153, 0.133642359, -0.0137969739, 0.173996063, 0.000195532243, -0.0201366549, -0.00209784937,
0.00206436504, 1.29649783, -0.00208632371, -0.460431467, 0.0060745322, -0.542076512, 0.00308706138,
0.00546666309, 0.0232992838, 0.550439669, 0.0843157799, 0.0875335384, 0.00320416485, 0.0990186821,
-0.0404392972, 0.0786327238, 0.111522597, -0.172438791, 0.0476075692, 0.00186463459, 0.670041995,
-0.0429095452, 0.0867711682, -0.00362173262, 0.0770072808, 0.238729375, 0.0378018147, -0.246831183,
-0.000666765478, 0.0503759006, 0.354485061, 0.0386591976, 0.0580335938, -0.0089150545, -0.00649663324,
0.0296053531, 0.255749609, 0.135914953, -0.404982314, -0.0122467074, -0.00280464539, 0.00960303703,
0.00316493652, -0.006969179, -0.0296219205, 0.229122126, 0.119281952, -0.0814679852, -0.0769215753, 0.4588314,
0.0215442379, 0.00307640009, 0.244513067
]}
}

#### causal-trace.transformer-lens, activation-patching.transformer-lens, ablation-mean.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens
model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads


#### path-patching.transformer-lens, path-patching.nnsight
# Loci's own numbers, which this script is to find again.
LOCI = {
"to logits": {"shape": [14], "values": [
0.184047823, 0.00700099077, -0.0164305098, 0.00846454474, 0.0791000735, 0.319013034, 0.0389291649,
-0.00267917757, 0.118508601, 0.0914464436, -0.00599451015, 0.136166197, 0.579861711, 0.277622313
]},
"to a1.h2<q>": {"shape": [14], "values": [
0.0270522345, -0.000301518188, -0.00353345289, -0.00353199798, -0.0117458395, 0.0149035199, None, None, None,
None, None, None, 0.0631710557, None
]},
"to a1.h1<k>": {"shape": [14], "values": [
-0.000438041015, 0.00610766858, 0.00373137807, 0.0228832602, -0.0011869576, 0.0117229614, None, None, None,
None, None, None, 0.00458242474, None
]},
"to a1.h0<v>": {"shape": [14], "values": [
0.00490581381, 0.0238908244, 0.00497935973, 0.0164710051, 0.0581454607, 0.0321819824, None, None, None, None,
None, None, 0.00696701133, None
]},
"to m1": {"shape": [14], "values": [
0.0670562378, -0.0039140077, -0.010613247, -0.00899986649, 0.001827035, 0.0290874368, -0.00526694773,
0.000855681813, 0.072028908, 0.0327294956, 0.0196850199, 0.0150662514, 0.0576306685, None
]},
"to resid1": {"shape": [14], "values": [
0.182956399, 0.24384672, 0.0174797297, 0.0435601563, 0.23195104, 0.543942414, None, None, None, None, None,
None, 0.650291841, None
]}
}

#### path-patching.transformer-lens
model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
model.set_use_hook_mlp_in(True)
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads


#### causal-trace.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, attribution.transformer-lens
@torch.no_grad()
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {hook name: function from a value to its new value}; keep: hook names whose values, after the edits, are
    wanted. Values have a batch axis. Returns the logits [batch, pos, vocab] and {hook name: value}.
    """
    kept = {}

    def edit(value, hook, name):
        new = edits[name](value.clone())
        return new

    def save(value, hook, name):
        kept[name] = value.clone()

    hooks = [(name, partial(edit, name=name)) for name in edits]
    hooks += [(name, partial(save, name=name)) for name in keep]
    prompts = torch.tensor(tokens, device=model.cfg.device)
    return model.run_with_hooks(prompts, fwd_hooks=hooks, prepend_bos=False), kept


#### activation-patching.transformer-lens, ablation-mean.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens
@torch.no_grad()
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {hook name: function from a value to its new value}; keep: hook names whose values, after the edits, are
    wanted. Values have a batch axis. Returns the logits [batch, pos, vocab] and {hook name: value}.
    """
    kept = {}

    def edit(value, hook, name):
        new = edits[name](value.clone())
        if name.endswith("hook_resid_mid"):
            value[:] = new  # in place: a new tensor would reach the MLP alone, not the residual stream
        return new

    def save(value, hook, name):
        kept[name] = value.clone()

    hooks = [(name, partial(edit, name=name)) for name in edits]
    hooks += [(name, partial(save, name=name)) for name in keep]
    prompts = torch.tensor(tokens, device=model.cfg.device)
    return model.run_with_hooks(prompts, fwd_hooks=hooks, prepend_bos=False), kept


#### knockout.transformer-lens, intervention.transformer-lens
def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys."""

    def edit(scores):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        scores[at] = -1e30 if value is None else scores[at] + value
        return scores

    return f"blocks.{layer}.attn.hook_attn_scores", edit


#### logit-lens.transformer-lens
@torch.no_grad()
def read_out(state, tokens, norm):
    """Logits [batch, pos, vocab] that the unembedding reads from a state [batch, pos, d_model]."""
    return model.unembed(model.ln_final(state) if norm else state)


#### attribution.transformer-lens
def writing_weights():
    """The weights that write to the residual stream and read the answer from it; None for a bias that is not there."""

    def bias(module, name):
        found = getattr(module, name, None)
        return None if found is None or not found.any() else found.detach()

    return {
        "W_U": model.W_U.detach(),  # [d_model, vocab]
        "b_U": bias(model, "b_U"),
        "ln_final.w": model.ln_final.weight.detach(),
        "ln_final.b": bias(model.ln_final, "bias"),
        "eps": model.cfg.eps,
        "W_O": [block.attn.W_O.detach() for block in model.blocks],  # [head, d_head, d_model]
        "b_O": [bias(block.attn, "b_O") for block in model.blocks],
        "W_out": [block.mlp.W_out.detach() for block in model.blocks],  # [d_mlp, d_model]
        "b_out": [bias(block.mlp, "b_out") for block in model.blocks],
    }


#### causal-trace.nnsight, activation-patching.nnsight, ablation-mean.nnsight, path-patching.nnsight, knockout.nnsight, intervention.nnsight, logit-lens.nnsight, attribution.nnsight
model = TransformersModel(
    MODEL,
    task="text-generation",
    revision=REVISION,
    attn_implementation="eager",
    dtype=torch.float32,
    dispatch=not REMOTE,
)
blocks = model.model.layers
n_layers, n_heads = model.config.num_hidden_layers, model.config.num_attention_heads
n_kv_heads = model.config.num_key_value_heads  # keys and values have fewer heads where they are grouped


def split_heads(x, n):
    """[batch, pos, head * d_head] -> [batch, pos, head, d_head]"""
    return x.unflatten(-1, (n, -1))


def visit(name, value, edits, kept):
    """A value with its edit, kept if it is wanted."""
    if name in edits:
        value = edits[name](value.clone())
    if name in kept:
        kept[name] = value
    return value


#### causal-trace.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        if "hook_embed" in edits or "hook_embed" in kept:
            model.model.embed_tokens.output = visit("hook_embed", model.model.embed_tokens.output, edits, kept)
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


#### activation-patching.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            if "attn.hook_q" in used:  # before the rotation, as hook_k
                q = visit(hook + "attn.hook_q", split_heads(attn.q_proj.output, n_heads), edits, kept)
                attn.q_proj.output = q.flatten(2)
            if "attn.hook_k" in used:
                k = visit(hook + "attn.hook_k", split_heads(attn.k_proj.output, n_kv_heads), edits, kept)
                attn.k_proj.output = k.flatten(2)
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mid = block.post_attention_layernorm.input
                mid[:] = visit(hook + "hook_resid_mid", mid, edits, kept)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


#### ablation-mean.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mid = block.post_attention_layernorm.input
                mid[:] = visit(hook + "hook_resid_mid", mid, edits, kept)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


#### path-patching.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            if "attn.hook_q" in used:  # before the rotation, as hook_k
                q = visit(hook + "attn.hook_q", split_heads(attn.q_proj.output, n_heads), edits, kept)
                attn.q_proj.output = q.flatten(2)
            if "attn.hook_k" in used:
                k = visit(hook + "attn.hook_k", split_heads(attn.k_proj.output, n_kv_heads), edits, kept)
                attn.k_proj.output = k.flatten(2)
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "hook_mlp_in" in used:  # a new tensor: only the MLP reads it
                mid = block.post_attention_layernorm.input
                block.post_attention_layernorm.input = visit(hook + "hook_mlp_in", mid, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


#### knockout.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
        logits = model.lm_head.output.save()
    return logits, kept


#### intervention.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        if "hook_embed" in edits or "hook_embed" in kept:
            model.model.embed_tokens.output = visit("hook_embed", model.model.embed_tokens.output, edits, kept)
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mid = block.post_attention_layernorm.input
                mid[:] = visit(hook + "hook_resid_mid", mid, edits, kept)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


#### knockout.nnsight, intervention.nnsight
def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys.

    After the softmax that is: the keys' probabilities times exp(value), or 0, and the rows made to sum to 1 again.
    """

    def edit(pattern):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        pattern[at] *= 0 if value is None else np.exp(value)
        return pattern / pattern.sum(-1, keepdim=True)

    return f"blocks.{layer}.attn.hook_pattern", edit


#### logit-lens.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mid = block.post_attention_layernorm.input
                mid[:] = visit(hook + "hook_resid_mid", mid, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


def read_out(state, tokens, norm):
    """Logits [batch, pos, vocab] that the unembedding reads from a state [batch, pos, d_model], put in the place of the
    last block's output, or of the final norm's."""
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        if norm:
            blocks[-1].output = state
        else:
            model.lm_head.input = state
        logits = model.lm_head.output.save()
    return logits


#### attribution.nnsight
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        if "hook_embed" in edits or "hook_embed" in kept:
            model.model.embed_tokens.output = visit("hook_embed", model.model.embed_tokens.output, edits, kept)
        for layer, block in enumerate(blocks):
            attn = block.self_attn
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(attn.o_proj.input, n_heads), edits, kept)
                attn.o_proj.input = z.flatten(2)
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (attn.o_proj(z.flatten(2)), pattern)
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            if "mlp.hook_post" in used:
                down = block.mlp.down_proj
                down.input = visit(hook + "mlp.hook_post", down.input, edits, kept)
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
        logits = model.lm_head.output.save()
    return logits, kept


def writing_weights():
    """The weights that write to the residual stream and read the answer from it; None for a bias that is not there."""
    with torch.no_grad(), model.trace(torch.tensor([[0]]), remote=REMOTE):
        found = nnsight.save(
            {
                "W_U": model.lm_head.weight.T,  # [d_model, vocab]
                "b_U": None,
                "ln_final.w": model.model.norm.weight,
                "ln_final.b": None,
                "eps": model.config.rms_norm_eps,
                "W_O": [block.self_attn.o_proj.weight.T.unflatten(0, (n_heads, -1)) for block in blocks],  # [head, d_head, d_model]
                "b_O": [block.self_attn.o_proj.bias for block in blocks],
                "W_out": [block.mlp.down_proj.weight.T for block in blocks],  # [d_mlp, d_model]
                "b_out": [block.mlp.down_proj.bias for block in blocks],
            }
        )
    return found


#### causal-trace.transformer-lens, activation-patching.transformer-lens, ablation-mean.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens, causal-trace.nnsight, activation-patching.nnsight, ablation-mean.nnsight, path-patching.nnsight, knockout.nnsight, intervention.nnsight, logit-lens.nnsight, attribution.nnsight
def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


#### causal-trace.transformer-lens, causal-trace.nnsight
def corrupted_runs():
    """Tokens and edits of the corrupted runs, one per row of the batch: noise is added to the subject's embeddings."""
    random = np.random.RandomState(SEED)
    rows = range(*SUBJECT)

    def add_noise(embed):  # [batch, pos, d_model]
        noise = NOISE * random.randn(SAMPLES, len(rows), embed.shape[-1])
        embed[:, rows] += torch.tensor(noise).to(embed)
        return embed

    return [TOKENS] * SAMPLES, {"hook_embed": add_noise}


def trace(kind, positions):
    """[layer]: the mean metric of the corrupted runs with the clean states of `positions` put back."""
    restored = np.zeros(n_layers)
    for layer in range(n_layers):
        begin, end = (layer, layer + 1) if kind == "hidden" else WINDOW[layer]
        hooks = [f"blocks.{restored_layer}.{HOOKS[kind]}" for restored_layer in range(begin, end)]

        def restore(hook):
            def edit(value):
                value[:, positions] = CLEAN[hook][:, positions]
                return value

            return hook, edit

        tokens, edits = corrupted_runs()
        logits, _ = run(tokens, edits | dict(restore(hook) for hook in hooks))
        restored[layer] = metric(logits, CASE).mean().item()
    return restored


_, CLEAN = run([TOKENS], keep=[f"blocks.{layer}.{HOOKS[kind]}" for kind in KINDS for layer in range(n_layers)])


def figures():
    """{figure: values}; effects are restored - corrupted."""
    clean = metric(run([TOKENS])[0], CASE).mean().item()
    corrupted = metric(run(*corrupted_runs())[0], CASE).mean().item()
    found = {"clean": clean, "corrupted": corrupted}
    for kind in KINDS:
        restored = np.stack([trace(kind, [position]) for position in range(len(TOKENS))])  # [position, layer]
        found |= {f"{kind} restored": restored, f"{kind} effect": restored - corrupted}
        for name, positions in GROUPS.items():
            found[f"{kind} effect of {name}"] = trace(kind, positions) - corrupted
    return found


#### activation-patching.transformer-lens, ablation-mean.transformer-lens, activation-patching.nnsight, ablation-mean.nnsight
def place(site, axes, cell):
    """Index of a cell in a value [batch, ...]: one entry along the swept axes, everything along the others."""
    at = dict(zip(axes, cell))
    return (slice(None), *(at.get(axis, slice(None)) for axis in LAYOUT[site]))


def sweep(tokens, case, site, axes, new):
    """[layer, *axes]: the metric of a run whose activation is replaced, cell by cell, by `new`, {hook: value}."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    _, values = run([tokens], keep=hooks[:1])
    sizes = [values[hooks[0]].shape[1 + LAYOUT[site].index(axis)] for axis in axes]
    found = np.zeros((n_layers, *sizes))
    for layer, hook in enumerate(hooks):
        for cell in np.ndindex(*sizes):
            at = place(site, axes, cell)

            def replace(value):
                value[at] = new[hook][at]
                return value

            logits, _ = run([tokens], {hook: replace})
            found[(layer, *cell)] = metric(logits, case).item()
    return found


#### activation-patching.transformer-lens
def patch(case):
    """{figure: [layer, ...]}: the metric with each piece of an activation replaced by its value in the other prompt."""
    base, other = case["corrupted"], case["clean"]  # denoising: a clean piece into the corrupted run
    clean, corrupted = (metric(run([case[prompt]])[0], case).item() for prompt in ("clean", "corrupted"))
    _, cache = model.run_with_cache(torch.tensor([other], device=model.cfg.device), prepend_bos=False)
    found = {}
    for name, (site, axes) in GRIDS.items():
        function = getattr(patching, f"get_act_patch_{name}", None)
        if function is not None:
            prompt = torch.tensor([base], device=model.cfg.device)
            with torch.no_grad():
                values = function(model, prompt, cache, lambda logits: metric(logits, case)[0]).double().cpu().numpy()
        else:  # a grid that TransformerLens has no function for
            values = sweep(base, case, site, axes, cache)
        found[name] = (values - corrupted) / (clean - corrupted) if abs(clean - corrupted) >= 1e-6 else np.nan * values
    return found


#### activation-patching.nnsight
def patch(case):
    """{figure: [layer, ...]}: the metric with each piece of an activation replaced by its value in the other prompt."""
    base, other = case["corrupted"], case["clean"]  # denoising: a clean piece into the corrupted run
    clean, corrupted = (metric(run([case[prompt]])[0], case).item() for prompt in ("clean", "corrupted"))
    found = {}
    for name, (site, axes) in GRIDS.items():
        _, cache = run([other], keep=[f"blocks.{layer}.{site}" for layer in range(n_layers)])
        values = sweep(base, case, site, axes, cache)
        found[name] = (values - corrupted) / (clean - corrupted) if abs(clean - corrupted) >= 1e-6 else np.nan * values
    return found


#### activation-patching.transformer-lens, activation-patching.nnsight
def figures():
    return patch(CASES[0])


#### ablation-mean.transformer-lens, ablation-mean.nnsight
def replacements(site):
    """{hook: value}: the mean activation over the reference prompts and their positions."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    total, positions = dict.fromkeys(hooks, 0), 0
    for tokens in REFERENCE:
        _, values = run([tokens], keep=hooks)
        total = {hook: total[hook] + values[hook].double().sum(dim=1, keepdim=True) for hook in hooks}
        positions += len(tokens)
    return {hook: (total[hook] / positions).float() for hook in hooks}


MEANS = {site: replacements(site) for site, _ in UNITS.values()}


def ablate(case):
    """{figure: [layer, ...]}: what the metric of the clean run loses by each ablation."""
    clean = metric(run([case["clean"]])[0], case).item()
    found = {}
    for name, (site, axes) in UNITS.items():
        new = {hook: value.expand(1, len(case["clean"]), *value.shape[2:]) for hook, value in MEANS[site].items()}
        ablated = sweep(case["clean"], case, site, axes, new)
        found[name] = clean - ablated
    return found


def figures():
    return ablate(CASES[0])


#### path-patching.transformer-lens, path-patching.nnsight
def hook_of(receiver):
    """Where a receiver's input is set: q, k or v of a head itself, which is all that its input is read for."""
    part, layer, *_ = receiver
    return f"blocks.{layer}." + {"mlp": "hook_mlp_in", "resid": "hook_resid_pre"}.get(part, f"attn.hook_{part}")


def reaches(sender, receiver):
    """A sender's output can be read by the receiver."""
    if receiver[0] == "logits":
        return True
    if sender[0] == "head" and receiver[0] == "mlp":
        return sender[1] <= receiver[1]
    return sender[1] < receiver[1]


def setting(new, head=None):
    """The edit that sets a value, or one head of it, to `new`."""

    def edit(value):
        at = slice(None) if head is None else (slice(None), slice(None), head)
        value[at] = new[at]
        return value

    return edit


def path_patch(case):
    """{figure: [sender]}: how much of the answer goes from each sender to the receivers, through no other head."""
    orig, new = case["clean"], case["corrupted"]
    layers = range(n_layers)
    writers = [f"blocks.{layer}.{site}" for layer in layers for site in ("attn.hook_z", "hook_mlp_out")]
    orig_logits, of_orig = run([orig], keep=writers)  # pass 1
    new_logits, of_new = run([new], keep=writers)
    before = metric(orig_logits, case).item()
    sign, loss = -1, before - metric(new_logits, case).item()

    found = {name: np.full(len(SENDERS), np.nan) for name in RECEIVERS}
    for s, sender in enumerate(SENDERS):
        part, layer, *head = sender
        # Pass 2: the sender as in the new prompt, all other heads as in orig.
        edits = {f"blocks.{later}.attn.hook_z": setting(of_orig[f"blocks.{later}.attn.hook_z"]) for later in range(layer + 1, n_layers)}
        hook = f"blocks.{layer}." + ("attn.hook_z" if part == "head" else "hook_mlp_out")
        edits[hook] = setting(of_new[hook], *head)
        reading = {hook_of(to) for receivers in RECEIVERS.values() for to in receivers if to[0] != "logits"}
        logits, read = run([orig], edits, keep=reading)

        for name, receivers in RECEIVERS.items():
            reached = [to for to in receivers if reaches(sender, to)]
            if not reached:
                continue
            if reached[0][0] != "logits":
                # Pass 3: orig again, but the receivers read what they read in pass 2.
                at = {}
                for to in reached:
                    at.setdefault(hook_of(to), []).append(to[2] if len(to) > 2 else None)
                logits_3, _ = run([orig], {hook: all_of([setting(read[hook], head) for head in heads]) for hook, heads in at.items()})
                value = metric(logits_3, case).item()
            else:  # the logits were read in pass 2
                value = metric(logits, case).item()
            found[name][s] = sign * (value - before) / loss if abs(loss) >= 1e-6 else np.nan
    return found


def all_of(edits):
    """One edit after the other."""

    def edit(value):
        for one in edits:
            value = one(value)
        return value

    return edit


SENDERS = [("head", layer, head) for layer in range(n_layers) for head in range(n_heads)]
SENDERS += [("mlp", layer) for layer in range(n_layers)]


def figures():
    return path_patch(CASES[0])


#### intervention.transformer-lens, intervention.nnsight
def change(hook, rows, new, head=None, columns=slice(None)):
    """The edit x -> new(x, at) of some positions (of a pattern: queries), one head or all, and some columns."""
    heads = slice(None) if head is None else slice(head, head + 1)
    rows = list(rows)

    def edit(value):
        if hook.endswith("hook_pattern"):
            at = (slice(None), heads, rows, columns)  # [batch, head, query, key]
        elif value.dim() == 4:
            at = (slice(None), rows, heads, columns)  # [batch, pos, head, d_head]
        else:
            at = (slice(None), rows, columns)  # [batch, pos, ...]
        value[at] = new(value[at], at)
        return value

    return hook, edit


def along(x, v):
    """The component of x along v, by position and head."""
    return (x * v).sum(-1, keepdim=True) * v / (v * v).sum(-1, keepdim=True)


def numbers(values, x):
    """A list in the shape of the last axes of x: columns; heads and columns; or positions, heads and columns."""
    axes = next(n for n in range(1, x.dim() + 1) if x.shape[-n:].numel() == len(values))
    return torch.tensor(values).to(x).reshape(x.shape[-axes:])


def noise(x, seed, draw):
    """Draw `draw` of standard normal numbers in the shape of x."""
    return torch.tensor(np.random.RandomState(seed).randn(draw + 1, *x.shape[1:])[draw]).to(x)


def uniform(pattern):
    """Every key that is seen alike."""
    seen = (pattern > 0).to(pattern)
    return seen / seen.sum(-1, keepdim=True)


def reversed(pattern):
    """max - pattern over the keys that are seen, made to sum to 1 again."""
    flipped = (pattern.amax(-1, keepdim=True) - pattern) * (pattern > 0)
    total = flipped.sum(-1, keepdim=True)
    return torch.where(total > 0, flipped / total, pattern)


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


def what_if(case):
    """{figure: values}: the prompt's run without and with the changes."""
    runs = {}
    for name in ("clean", "corrupted"):
        if name in case:
            runs[name] = run([case[name]], keep=SOURCES)[1]
    before = run([case[ON]])[0]
    after = run([case[ON]], changes(case, runs))[0]
    log_p, log_q = (logits[0, -1].double().log_softmax(-1) for logits in (before, after))
    levels = [metric(before, case).item(), metric(after, case).item()]
    found = {"metric": np.array([*levels, levels[1] - levels[0]]), "kl": np.array([(log_p.exp() * (log_p - log_q)).sum().item()])}
    likeliest = {*log_p.topk(TOP).indices.tolist(), *log_q.topk(TOP).indices.tolist()}
    asked = {case[name] for name in ("answer", "distractor") if name in case}
    rows = [[log_p[token].exp().item(), log_q[token].exp().item()] for token in likeliest | asked]
    found["next_tokens"] = np.array(sorted(rows, key=max, reverse=True))
    return found


#### knockout.transformer-lens, intervention.transformer-lens, knockout.nnsight, intervention.nnsight
def all_of(edits):
    """{hook: edit} from a list of (hook, edit): those of one hook one after the other."""
    found = {}
    for hook, edit in edits:
        first = found.get(hook, lambda value: value)
        found[hook] = lambda value, first=first, edit=edit: edit(first(value))
    return found


#### knockout.transformer-lens, knockout.nnsight
def knock_out(case):
    """{"knockout": [pair, layer]}: what the metric loses when the queries cannot see the keys in a window of layers."""
    clean = metric(run([case["clean"]])[0], case).item()
    found = np.full((len(case["pairs"]), n_layers), np.nan)
    for pair, (queries, keys) in enumerate(case["pairs"]):
        for layer, (begin, end) in enumerate(WINDOW):
            masks = [hide(masked, None, queries, keys) for masked in range(begin, end)]
            found[pair, layer] = metric(run([case["clean"]], all_of(masks))[0], case).item()
    return {"knockout": clean - found}


def figures():
    return knock_out(CASES[0])


#### intervention.transformer-lens, intervention.nnsight
def figures():
    return what_if(CASES[0])


#### logit-lens.transformer-lens, logit-lens.nnsight
def states(state):
    """Hook names of what is read, block by block; the residual stream begins with what enters block 0."""
    hooks = [f"blocks.{layer}.hook_{state}" for layer in range(n_layers)]
    return ["blocks.0.hook_resid_pre", *hooks] if state == "resid_post" else hooks


def lens(case):
    """{figure: [position, block]}: what the model would say if it stopped after each block."""
    tokens, answer = case["clean"], case["answer"]
    final, cache = run([tokens], keep={hook for state in STATES for hook in states(state)})
    final = final[0].double().log_softmax(-1)
    found = {}
    for state in STATES:
        logits = torch.stack([read_out(cache[hook], [tokens], NORM)[0] for hook in states(state)])  # [block, pos, vocab]
        log_p = logits.double().log_softmax(-1)
        p = log_p.exp()
        readings = {
            "top": p.max(-1).values,
            "p": p[..., answer],
            "rank": (logits > logits[..., answer, None]).sum(-1).double(),
            "entropy": -(p * log_p).sum(-1),
            "kl": (final.exp() * (final - log_p)).sum(-1),
        }
        for name, value in readings.items():
            found[f"{state}_{name}"] = value.T.cpu().numpy()
        found[f"{state}_list"] = p[:, -1].topk(TOP_K).values.cpu().numpy()
    return found


def figures():
    return lens(CASES[0])


#### attribution.transformer-lens, attribution.nnsight
@torch.no_grad()
def attribute(case, weights):
    """{figure: values}: what is written to the last residual stream, read in the direction of the answer's logit."""
    hooks = ["hook_embed", *POSITIONS]
    hooks += [f"blocks.{layer}.{site}" for layer in range(n_layers) for site in SITES]
    last = f"blocks.{n_layers - 1}.hook_resid_post"
    _, cache = run([case["clean"]], keep=[*hooks, last])
    cache = {hook: value[0].double() for hook, value in cache.items()}

    # The unembedding's direction, back through the final norm with its scale held at its value in this run.
    read = (weights["W_U"][:, case["answer"]] - weights["W_U"][:, case["distractor"]]).double()
    x = cache[last][-1]
    scale = (x.pow(2).mean() + weights["eps"]).sqrt()
    direction = read * weights["ln_final.w"].double() / scale

    def written(value):
        return (value.double() @ direction).item()

    layers = range(n_layers)
    components = [written(cache[hook][-1]) for hook in ("hook_embed", *POSITIONS)]
    for layer in layers:
        components += [written(cache[f"blocks.{layer}.{site}"][-1]) for site in ("hook_attn_out", "hook_mlp_out")]
    found = {"components": np.array(components), "accumulated": np.cumsum(components)}

    W_O = [weights["W_O"][layer].double() @ direction for layer in layers]  # [head, d_head]
    found["heads"] = np.array([[(cache[f"blocks.{layer}.attn.hook_z"][-1, h] @ W_O[layer][h]).item() for h in range(n_heads)] for layer in layers])
    neurons = [cache[f"blocks.{layer}.mlp.hook_post"][-1] * (weights["W_out"][layer].double() @ direction) for layer in layers]
    listed = [neurons[layer][neuron].item() for layer, neuron in NEURONS]
    found["neurons"] = np.array([*listed, sum(neuron.sum().item() for neuron in neurons) - sum(listed)])  # and all others
    sources = []
    for layer in layers:
        v = cache[f"blocks.{layer}.attn.hook_v"]  # [pos, head, d_head]; each key-value head serves a group of heads
        v = v.repeat_interleave(n_heads // v.shape[1], dim=1)
        sources.append(cache[f"blocks.{layer}.attn.hook_pattern"][:, -1] * torch.einsum("phd,hd->hp", v, W_O[layer]))
    found["sources"] = torch.stack(sources).cpu().numpy()  # [layer, head, source position]
    return found


def figures():
    weights = writing_weights()
    return attribute(CASES[0], weights)


#### causal-trace.transformer-lens, activation-patching.transformer-lens, ablation-mean.transformer-lens, path-patching.transformer-lens, knockout.transformer-lens, intervention.transformer-lens, logit-lens.transformer-lens, attribution.transformer-lens, causal-trace.nnsight, activation-patching.nnsight, ablation-mean.nnsight, path-patching.nnsight, knockout.nnsight, intervention.nnsight, logit-lens.nnsight, attribution.nnsight
def compare(figures):
    """Prints how far each figure is from Loci's numbers; False if one is more than TOLERANCE away."""
    largest = 0.0
    for name, theirs in LOCI.items():
        expected = np.array(theirs["values"], dtype=float).reshape(theirs["shape"])  # None is NaN: undefined there
        found = np.asarray(figures[name], dtype=float).reshape(theirs["shape"])
        agree = np.isnan(found) == np.isnan(expected)
        difference = np.where(agree, np.nan_to_num(np.abs(found - expected)), np.inf).max()
        print(f"{repr(name)[1:-1]}: largest difference from Loci {difference:.1e}")
        largest = max(largest, difference)
    print(f"all figures: {largest:.1e}, {'as expected' if largest <= TOLERANCE else f'MORE THAN {TOLERANCE}'}")
    return largest <= TOLERANCE


if __name__ == "__main__":
    sys.exit(0 if compare(figures()) else 1)
