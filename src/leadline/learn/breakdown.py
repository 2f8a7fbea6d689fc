"""How right scores are within each value of a column: a stage of readiness, a product.

Each row is a forecast that was made at its own time. Rows of one subject hang together, so intervals count subjects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.learn import metrics, ridge

EIGHTY = metrics.NORMAL_80
FEWEST = 16  # subjects of the rarer outcome from which quality within a value is told

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Within:
    """One value: how many subjects, their rows, how many subjects won; what was foretold on average over rows and what
    came true with its 80 % interval. AUC and Brier scores are None where there are too few; `fits` says whether the
    foretold mean lies in the 95 % interval of what came true."""

    value: str
    subjects: int
    rows: int
    won: int
    foretold: float
    came_true: float
    low: float
    high: float
    fits: bool
    auc: float | None
    brier: float | None
    brier_base: float | None
    words: str


def within(
    values: Sequence[str | None], subjects: NDArray[np.int64], y: NDArray[np.int8], log_odds: Floats
) -> tuple[Within, ...]:
    """The quality within each value, most subjects first. All arguments have one entry a row; rows whose log-odds are
    not finite were not judged and are left out."""
    names = np.array(["" if value is None else value for value in values], dtype=object)
    found = [
        _one(str(name), subjects[here], y[here], log_odds[here])
        for name in dict.fromkeys(names.tolist())
        if (here := np.flatnonzero((names == name) & np.isfinite(log_odds))).size
    ]
    return tuple(sorted(found, key=lambda one: (-one.subjects, one.value)))


def _one(value: str, subjects: NDArray[np.int64], y: NDArray[np.int8], log_odds: Floats) -> Within:
    p = ridge.sigmoid(log_odds)
    _, first, place = np.unique(subjects, return_index=True, return_inverse=True)
    n, won = len(first), int(y[first].sum())
    foretold, came_true = float(p.mean()), float(y.mean())
    # rows of one subject are one draw: their misses are summed before they are squared
    error = float(np.sqrt(np.sum(np.bincount(place, weights=y - p) ** 2)) / len(y))
    low, high = (max(0.0, came_true - EIGHTY * error), min(1.0, came_true + EIGHTY * error))
    enough = min(won, n - won) >= FEWEST
    shown = value or "blank"
    if not enough:
        words = f"{shown}: not enough data ({won} won and {n - won} lost, {FEWEST} of each needed)"
    else:
        words = f"{shown}: {foretold:.0%} foretold, {came_true:.0%} came true ({low:.0%} to {high:.0%}), {n:,} in all"
    return Within(
        value=value,
        subjects=n,
        rows=len(y),
        won=won,
        foretold=foretold,
        came_true=came_true,
        low=low,
        high=high,
        fits=abs(came_true - foretold) <= metrics.NORMAL_95 * error,
        auc=metrics.auc(y, log_odds) if enough else None,
        brier=float(np.mean((p - y) ** 2)) if enough else None,
        brier_base=came_true * (1 - came_true) if enough else None,
        words=words,
    )
