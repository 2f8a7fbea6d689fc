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

LINE_SPREADS = 2.0  # prior spread of a slope (log-odds a standard deviation of the column) for one of a bin
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
    lines: Sequence[Floats | None] = (),
    spread: bool = False,
) -> Scorecard:
    """Maximum a posteriori points with a normal prior of `prior_sd` log-odds on each bin.

    With `lines` (bins, lines of each column) a column's bins lie about straight lines whose slopes are learned too, so
    that a steady rise is not paid for bin by bin. `offset` is each row's log-odds known beforehand (0 for none). With
    `spread` the posterior is kept too.
    """
    matrix = design(bins, cardinalities)
    ground = basis(cardinalities, lines, prior_sd)
    found = ridge.fit(matrix, y, offset, 1.0, basis=ground)
    theta = np.append(ground @ found[:-1], found[-1])
    spans = list(pairwise(np.cumsum([0, *cardinalities])))
    points = tuple(theta[a:b] for a, b in spans)
    if not spread:
        return Scorecard(float(theta[-1]), points, 0.0, ())
    doubts = _doubts(matrix, theta, offset, ground)
    return Scorecard(float(theta[-1]), points, float(doubts[-1]), tuple(doubts[a:b] for a, b in spans))


def basis(cardinalities: Sequence[int], lines: Sequence[Floats | None], prior_sd: float) -> Any:
    """The CSR matrix that turns standard normal coefficients into points: one a bin of `prior_sd`, and one a line."""
    from scipy import sparse

    starts = np.cumsum([0, *cardinalities])
    total = int(starts[-1])
    blocks = [sparse.identity(total, format="csr") * prior_sd]
    for start, line in zip(starts[:-1], lines, strict=False):
        if line is not None:
            rows = np.repeat(start + np.arange(len(line)), line.shape[1])
            columns = np.tile(np.arange(line.shape[1]), len(line))
            blocks.append(
                sparse.csr_matrix(
                    (LINE_SPREADS * prior_sd * line.ravel(), (rows, columns)), shape=(total, line.shape[1])
                )
            )
    return sparse.hstack(blocks).tocsr()


def design(bins: Codes, cardinalities: Sequence[int]) -> Any:
    """The one-hot CSR matrix (rows, all bins) of `bins`."""
    from scipy import sparse

    rows, columns = bins.shape
    starts = np.cumsum([0, *cardinalities])
    flat = (bins + starts[:-1]).astype(np.int32)
    places = (np.ones(rows * columns), flat.ravel(), np.arange(rows + 1) * columns)
    return sparse.csr_matrix(places, shape=(rows, int(starts[-1])))


def _doubts(matrix: Any, theta: Floats, offset: Floats, ground: Any) -> Floats:
    """The variance that each bin, and last the intercept, adds to a row's log-odds; `ground` is the points' basis.

    One bin's own curvature alone would count twice what columns tell together, so the sums are scaled such that over
    the training rows they come to the effective number of parameters (Hastie, Tibshirani 1990), whose trace is probed
    by random signs (Hutchinson 1990): no matrix is inverted, however many bins there are.
    """
    from scipy import sparse

    share = 1.0
    if matrix.shape[0] > CURVATURE_ROWS:  # the curvature of a sample, scaled: enough for a width
        step = matrix.shape[0] // CURVATURE_ROWS + 1
        share = matrix.shape[0] / len(offset[::step])
        matrix, offset = matrix[::step], offset[::step]
    p = ridge.sigmoid(matrix @ theta[:-1] + theta[-1] + offset)
    curvature = share * p * (1 - p)
    told = np.append(matrix.T @ curvature, curvature.sum())
    variance = np.asarray(ground.multiply(ground).sum(axis=1)).ravel()  # of each bin's points, before any row
    doubts = 1.0 / (told + np.append(1.0 / np.maximum(variance, 1e-9), 1e-6))
    parameters = _parameters(sparse.hstack([matrix @ ground, np.ones((len(p), 1))]).tocsr(), curvature)
    return np.asarray(doubts * max(parameters, 1.0) / max(float(told @ doubts), 1e-12))


def _parameters(full: Any, curvature: Floats) -> float:
    """The effective number of parameters: coefficients with a standard normal prior, the last without one."""
    from scipy.sparse.linalg import LinearOperator, cg

    size = full.shape[1]
    across = full.T.tocsr()
    prior = np.append(np.ones(size - 1), 1e-6)
    alone = 1.0 / (full.multiply(full).T @ curvature + prior)

    def felt(v: Floats) -> Floats:
        return np.asarray(across @ (curvature * (full @ v)))

    system = LinearOperator((size, size), matvec=lambda v: felt(v) + prior * v, dtype=np.float64)
    ease = LinearOperator((size, size), matvec=lambda v: alone * v, dtype=np.float64)
    probes = np.random.default_rng(0).choice([-1.0, 1.0], size=(PROBES, size))
    return float(np.mean([u @ cg(system, felt(u), rtol=1e-3, maxiter=60, M=ease)[0] for u in probes]))


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
