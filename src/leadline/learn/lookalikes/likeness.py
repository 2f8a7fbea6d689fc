"""How like the winners a row is, three ways: plain distance, distance by columns that tell, and a learned one.

Rows that nobody tried are no losses, so winners are compared with all the rest and no row is called a negative
(Elkan and Noto 2008, Learning classifiers from only positive and unlabeled data, KDD).
Distance: Gower (1971), A general coefficient of similarity and some of its properties, Biometrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge
from leadline.learn.segments.bands import Column
from leadline.learn.segments.mixture import Codes, Floats, Labels, spread

NEAREST = 3  # winners that a row is compared with
SHRINK = 5.0  # winners that all rows' shares are worth beside their own
PRIOR_SD = 0.3  # of a band's push, in log-odds; chosen on three files: docs/explain/segments.md
MOST_SEEDS = 400  # that distances are measured to
MOST_ROWS = 20_000  # that are learned from
BATCH = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Rows as bands. `starts` (columns + 1,) is where each column's bands begin, `ordered` which are numbers, `of` the
    column of the table that each comes from."""

    codes: Codes
    starts: NDArray[np.int64]
    ordered: tuple[bool, ...]
    of: tuple[int, ...]


def space(columns: Sequence[Column], codes: Codes) -> Space:
    """The space of chosen columns."""
    sizes = [size for column in columns for size in column.sizes]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    ordered = tuple(column.kind != "category" for column in columns for _ in column.sizes)
    return Space(codes, starts, ordered, tuple(at for at, column in enumerate(columns) for _ in column.sizes))


def telling(place: Space, seeds: Labels) -> Floats:
    """How much each column sets winners apart: the divergence of their shares, shrunk towards all rows'; sums to 1."""
    weights = np.zeros(len(place.ordered))
    for at, (low, high) in enumerate(zip(place.starts[:-1], place.starts[1:], strict=True)):
        size = int(high - low)
        every, mine = place.codes[:, at], place.codes[seeds, at]
        whole = (np.bincount(every[every >= 0], minlength=size) + 0.5) / (np.sum(every >= 0) + 0.5 * size)
        own = np.bincount(mine[mine >= 0], minlength=size) + SHRINK * whole
        own = own / own.sum()
        # what chance alone gives: half a unit a free band (Wilks)
        chance = 0.5 * (size - 1) / (np.sum(mine >= 0) + SHRINK)
        weights[at] = max(0.0, float((own * np.log(own / whole)).sum()) - chance)
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / max(1, len(weights))))


def similarity(place: Space, rows: Labels, seeds: Labels, weights: Floats) -> Floats:
    """Gower's similarity of rows to winners, (rows, seeds): shares of columns that say the same, numbers by how near
    their bands are; columns of which one is blank are left out."""
    found = np.zeros((len(rows), len(seeds)))
    known = np.zeros((len(rows), len(seeds)))
    for at, weight in enumerate(weights):
        if weight <= 0:
            continue
        a, b = place.codes[rows, at][:, None], place.codes[seeds, at][None, :]
        both = (a >= 0) & (b >= 0)
        if place.ordered[at]:
            widest = max(1, int(place.starts[at + 1] - place.starts[at]) - 1)
            alike = 1.0 - np.abs(a - b) / widest
        else:
            alike = (a == b).astype(np.float64)
        found += weight * np.where(both, alike, 0.0)
        known += weight * both
    return np.asarray(np.divide(found, known, out=np.zeros_like(found), where=known > 0))


def by_distance(place: Space, seeds: Labels, weights: Floats | None = None) -> Floats:
    """The mean similarity of each row with its nearest winners, itself left out; `weights` a column."""
    columns = len(place.ordered)
    weights = np.full(columns, 1 / columns) if weights is None else weights
    seeds = _some(seeds)
    score = np.zeros(len(place.codes))
    for start in range(0, len(score), BATCH):
        rows = np.arange(start, min(start + BATCH, len(score)))
        alike = similarity(place, rows, seeds, weights)
        alike[rows[:, None] == seeds[None, :]] = -1.0
        nearest = min(NEAREST, len(seeds))
        top = np.partition(alike, -nearest, axis=1)[:, -nearest:]
        score[rows] = np.maximum(top, 0.0).mean(axis=1)
    return score


def by_popularity(place: Space, seeds: Labels) -> Floats:
    """How usual a row's values are among winners, whatever the others have: the plainest idea of all."""
    score = np.zeros(len(place.codes))
    for at in range(len(place.ordered)):
        mine = place.codes[seeds, at]
        size = int(place.starts[at + 1] - place.starts[at])
        share = (np.bincount(mine[mine >= 0], minlength=size) + 0.5) / (np.sum(mine >= 0) + 0.5 * size)
        score += np.append(np.log(share), np.log(share).mean())[place.codes[:, at]]
    return score


def by_learning(place: Space, seeds: Labels, rest: Labels, rng: np.random.Generator) -> Floats:
    """The chance that a row is one of the winners rather than of the rest: ridge logistic regression on bands."""
    from scipy import sparse

    others = np.sort(rng.choice(rest, MOST_ROWS, replace=False)) if len(rest) > MOST_ROWS else rest
    rows = np.concatenate([seeds, others])
    y = np.concatenate([np.ones(len(seeds), np.int8), np.zeros(len(others), np.int8)])
    design = sparse.csr_matrix(spread(place.codes[rows], place.starts).astype(np.float64))
    push = ridge.fit(design, y, np.zeros(len(rows)), 1.0 / PRIOR_SD**2)
    z = np.full(len(place.codes), push[-1] + np.log(len(others) / max(1, len(rest))))
    for start in range(0, len(z), BATCH):
        z[start : start + BATCH] += spread(place.codes[start : start + BATCH], place.starts) @ push[:-1]
    return ridge.sigmoid(z)


def _some(seeds: Labels) -> Labels:
    if len(seeds) <= MOST_SEEDS:
        return seeds
    return seeds[np.linspace(0, len(seeds) - 1, MOST_SEEDS).astype(np.int64)]
