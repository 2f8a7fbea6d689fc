"""Small draws and look-ups that every table uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Named(Protocol):
    """A value of a category."""

    @property
    def name(self) -> str: ...


class Shared(Protocol):
    """A value of a category with its share of all rows."""

    @property
    def share(self) -> float: ...


def pick(rng: np.random.Generator, levels: Sequence[Shared], count: int) -> Ints:
    """`count` indices of `levels`, drawn by share; shares need not sum to one."""
    edges = np.cumsum([level.share for level in levels])
    found = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(levels) - 1))


def standard(rng: np.random.Generator, count: int) -> Floats:
    """`count` normal draws, shifted and stretched to mean 0 and standard deviation 1 where there are three or more,
    so that a market's difficulty does not hang on the luck of a few draws."""
    draws = rng.standard_normal(count)
    if count < 3:
        return draws
    return np.asarray((draws - draws.mean()) / draws.std())


def signed(rng: np.random.Generator, serious: Bools, chances: tuple[float, float]) -> Bools:
    """A sign per deal: true with the first chance where serious, else with the second."""
    return rng.random(len(serious)) < np.where(serious, chances[0], chances[1])


def numbers(table: pa.Table, column: str) -> Floats:
    """A numeric column as floats, blanks as NaN."""
    return np.asarray(table[column].cast(pa.float64()).to_numpy(), dtype=np.float64)


def codes(table: pa.Table, column: str, levels: Sequence[Named]) -> Ints:
    """The position of each cell's value in `levels`; -1 where blank."""
    found = pc.index_in(table[column], value_set=pa.array([level.name for level in levels]))
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)


def holds(table: pa.Table, column: str, levels: Sequence[Named]) -> Bools:
    """Rows x levels: whether a cell's list of strings holds the level's name."""
    cells = table[column].combine_chunks()
    found = np.zeros((len(table), len(levels)), dtype=np.bool_)
    where = pc.list_parent_indices(cells).to_numpy()
    which = pc.index_in(pc.list_flatten(cells), value_set=pa.array([level.name for level in levels])).to_numpy()
    found[where, which] = True
    return found


def sigmoid(log_odds: Floats) -> Floats:
    """The probability of these log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def logit(probability: Floats) -> Floats:
    """The log-odds of these probabilities."""
    return np.asarray(np.log(probability) - np.log1p(-probability))
