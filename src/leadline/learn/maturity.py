"""Young leads: rows that are not won yet, and too young to be called lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from leadline.core.errors import CallError
from leadline.core.qualification import Scheme
from leadline.core.roles import ColumnRole, Role
from leadline.learn.leakage.columns import column_of
from leadline.learn.leakage.dates import start_of
from leadline.learn.leakage.names import suspicion


class Divided(Protocol):
    """A split, of which only the scheme matters here."""

    @property
    def scheme(self) -> Scheme: ...


def mature(
    table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, split: Divided, after_days: float | None
) -> tuple[np.ndarray, float | None, str]:
    """Lost rows that are too young to count as lost: mask per row, the age in days used, and a sentence.

    A row's age runs from the date of the split to the last date in the file. With `after_days` that age is used. Else
    it is the 90th percentile of the days from start to close among won rows, where a close date is filled for them and
    not for the lost; or the age from which on the conversion by age is flat, where there is no close date. A lost row
    with a close date of its own was said to be lost, and is never young; nor is any where other rows are open.
    """
    none = np.zeros(labels.size, dtype=bool)
    started = _start_of_rows(table, roles, labels, split)
    if started is None:
        if after_days is None:
            return none, None, ""
        raise CallError("There is no date of creation to count --mature-after from; name one with --split time:COLUMN")
    name, start = started
    ends = _ends(table, roles, name)
    lost, won = labels == 0, labels == 1
    closed_lost = none.copy()
    for numbers in ends:
        closed_lost |= lost & np.isfinite(numbers)
    age = _now(start, ends) - start
    if after_days is not None:
        young = lost & ~closed_lost & (age < after_days)
        return young, float(after_days), f"Lost rows under {after_days:g} days old are not counted as lost, as asked"
    if not lost.any() or closed_lost.sum() >= 0.5 * lost.sum() or (labels == -1).sum() >= 0.01 * labels.size:
        return none, None, ""
    lag = _won_lag(ends, start, won)
    if lag is not None:
        days, why = float(np.quantile(lag, 0.9)), "9 of 10 wins came sooner"
    else:
        flat = _flat_from(age[lost | won], won[lost | won])
        if flat is None:
            return none, None, ""
        days, why = flat, "younger rows are won more rarely than all older ones, so many may still be won"
    days = float(np.ceil(days))
    young = lost & ~closed_lost & (age < days)
    if not young.any() or young.sum() > 0.5 * lost.sum() or not (won & (age >= days)).any():
        return none, None, ""
    return (
        young,
        days,
        f"{int(young.sum()):,} lost rows under {days:g} days old by {name} are not counted as lost: {why}",
    )


def younger(
    table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, split: Divided, days: float
) -> np.ndarray:
    """Closed rows, won ones too, that began under `days` before the last date in the file: bool per row.

    Where young lost rows are set aside, young won rows must be left out of training as well: else every young row
    in it is won.
    """
    started = _start_of_rows(table, roles, labels, split)
    if started is None:
        return np.zeros(labels.size, dtype=bool)
    name, start = started
    return np.asarray((labels >= 0) & (_now(start, _ends(table, roles, name)) - start < days))


def _ends(table: pa.Table, roles: Sequence[ColumnRole], start: str) -> list[np.ndarray]:
    """The end dates of the rows, in days, of every column whose name says so."""
    dates = [column_of(table, role) for role in roles if role.role == Role.DATE and role.column != start]
    return [np.asarray(date.numbers) for date in dates if is_end(date.name)]


def _now(start: np.ndarray, ends: Sequence[np.ndarray]) -> float:
    """The last day in the file."""
    return max(float(np.max(days[np.isfinite(days)], initial=-np.inf)) for days in (start, *ends))


def _start_of_rows(
    table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, split: Divided
) -> tuple[str, np.ndarray] | None:
    """The date of creation, per row in days: the split's if that is a date, else the best by name."""
    dates = [column_of(table, role) for role in roles if role.role == Role.DATE]
    named = [date for date in dates if date.name == split.scheme.column]
    closed = np.flatnonzero(labels >= 0)
    best = named[0] if named else start_of(dates, closed) if closed.size else None
    return None if best is None else (best.name, np.asarray(best.numbers))


def is_end(header: str) -> bool:
    """Whether a date's name says that it is the end of a deal."""
    charge = suspicion(header)
    return charge is not None and charge.span


def _won_lag(ends: Sequence[np.ndarray], start: np.ndarray, won: np.ndarray) -> np.ndarray | None:
    """Days from start to close of won rows, where most of them have both."""
    for end in ends:
        lag = (end - start)[won]
        lag = lag[np.isfinite(lag) & (lag >= 0)]
        if lag.size >= max(20, 0.5 * won.sum()):
            return np.asarray(lag)
    return None


def _flat_from(age: np.ndarray, won: np.ndarray) -> float | None:
    """The age in days from which on the share of wins no longer rises, or None where the young are not won more rarely.

    The youngest rows of a file that is still growing are won more rarely, and the more so the younger they are. The
    young must lie under the older by three standard errors, and the youngest third of them under the oldest.
    """
    known = np.isfinite(age)
    age, won = age[known], won[known]
    if age.size < 300 or won.sum() < 30 or np.ptp(age) < 14:
        return None
    order = np.argsort(age, kind="stable")
    age, won = age[order], won[order].astype(np.float64)
    best: float | None = None
    for share in (0.05, 0.1, 0.15, 0.2, 0.25):
        cut = int(np.searchsorted(age, np.quantile(age, share), side="right"))
        young, near = won[:cut], won[cut : 3 * cut]
        if young.size < 30 or near.size < 60:
            continue
        both = won[: 3 * cut].mean()
        error = np.sqrt(max(both * (1 - both), 1e-9) * (1 / young.size + 1 / near.size))
        third = max(1, cut // 3)
        if near.mean() - young.mean() > 3 * error and won[:third].mean() <= 0.6 * won[2 * third : cut].mean() + 1e-12:
            best = float(age[cut - 1]) + 1.0
    return best
