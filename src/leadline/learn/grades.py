"""Grades A to D: who fits the capacity of this week, the next, the weeks after."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import CallError

GRADES = ("A", "B", "C", "D")


def capacity(text: str) -> int:
    """The number of rows that can be worked in one period: '50/week' or '50'."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*(?:(?:/|per)\s*(day|week|month|quarter))?\s*", text, re.IGNORECASE)
    if not found or int(found[1]) < 1:
        raise CallError(f"A capacity reads like 50/week, not '{text[:40]}'")
    return int(found[1])


def by_capacity(score: NDArray[np.float64], eligible: NDArray[np.bool_], per_period: int) -> NDArray[np.str_]:
    """A: the best rows that fit one period, B: the next, C: the two after, D: the rest; '' where not eligible."""
    grades = np.full(len(score), "", dtype="<U1")
    rows = np.flatnonzero(eligible)
    ranked = rows[np.argsort(-score[rows], kind="stable")]
    for start, end, grade in ((0, 1, "A"), (1, 2, "B"), (2, 4, "C")):
        grades[ranked[start * per_period : end * per_period]] = grade
    grades[ranked[4 * per_period :]] = "D"
    return grades


def by_score(
    score: NDArray[np.float64], eligible: NDArray[np.bool_], cuts: tuple[float, float, float]
) -> NDArray[np.str_]:
    """A, B, C from the scores `cuts` up, else D; '' where not eligible."""
    found = np.array(["D", "C", "B", "A"])[np.searchsorted(np.array(cuts)[::-1], score, side="right")]
    return np.where(eligible, found, "")
