"""How right scores are within each value of a column (a stage, a product), by subjects and not by rows.

A subject with several rows in one value counts there once: with the mean of what was said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.learn import metrics, ridge

FEWEST = 16  # subjects of the rarer outcome from which quality within a value is told

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Within:
    """One value: how many subjects and how many of them won, what was foretold on average and what came true with its
    80 % interval (Wilson). AUC and Brier scores are None where there are too few; `fits` says whether the foretold mean
    lies in the 95 % interval of what came true."""

    value: str
    subjects: int
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
    _, first, place = np.unique(subjects, return_index=True, return_inverse=True)
    count = np.bincount(place)
    p = np.bincount(place, weights=ridge.sigmoid(log_odds)) / count
    z = ridge.log_odds(np.clip(p, metrics.CLIP, 1 - metrics.CLIP))
    label = y[first]
    n, won = len(label), int(label.sum())
    low, high = metrics.wilson(won, n)
    wide = metrics.wilson(won, n, metrics.NORMAL_95)
    enough = min(won, n - won) >= FEWEST
    base = won / n
    foretold = float(p.mean())
    shown = value or "blank"
    if not enough:
        words = f"{shown}: not enough data ({won} won and {n - won} lost, {FEWEST} of each needed)"
    else:
        words = f"{shown}: {foretold:.0%} were foretold and {base:.0%} came true ({low:.0%} to {high:.0%}), {n:,} in all"
    return Within(
        value=value,
        subjects=n,
        won=won,
        foretold=foretold,
        came_true=base,
        low=low,
        high=high,
        fits=wide[0] <= foretold <= wide[1],
        auc=metrics.auc(label, z) if enough else None,
        brier=float(np.mean((p - label) ** 2)) if enough else None,
        brier_base=base * (1 - base) if enough else None,
        words=words,
    )
