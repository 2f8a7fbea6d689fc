"""One score from several members: a logistic stack with weights of at least zero, learned out of fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]

PULL = 16.0  # strength of the pull towards the middle, in rows' worth of curvature
FEW_PULL = 4.0  # the same without trees, which are what few rows flatter
DRIFT_PULL = 0.1  # the same where the market moves, per row: what foretold best last year need not do so next year
# Middles for scorecard, evidence and trees; words beside them. Measured: docs/reference/attempts.md.
CALM, CALM_TREELESS, MOVING, WORDS = (0.3, 0.1, 0.6), (0.8, 0.2), (0.0, 0.6, 0.0), 0.2


def middle(trees: bool, words: int, moving: bool) -> Floats:
    """The weights of (scorecard, evidence, trees, words …) to believe in before any row has spoken.

    Where the market is calm the trees foretell best and evidence repeats itself. Where it moves, what columns mean
    together changes first and what each means alone last; that sum is over-sure, so it counts by little over half.
    """
    known = MOVING if moving else CALM if trees else CALM_TREELESS
    return np.array([*known[: 2 + trees], *[WORDS] * words])


def fit(
    margins: Floats, y: NDArray[np.int8], offset: Floats, blocks: NDArray[np.int64], centre: Floats, pull: float = PULL
) -> tuple[Floats, Floats]:
    """Weights (members) and one intercept a block: those of least log loss of `offset + intercept + margins @ weights`.

    `margins` are out of fold (rows, members). Weights are pulled to `centre` (see `middle`), which decides the matter
    only where the data do not. `blocks` numbers each row's fold (stacked generalisation: Wolpert 1992; non-negative
    weights: Breiman 1996).
    """
    from scipy import optimize

    rows, members = margins.shape
    many = int(blocks.max()) + 1
    target = y.astype(np.float64)

    def loss(theta: Floats) -> tuple[float, Floats]:
        weights = theta[:members]
        z = offset + margins @ weights + theta[members:][blocks]
        away = weights - centre
        value = float(np.logaddexp(0.0, z).sum() - target @ z) + 0.5 * pull * float(away @ away)
        residual = ridge.sigmoid(z) - target
        slopes = np.bincount(blocks, weights=residual, minlength=many)
        return value / rows, np.concatenate([margins.T @ residual + pull * away, slopes]) / rows

    bounds = [(0.0, 3.0)] * members + [(None, None)] * many
    start = np.concatenate([centre, np.zeros(many)])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[:members]), np.asarray(found.x[members:])


def level(z: Floats, y: NDArray[np.int8]) -> float:
    """The intercept that makes the mean probability of log-odds `z` the share won (Newton's method)."""
    shift = 0.0
    for _ in range(50):
        p = ridge.sigmoid(z + shift)
        step = float((y.mean() - p.mean()) / max(float(np.mean(p * (1 - p))), 1e-9))
        shift += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    return shift
