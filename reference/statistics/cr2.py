"""Cluster-robust errors of a mean, CR2 in its matrix form (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018, eqs. 4-10)."""

import numpy as np
from scipy import linalg


def cr2(values, clusters, weigh):
    """Weighted least squares of an intercept, target matrix identity; `weigh`: every 'cases' or 'clusters' alike."""
    y = np.asarray(values, float)
    groups = [np.array([i for i, c in enumerate(clusters) if c == name]) for name in dict.fromkeys(clusters)]
    N = len(y)
    w = np.ones(N)
    if weigh == "clusters":
        for group in groups:
            w[group] = 1 / len(group)
    X = np.ones((N, 1))
    W = np.diag(w)
    M = np.linalg.inv(X.T @ W @ X)
    H = X @ M @ X.T @ W
    beta = (M @ X.T @ W @ y)[0]
    e = y - beta
    I_H = np.eye(N) - H
    terms, ps = [], []
    for group in groups:
        B = I_H[group] @ I_H[group].T
        A = linalg.inv(linalg.sqrtm(B).real)
        row = M @ X[group].T @ W[np.ix_(group, group)] @ A
        terms.append(float((row @ e[group])[0]))
        ps.append((row @ I_H[group]).ravel())
    P = np.array(ps) @ np.array(ps).T
    return {
        "mean": float(beta),
        "error": float(np.sqrt(np.sum(np.square(terms)))),
        "df": float(np.trace(P) ** 2 / np.sum(P**2)),
    }
