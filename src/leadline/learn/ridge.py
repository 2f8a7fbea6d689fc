"""Ridge logistic regression with a known offset per row, on a sparse design: what scikit-learn's has no place for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fit(
    design: Any,
    y: NDArray[np.int8],
    offset: Floats,
    precision: Floats | float,
    start: Floats | None = None,
    basis: Any = None,
) -> Floats:
    """Maximum a posteriori coefficients, the intercept last (it has no prior).

    With a `basis` (columns of the design, directions; CSR) the coefficients of the design are `basis @ u` and it is u
    that has the prior and is returned.

    `design` is a CSR matrix (rows, columns); `precision` is 1/variance of the normal prior, one for all or one a
    column; `offset` is each row's log-odds known beforehand. Solved by L-BFGS (scipy).
    """
    from scipy import optimize

    transposed = design.T.tocsr()
    back = None if basis is None else basis.T.tocsr()
    target = y.astype(np.float64)
    rows = len(target)

    def loss(theta: Floats) -> tuple[float, Floats]:
        z = design @ (theta[:-1] if basis is None else basis @ theta[:-1]) + theta[-1] + offset
        weighted = precision * theta[:-1]
        value = float(np.logaddexp(0.0, z).sum() - target @ z) + 0.5 * float(weighted @ theta[:-1])
        residual = sigmoid(z) - target
        slope = transposed @ residual
        return value / rows, np.append((slope if back is None else back @ slope) + weighted, residual.sum()) / rows

    if start is None:
        base = float(np.clip((target.sum() + 0.5) / (rows + 1), 1e-4, 1 - 1e-4))
        start = np.zeros((design if basis is None else basis).shape[1] + 1)
        start[-1] = np.log(base / (1 - base)) - float(np.mean(offset))
    options = {"maxiter": 200, "gtol": 1e-5, "ftol": 1e-8}
    return np.asarray(optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)


def sigmoid(z: Floats) -> Floats:
    """The probability of log-odds `z`, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def log_odds(p: Floats) -> Floats:
    """Log-odds of probabilities, clipped at 1e-6."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def log_loss(y: NDArray[np.int8], z: Floats) -> float:
    """Mean log loss in nats of log-odds `z`."""
    return float(np.mean(np.logaddexp(0.0, z) - y * z))
