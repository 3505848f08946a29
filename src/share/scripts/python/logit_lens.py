def states(state):
    """Hook names of what is read, block by block; the residual stream begins with what enters block 0."""
    hooks = [f"blocks.{layer}.hook_{state}" for layer in range(n_layers)]
    return ["blocks.0.hook_resid_pre", *hooks] if state == "resid_post" else hooks


def lens(case):
    """{figure: [position, block]}: what the model would say if it stopped after each block."""
    tokens, answer = case["clean"], case["answer"]
    final, cache = run([tokens], keep={hook for state in STATES for hook in states(state)})
    final = final[0].double().log_softmax(-1)
    found = {}
    for state in STATES:
        logits = torch.stack([read_out(cache[hook], [tokens], NORM)[0] for hook in states(state)])  # [block, pos, vocab]
        log_p = logits.double().log_softmax(-1)
        p = log_p.exp()
        readings = {
            "top": p.max(-1).values,
            "p": p[..., answer],
            "rank": (logits > logits[..., answer, None]).sum(-1).double(),
            "entropy": -(p * log_p).sum(-1),
            "kl": (final.exp() * (final - log_p)).sum(-1),
        }
        for name, value in readings.items():
            # if positions
            found[f"{state}_{name}"] = value.T.cpu().numpy()
            # end
            # if rows
            found[f"{state}_{name}"] = by_role(value.T.cpu().numpy(), ("position", "block"), case["roles"])
            # end
        # if single
        found[f"{state}_list"] = p[:, -1].topk(TOP_K).values.cpu().numpy()
        # end
    return found
