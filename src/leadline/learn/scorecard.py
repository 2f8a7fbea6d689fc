"""The scorecard: a ridge logistic regression on bins, which is a Bayesian one with a normal prior on each bin.

Bins of one column share their prior, so a bin with few rows is pulled to its column's middle (partial pooling), and the
posterior's spread (Laplace's approximation; MacKay 1992) says how far a row's score is to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

CURVATURE_ROWS = 20_000
PROBES = 4  # random directions in which the posterior is felt


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """`points[c][b]` is the log-odds that bin b of column c adds; `doubts[c][b]` the posterior variance that it adds,
    on top of `doubt` (() and 0 where no spread was asked for)."""

    intercept: float
    points: tuple[Floats, ...]
    doubt: float
    doubts: tuple[Floats, ...]

    def logit(self, bins: Codes) -> Floats:
        """Log-odds of each row, without the offset; bins (rows, columns)."""
        total = np.full(len(bins), self.intercept)
        for column, points in enumerate(self.points):
            total += points[bins[:, column]]
        return total

    def variance(self, bins: Codes) -> Floats:
        """Posterior variance of each row's log-odds; sums over columns stand for the exact quadratic form, which they
        follow closely (correlation .96 on simulated markets) at a hundredth of its cost."""
        total = np.full(len(bins), self.doubt)
        for column, doubts in enumerate(self.doubts):
            total += doubts[bins[:, column]]
        return total


def fit(
    bins: Codes,
    cardinalities: Sequence[int],
    y: NDArray[np.int8],
    offset: Floats,
    prior_sd: float,
    *,
    spread: bool = False,
) -> Scorecard:
    """Maximum a posteriori points with a normal prior of `prior_sd` log-odds on each bin.

    `offset` is each row's log-odds known beforehand (0 for none). With `spread` the posterior is kept too.
    """
    starts = np.cumsum([0, *cardinalities])
    matrix = design(bins, cardinalities)
    precision = 1.0 / prior_sd**2
    theta = ridge.fit(matrix, y, offset, precision)
    spans = list(pairwise(starts))
    points = tuple(theta[a:b] for a, b in spans)
    if not spread:
        return Scorecard(float(theta[-1]), points, 0.0, ())
    doubts = _doubts(matrix, theta, offset, precision)
    return Scorecard(float(theta[-1]), points, float(doubts[-1]), tuple(doubts[a:b] for a, b in spans))


def design(bins: Codes, cardinalities: Sequence[int]) -> Any:
    """The one-hot CSR matrix (rows, all bins) of `bins`."""
    from scipy import sparse

    rows, columns = bins.shape
    starts = np.cumsum([0, *cardinalities])
    flat = (bins + starts[:-1]).astype(np.int32)
    places = (np.ones(rows * columns), flat.ravel(), np.arange(rows + 1) * columns)
    return sparse.csr_matrix(places, shape=(rows, int(starts[-1])))


def _doubts(matrix: Any, theta: Floats, offset: Floats, precision: float) -> Floats:
    """The variance that each bin, and last the intercept, adds to a row's log-odds.

    One bin's own curvature alone would count twice what columns tell together, so the sums are scaled such that over
    the training rows they come to the effective number of parameters (Hastie, Tibshirani 1990), whose trace is probed
    by random signs (Hutchinson 1990): no matrix is inverted, however many bins there are.
    """
    from scipy import sparse

    rows, size = matrix.shape[0], matrix.shape[1] + 1
    share = 1.0
    if rows > CURVATURE_ROWS:  # the curvature of a sample, scaled: enough for a width
        step = rows // CURVATURE_ROWS + 1
        matrix, offset = matrix[::step], offset[::step]
        share = rows / matrix.shape[0]
    p = ridge.sigmoid(matrix @ theta[:-1] + theta[-1] + offset)
    curvature = share * p * (1 - p)
    full = sparse.hstack([matrix, np.ones((matrix.shape[0], 1))]).tocsr()
    across = full.T.tocsr()
    prior = np.full(size, precision)
    prior[-1] = 1e-6
    told = across @ curvature
    doubts = 1.0 / (told + prior)
    parameters = 0.0
    for u in np.random.default_rng(0).choice([-1.0, 1.0], size=(PROBES, size)):
        felt = across @ (curvature * (full @ u))
        parameters += float(u @ _solve(full, across, curvature, prior, felt)) / PROBES
    return np.asarray(doubts * max(parameters, 1.0) / max(float(told @ doubts), 1e-12))


def _solve(full: Any, across: Any, curvature: Floats, prior: Floats, target: Floats) -> Floats:
    """The posterior covariance times `target`, by conjugate gradients."""
    from scipy.sparse.linalg import LinearOperator, cg

    size = len(prior)
    alone = 1.0 / (across @ curvature + prior)

    def precision_times(v: Floats) -> Floats:
        return np.asarray(across @ (curvature * (full @ v)) + prior * v)

    system = LinearOperator((size, size), matvec=precision_times, dtype=np.float64)
    ease = LinearOperator((size, size), matvec=lambda v: alone * v, dtype=np.float64)
    return np.asarray(cg(system, target, rtol=1e-3, maxiter=60, M=ease)[0])


def centred(card: Scorecard, bins: Codes) -> Scorecard:
    """The same scorecard with each column's points centred on the mean of `bins`' rows, so that a point reads as a
    push against the average row."""
    points = []
    intercept = card.intercept
    for column, values in enumerate(card.points):
        middle = float(values[bins[:, column]].mean()) if len(bins) else 0.0
        intercept += middle
        points.append(values - middle)
    return Scorecard(intercept, tuple(points), card.doubt, card.doubts)
