"""From probabilities to groups: who is joined with whom, and one partner at most where lists are free of duplicates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

from leadline.warehouse.matching.fields import Codes

Floats = NDArray[np.float64]
LARGEST = 1_000  # rows of a chain that are compared each with each; a longer one is cut at its weakest links first
APART = 0.5  # mean distance (1 - probability) from which parts of a chain are not one
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


def groups(left: Codes, right: Codes, log_odds: Floats, alike: Codes, judge: Callable[[Codes, Codes], Floats]) -> Codes:
    """The number of the group that each row is in, shape (rows,); a row alone is a group of one.

    Joined pairs make chains: A like B, B like C. In a chain of which not all pairs were joined, `judge` gives the
    probability of each pair, and average linkage keeps together only what is alike as a whole. Rows with one number in
    `alike` are equal in all that is compared: joined ones count as one row there.
    """
    equal = alike[left] == alike[right]
    of = _chains(left[equal], right[equal], len(alike))
    first = np.unique(of, return_index=True)[1]
    left, right, log_odds = of[left[~equal]], of[right[~equal]], log_odds[~equal]
    return _linked(left, right, log_odds, len(first), lambda a, b: judge(first[a], first[b]))[of]


def _linked(left: Codes, right: Codes, log_odds: Floats, count: int, judge: Callable[[Codes, Codes], Floats]) -> Codes:
    apart = np.unique(np.minimum(left, right) * count + np.maximum(left, right), return_index=True)[1]
    left, right, log_odds = left[apart], right[apart], log_odds[apart]
    found = _chains(left, right, count)
    for _ in range(20):
        sizes = np.bincount(found)
        long = sizes[found[left]] > LARGEST
        if not long.any():
            break
        # the weaker half of the links of each long chain goes
        weak = long & (log_odds < np.median(log_odds[long]) + 1e-9)
        if weak.all() or weak[long].all():
            break
        left, right, log_odds = left[~weak], right[~weak], log_odds[~weak]
        found = _chains(left, right, count)
    sizes = np.bincount(found)
    links = np.bincount(found[left], minlength=len(sizes))
    loose = np.flatnonzero((sizes > 2) & (sizes <= LARGEST) & (links < sizes * (sizes - 1) // 2))
    if len(loose) == 0:
        return found
    order = np.argsort(found, kind="stable")
    starts = np.cumsum(sizes) - sizes
    chains = [order[starts[c] : starts[c] + sizes[c]] for c in loose.tolist()]
    corners = [np.triu_indices(len(chain), 1) for chain in chains]
    probability = judge(
        np.concatenate([c[i] for c, (i, _) in zip(chains, corners, strict=True)]),
        np.concatenate([c[j] for c, (_, j) in zip(chains, corners, strict=True)]),
    )
    made = found.copy()
    at, fresh = 0, len(sizes)
    for chain, (i, _) in zip(chains, corners, strict=True):
        parts = fcluster(linkage(1 - probability[at : at + len(i)], "average"), APART, "distance")
        at += len(i)
        made[chain] = fresh + parts
        fresh += int(parts.max()) + 1
    return np.unique(made, return_inverse=True)[1].astype(np.int64)


def _chains(left: Codes, right: Codes, count: int) -> Codes:
    graph = sp.coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
