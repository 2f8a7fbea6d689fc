"""The trial: winners are hidden in turn among the rest, and looked for. How many come back in the best tenth?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.learn.lookalikes import likeness
from leadline.learn.lookalikes.likeness import Space
from leadline.learn.metrics import wilson
from leadline.learn.segments.mixture import Floats, Labels

FOLDS = 5
BEST = 0.1
Z = 1.96

Scorer = Callable[[Labels, Labels], Floats]


@dataclass(frozen=True, slots=True)
class Recall:
    """Of `hidden` winners `found` came back in the best tenth; 95 % range (Wilson)."""

    way: str
    hidden: int
    found: int
    recall: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """How well each way did, the one in use first; chance gives a tenth. `lifts` is, for each tenth from the best, how
    many times its share hidden winners came back there; `caught` the mean learned chance of hidden winners (Elkan and
    Noto's c)."""

    recalls: tuple[Recall, ...]
    lifts: tuple[float, ...]
    caught: float


def ways(place: Space, method: str, rng: np.random.Generator) -> dict[str, Scorer]:
    """All ways to score rows, by name, the one in use first."""
    found: dict[str, Scorer] = {}
    if method == "learned":
        found["learned"] = lambda seeds, rest: likeness.by_learning(place, seeds, rest, rng)
    found["by columns that tell"] = lambda seeds, _: likeness.by_distance(place, seeds, likeness.telling(place, seeds))
    found["plain nearest winners"] = lambda seeds, _: likeness.by_distance(place, seeds)
    found["usual values"] = lambda seeds, _: likeness.by_popularity(place, seeds)
    return found


def run(
    place: Space, seeds: Labels, rest: Labels, method: str, rng: np.random.Generator, groups: Labels | None = None
) -> Trial:
    """Hide winners fold by fold; `rest` are the rows among which they are hidden. Rows of one of `groups` (a number for
    each row) are hidden together, so that no company is on both sides."""
    of = seeds if groups is None else groups[seeds]
    companies = rng.permutation(np.unique(of))
    parts = np.array_split(companies, min(FOLDS, len(companies)))
    folds = [seeds[np.isin(of, part)] for part in parts]
    caught: list[float] = []
    shares: dict[str, list[float]] = {name: [] for name in ways(place, method, rng)}
    for hidden in folds:
        known = np.setdiff1d(seeds, hidden)
        if not len(known):
            continue
        among = np.concatenate([rest, hidden])
        for name, scorer in ways(place, method, rng).items():
            score = scorer(known, among)
            if name == "learned":
                caught += score[hidden].tolist()
            shares[name] += _place(score[hidden], score[rest]).tolist()
    recalls = []
    for name, places in shares.items():
        hits = sum(place <= BEST for place in places)
        recalls.append(Recall(name, len(places), hits, hits / len(places), *wilson(hits, len(places), Z)))
    used = np.array(next(iter(shares.values())))
    counts = np.bincount(np.minimum((used * 10).astype(int), 9), minlength=10)
    lifts = tuple(float(x) for x in _falling((counts + 1) / (len(used) / 10 + 1)))
    return Trial(tuple(recalls), lifts, float(np.mean(caught)) if caught else 0.0)


def _place(score: Floats, others: Floats) -> Floats:
    """The share of others that stand before each score; ties share their places."""
    ranked = np.sort(others)
    before = len(ranked) - np.searchsorted(ranked, score, side="right")
    level = np.searchsorted(ranked, score, side="right") - np.searchsorted(ranked, score, side="left")
    return np.asarray((before + 0.5 * level) / max(1, len(ranked)))


def _falling(values: Floats) -> Floats:
    """The nearest values that never rise (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [[(a * n + b * m) / (n + m), n + m]]
    return np.array([value for value, n in blocks for _ in range(int(n))])
