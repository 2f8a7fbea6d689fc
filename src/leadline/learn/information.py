"""Whether one quantity tells more of the outcome than another does already (mutual information; Cover, Thomas 2006)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLEARLY_SD = 5.0  # standard deviations of what chance would seem to tell
CLEARLY_SHARE = 0.02  # of the outcome's entropy


def tells_more(place: NDArray[np.int64], extra: NDArray[np.int64], y: NDArray[np.int8]) -> bool:
    """Whether `extra` tells clearly more of `y` than `place` alone: by likelihood ratio and share of entropy."""
    whole, _ = _entropy(np.zeros(len(y), dtype=np.int64), y)
    alone, cells = _entropy(place, y)
    both, more = _entropy(place * (int(extra.max(initial=0)) + 1) + extra, y)
    gain, freedom = 2 * (alone - both), more - cells
    return bool(gain - freedom > max(CLEARLY_SD * np.sqrt(2 * freedom), CLEARLY_SHARE * 2 * whole, 1e-9))


def _entropy(cells: NDArray[np.int64], y: NDArray[np.int8]) -> tuple[float, int]:
    """Rows times the entropy of `y` (nats) within cells, and how many cells there are."""
    _, inverse = np.unique(cells, return_inverse=True)
    rows = np.bincount(inverse)
    won = np.bincount(inverse, weights=y)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(won > 0, won * np.log(won / rows), 0.0) + np.where(
            won < rows, (rows - won) * np.log1p(-won / rows), 0.0
        )
    return -float(log.sum()), len(rows)
