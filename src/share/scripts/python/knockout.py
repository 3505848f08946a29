def knock_out(case):
    """{"knockout": [pair, layer]}: what the metric loses when the queries cannot see the keys in a window of layers."""
    # if drop relative
    clean = metric(run([case["clean"]])[0], case).item()
    # end
    found = np.full((len(case["pairs"]), n_layers), np.nan)
    for pair, (queries, keys) in enumerate(case["pairs"]):
        for layer, (begin, end) in enumerate(WINDOW):
            # if all_heads
            masks = [hide(masked, None, queries, keys) for masked in range(begin, end)]
            # end
            # if heads
            masks = [hide(masked, head, queries, keys) for masked, head in HEADS if begin <= masked < end]
            if not masks:
                continue
            # end
            found[pair, layer] = metric(run([case["clean"]], all_of(masks))[0], case).item()
    # if raw
    return {"knockout": found}
    # end
    # if drop
    return {"knockout": clean - found}
    # end
    # if relative
    return {"knockout": (clean - found) / clean if abs(clean) >= 1e-6 else np.nan * found}
    # end
