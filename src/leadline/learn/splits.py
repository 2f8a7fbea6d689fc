"""How rows are divided for validation: by time where it is known, by group where rows share one, else at random.

Rows of one group are never on both sides. A group here is a record that stands in the file more than once or an
account; under time an account is only kept together where that leaves enough later rows to judge by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.qualification import Scheme
from leadline.core.roles import ColumnRole, Role
from leadline.learn.headers import is_row_counter
from leadline.learn.leakage.columns import column_of
from leadline.learn.leakage.dates import start_of
from leadline.learn.leakage.timing import start_rank
from leadline.learn.maturity import is_end, mature, younger

__all__ = ["Split", "folds", "holdout", "mature", "propose", "turns", "younger"]

_LATER = 0.3
_KEPT = 0.5  # share of the later rows that must stay in the test for accounts to be held together under time


@dataclass(frozen=True, slots=True)
class Split:
    """How rows are divided. `order` is a float64 sort key per row (NaN unknown); `groups` int64 codes per row.

    With `apart` later rows of some groups are judged by earlier rows of the others, in turn (`turns`): time is
    followed, and no group is ever on both sides. `looked` and `ripe` then say when a row was looked at, and from when
    on it may be learned from, in the units of `order`: of the rows looked at shortly before a cut only those that were
    decided quickly are known at it, and only those decided slowly are news after it. Both are left out.
    """

    scheme: Scheme
    order: np.ndarray | None
    groups: np.ndarray | None
    apart: bool = False
    looked: np.ndarray | None = None
    ripe: np.ndarray | None = None


def propose(table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, given: str = "") -> Split:
    """Choose the scheme, or take the `given` one: 'time:COLUMN', 'apart:COLUMN', 'group:COLUMN' or 'random'.

    'apart' is by time with accounts never on both sides; 'apart:COLUMN|LOOKED|RIPE' names those two times too.

    `labels` are 1 won, 0 lost, -1 open per row. Raises CallError for another word and ColumnNotFound for a column.
    """
    if given:
        return _given(table, roles, labels, given)
    closed = np.flatnonzero(labels >= 0)
    account = next((role.column for role in roles if role.role == Role.ACCOUNT), "")
    dates = [column_of(table, role) for role in roles if role.role == Role.DATE]
    start = start_of([date for date in dates if start_rank(date.name)], closed) if closed.size else None
    if start is not None and np.unique(np.asarray(start.numbers)[closed]).size > 2:
        return _by_time(table, roles, start.name, np.asarray(start.numbers), account, closed, f"by time ({start.name})")
    orders = [role for role in roles if role.role == Role.ORDER]
    if orders:
        best = min(orders, key=lambda role: (is_row_counter(role.column), role.missing))
        words = f"ordered by {best.column}, which rises with time as far as can be told"
        numbers = np.asarray(column_of(table, best).numbers)
        return _by_time(table, roles, best.column, numbers, account, closed, words)
    if account:
        return Split(Scheme("group", account, f"by {account}: rows that share one are never on both sides"), None,
                     _codes(table, roles, account))  # fmt: skip
    for end in dates:
        if is_end(end.name) and closed.size and end.filled[closed].mean() >= 0.95:
            return _by_time(
                table, roles, end.name, np.asarray(end.numbers), "", closed, f"by time ({end.name}, the only date)"
            )
    records = _records(table, roles)
    words = "at random, as no column tells time or account; stratified by outcome"
    return Split(Scheme("random", "", words), None, records)


def _given(table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, given: str) -> Split:
    kind, _, column = given.partition(":")
    kind = kind.strip().casefold()
    if kind not in ("time", "group", "random", "apart") or (kind != "random" and not column):
        raise CallError(f"'{given}' is no split; give time:COLUMN, group:COLUMN or random")
    if kind == "random":
        return Split(
            Scheme("random", "", "at random, as asked; stratified by outcome", True), None, _records(table, roles)
        )
    looked = ripe = ""
    if kind == "apart" and column.count("|") == 2:
        column, looked, ripe = column.split("|")
    for name in filter(None, (column, looked, ripe)):
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    if kind == "group":
        words = f"by {column}, as asked: rows that share one are never on both sides"
        return Split(Scheme("group", column, words, True), None, _codes(table, roles, column))
    cells = column_of(table, next(role for role in roles if role.column == column))
    if cells.numbers is None:
        raise CallError(
            f"The column '{column}' holds text, which gives no order; name a date or number with --split time:COLUMN"
        )
    account = next((role.column for role in roles if role.role == Role.ACCOUNT), "")
    if kind == "apart":
        groups = _codes(table, roles, account) if account else np.arange(table.num_rows)
        words = f"by time ({column}), later rows of each third of the accounts by earlier rows of the others"
        by_name = {role.column: role for role in roles}
        times = [column_of(table, by_name[name]).numbers if name else None for name in (looked, ripe)]
        return Split(Scheme("time", column, words, True), cells.numbers, groups, True, times[0], times[1])
    closed = np.flatnonzero(labels >= 0)
    return _by_time(table, roles, column, cells.numbers, account, closed, f"by time ({column}), as asked", True)


def _by_time(
    table: pa.Table, roles: Sequence[ColumnRole], column: str, order: np.ndarray, account: str, closed: np.ndarray,
    words: str, given: bool = False,
) -> Split:  # fmt: skip
    """A split by time; rows of a record or, where it leaves enough, of an account stay on one side."""
    groups = _records(table, roles)
    if account:
        codes = _codes(table, roles, account)
        if _late_share(order[closed], codes[closed]) >= _KEPT:
            groups = codes
            words += f"; rows that share {account} stay on the side of the first"
        else:
            words += f"; {account} recurs over time, so known ones are judged later, as in use"
    return Split(Scheme("time", column, words, given), order, groups)


def _codes(table: pa.Table, roles: Sequence[ColumnRole], column: str) -> np.ndarray:
    """A code per row; blank cells are each a group of their own."""
    cells = column_of(table, next(role for role in roles if role.column == column))
    if cells.codes is not None:
        codes = cells.codes.astype(np.int64)
    else:
        _, codes = np.unique(np.asarray(cells.numbers), return_inverse=True)
        codes = np.where(cells.filled, codes, -1).astype(np.int64)
    blank = np.flatnonzero(codes < 0)
    codes[blank] = codes.max(initial=0) + 1 + np.arange(blank.size)
    return codes


def _records(table: pa.Table, roles: Sequence[ColumnRole]) -> np.ndarray | None:
    """Codes of records that stand in the file more than once, by an identifier that repeats; None when none does."""
    for role in roles:
        if role.role in (Role.IDENTIFIER, Role.ORDER) and not is_row_counter(role.column):
            filled = round((1 - role.missing) * table.num_rows)
            if role.missing < 0.05 and role.distinct < filled:
                return _codes(table, roles, role.column)
    return None


def _early(order: np.ndarray, share: float) -> np.ndarray:
    """Which rows come before the cut that leaves about `share` of them later; rows with no time are early.

    Ties at the cut stay on one side: the one that brings the share nearest.
    """
    known = np.isfinite(order)
    if not known.any():
        return np.ones(order.size, dtype=bool)
    values, count = np.unique(order[known], return_counts=True)
    later = order.size - (order.size - int(known.sum())) - np.cumsum(count)
    cut = int(np.argmin(np.abs(later - share * order.size)))
    return np.asarray(~known | (order <= values[cut]))


def _firsts(order: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Each row's group's earliest time (unknown times come first)."""
    _, inverse = np.unique(groups, return_inverse=True)
    first = np.full(int(inverse.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, inverse, np.where(np.isfinite(order), order, -np.inf))
    return np.asarray(first[inverse])


def _late_share(order: np.ndarray, groups: np.ndarray) -> float:
    """Of the later rows, the share whose group begins after the cut too."""
    late = ~_early(order, _LATER)
    if not late.any():
        return 0.0
    return float((_firsts(order, groups)[late] > order[~late & np.isfinite(order)].max(initial=-np.inf)).mean())


def holdout(
    split: Split, rows: np.ndarray, labels: np.ndarray, share: float = 0.3, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Divide the positions `rows` into training and test; `labels` are those of the whole table.

    By time the later `share` is held out, ties at the cut on one side, and a group's rows go to the side of its first
    row. By group whole groups are held out, with about the share of wins of the rest. At random it is stratified.
    Both sides keep the order of `rows`. Where a time or group cut would leave a side without rows of both classes,
    the cut moves to the nearest that does not; a side may still have one class when there is no such cut.
    """
    rows = np.asarray(rows, dtype=np.int64)
    if rows.size < 2:
        return rows, rows[:0]
    if split.scheme.kind == "time" and split.order is not None:
        steps = [share + by * step for step in range(1, 7) for by in (0.05, -0.04)]
        cuts = [_before(split, rows, tried) for tried in (share, *(tried for tried in steps if 0.05 < tried < 0.7))]
        good = [early for early in cuts if _both(labels[rows[early]]) and _both(labels[rows[~early]])]
        early = (good or cuts)[0]
        return rows[early], rows[~early]
    part = _dealt(split, rows, labels, 20, seed)
    parts = int(part.max()) + 1
    test = part < max(1, round(share * parts))
    return rows[~test], rows[test]


def _before(split: Split, rows: np.ndarray, share: float) -> np.ndarray:
    """Which of the rows come before the cut; a group's rows go with its first."""
    order = np.asarray(split.order)[rows]
    early = _early(order, share)
    if split.groups is None:
        return early
    cut = order[early & np.isfinite(order)].max(initial=-np.inf)
    return np.asarray(_firsts(order, split.groups[rows]) <= cut)


def _both(labels: np.ndarray) -> bool:
    return bool((labels == 1).any() and (labels == 0).any())


def _dealt(split: Split, rows: np.ndarray, labels: np.ndarray, parts: int, seed: int) -> np.ndarray:
    """A part 0..parts-1 for each row: groups whole, rows and wins spread evenly (largest groups first)."""
    chance = np.random.default_rng(seed)
    won = labels[rows] == 1
    if split.groups is None:
        part = np.empty(rows.size, dtype=np.int64)
        shift = 0
        for at in (np.flatnonzero(won), np.flatnonzero(~won)):
            part[chance.permutation(at)] = (np.arange(at.size) + shift) % parts
            shift += at.size
        return part
    _, code = np.unique(split.groups[rows], return_inverse=True)
    count = np.bincount(code)
    wins = np.bincount(code, weights=won)
    place = np.empty(count.size, dtype=np.int64)
    singles = np.flatnonzero(count == 1)
    load, gain = np.zeros(parts), np.zeros(parts)
    per_row, per_win = parts / rows.size, parts / max(1.0, float(won.sum()))
    shuffled = chance.permutation(np.flatnonzero(count > 1))
    for group in shuffled[np.argsort(-count[shuffled], kind="stable")]:
        cost = load * per_row + (gain * per_win if wins[group] else 0.0)
        target = int(cost.argmin())
        place[group] = target
        load[target] += count[group]
        gain[target] += wins[group]
    for kind in (1.0, 0.0):
        mine = chance.permutation(singles[wins[singles] == kind])
        weight = gain if kind > 0 else load - gain
        place[mine] = _level(weight, mine.size)
        np.add.at(load, place[mine], 1)
        if kind > 0:
            np.add.at(gain, place[mine], 1)
    return np.asarray(place[code])


def _level(load: np.ndarray, count: int) -> np.ndarray:
    """Parts for `count` further rows so that loads end as level as can be."""
    if not count:
        return np.empty(0, dtype=np.int64)
    low, high = load.min(), load.max() + count
    for _ in range(60):
        middle = (low + high) / 2
        if np.maximum(middle - load, 0).sum() < count:
            low = middle
        else:
            high = middle
    room = np.floor(np.maximum(low - load, 0)).astype(np.int64)
    placed = np.repeat(np.arange(load.size), room)[:count]
    rest = np.argsort(load + np.bincount(placed, minlength=load.size), kind="stable")
    return np.concatenate([placed, np.resize(rest, count - placed.size)]).astype(np.int64)


def turns(split: Split, rows: np.ndarray, labels: np.ndarray, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """(train, test) positions of a split that keeps groups apart: the earlier rows of two thirds of the groups, and the
    later rows of the rest, three times. Turns with one class on a side are left out."""
    free = Split(split.scheme, split.order, None)
    early, late = holdout(free, rows, labels, seed=seed)
    if split.ripe is not None and split.looked is not None and split.order is not None and early.size:
        cut = split.order[early].max()
        early, late = early[split.ripe[early] <= cut], late[split.looked[late] > cut]
    made = []
    for train, test in folds(Split(split.scheme, None, split.groups), np.asarray(rows), labels, 3, seed):
        inside, outside = early[np.isin(early, train)], late[np.isin(late, test)]
        if _both(labels[inside]) and outside.size:
            made.append((inside, outside))
    return made


def folds(
    split: Split, rows: np.ndarray, labels: np.ndarray, k: int, seed: int = 0
) -> list[tuple[np.ndarray, np.ndarray]]:
    """`k` folds inside the training `rows` as (train, test) positions: groups whole, each with both classes.

    There are fewer than `k` where there are too few wins, losses or groups for that, and none below two.
    """
    rows = np.asarray(rows, dtype=np.int64)
    smaller = int(min((labels[rows] == 1).sum(), (labels[rows] == 0).sum()))
    for parts in range(min(k, smaller), 1, -1):
        part = _dealt(split, rows, labels, parts, seed)
        made = [(rows[part != at], rows[part == at]) for at in range(parts)]
        if all(_both(labels[train]) and _both(labels[test]) for train, test in made):
            return made
    return []
