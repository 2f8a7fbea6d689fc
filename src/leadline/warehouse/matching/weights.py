"""How much each agreement tells, learned without labels (Fellegi and Sunter 1969; EM after Winkler 1988).

m is how often a level occurs among pairs that are one record, u among pairs that are not. In the engine of fields u is
counted on pairs drawn at random and stays as it is. Fields that hang together (colleagues share company, domain, city)
would be counted several times over. So fields stand in an order, and where an earlier one agrees that a field hangs on,
its u is the one among pairs of others that agree there. In the engine of texts all candidates are alike, so u is
learned too.
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
TIED = 2.0  # times as often: from here a field hangs on another
TIMID = 30.0  # pairs that must speak for a tie before it is believed
FEW, UNLIKE = 8.0, 20.0  # pairs, one record and not, that must speak for a weight before it is believed
CROWD = 5.0  # rows a value, from which a plain category can have others hang on it
# What different people or companies share. What names one of them (a birth date, a number) must have nothing hang on
# it: pairs that agree there are mostly one record, and what they have in common besides would count for nothing.
PLACES: tuple[Sort, ...] = ("postcode", "city", "region", "country")
SHARED: tuple[Sort, ...] = (*PLACES, "company", "domain", "street", "surname", "given")  # firms share only places
TOGETHER: frozenset[Sort] = frozenset((*PLACES, "company", "domain", "street", "phone"))
PERSONAL: tuple[Sort, ...] = ("given", "surname", "birth", "email", "code")
OF_A_FIRM: tuple[Sort, ...] = ("company", "text", "name", "domain", "phone", "street", "code")
DIFFERS = 0.3  # of pairs that are one record: the most that differ in what names it
MOST_WORTH = 3.5  # of an agreement: the factor on the odds between a rare value and the middle one, e^3.5 = 33


@dataclass(slots=True)
class Weights:
    """For each field the frequencies of its levels; `tied` names, weakest first, the earlier fields that a field hangs
    on, with u where they agree; `odds` is log(prior odds)."""

    m: list[Floats]
    u: list[Floats]
    tied: list[dict[int, Floats]]
    odds: float

    def parts(self, levels: Levels) -> Floats:
        """What each field adds to the log odds, shape (pairs, fields)."""
        made = np.zeros(levels.shape)
        for at in range(levels.shape[1]):
            mine = levels[:, at]
            made[:, at] = np.log(self.m[at] / self.u[at])[mine]
            for other, u in self.tied[at].items():
                agrees = self.agrees(levels, other)
                made[agrees, at] = np.log(self.m[at] / u)[mine[agrees]]
        return made

    def agrees(self, levels: Levels, at: int) -> NDArray[np.bool_]:
        """Pairs whose field is the same or nearly the same."""
        found: NDArray[np.bool_] = levels[:, at] >= len(self.u[at]) - 2
        return found


def learn(comparer: Comparer, levels: Levels, rows: Rows, seed: int = 0) -> Weights:
    """The weights of fields, from candidate pairs and from pairs drawn at random."""
    random = np.random.default_rng(seed)
    sizes, sorts = comparer.sizes, [field.sort for field in comparer.fields]
    drawn = _random(comparer, rows, random)
    told = min(1.0, rows.pairs / len(drawn))  # where there are few pairs, they were drawn many times over
    each = np.full(len(drawn), told)
    u = [_shares(column, size, UNLIKE * _chance_guess(size), each) for column, size in zip(drawn.T, sizes, strict=True)]
    weights = Weights([_first_guess(size) for size in sizes], u, [{} for _ in sizes], 0.0)
    fewer = min(rows.second, rows.count - rows.second) if rows.two else rows.count
    weights.odds = float(np.log(max(1.0, 0.2 * fewer) / rows.pairs))
    naming = [at for at, sort in enumerate(sorts) if sort in PERSONAL]
    shared = SHARED
    if not any(sorts[at] != "code" for at in naming):
        shared = PLACES
        naming = [at for at, sort in enumerate(sorts) if sort in OF_A_FIRM] or list(range(len(sizes)))
    within, distinct = _within(comparer, rows, random, shared)
    # which pairs of the samples are one record is guessed at first by what names it alone
    others = {
        at: distinct[at] * (1 - chance(weights.odds + weights.parts(near)[:, naming].sum(axis=1)))
        for at, near in within.items()
    }
    usual = {(at, o): TIMID * _tied_guess(u[at], sorts[at], sorts[o]) for at in range(len(u)) for o in within}
    ties = _ties(within, others, u, usual)
    patterns, counts = _patterns(levels, sizes)
    before = np.inf
    for _ in range(ROUNDS):
        for at, size in enumerate(sizes):
            weights.tied[at] = {o: _shares(within[o][:, at], size, usual[at, o], others[o]) for o in ties[at]}
        ones = counts * chance(weights.odds + weights.parts(patterns).sum(axis=1))
        weights.odds = float(np.log(max(ones.sum(), 0.5) / rows.pairs))
        for at, size in enumerate(sizes):
            m = _shares(patterns[:, at], size, FEW * _first_guess(size), ones)
            weights.m[at] = _sane(m, DIFFERS if at in naming else 1.0)
        if abs(weights.odds - before) < SETTLED:
            break
        before = weights.odds
        others = {
            at: distinct[at] * (1 - chance(weights.odds + weights.parts(near).sum(axis=1)))
            for at, near in within.items()
        }
    return weights


def learn_texts(levels: Levels, sizes: Sequence[int], start: Floats) -> tuple[Weights, Floats]:
    """The weights of texts, u learned too, beginning with a guess for each candidate; and the log odds of each."""
    patterns, counts, first, back = _patterns_back(levels, sizes)
    probability = np.bincount(back, weights=start, minlength=len(first)) / counts
    weights = Weights([], [], [{} for _ in sizes], 0.0)
    logit = np.zeros(len(first))
    before = np.inf
    for _ in range(2 * ROUNDS):
        ones, others = counts * probability, counts * (1 - probability)
        share = np.clip(ones.sum() / max(1, counts.sum()), 1e-6, 1 - 1e-6)
        weights.odds = float(np.log(share / (1 - share)))
        weights.m = [_shares(patterns[:, at], size, 0.1, ones) for at, size in enumerate(sizes)]
        weights.u = [_shares(patterns[:, at], size, 0.1, others) for at, size in enumerate(sizes)]
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
        for other in weights.tied[at]:
            equal &= ~weights.agrees(levels, other)
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
    return np.asarray(guess, dtype=np.float64)


def _tied_guess(u: Floats, sort: Sort, other: Sort) -> Floats:
    """How often a field agrees where another does, before any are seen: colleagues share half of what a firm has."""
    if {sort, other} <= TOGETHER:
        return np.asarray(np.r_[1.0, (u[1:] + np.eye(len(u) - 1)[-1]) / 2], dtype=np.float64)
    return u


def _chance_guess(size: int) -> Floats:
    """How often unlike rows agree, before any are seen."""
    guess = np.r_[1.0, 0.9, np.geomspace(0.07, 0.005, size - 2)]
    guess[1:] /= guess[1:].sum()
    return np.asarray(guess, dtype=np.float64)


def _shares(levels: NDArray[np.uint8], size: int, least: float | Floats, by: Floats | None = None) -> Floats:
    """How often each known level occurs, `least` added to each count; 1 at level 0, which tells nothing."""
    made = np.bincount(levels, weights=by, minlength=size).astype(np.float64) + least
    made[0] = 0
    made /= made.sum()
    made[0] = 1
    return made


def _sane(m: Floats, differs: float) -> Floats:
    """Equality is at least 5 %, so that it never counts against; difference at most `differs`."""
    made = m.copy()
    if made[1] > differs:
        made[2:] *= (1 - differs) / made[2:].sum()
        made[1] = differs
    if made[-1] < 0.05:
        made[1:-1] *= 0.95 / max(made[1:-1].sum(), 1e-12)
        made[-1] = 0.05
    return made


def _random(comparer: Comparer, rows: Rows, random: np.random.Generator) -> Levels:
    if rows.two:
        left = random.integers(0, rows.second, RANDOM)
        right = random.integers(rows.second, rows.count, RANDOM)
    else:
        left, right = random.integers(0, rows.count, (2, RANDOM))
        left, right = left[left != right], right[left != right]
    return comparer.levels(left, right)


def _within(
    comparer: Comparer, rows: Rows, random: np.random.Generator, shared: Sequence[Sort]
) -> tuple[dict[int, Levels], dict[int, float]]:
    """For each field that many rows share values of, pairs that agree in it, and the share of them drawn first."""
    made: dict[int, Levels] = {}
    distinct: dict[int, float] = {}
    for at, field in enumerate(comparer.fields):
        crowded = field.sort in ("name", "number", "code") and (field.codes >= 0).sum() >= CROWD * len(field.words)
        if not crowded and field.sort not in shared:
            continue
        left, right = _agreeing(field.codes, rows, random)
        if len(left) >= 100:
            made[at] = comparer.levels(left, right)
            distinct[at] = len(np.unique(left * rows.count + right)) / len(left)
    return made, distinct


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


def _ties(
    within: dict[int, Levels],
    others: dict[int, Floats],
    u: Sequence[Floats],
    usual: dict[tuple[int, int], Floats],
) -> list[list[int]]:
    """For each field the earlier ones that it hangs on, weakest first.

    What others share comes first, the most widely shared of all last of those, so that country hangs on city and city
    on company; then what names one person.
    """
    agree = [float(x[-2:].sum()) for x in u]
    order = sorted(range(len(u)), key=lambda at: (at not in within, agree[at]))
    found: list[list[int]] = [[] for _ in u]
    for place, at in enumerate(order):
        lifts = []
        for other in order[:place]:
            if other in within:
                given = float(_shares(within[other][:, at], len(u[at]), usual[at, other], others[other])[-2:].sum())
                lifts.append((given / agree[at], other))
        found[at] = [other for lift, other in sorted(lifts) if lift > TIED]
    return found


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
