def all_of(edits):
    """{hook: edit} from a list of (hook, edit): those of one hook one after the other."""
    found = {}
    for hook, edit in edits:
        first = found.get(hook, lambda value: value)
        found[hook] = lambda value, first=first, edit=edit: edit(first(value))
    return found
# if edits


def change(hook, rows, new, head=None, columns=slice(None)):
    """The edit x -> new(x, at) of some positions (of a pattern: queries), one head or all, and some columns."""
    heads = slice(None) if head is None else slice(head, head + 1)
    rows = list(rows)

    def edit(value):
        if hook.endswith("hook_pattern"):
            at = (slice(None), heads, rows, columns)  # [batch, head, query, key]
        elif value.dim() == 4:
            at = (slice(None), rows, heads, columns)  # [batch, pos, head, d_head]
        else:
            at = (slice(None), rows, columns)  # [batch, pos, ...]
        value[at] = new(value[at], at)
        return value

    return hook, edit
# end
# if along


def along(x, v):
    """The component of x along v, by position and head."""
    return (x * v).sum(-1, keepdim=True) * v / (v * v).sum(-1, keepdim=True)
# end
# if numbers


def numbers(values, x):
    """A list in the shape of the last axes of x: columns; heads and columns; or positions, heads and columns."""
    axes = next(n for n in range(1, x.dim() + 1) if x.shape[-n:].numel() == len(values))
    return torch.tensor(values).to(x).reshape(x.shape[-axes:])
# end
# if noise


def noise(x, seed, draw):
    """Draw `draw` of standard normal numbers in the shape of x."""
    return torch.tensor(np.random.RandomState(seed).randn(draw + 1, *x.shape[1:])[draw]).to(x)
# end
# if uniform


def uniform(pattern):
    """Every key that is seen alike."""
    seen = (pattern > 0).to(pattern)
    return seen / seen.sum(-1, keepdim=True)
# end
# if reversed


def reversed(pattern):
    """max - pattern over the keys that are seen, made to sum to 1 again."""
    flipped = (pattern.amax(-1, keepdim=True) - pattern) * (pattern > 0)
    total = flipped.sum(-1, keepdim=True)
    return torch.where(total > 0, flipped / total, pattern)
# end
