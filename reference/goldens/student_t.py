"""Student's t: the 97.5 % quantile, from the regularised incomplete beta function."""

from functools import cache

from mpmath import betainc, findroot, mp


@cache
def quantile975(df):
    """t such that P(T <= t) = 0.975 with `df` degrees of freedom, to 15 digits."""
    with mp.workdps(30):
        tail = lambda t: betainc(mp.mpf(df) / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
        return float(findroot(lambda t: tail(t) - mp.mpf("0.025"), (1.9, 13), solver="anderson"))
