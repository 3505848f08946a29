# if mean
def replacements(site):
    """{hook: value}: the mean activation over the reference prompts and their positions."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    total, positions = dict.fromkeys(hooks, 0), 0
    for tokens in REFERENCE:
        _, values = run([tokens], keep=hooks)
        total = {hook: total[hook] + values[hook].double().sum(dim=1, keepdim=True) for hook in hooks}
        positions += len(tokens)
    return {hook: (total[hook] / positions).float() for hook in hooks}
# end
# if mean-per-position
def replacements(site):
    """{hook: value}: the mean activation over the reference prompts, position by position."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    total = dict.fromkeys(hooks, 0)
    for tokens in REFERENCE:
        _, values = run([tokens], keep=hooks)
        total = {hook: total[hook] + values[hook].double() for hook in hooks}
    return {hook: (total[hook] / len(REFERENCE)).float() for hook in hooks}
# end
# if zero
def replacements(tokens, site):
    """{hook: value}: zeros."""
    _, values = run([tokens], keep=[f"blocks.{layer}.{site}" for layer in range(n_layers)])
    return {hook: torch.zeros_like(value) for hook, value in values.items()}
# end
# if resample
def replacements(tokens, site):
    """{hook: value}: the activation in another prompt of as many tokens."""
    return run([tokens], keep=[f"blocks.{layer}.{site}" for layer in range(n_layers)])[1]
# end

# if mean mean-per-position


MEANS = {site: replacements(site) for site, _ in UNITS.values()}
# end


def ablate(case):
    """{figure: [layer, ...]}: what the metric of the clean run loses by each ablation."""
    # if drop relative
    clean = metric(run([case["clean"]])[0], case).item()
    # end
    found = {}
    for name, (site, axes) in UNITS.items():
        # if mean mean-per-position
        new = {hook: value.expand(1, len(case["clean"]), *value.shape[2:]) for hook, value in MEANS[site].items()}
        ablated = sweep(case["clean"], case, site, axes, new)
        # end
        # if zero
        ablated = sweep(case["clean"], case, site, axes, replacements(case["clean"], site))
        # end
        # if resample
        draws = [sweep(case["clean"], case, site, axes, replacements(other, site)) for other in case["others"]]
        ablated = np.mean(draws, axis=0)
        # end
        # if roles
        ablated = by_role(ablated, ("layer", *axes), case["roles"])
        # end
        # if raw
        found[name] = ablated
        # end
        # if drop
        found[name] = clean - ablated
        # end
        # if relative
        found[name] = (clean - ablated) / clean if abs(clean) >= 1e-6 else np.nan * ablated
        # end
    return found
