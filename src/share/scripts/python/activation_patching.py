def patch(case):
    """{figure: [layer, ...]}: the metric with each piece of an activation replaced by its value in the other prompt."""
    # if denoise
    base, other = case["corrupted"], case["clean"]  # denoising: a clean piece into the corrupted run
    # end
    # if noise
    base, other = case["clean"], case["corrupted"]  # noising: a corrupted piece into the clean run
    # end
    # if normalised
    clean, corrupted = (metric(run([case[prompt]])[0], case).item() for prompt in ("clean", "corrupted"))
    # end
    # if lens
    _, cache = model.run_with_cache(torch.tensor([other], device=model.cfg.device), prepend_bos=False)
    # end
    found = {}
    for name, (site, axes) in GRIDS.items():
        # if lens
        function = getattr(patching, f"get_act_patch_{name}", None)
        if function is not None:
            prompt = torch.tensor([base], device=model.cfg.device)
            with torch.no_grad():
                values = function(model, prompt, cache, lambda logits: metric(logits, case)[0]).double().cpu().numpy()
        else:  # a grid that TransformerLens has no function for
            values = sweep(base, case, site, axes, cache)
        # end
        # if loops
        _, cache = run([other], keep=[f"blocks.{layer}.{site}" for layer in range(n_layers)])
        values = sweep(base, case, site, axes, cache)
        # end
        # if roles
        values = by_role(values, ("layer", *axes), case["roles"])
        # end
        # if normalised
        found[name] = (values - corrupted) / (clean - corrupted) if abs(clean - corrupted) >= 1e-6 else np.nan * values
        # end
        # if raw
        found[name] = values
        # end
    return found
