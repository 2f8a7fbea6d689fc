"""Whether one quantity tells more of the outcome than another does already (mutual information; Cover, Thomas 2006)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLEARLY_SD = 5.0  # standard deviations of what chance would seem to tell
CLEARLY_SHARE = 0.02  # of the outcome's entropy
FULL = 5  # rows a cell from which on the gain by chance is as chi squared has it (Cochran 1954); below, it is dealt
DEALS = 5


def tells_more(place: NDArray[np.int64], extra: NDArray[np.int64], y: NDArray[np.int8]) -> bool:
    """Whether `extra` tells clearly more of `y` than `place` alone: by likelihood ratio and share of entropy."""
    whole, _ = _entropy(np.zeros(len(y), dtype=np.int64), y)
    alone, cells = _entropy(place, y)
    both, more = _entropy(place * (int(extra.max(initial=0)) + 1) + extra, y)
    gain, freedom = 2 * (alone - both), more - cells
    chance = float(freedom)
    if len(y) < FULL * more:
        chance = max(chance, 2 * (alone - _by_chance(place, extra, y)))
    return bool(gain - chance > max(CLEARLY_SD * np.sqrt(2 * freedom), CLEARLY_SHARE * 2 * whole, 1e-9))


def _by_chance(place: NDArray[np.int64], extra: NDArray[np.int64], y: NDArray[np.int8]) -> float:
    """What `_entropy` gives when `extra` is dealt out anew among rows of one place; the least of some seeded deals."""
    rng = np.random.default_rng(0)
    rows = np.argsort(place, kind="stable")
    found = []
    for _ in range(DEALS):
        dealt = np.empty_like(extra)
        dealt[rows] = extra[np.lexsort((rng.random(len(y)), place))]
        found.append(_entropy(place * (int(extra.max(initial=0)) + 1) + dealt, y)[0])
    return min(found)


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
