model = TransformersModel(
    MODEL,
    task="text-generation",
    revision=REVISION,
    attn_implementation="eager",
    dtype=torch.float32,
    dispatch=not REMOTE,
)
n_layers, n_heads = model.config.num_hidden_layers, model.config.num_attention_heads
# if gpt2
blocks, embed, final_norm = model.transformer.h, model.transformer.wte, model.transformer.ln_f
# end
# if llama
blocks, embed, final_norm = model.model.layers, model.model.embed_tokens, model.model.norm
n_kv_heads = model.config.num_key_value_heads  # keys and values have fewer heads where they are grouped
# end


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
            embed.output = visit("hook_embed", embed.output, edits, kept)
        # end
        # if hook_pos_embed
        if "hook_pos_embed" in edits or "hook_pos_embed" in kept:
            model.transformer.wpe.output = visit("hook_pos_embed", model.transformer.wpe.output, edits, kept)
        # end
        for layer, block in enumerate(blocks):
            # if gpt2
            attn, o_proj = block.attn, block.attn.c_proj
            mlp_norm, down_proj = block.ln_2, block.mlp.c_proj
            # end
            # if llama
            attn, o_proj = block.self_attn, block.self_attn.o_proj
            mlp_norm, down_proj = block.post_attention_layernorm, block.mlp.down_proj
            # end
            hook = f"blocks.{layer}."
            used = {name.removeprefix(hook) for name in [*edits, *keep] if name.startswith(hook)}
            # if hook_resid_pre
            if "hook_resid_pre" in used:
                block.input = visit(hook + "hook_resid_pre", block.input, edits, kept)
            # end
            # if gpt2
            # if attn.hook_q attn.hook_k attn.hook_v attn.hook_pattern
            if used & {"attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_pattern"}:
                q, k, v = (split_heads(x, n_heads) for x in attn.c_attn.output.chunk(3, dim=-1))
                q = visit(hook + "attn.hook_q", q, edits, kept)
                k = visit(hook + "attn.hook_k", k, edits, kept)
                v = visit(hook + "attn.hook_v", v, edits, kept)
                attn.c_attn.output = torch.cat([x.flatten(2) for x in (q, k, v)], dim=-1)
            # end
            # end
            # if llama
            # if attn.hook_q
            if "attn.hook_q" in used:  # before the rotation, as hook_k
                q = visit(hook + "attn.hook_q", split_heads(attn.q_proj.output, n_heads), edits, kept)
                attn.q_proj.output = q.flatten(2)
            # end
            # if attn.hook_k
            if "attn.hook_k" in used:
                k = visit(hook + "attn.hook_k", split_heads(attn.k_proj.output, n_kv_heads), edits, kept)
                attn.k_proj.output = k.flatten(2)
            # end
            # if attn.hook_v attn.hook_pattern
            if used & {"attn.hook_v", "attn.hook_pattern"}:
                v = visit(hook + "attn.hook_v", split_heads(attn.v_proj.output, n_kv_heads), edits, kept)
                attn.v_proj.output = v.flatten(2)
            # end
            # end
            # if attn.hook_z
            if "attn.hook_z" in used:
                z = visit(hook + "attn.hook_z", split_heads(o_proj.input, n_heads), edits, kept)
                o_proj.input = z.flatten(2)
            # end
            # if attn.hook_pattern
            if "attn.hook_pattern" in used:
                pattern = visit(hook + "attn.hook_pattern", attn.output[1], edits, kept)
                if hook + "attn.hook_pattern" in edits:  # what the heads write is made again from it
                    # if llama
                    v = v.repeat_interleave(n_heads // n_kv_heads, dim=2)
                    # end
                    z = (pattern @ v.transpose(1, 2)).transpose(1, 2)
                    z = visit(hook + "attn.hook_z", z, edits, kept)
                    attn.output = (o_proj(z.flatten(2)), pattern)
            # end
            # if hook_attn_out
            if "hook_attn_out" in used:
                out, pattern = attn.output
                attn.output = (visit(hook + "hook_attn_out", out, edits, kept), pattern)
            # end
            # if hook_resid_mid
            if "hook_resid_mid" in used:  # in place: the residual stream is the same tensor
                mlp_norm.input[:] = visit(hook + "hook_resid_mid", mlp_norm.input, edits, kept)
            # end
            # if hook_mlp_in
            if "hook_mlp_in" in used:  # a new tensor: only the MLP reads it
                mlp_norm.input = visit(hook + "hook_mlp_in", mlp_norm.input, edits, kept)
            # end
            # if mlp.hook_post
            if "mlp.hook_post" in used:
                down_proj.input = visit(hook + "mlp.hook_post", down_proj.input, edits, kept)
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
                "ln_final.w": final_norm.weight,
                # if gpt2
                "ln_final.b": final_norm.bias,
                "eps": model.config.layer_norm_epsilon,
                "W_O": [block.attn.c_proj.weight.unflatten(0, (n_heads, -1)) for block in blocks],  # [head, d_head, d_model]
                "b_O": [block.attn.c_proj.bias for block in blocks],
                "W_out": [block.mlp.c_proj.weight for block in blocks],  # [d_mlp, d_model]
                "b_out": [block.mlp.c_proj.bias for block in blocks],
                # end
                # if llama
                "ln_final.b": None,
                "eps": model.config.rms_norm_eps,
                "W_O": [block.self_attn.o_proj.weight.T.unflatten(0, (n_heads, -1)) for block in blocks],  # [head, d_head, d_model]
                "b_O": [block.self_attn.o_proj.bias for block in blocks],
                "W_out": [block.mlp.down_proj.weight.T for block in blocks],  # [d_mlp, d_model]
                "b_out": [block.mlp.down_proj.bias for block in blocks],
                # end
            }
        )
    return found
# end
