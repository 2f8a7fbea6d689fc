"""The scorecard: a ridge logistic regression on bins, which is a Bayesian one with a normal prior on each bin.

Bins of one column share their prior, so a bin with few rows is pulled to its column's middle (partial pooling), and the
posterior's spread (Laplace's approximation; MacKay 1992) says how far a row's score is to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

RANK = 128  # columns kept of the posterior's factor
CURVATURE_ROWS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """`points[c][b]` is the log-odds that bin b of column c adds; `starts[c]` is where column c's bins begin in the
    flat vector. `factor` (bins in all + 1, rank) gives the posterior variance of a row's log-odds as the squared
    length of the sum of its bins' rows (the last row is the intercept's)."""

    intercept: float
    points: tuple[Floats, ...]
    factor: NDArray[np.float32]

    @property
    def starts(self) -> NDArray[np.int64]:
        """The place of each column's first bin in the flat vector of all bins."""
        return np.cumsum([0] + [len(p) for p in self.points])[:-1]

    def logit(self, bins: Codes) -> Floats:
        """Log-odds of each row, without the offset; bins (rows, columns)."""
        total = np.full(len(bins), self.intercept)
        for column, points in enumerate(self.points):
            total += points[bins[:, column]]
        return total

    def spread(self, bins: Codes) -> Floats:
        """Posterior standard deviation of each row's log-odds."""
        if not self.factor.size:
            return np.zeros(len(bins))
        total = np.broadcast_to(self.factor[-1], (len(bins), self.factor.shape[1])).copy()
        for column, start in enumerate(self.starts):
            total += self.factor[start + bins[:, column]]
        return np.sqrt(np.einsum("ij,ij->i", total, total, dtype=np.float64))


def fit(
    bins: Codes, cardinalities: Sequence[int], y: NDArray[np.int8], offset: Floats, prior_sd: float, *, spread: bool = False
) -> Scorecard:
    """Maximum a posteriori points with a normal prior of `prior_sd` log-odds on each bin.

    `offset` is each row's log-odds known beforehand (0 for none). With `spread` the posterior is factored too.
    """
    starts = np.cumsum([0, *cardinalities])
    matrix = design(bins, cardinalities)
    precision = 1.0 / prior_sd**2
    theta = ridge.fit(matrix, y, offset, precision)
    factor = np.empty((0, 0), dtype=np.float32)
    if spread:
        factor = _posterior_factor(matrix, theta, offset, precision)
    points = tuple(theta[a:b] for a, b in zip(starts[:-1], starts[1:], strict=True))
    return Scorecard(float(theta[-1]), points, factor)


def design(bins: Codes, cardinalities: Sequence[int]) -> Any:
    """The one-hot CSR matrix (rows, all bins) of `bins`."""
    from scipy import sparse

    rows, columns = bins.shape
    starts = np.cumsum([0, *cardinalities])
    flat = (bins + starts[:-1]).astype(np.int32)
    places = (np.ones(rows * columns), flat.ravel(), np.arange(rows + 1) * columns)
    return sparse.csr_matrix(places, shape=(rows, int(starts[-1])))


def _posterior_factor(matrix: Any, theta: Floats, offset: Floats, precision: float) -> NDArray[np.float32]:
    """A matrix F with F F' close to the posterior covariance of (bins, intercept)."""
    from scipy import sparse

    rows, size = matrix.shape
    if rows > CURVATURE_ROWS:  # the curvature of a sample, scaled: enough for a width
        step = rows // CURVATURE_ROWS + 1
        matrix, offset = matrix[::step], offset[::step]
    p = ridge.sigmoid(matrix @ theta[:-1] + theta[-1] + offset)
    weights = np.sqrt(rows / matrix.shape[0] * p * (1 - p))
    weighted = sparse.hstack([matrix, np.ones((matrix.shape[0], 1))]).tocsr().multiply(weights[:, None]).tocsr()
    hessian = np.asarray((weighted.T @ weighted).todense())
    hessian[np.diag_indices(size)] += precision
    hessian[-1, -1] += 1e-6
    values, vectors = np.linalg.eigh(hessian)
    factor = vectors / np.sqrt(np.maximum(values, 1e-9))
    # Widest directions first. What is cut off is small, but rows must not look surer for it: spread it evenly.
    if factor.shape[1] > RANK:
        kept, cut = factor[:, :RANK], factor[:, RANK:]
        kept *= np.sqrt(1.0 + np.mean(np.sum(cut**2, axis=1)) / np.mean(np.sum(kept**2, axis=1)))
        factor = kept
    return np.ascontiguousarray(factor, dtype=np.float32)


def centred(card: Scorecard, bins: Codes) -> Scorecard:
    """The same scorecard with each column's points centred on the mean of `bins`' rows, so that a point reads as a
    push against the average row."""
    points = []
    intercept = card.intercept
    for column, values in enumerate(card.points):
        middle = float(values[bins[:, column]].mean()) if len(bins) else 0.0
        intercept += middle
        points.append(values - middle)
    return Scorecard(intercept, tuple(points), card.factor)
