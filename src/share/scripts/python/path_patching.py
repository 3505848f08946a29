def hook_of(receiver):
    """Where a receiver's input is set: q, k or v of a head itself, which is all that its input is read for."""
    part, layer, *_ = receiver
    return f"blocks.{layer}." + {"mlp": "hook_mlp_in", "resid": "hook_resid_pre"}.get(part, f"attn.hook_{part}")


def reaches(sender, receiver):
    """A sender's output can be read by the receiver."""
    if receiver[0] == "logits":
        return True
    if sender[0] == "head" and receiver[0] == "mlp":
        return sender[1] <= receiver[1]
    return sender[1] < receiver[1]


def setting(new, head=None):
    """The edit that sets a value, or one head of it, to `new`."""

    def edit(value):
        at = slice(None) if head is None else (slice(None), slice(None), head)
        value[at] = new[at]
        return value

    return edit


def path_patch(case):
    """{figure: [sender]}: how much of the answer goes from each sender to the receivers, through no other head."""
    # if noise
    orig, new = case["clean"], case["corrupted"]
    # end
    # if denoise
    orig, new = case["corrupted"], case["clean"]
    # end
    layers = range(n_layers)
    writers = [f"blocks.{layer}.{site}" for layer in layers for site in ("attn.hook_z", "hook_mlp_out")]
    orig_logits, of_orig = run([orig], keep=writers)  # pass 1
    new_logits, of_new = run([new], keep=writers)
    before = metric(orig_logits, case).item()
    # if noise
    sign, loss = -1, before - metric(new_logits, case).item()
    # end
    # if denoise
    sign, loss = 1, metric(new_logits, case).item() - before
    # end

    found = {name: np.full(len(SENDERS), np.nan) for name in RECEIVERS}
    for s, sender in enumerate(SENDERS):
        part, layer, *head = sender
        # Pass 2: the sender as in the new prompt, all other heads as in orig.
        edits = {f"blocks.{later}.attn.hook_z": setting(of_orig[f"blocks.{later}.attn.hook_z"]) for later in range(layer + 1, n_layers)}
        # if frozen
        first = layer if part == "head" else layer + 1
        edits |= {f"blocks.{later}.hook_mlp_out": setting(of_orig[f"blocks.{later}.hook_mlp_out"]) for later in range(first, n_layers)}
        # end
        hook = f"blocks.{layer}." + ("attn.hook_z" if part == "head" else "hook_mlp_out")
        edits[hook] = setting(of_new[hook], *head)
        reading = {hook_of(to) for receivers in RECEIVERS.values() for to in receivers if to[0] != "logits"}
        logits, read = run([orig], edits, keep=reading)

        for name, receivers in RECEIVERS.items():
            reached = [to for to in receivers if reaches(sender, to)]
            if not reached:
                continue
            if reached[0][0] != "logits":
                # Pass 3: orig again, but the receivers read what they read in pass 2.
                at = {}
                for to in reached:
                    at.setdefault(hook_of(to), []).append(to[2] if len(to) > 2 else None)
                logits_3, _ = run([orig], {hook: all_of([setting(read[hook], head) for head in heads]) for hook, heads in at.items()})
                value = metric(logits_3, case).item()
            else:  # the logits were read in pass 2
                value = metric(logits, case).item()
            # if normalised
            found[name][s] = sign * (value - before) / loss if abs(loss) >= 1e-6 else np.nan
            # end
            # if raw
            found[name][s] = sign * (value - before)
            # end
    return found


def all_of(edits):
    """One edit after the other."""

    def edit(value):
        for one in edits:
            value = one(value)
        return value

    return edit


# if everything
SENDERS = [("head", layer, head) for layer in range(n_layers) for head in range(n_heads)]
SENDERS += [("mlp", layer) for layer in range(n_layers)]
# end
