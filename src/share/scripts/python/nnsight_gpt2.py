model = TransformersModel(
    MODEL,
    task="text-generation",
    revision=REVISION,
    attn_implementation="eager",
    dtype=torch.float32,
    dispatch=not REMOTE,
)
blocks = model.transformer.h
n_layers, n_heads = model.config.n_layer, model.config.n_head


def split_heads(x):
    """[batch, pos, head * d_head] -> [batch, pos, head, d_head]"""
    return x.unflatten(-1, (n_heads, -1))


def visit(name, value, edits, kept):
    """A value with its edit, kept if it is wanted."""
    if name in edits:
        value = edits[name](value.clone())
    if name in kept:
        kept[name] = value
    return value


def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {name: function from a value to its new value}; keep: names whose values, after the edits, are wanted. Names
    are TransformerLens's, and below is where nnsight has them, in the order in which the model calls its modules. Values
    have a batch axis. Returns the logits [batch, pos, vocab] and {name: value}.
    """
    with torch.no_grad(), model.trace(torch.tensor(tokens), remote=REMOTE):
        kept = nnsight.save(dict.fromkeys(keep))
        # if hook_embed
        if "hook_embed" in edits or "hook_embed" in kept:
            model.transformer.wte.output = visit("hook_embed", model.transformer.wte.output, edits, kept)
        # end
        # if hook_pos_embed
        if "hook_pos_embed" in edits or "hook_pos_embed" in kept:
            model.transformer.wpe.output = visit("hook_pos_embed", model.transformer.wpe.output, edits, kept)
        # end
        for layer, block in enumerate(blocks):
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            # if hook_resid_pre
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            # end
            # if attn.hook_q attn.hook_k attn.hook_v attn.hook_pattern
            if used & {"attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_pattern"}:
                q, k, v = (split_heads(x) for x in block.attn.c_attn.output.chunk(3, dim=-1))
                q = visit(hook + "attn.hook_q", q, edits, kept)
                k = visit(hook + "attn.hook_k", k, edits, kept)
                v = visit(hook + "attn.hook_v", v, edits, kept)
                block.attn.c_attn.output = torch.cat([x.flatten(2) for x in (q, k, v)], dim=-1)
            # end
            # if attn.hook_z
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(block.attn.c_proj.input), edits, kept)
                block.attn.c_proj.input = z.flatten(2)
            # end
            # if attn.hook_pattern
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", block.attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    block.attn.output = (block.attn.c_proj(z.flatten(2)), pattern)
            # end
            # if hook_attn_out
            if "hook_attn_out" in used:
                out, pattern = block.attn.output
                block.attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            # end
            # if hook_resid_mid
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                block.ln_2.input[:] = visit(hook + "hook_resid_mid", block.ln_2.input, edits, kept)
            # end
            # if hook_mlp_in
            if "hook_mlp_in" in used:  # a new tensor: only the MLP reads it
                block.ln_2.input = visit(hook + "hook_mlp_in", block.ln_2.input, edits, kept)
            # end
            # if mlp.hook_post
            if "mlp.hook_post" in used:
                block.mlp.c_proj.input = visit(hook + "mlp.hook_post", block.mlp.c_proj.input, edits, kept)
            # end
            # if hook_mlp_out
            if "hook_mlp_out" in used:
                block.mlp.output = visit(hook + "hook_mlp_out", block.mlp.output, edits, kept)
            # end
            # if hook_resid_post
            if "hook_resid_post" in used:
                block.output = visit(hook + "hook_resid_post", block.output, edits, kept)
            # end
        logits = model.lm_head.output.save()
    return logits, kept
# if read_out


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
# end
# if weights


def writing_weights():
    """The weights that write to the residual stream and read the answer from it; None for a bias that is not there."""
    with torch.no_grad(), model.trace(torch.tensor([[0]]), remote=REMOTE):
        found = nnsight.save(
            {
                "W_U": model.lm_head.weight.T,  # [d_model, vocab]
                "b_U": None,
                "ln_final.w": model.transformer.ln_f.weight,
                "ln_final.b": model.transformer.ln_f.bias,
                "eps": model.config.layer_norm_epsilon,
                "W_O": [block.attn.c_proj.weight.unflatten(0, (n_heads, -1)) for block in blocks],  # [head, d_head, d_model]
                "b_O": [block.attn.c_proj.bias for block in blocks],
                "W_out": [block.mlp.c_proj.weight for block in blocks],  # [d_mlp, d_model]
                "b_out": [block.mlp.c_proj.bias for block in blocks],
            }
        )
    return found
# end
