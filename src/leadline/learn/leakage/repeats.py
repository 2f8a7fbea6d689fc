"""Rows that stand in the file more than once: left out of training, so that no row judges its own copy."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from leadline.core.roles import Role
from leadline.learn.leakage.columns import Column
from leadline.learn.roles import is_row_counter

_MIX = np.uint64(0x9E3779B97F4A7C15)


def _mixed(cells: np.ndarray) -> np.ndarray:
    """A 64-bit hash of each cell (splitmix64 finaliser)."""
    bits = cells.astype(np.float64).view(np.uint64).copy()
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


def repeated_rows(columns: Iterable[Column], labels: np.ndarray) -> np.ndarray:
    """Which rows repeat an earlier row in every column but row counters, bool per row.

    `labels` count as a column; open rows (-1) are never repeats. An identifier or a number given by a system tells
    rows apart: two leads may be alike in all else.
    """
    key = _mixed(labels.astype(np.float64) + 3.0)
    used = 0
    for column in columns:
        if column.role in (Role.ORDER, Role.IDENTIFIER) and is_row_counter(column.name):
            continue
        cells = column.numbers if column.numbers is not None else column.codes
        filled = np.where(column.filled, np.asarray(cells, dtype=np.float64), -9.25e18) + 0.0
        key = _mixed_pair(key, _mixed(filled))
        used += 1
    repeats = np.zeros(labels.size, dtype=bool)
    if used:
        _, first = np.unique(key, return_index=True)
        repeats[:] = True
        repeats[first] = False
        repeats &= labels >= 0
    return repeats


def _mixed_pair(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    both = (a ^ (b + _MIX + (a << np.uint64(6)) + (a >> np.uint64(2)))) * np.uint64(0xFF51AFD7ED558CCD)
    return np.asarray(both ^ (both >> np.uint64(33)))
