"""From probabilities to groups: who is joined with whom, and one partner at most where lists are free of duplicates."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from leadline.warehouse.matching.blocking import Rows
from leadline.warehouse.matching.fields import Codes

Floats = NDArray[np.float64]
SEVERAL = 0.25  # share of matched rows with a second sure partner, from which a list has duplicates of its own


def free_of_duplicates(left: Codes, right: Codes, sure: NDArray[np.bool_]) -> bool:
    """Whether each list seems free of duplicates: few rows have two sure partners in the other."""
    if not sure.any():
        return True
    for side in (left, right):
        partners = np.unique(side[sure], return_counts=True)[1]
        if (partners > 1).mean() > SEVERAL:
            return False
    return True


def mutual(left: Codes, right: Codes, score: Floats, count: int) -> NDArray[np.bool_]:
    """Pairs of which each is the other's best; of equal ones the first."""
    order = np.lexsort((right, left, -score))
    taken = np.zeros(count, dtype=bool)
    best = np.full(count, -np.inf)
    np.maximum.at(best, left, score)
    np.maximum.at(best, right, score)
    made = np.zeros(len(left), dtype=bool)
    for at in order[(score >= best[left])[order] & (score >= best[right])[order]].tolist():
        a, b = left[at], right[at]
        if not taken[a] and not taken[b]:
            taken[a] = taken[b] = True
            made[at] = True
    return made


def groups(left: Codes, right: Codes, rows: Rows) -> Codes:
    """The number of the group that each row is in, shape (rows,); a row alone is a group of one."""
    graph = sp.coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(rows.count, rows.count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
