"""How far a probability is to be trusted: Venn-Abers bounds joined with the spread of the scorecard's posterior.

Venn-Abers (Vovk, Petej, Fedorova 2015; the `venn-abers` package) bounds the win rate of rows with *like scores*. The
posterior's spread says how little may be known of *this* row. A row's interval covers both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]

GRID = 400  # distinct scores kept
WIDEN = 1.6  # posterior spreads in an 80 % interval; measured on simulated markets, see docs/explain/calibration.md


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Venn-Abers bounds at rising log-odds `at`: `low` (p0) and `high` (p1), probabilities."""

    at: Floats
    low: Floats
    high: Floats

    def around(self, z: Floats) -> tuple[Floats, Floats]:
        """The bounds for log-odds `z`, by straight lines between the kept scores."""
        return np.interp(z, self.at, self.low), np.interp(z, self.at, self.high)


def fit_bounds(z: Floats, y: NDArray[np.int8]) -> Bounds:
    """Bounds from out-of-fold log-odds and outcomes."""
    from venn_abers import calc_p0p1, calc_probs

    # Like scores are joined first: the package's time grows with the square of the distinct scores.
    edges = np.unique(np.quantile(z, np.linspace(0, 1, min(GRID, max(2, len(z) // 5)) + 1)))
    place = np.clip(np.searchsorted(edges, z, side="right") - 1, 0, len(edges) - 2 if len(edges) > 1 else 0)
    sums = np.bincount(place, weights=z, minlength=len(edges))
    counts = np.bincount(place, minlength=len(edges))
    joined = (sums / np.maximum(counts, 1))[place]
    p = ridge.sigmoid(joined)
    with np.errstate(all="ignore"):
        p0, p1, known = calc_p0p1(np.column_stack([1 - p, p]), y.astype(np.float64))
        at = np.unique(p)
        _, pair = calc_probs(p0, p1, known, np.column_stack([1 - at, at]))
    pair = np.clip(np.nan_to_num(np.asarray(pair, dtype=np.float64), nan=0.5), 0.0, 1.0)
    return Bounds(ridge.log_odds(at), pair.min(axis=1), pair.max(axis=1))
