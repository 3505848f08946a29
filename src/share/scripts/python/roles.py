# if roles


def by_role(values, axes, roles):
    """Positions gathered into token roles: the mean of a role's positions, NaN where the prompt has none."""
    for i, axis in enumerate(axes):
        if axis in ("position", "destination", "source"):
            means = [values.take(rows, axis=i).mean(axis=i) if rows else np.full_like(values.take(0, axis=i), np.nan) for rows in roles]
            values = np.stack(means, axis=i)
    return values
# end
# if several


def mean_over_cases(per_case):
    """{figure: values}, the mean over the prompts that have them."""
    return {name: np.nanmean([case[name] for case in per_case], axis=0) for name in per_case[0]}
# end
