

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
