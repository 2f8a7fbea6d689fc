"""Whom and when folded passages are about, as an array, so that a filter over a million of them takes milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from leadline.core.retrieval import Filters

FILE = "subjects.bin"
COLUMNS = ("at", "account", "person", "deal", "kind")
NONE = np.iinfo(np.int64).min  # stands for what a document does not have


def as_rows(rows: list[Any]) -> np.ndarray:
    """(passages, COLUMNS) from rows of SQL."""
    found = [[NONE if cell is None else cell for cell in row] for row in rows]
    return np.array(found, np.int64).reshape(-1, len(COLUMNS))


def mapped(folder: Path | None) -> np.ndarray:
    """The rows of a folder, mapped; none where there is no folder."""
    if folder is None or not (folder / FILE).stat().st_size:
        return np.zeros((0, len(COLUMNS)), np.int64)
    return np.memmap(folder / FILE, np.int64, "r").view(np.ndarray).reshape(len(COLUMNS), -1).T


def write(rows: np.ndarray, folder: Path) -> None:
    """Writes the rows column by column."""
    (folder / FILE).write_bytes(np.ascontiguousarray(rows.T).tobytes())


def passing(rows: np.ndarray, filters: Filters, kinds: list[int]) -> np.ndarray:
    """A mask of the rows that filters let through; `kinds` are the numbers of the kinds that they name."""
    mask = np.ones(len(rows), bool)
    for name, among in (
        ("account", filters.accounts),
        ("person", filters.people),
        ("deal", filters.deals),
        ("kind", kinds if filters.kinds else ()),
    ):
        column = rows[:, COLUMNS.index(name)]
        if len(among) == 1:
            mask &= column == among[0]
        elif among or (name == "kind" and filters.kinds):
            mask &= np.isin(column, among)
    if filters.since is not None:
        mask &= rows[:, 0] >= max(filters.since, NONE + 1)
    if filters.until is not None:
        mask &= (rows[:, 0] < filters.until) & (rows[:, 0] != NONE)
    return mask
