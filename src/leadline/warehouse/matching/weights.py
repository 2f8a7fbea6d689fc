"""How much each agreement tells, learned without labels (Fellegi and Sunter 1969; EM after Winkler 1988).

m is how often a level occurs among pairs that are one record, u among pairs that are not. In the engine of fields u is
counted on pairs drawn at random and stays as it is. Fields that hang together (colleagues share company, domain, city)
would be counted several times over: each may have one parent, and where the parent agrees its u is the one among pairs
that agree there (a tree, after Chow and Liu 1968). In the engine of texts all candidates are alike, so u is learned too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.warehouse.matching.blocking import Rows
from leadline.warehouse.matching.fields import Codes, Field
from leadline.warehouse.matching.levels import Comparer, Levels
from leadline.warehouse.matching.naming import Sort

Floats = NDArray[np.float64]

RANDOM = 60_000  # pairs drawn at random
WITHIN = 6_000  # pairs drawn that agree in one field
ROUNDS = 40
SETTLED = 1e-6
TIED = 3.0  # times as often: from here a field hangs on another
CROWD = 5.0  # rows a value, from which a plain category can be a parent
# What different people or companies share. What names one of them (a birth date, a number) must not be a parent: pairs
# that agree there are mostly one record, and what they have in common besides would count for nothing.
SHARED: tuple[Sort, ...] = ("company", "domain", "street", "postcode", "city", "region", "country", "surname", "given")
MOST_WORTH = 3.5  # of an agreement: the factor on the odds between a rare value and the middle one, e^3.5 = 33


@dataclass(slots=True)
class Weights:
    """For each field the frequencies of its levels; `parent` is -1 for none; `odds` is log(prior odds)."""

    m: list[Floats]
    u: list[Floats]
    parent: list[int]
    u_given: list[Floats]
    odds: float

    def parts(self, levels: Levels) -> Floats:
        """What each field adds to the log odds, shape (pairs, fields)."""
        made = np.zeros(levels.shape)
        for at in range(levels.shape[1]):
            mine = levels[:, at]
            made[:, at] = np.log(self.m[at] / self.u[at])[mine]
            mother = self.parent[at]
            if mother >= 0:
                agrees = levels[:, mother] == len(self.u[mother]) - 1
                given = np.log(self.m[at] / self.u_given[at])
                made[agrees, at] = given[mine[agrees]]
        return made


def learn(comparer: Comparer, levels: Levels, rows: Rows, seed: int = 0) -> Weights:
    """The weights of fields, from candidate pairs and from pairs drawn at random."""
    random = np.random.default_rng(seed)
    sizes = comparer.sizes
    u = [_shares(column, size, 0.3) for column, size in zip(_random(comparer, rows, random).T, sizes, strict=True)]
    within = _within(comparer, rows, random)
    parent = _parents(within, u)
    weights = Weights(
        m=[_first_guess(size) for size in sizes],
        u=u,
        parent=parent,
        u_given=[_shares(within[p][:, at], sizes[at], 0.3) if p >= 0 else u[at] for at, p in enumerate(parent)],
        odds=float(np.log(max(1.0, 0.2 * min(rows.second, rows.count - rows.second or rows.count)) / rows.pairs)),
    )
    patterns, counts = _patterns(levels, sizes)
    before = np.inf
    for _ in range(ROUNDS):
        probability = chance(weights.odds + weights.parts(patterns).sum(axis=1))
        ones = counts * probability
        weights.odds = float(np.log(max(ones.sum(), 0.5) / rows.pairs))
        for at, size in enumerate(sizes):
            weights.m[at] = _rising(_shares(patterns[:, at], size, 0.1, ones))
            if parent[at] >= 0:
                near = within[parent[at]]
                others = 1 - chance(weights.odds + weights.parts(near).sum(axis=1))
                weights.u_given[at] = _shares(near[:, at], size, 0.3, others)
        if abs(weights.odds - before) < SETTLED:
            break
        before = weights.odds
    return weights


def learn_texts(levels: Levels, sizes: Sequence[int], start: Floats, rows: Rows) -> tuple[Weights, Floats]:
    """The weights of texts, u learned too, beginning with a guess for each candidate; and the log odds of each."""
    patterns, counts, first, back = _patterns_back(levels, sizes)
    probability = np.bincount(back, weights=start, minlength=len(first)) / counts
    weights = Weights([], [], [-1] * len(sizes), [], 0.0)
    before = np.inf
    for _ in range(2 * ROUNDS):
        ones, others = counts * probability, counts * (1 - probability)
        share = np.clip(ones.sum() / max(1, counts.sum()), 1e-6, 1 - 1e-6)
        weights.odds = float(np.log(share / (1 - share)))
        weights.m = [_shares(patterns[:, at], size, 0.1, ones) for at, size in enumerate(sizes)]
        weights.u = [_shares(patterns[:, at], size, 0.1, others) for at, size in enumerate(sizes)]
        weights.u_given = weights.u
        logit = weights.odds + weights.parts(patterns).sum(axis=1)
        probability = chance(logit)
        if abs(weights.odds - before) < SETTLED:
            break
        before = weights.odds
    return weights, logit[back]


def by_rarity(fields: Sequence[Field], levels: Levels, weights: Weights, left: Codes) -> Floats:
    """What to add to the log odds since equal values are common ('smith') or rare, per pair and field."""
    made = np.zeros(levels.shape)
    for at, field in enumerate(fields):
        equal = levels[:, at] == len(weights.u[at]) - 1
        mother = weights.parent[at]
        if mother >= 0:
            equal &= levels[:, mother] != len(weights.u[mother]) - 1
        shares = field.shares()
        usual = max(float((shares**2).sum()), 1e-12)
        floor = 2.0 / max(2, len(field.codes))
        worth = np.clip(np.log(usual / np.maximum(shares, floor)), -MOST_WORTH, MOST_WORTH)
        made[equal, at] = worth[field.codes[left[equal]]]
    return made


def chance(log_odds: Floats) -> Floats:
    """Probability of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -60, 60))), dtype=np.float64)


