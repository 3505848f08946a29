"""The interventions of a family's edits.json: every op and source, and the sites that its architecture has."""

from edit_cases import constant, edit, noise, vector
from families.write import prompt

LENGTH = 8


def edit_prompts(spec, seed):
    """The prompt, and two others of the same length for `run` and `mean` sources."""
    return [prompt(spec, seed + 100 + i, LENGTH) for i in range(3)]


def edit_cases(spec, seed):
    """{case name: list of edits}; most lists hold one."""
    tokens, other_tokens, third = edit_prompts(spec, seed)
    other = {"kind": "run", "tokens": other_tokens}
    mean = {"kind": "mean", "tokens": [other_tokens, third]}
    D, K, M, H, G = spec.width, spec.d_head, spec.mlp_width, spec.heads, spec.kv_heads
    last = spec.layers - 1
    draw = lambda i, size: vector(noise(seed + i, size))
    stream = "hook_resid_post" if spec.parallel or M == 0 else "hook_resid_mid"
    last_branch = "hook_mlp_out" if M > 0 else "hook_attn_out"
    cases = {
        "embed-add-noise": [edit("hook_embed", None, [3], "add", draw(1, D), alpha=0.8)],
        "resid_pre-set-run": [edit("hook_resid_pre", last, [2, 3], "set", other)],
        "resid_post-project_out-columns":
            [edit("hook_resid_post", 0, [1, 7], "project_out", draw(2, 12), columns=[5, 17])],
        "attn_out-lerp-mean": [edit("hook_attn_out", 0, [2, 7], "lerp", mean, alpha=0.7)],
        "q-scale": [edit("attn.hook_q", last, [5, 6, 7], "scale", alpha=-0.5, head=H - 1)],
        "k-set-constant-columns":
            [edit("attn.hook_k", 0, [4, 5], "set", constant(0.5), head=G - 1, columns=[1, K - 1])],
        "v-add-vector": [edit("attn.hook_v", 0, [4, 7], "add", draw(3, K), alpha=1.5, head=G - 1)],
        "attn_scores-add-knockout":
            [edit("attn.hook_attn_scores", last, [7], "add", constant(-30.0), alpha=1.0, head=H - 1, columns=[5, 7])],
        "pattern-scale": [edit("attn.hook_pattern", 0, [3, 7], "scale", alpha=0.25, head=0)],
        "z-scale-every-head": [edit("attn.hook_z", 0, [3, 7], "scale", alpha=-0.5)],
        "z-set-run": [edit("attn.hook_z", last, [7], "set", other, head=1)],
        "result-add-vector": [edit("attn.hook_result", 0, [2, 7], "add", draw(4, D), alpha=2.0, head=H - 1)],
        "q_input-lerp-run": [edit("hook_q_input", last, [6, 7], "lerp", other, alpha=0.6, head=1)],
        "k_input-set-mean": [edit("hook_k_input", 0, [3, 6], "set", mean, head=G - 1)],
        "v_input-add-vector": [edit("hook_v_input", last, [4, 5, 7], "add", draw(5, D), alpha=2.0, head=0)],
    }
    dense = [layer for layer in range(spec.layers) if M > 0 and not spec.has_experts(layer)]
    if M > 0:
        cases["mlp_in-set-run"] = [edit("hook_mlp_in", 0, [1, 7], "set", other)]
    if dense:
        cases |= {
            "mlp_pre-add-neuron":
                [edit("mlp.hook_pre", dense[0], [2, 7], "add", constant(4.0), alpha=1.0, columns=[M - 2, M - 1])],
            "mlp_post-lerp-vector-columns":
                [edit("mlp.hook_post", dense[-1], [7], "lerp", draw(6, 20), alpha=0.5, columns=[3, 23])],
        }
    if M > 0:
        cases["mlp_out-scale-zero"] = [edit("hook_mlp_out", 0, [0, 5], "scale", alpha=0.0)]
    if spec.experts:
        cases |= _router_cases(spec, other, draw)
    if spec.placement != "none":
        norm = "ln1_post" if spec.placement == "sandwich" else "ln1"
        cases[f"{norm}-scale-set-run"] = [edit(f"{norm}.hook_scale", last, [4, 7], "set", other)]
        cases["ln2-normalized-add-vector"] = [edit("ln2.hook_normalized", 0, [1, 5], "add", draw(7, D), alpha=0.5)]
    if spec.placement == "sandwich":
        cases["ln2_post-normalized-lerp-mean"] = [edit("ln2_post.hook_normalized", 0, [6, 7], "lerp", mean, alpha=0.5)]
    if H == G:
        cases["attn_in-set-run"] = [edit("hook_attn_in", last, [4, 7], "set", other, head=H - 1)]
    if "rotary" in spec.modules or spec.rotary_buffer is not None:
        turning = [layer for layer in range(spec.layers) if spec.turns is None or spec.turns[layer]]
        cases["rot_q-lerp-run"] = [edit("attn.hook_rot_q", turning[0], [3, 7], "lerp", other, alpha=0.75, head=0)]
        cases["rot_k-project_out"] = [
            edit("attn.hook_rot_k", turning[-1], [1, 2, 3, 5], "project_out", draw(8, K), head=G - 1)]
    if spec.qk_norm != "none":
        width, head = (K, {"head": H - 1}) if spec.qk_norm == "head" else (H * K, {})
        cases["q_norm-normalized-add-vector"] = [
            edit("attn.q_norm.hook_normalized", 0, [4, 7], "add", draw(9, width), alpha=0.5, **head)]
        cases["k_norm-scale-scale"] = [edit("attn.k_norm.hook_scale", last, [4, 5, 6], "scale", alpha=1.5)]
    if spec.gated and dense:
        cases["mlp_pre_linear-set-run"] = [edit("mlp.hook_pre_linear", dense[-1], [7], "set", other, columns=[0, 20])]
    if spec.placement == "post":
        cases["normalized_resid_mid-lerp-run"] = [
            edit("hook_normalized_resid_mid", 0, [2, 7], "lerp", other, alpha=0.5)]
        cases["normalized_resid_post-set-mean"] = [edit("hook_normalized_resid_post", 0, [1, 6], "set", mean)]
    if spec.learned_positions:
        cases["pos_embed-scale-zero"] = [edit("hook_pos_embed", None, [2, 5], "scale", alpha=0.0)]
    if spec.embed_norm:
        cases["embed_ln-scale-scale"] = [edit("embed.ln.hook_scale", None, [3], "scale", alpha=1.4)]
    if spec.head == "mlm":
        cases["mlm_head-pre-add-vector"] = [edit("mlm_head.hook_pre", None, [4], "add", draw(10, D), alpha=1.0)]
        cases["mlm_head-normalized-project_out"] = [
            edit("mlm_head.ln.hook_normalized", None, [7], "project_out", draw(11, D))]
    if spec.head == "classes":
        cases["pooler-pre-add-vector"] = [edit("pooler.hook_pre", None, [0, 4], "add", draw(10, D), alpha=1.0)]
        cases["pooler-out-project_out"] = [edit("pooler.hook_pooler_out", None, [0], "project_out", draw(11, D))]
    if spec.final_norm:
        cases["ln_final-scale-scale"] = [edit("ln_final.hook_scale", None, [7], "scale", alpha=0.8)]
    cases["two-at-one-site-in-order"] = [
        edit(stream, last, [7], "add", draw(12, D), alpha=1.0), edit(stream, last, [7], "scale", alpha=0.5)]
    cases["noised-subject-with-restored-window"] = [
        edit("hook_embed", None, [2], "add", draw(13, D), alpha=1.5),
        edit("hook_embed", None, [3], "add", draw(14, D), alpha=1.5),
        *(edit(last_branch, layer, [3], "set", {"kind": "run", "tokens": tokens}) for layer in range(spec.layers))]
    return cases


