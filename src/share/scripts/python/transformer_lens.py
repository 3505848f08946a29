model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
# if hook_mlp_in
model.set_use_hook_mlp_in(True)
# end
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
        # if hook_resid_mid
        if name.endswith("hook_resid_mid"):
            value[:] = new  # in place: a new tensor would reach the MLP alone, not the residual stream
        # end
        return new

    def save(value, hook, name):
        kept[name] = value.clone()

    hooks = [(name, partial(edit, name=name)) for name in edits]
    hooks += [(name, partial(save, name=name)) for name in keep]
    prompts = torch.tensor(tokens, device=model.cfg.device)
    return model.run_with_hooks(prompts, fwd_hooks=hooks, prepend_bos=False), kept
# if masks


def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys."""

    def edit(scores):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        scores[at] = -1e30 if value is None else scores[at] + value
        return scores

    return f"blocks.{layer}.attn.hook_attn_scores", edit
# end
# if read_out


@torch.no_grad()
def read_out(state, tokens, norm):
    """Logits [batch, pos, vocab] that the unembedding reads from a state [batch, pos, d_model]."""
    return model.unembed(model.ln_final(state) if norm else state)
# end
# if weights


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
# end
