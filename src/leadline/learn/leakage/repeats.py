"""Rows that stand in the file more than once: left out of training, so that no row judges its own copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from leadline.core.roles import Role
from leadline.learn.headers import is_row_counter
from leadline.learn.leakage.columns import Column

_FEW = 0.01  # share of rows above which repeats are tested for being chance
_TESTED = 8  # columns, those with the most values, that are left out one at a time for that
_LOOK = 2_000
_ENOUGH = 100  # rows below which a repeat is taken as it stands


def _mixed(cells: np.ndarray, salt: int) -> np.ndarray:
    """A 64-bit hash of each cell (splitmix64's finaliser), another for each salt."""
    bits = (cells.astype(np.float64) + 0.0).view(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


def _hash_of(column: Column, salt: int) -> np.ndarray:
    cells = column.numbers if column.numbers is not None else column.codes
    return _mixed(np.where(column.filled, np.asarray(cells, dtype=np.float64), -9.25e18), salt)


def _later(key: np.ndarray) -> np.ndarray:
    """Whether each key occurred before."""
    _, first = np.unique(key, return_index=True)
    later = np.ones(key.size, dtype=bool)
    later[first] = False
    return later


def repeated_rows(columns: Callable[[], Iterable[Column]], labels: np.ndarray) -> np.ndarray:
    """Which rows repeat an earlier row in every column but row counters, bool per row.

    `columns` gives them anew at each call, so that a large table is never held twice. `labels` count as a column;
    open rows (-1) are never repeats. An identifier, or a number given by a system, tells rows apart: two leads may be
    alike in all else. Where more than 1 % of rows repeat, none is called a repeat if they are alike by chance, as rows
    of few values are: three times as many would be with one column fewer, or half as many with each column shuffled.
    """
    closed = np.flatnonzero(labels >= 0)
    key = _mixed(labels[closed].astype(np.float64), 1)
    spread: list[tuple[int, int]] = []
    for at, column in enumerate(columns()):
        if _tells_no_row(column):
            continue
        mixed = _hash_of(column, at + 2)[closed]
        key += mixed
        spread.append((int(np.unique(mixed[:_LOOK]).size), at))
    repeats = np.zeros(labels.size, dtype=bool)
    if not spread:
        return repeats
    later = _later(key)
    if later.size >= _ENOUGH and later.mean() > _FEW:
        chance = np.random.default_rng(0)
        shuffled = sum((chance.permutation(_hash_of(column, at + 2)[closed]) for at, column in enumerate(columns())
                        if not _tells_no_row(column)), start=_mixed(labels[closed].astype(np.float64), 1))  # fmt: skip
        if _later(shuffled).sum() > 0.5 * later.sum():
            return repeats
        tested = {at for _, at in sorted(spread, reverse=True)[:_TESTED]}
        for at, column in enumerate(columns()):
            if at in tested and _later(key - _hash_of(column, at + 2)[closed]).sum() > 3 * later.sum():
                return repeats
    repeats[closed] = later
    return repeats


def _tells_no_row(column: Column) -> bool:
    return column.role in (Role.ORDER, Role.IDENTIFIER) and is_row_counter(column.name)