def _first_guess(size: int) -> Floats:
    guess = np.r_[1.0, np.linspace(0.03, 0.1, size - 2), 0.8]
    guess[1:] /= guess[1:].sum()
    return guess


def _shares(levels: NDArray[np.uint8], size: int, least: float, by: Floats | None = None) -> Floats:
    """How often each known level occurs; 1 at level 0, which tells nothing."""
    made = np.bincount(levels, weights=by, minlength=size).astype(np.float64) + least
    made[0] = 0
    made /= made.sum()
    made[0] = 1
    return made


def _rising(m: Floats) -> Floats:
    """As it is: kept apart so that equality never counts as evidence against (m at the top not under 5 %)."""
    if m[-1] < 0.05:
        m = m.copy()
        m[1:-1] *= 0.95 / max(m[1:-1].sum(), 1e-12)
        m[-1] = 0.05
    return m


def _random(comparer: Comparer, rows: Rows, random: np.random.Generator) -> Levels:
    if rows.two:
        left = random.integers(0, rows.second, RANDOM)
        right = random.integers(rows.second, rows.count, RANDOM)
    else:
        left, right = random.integers(0, rows.count, (2, RANDOM))
        left, right = left[left != right], right[left != right]
    return comparer.levels(left, right)


def _within(comparer: Comparer, rows: Rows, random: np.random.Generator) -> dict[int, Levels]:
    """For each field that many rows share values of, pairs that agree in it."""
    made: dict[int, Levels] = {}
    for at, field in enumerate(comparer.fields):
        crowded = field.sort in ("name", "number", "code") and (field.codes >= 0).sum() >= CROWD * len(field.words)
        if not crowded and field.sort not in SHARED:
            continue
        left, right = _agreeing(field.codes, rows, random)
        if len(left) >= 100:
            made[at] = comparer.levels(left, right)
    return made


def _agreeing(codes: Codes, rows: Rows, random: np.random.Generator) -> tuple[Codes, Codes]:
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    sizes = np.bincount(codes[known])
    starts = np.cumsum(sizes) - sizes
    if float((sizes * (sizes - 1.0)).sum()) / 2 < 0.5 * len(codes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # a pair for each draw: a value by its number of pairs, then two of its rows
    pairs = sizes * (sizes - 1.0)
    value = random.choice(len(sizes), WITHIN, p=pairs / pairs.sum())
    a = order[starts[value] + (random.random(WITHIN) * sizes[value]).astype(np.int64)]
    b = order[starts[value] + (random.random(WITHIN) * sizes[value]).astype(np.int64)]
    left, right = np.minimum(a, b), np.maximum(a, b)
    good = left != right
    if rows.two:
        good &= (left < rows.second) & (right >= rows.second)
    return left[good], right[good]


def _parents(within: dict[int, Levels], u: Sequence[Floats]) -> list[int]:
    """The field that each hangs on most, among those whose values are rarer; -1 for none."""
    parents = [-1] * len(u)
    rarity = [float(x[-1]) for x in u]
    for at in range(len(u)):
        best = TIED
        for other, levels in within.items():
            if other == at or (rarity[other], other) >= (rarity[at], at):
                continue
            given = _shares(levels[:, at], len(u[at]), 0.3)[-1]
            ratio = given / rarity[at]
            if ratio > best:
                best, parents[at] = ratio, other
    return parents


def _patterns(levels: Levels, sizes: Sequence[int]) -> tuple[Levels, Floats]:
    patterns, counts, _, _ = _patterns_back(levels, sizes)
    return patterns, counts


def _patterns_back(levels: Levels, sizes: Sequence[int]) -> tuple[Levels, Floats, Codes, Codes]:
    """Distinct rows of levels, how often each occurs, where first, and which each pair has."""
    key = np.zeros(len(levels), dtype=np.int64)
    for at, size in enumerate(sizes):
        key = key * size + levels[:, at]
        if at % 12 == 11:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, back, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return levels[first], counts.astype(np.float64), first, back
