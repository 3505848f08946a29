# if masks


def hide(layer, head, queries, keys, value=None):
    """The edit that adds `value` to the attention scores of some queries and keys; without a value it hides the keys.

    After the softmax that is: the keys' probabilities times exp(value), or 0, and the rows made to sum to 1 again.
    """

    def edit(pattern):  # [batch, head, query, key]
        at = (slice(None), slice(None) if head is None else slice(head, head + 1), *np.ix_(queries, keys))
        pattern[at] *= 0 if value is None else np.exp(value)
        return pattern / pattern.sum(-1, keepdim=True)

    return f"blocks.{layer}.attn.hook_pattern", edit
# end
