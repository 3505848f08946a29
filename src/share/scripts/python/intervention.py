def what_if(case):
    """{figure: values}: the prompt's run without and with the changes."""
    runs = {}
    # if sources
    for name in ("clean", "corrupted"):
        if name in case:
            runs[name] = run([case[name]], keep=SOURCES)[1]
    # end
    before = run([case[ON]])[0]
    after = run([case[ON]], changes(case, runs))[0]
    log_p, log_q = (logits[0, -1].double().log_softmax(-1) for logits in (before, after))
    levels = [metric(before, case).item(), metric(after, case).item()]
    found = {"metric": np.array([*levels, levels[1] - levels[0]]), "kl": np.array([(log_p.exp() * (log_p - log_q)).sum().item()])}
    # if single
    likeliest = {*log_p.topk(TOP).indices.tolist(), *log_q.topk(TOP).indices.tolist()}
    asked = {case[name] for name in ("answer", "distractor") if name in case}
    rows = [[log_p[token].exp().item(), log_q[token].exp().item()] for token in likeliest | asked]
    found["next_tokens"] = np.array(sorted(rows, key=max, reverse=True))
    # end
    return found
