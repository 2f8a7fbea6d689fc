"""Weights of evidence added up: naive Bayes on bins, the member that drift harms least.

Each bin's point is its smoothed log-odds against the base rate (Good 1950), taken alone. Where columns repeat one
another it is too sure, which the stack's weight mends; where their relations change it is the last to be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

SMOOTHING = 20.0  # rows that the base rate is worth in each bin


def fit(bins: Codes, cardinalities: Sequence[int], y: NDArray[np.int8]) -> tuple[Floats, ...]:
    """The points of each column's bins, in log-odds against the base rate."""
    base = float(np.clip(y.mean(), 1e-4, 1 - 1e-4))
    points = []
    for column, size in enumerate(cardinalities):
        count = np.bincount(bins[:, column], minlength=size)
        won = np.bincount(bins[:, column], weights=y, minlength=size)
        rate = (won + SMOOTHING * base) / (count + SMOOTHING)
        points.append(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))
    return tuple(points)


def margin(points: Sequence[Floats], bins: Codes) -> Floats:
    """The sum of each row's points."""
    total = np.zeros(len(bins))
    for column, values in enumerate(points):
        total += values[bins[:, column]]
    return total