def _router_cases(spec, other, draw):
    """An expert forced, forbidden, scaled or taken twice, a random choice, and the choice of another prompt."""
    X = spec.experts.count
    layers = [layer for layer in range(spec.layers) if spec.has_experts(layer)]
    first, last = layers[0], layers[-1]
    everywhere = list(range(LENGTH))
    return {
        "router_logits-force-expert":
            [edit("mlp.hook_router_logits", first, everywhere, "set", constant(30.0), columns=[X - 1, X])],
        "router_logits-forbid-experts":
            [edit("mlp.hook_router_logits", first, everywhere, "set", constant(-1e30), columns=[1, 3])],
        "router_logits-add-noise": [edit("mlp.hook_router_logits", last, [3, 7], "add", draw(15, X), alpha=2.0)],
        "expert_weights-scale": [edit("mlp.hook_expert_weights", last, [2, 5, 7], "scale", alpha=2.5, columns=[0, 2])],
        "expert_weights-set-run": [edit("mlp.hook_expert_weights", first, [4, 6, 7], "set", other)],
        "expert_indices-set-run": [edit("mlp.hook_expert_indices", first, [1, 7], "set", other)],
        "expert_indices-set-same-expert-twice":
            [edit("mlp.hook_expert_indices", last, [7], "set", constant(X - 1.0), columns=[0, 2])],
    }
