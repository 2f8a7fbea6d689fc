"""The win rate that was known at each moment, for data in time order.

Markets move: last month's win rate says more of today than last year's. Each row's offset is the log-odds of an
exponentially weighted win rate over the rows before it, with a lag, because outcomes are known late. The half-life is
the one whose level, held from many past moments over the rows that followed, would have foretold best (prequential;
Dawid 1984), and 'no weighting' must be beaten clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

HALF_LIVES = (250, 500, 1000, 2000, 4000)  # in closed rows
HORIZON = 0.15  # of the rows so far: how far ahead a level must hold
CLEARLY = 0.01  # share of the log loss
MEMORY = 20.0  # rows that the starting rate is worth
FEWEST = 1000  # closed rows below which no trend is followed


@dataclass(frozen=True, slots=True)
class Recency:
    """`half_life` in closed rows (inf: none followed); `level` is the log-odds at the end of training."""

    half_life: float
    level: float
    gain: float  # share of the log loss that following it saves


def follow(y: NDArray[np.int8]) -> tuple[Recency, Floats]:
    """From outcomes in time order: the recency and the offset (log-odds) known at each row; the overall
    log-odds for all rows if no trend is followed clearly."""
    rows = len(y)
    if rows < FEWEST:
        return ignore(y)
    losses = {h: _ahead(y, _known_rates(y, h)) for h in (*HALF_LIVES, float("inf"))}
    best = min(losses, key=lambda h: losses[h])
    gain = 1.0 - losses[best] / losses[float("inf")]
    if gain < CLEARLY:
        return ignore(y)
    rates = _known_rates(y, best)
    known = _log_odds(rates)
    return Recency(float(best), float(known[-1]), float(gain)), known[:-1]


def at_cuts(trend: Recency, y: NDArray[np.int8], offset: Floats, pairs: Sequence[tuple[Rows, Rows]]) -> Floats:
    """The level that was known when each outside row was to be scored: that of the end of its inside rows."""
    before = offset.copy()
    if np.isfinite(trend.half_life):
        known = _log_odds(_known_rates(y, trend.half_life))
        for inside, outside in pairs:
            before[outside] = known[len(inside)]
    return before


def _ahead(y: NDArray[np.int8], rates: Floats) -> float:
    """Mean log loss when the level at each of many cuts is held over the rows that follow."""
    rows = len(y)
    losses = []
    for cut in np.linspace(0.2 * rows, 0.95 * rows, 31).astype(int):
        following = y[cut : cut + max(1, int(HORIZON * cut))]
        losses.append(_loss(following, np.full(len(following), rates[cut])))
    return float(np.mean(losses))


def ignore(y: NDArray[np.int8]) -> tuple[Recency, Floats]:
    """No trend: the overall log-odds for every row."""
    flat = float(_log_odds(np.array([y.mean()]))[0]) if len(y) else 0.0
    return Recency(float("inf"), flat, 0.0), np.full(len(y), flat)


def _known_rates(y: NDArray[np.int8], half_life: float) -> Floats:
    """The weighted rate known before each row and, last, after all of them (rows + 1)."""
    decay = 0.5 ** (1.0 / half_life) if np.isfinite(half_life) else 1.0
    start = float(y[: max(100, len(y) // 50)].mean())
    rates = np.empty(len(y) + 1)
    won, total = MEMORY * start, MEMORY
    rates[0] = start
    for row, value in enumerate(y.tolist()):
        won = won * decay + value
        total = total * decay + 1.0
        rates[row + 1] = won / total
    return rates


def _log_odds(rate: Floats) -> Floats:
    rate = np.clip(rate, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(rate / (1 - rate)))


def _loss(y: NDArray[np.int8], rate: Floats) -> float:
    rate = np.clip(rate, 1e-4, 1 - 1e-4)
    return float(-np.mean(np.where(y == 1, np.log(rate), np.log(1 - rate))))
