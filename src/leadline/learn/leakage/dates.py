"""The hunt among dates: those that come with the outcome, and numbers that measure until such a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.core.roles import Role
from leadline.learn.headers import is_neutral
from leadline.learn.leakage.chase import Chase
from leadline.learn.leakage.columns import Column
from leadline.learn.leakage.statistics import alone_auc
from leadline.learn.leakage.timing import follows, is_planned, lag_of, measures, start_rank


def by_time(chase: Chase) -> None:
    """Dates that come after the start and with the outcome, and numbers that measure until such a date."""
    dates = [column for column in chase.columns if column.is_date]
    start = start_of([column for column in dates if column.name not in chase.found], chase.closed)
    if start is not None:
        later = [
            column
            for column in dates
            if column.name not in chase.found
            and column is not start
            and start_rank(column.name) < 2
            and follows(column, start, chase.closed)
        ]
        for column in later:
            auc, error, since = _lag_tells(chase, column, [start, *(c for c in later if c is not column)])
            # A day that was planned or agreed before tells a little by itself.
            least = 0.7 if is_planned(column.name) else 0.65
            if auc >= least and auc - 0.5 >= 4 * error:
                reason = f"It comes after {since} by a time that tells the outcome (AUC {auc:.2f})"
                chase.add(column.name, "after", reason, auc, span=True)
        _by_neutral_time(chase, start, [column for column in later if is_neutral(column.name)])
    late = {column.name for column in dates if column.name in chase.spans or column.name in chase.found}
    late -= chase.kept
    if not late or len(dates) < 2:
        return
    near = sorted(dates, key=lambda column: column.name not in late)[:8]
    for column in chase.free():
        if not column.is_number:
            continue
        pair = measures(column, near, chase.closed, late)
        if pair:
            reason = f"It is the time from {pair[1]} to {pair[0]}, which is known only at the end"
            chase.add(column.name, "after", reason, span=True)


def _lag_tells(chase: Chase, later: Column, earlier: Sequence[Column]) -> tuple[float, float, str]:
    """How well the time to a date tells the outcome: the best AUC since another date, its error, and which date."""
    best = (0.5, 0.5, "")
    for start in earlier:
        if not follows(later, start, chase.closed):
            continue
        gap, _ = lag_of(later, start, np.arange(later.rows))
        lag = Column("", Role.NUMBER, later.rows, gap, None, 0)
        best = max(best, (*alone_auc(lag, chase.closed, chase.won, chase.fold), start.name))
    return best


def _by_neutral_time(chase: Chase, start: Column, later: Sequence[Column]) -> None:
    """Dates after the start whose names say nothing. The cells may single one out: a number measures the time to it,
    or open rows have it less often. If they do not, the last of all is taken to be the end."""
    free = [column for column in later if column.name not in chase.found]
    if any(column.name in chase.found for column in chase.columns if column.is_date):
        found = {column.name for column in chase.columns if column.is_date and column.name in chase.found}
        free = [column for column in free if not found]
    dates = [start, *later]
    counts = [column for column in chase.free() if column.is_number]
    measured = [
        column
        for column in free
        if any((pair := measures(number, dates, chase.closed, {column.name})) and pair[0] == column.name
               for number in counts)
    ]  # fmt: skip
    last = sorted(free, key=lambda column: float(np.nanmedian(np.asarray(column.at(chase.closed).numbers))))[-1:]
    for column in measured or last:
        reason = f"It comes after {start.name}, and its name does not say that it was known before the outcome"
        chase.add(column.name, "after", reason, span=True)


def start_of(dates: Sequence[Column], rows: np.ndarray) -> Column | None:
    """The date that best fits the start of a deal: by its name, then the earliest; None where no date does."""
    fit = [(start_rank(date.name), date) for date in dates if date.filled[rows].mean() >= 0.5]
    fit = [(rank, date) for rank, date in fit if rank]
    if not fit:
        return None
    best = max(rank for rank, _ in fit)
    return min(
        (date for rank, date in fit if rank == best),
        key=lambda date: float(np.nanmedian(np.asarray(date.at(rows).numbers))),
    )
