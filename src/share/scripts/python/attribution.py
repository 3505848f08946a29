WEIGHTS = writing_weights()


@torch.no_grad()
def attribute(case):
    """{figure: values}: what is written to the last residual stream, read in the direction of the answer's logit."""
    hooks = ["hook_embed", *POSITIONS]
    hooks += [f"blocks.{layer}.{site}" for layer in range(n_layers) for site in SITES]
    last = f"blocks.{n_layers - 1}.hook_resid_post"
    _, cache = run([case["clean"]], keep=[*hooks, last])
    cache = {hook: value[0].double() for hook, value in cache.items()}

    # The unembedding's direction, back through the final norm with its scale held at its value in this run.
    # if difference
    read = (WEIGHTS["W_U"][:, case["answer"]] - WEIGHTS["W_U"][:, case["distractor"]]).double()
    # end
    # if logit
    read = WEIGHTS["W_U"][:, case["answer"]].double()
    # end
    x = cache[last][-1]
    # if LayerNorm
    scale = ((x - x.mean()).pow(2).mean() + WEIGHTS["eps"]).sqrt()
    direction = read * WEIGHTS["ln_final.w"].double() / scale
    direction = direction - direction.mean()
    # end
    # if RMSNorm
    scale = (x.pow(2).mean() + WEIGHTS["eps"]).sqrt()
    direction = read * WEIGHTS["ln_final.w"].double() / scale
    # end

    def written(value):
        return (value.double() @ direction).item()

    layers = range(n_layers)
    components = [written(cache[hook][-1]) for hook in ("hook_embed", *POSITIONS)]
    for layer in layers:
        components += [written(cache[f"blocks.{layer}.{site}"][-1]) for site in ("hook_attn_out", "hook_mlp_out")]
    # if ln_final_bias
    components.append((WEIGHTS["ln_final.b"].double() @ read).item())
    # end
    # if b_U
    # if difference
    components.append((WEIGHTS["b_U"][case["answer"]] - WEIGHTS["b_U"][case["distractor"]]).item())
    # end
    # if logit
    components.append(WEIGHTS["b_U"][case["answer"]].item())
    # end
    # end
    found = {"components": np.array(components), "accumulated": np.cumsum(components)}

    # if heads sources
    W_O = [WEIGHTS["W_O"][layer].double() @ direction for layer in layers]  # [head, d_head]
    # end
    # if heads
    found["heads"] = np.array([[(cache[f"blocks.{layer}.attn.hook_z"][-1, h] @ W_O[layer][h]).item() for h in range(n_heads)] for layer in layers])
    # end
    # if biases
    found["biases"] = np.array([[written(WEIGHTS[name][layer]) for name in BIASES] for layer in layers])
    # end
    # if neurons
    neurons = [cache[f"blocks.{layer}.mlp.hook_post"][-1] * (WEIGHTS["W_out"][layer].double() @ direction) for layer in layers]
    listed = [neurons[layer][neuron].item() for layer, neuron in NEURONS]
    found["neurons"] = np.array([*listed, sum(neuron.sum().item() for neuron in neurons) - sum(listed)])  # and all others
    # end
    # if sources
    sources = []
    for layer in layers:
        v = cache[f"blocks.{layer}.attn.hook_v"]  # [pos, head, d_head]; each key-value head serves a group of heads
        v = v.repeat_interleave(n_heads // v.shape[1], dim=1)
        sources.append(cache[f"blocks.{layer}.attn.hook_pattern"][:, -1] * torch.einsum("phd,hd->hp", v, W_O[layer]))
    found["sources"] = torch.stack(sources).cpu().numpy()  # [layer, head, source position]
    # if roles
    found["sources"] = np.stack([found["sources"][..., rows].sum(-1) for rows in case["roles"]], axis=-1)
    # end
    # end
    return found
