

# if noise
def corrupted_runs():
    """Tokens and edits of the corrupted runs, one per row of the batch: noise is added to the subject's embeddings."""
    random = np.random.RandomState(SEED)
    rows = range(*SUBJECT)

    def add_noise(embed):  # [batch, pos, d_model]
        noise = NOISE * random.randn(SAMPLES, len(rows), embed.shape[-1])
        embed[:, rows] += torch.tensor(noise).to(embed)
        return embed

    return [TOKENS] * SAMPLES, {"hook_embed": add_noise}
# end
# if replacement
def corrupted_runs():
    """Tokens and edits of the corrupted run: another prompt."""
    return [CORRUPTED], {}
# end


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
        # if groups
        for name, positions in GROUPS.items():
            found[f"{kind} effect of {name}"] = trace(kind, positions) - corrupted
        # end
    return found
