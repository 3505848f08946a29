"""A result of Loci, run again with TransformerLens.

It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install transformer-lens==4.3.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""

import sys
from functools import partial

import numpy as np
import torch
from transformer_lens.model_bridge import TransformerBridge

ABOUT = "Logit lens: What would the model say if it stopped after this block?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

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

TOLERANCE = 1e-4

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

model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads


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


@torch.no_grad()
def read_out(state, tokens, norm):
    """Logits [batch, pos, vocab] that the unembedding reads from a state [batch, pos, d_model]."""
    return model.unembed(model.ln_final(state) if norm else state)


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


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
