"""The leakage guard: finds the columns and rows that would let a model look at the answer, and says why in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from leadline.core.errors import ColumnNotFound
from leadline.core.qualification import LeftOut
from leadline.core.roles import FEATURE_ROLES, ColumnRole, Role
from leadline.learn.headers import is_neutral
from leadline.learn.leakage.columns import Column, column_of, columns_of
from leadline.learn.leakage.names import Suspicion, suspicion
from leadline.learn.leakage.quantities import filled_with, made_from, rank_matrix, shares_of_one, zero_with
from leadline.learn.leakage.repeats import repeated_rows
from leadline.learn.leakage.statistics import (
    Tell,
    alone_auc,
    fill_tells,
    tell_of,
    tells_alone,
    value_tells,
)
from leadline.learn.leakage.timing import follows, lag_of, measures, start_rank

Kind = Literal["after", "answer", "missingness", "order", "identifier", "repeat", "seller"]

_CELLS = 30_000_000  # cells counted at most; above it a sample of rows is taken
_LOOK = 4_000  # rows on which relations between columns are sought
_NEAREST = 30  # columns kept for the search of sums and ratios when there are more than _TRIES triples
_TRIES = 8_000
_TWIN = 0.95


@dataclass(frozen=True, slots=True)
class Hunt:
    """What was found. `repeats` is true for repeated closed rows, to be left out of training."""

    left_out: tuple[LeftOut, ...]
    repeats: np.ndarray


@dataclass(slots=True)
class _Chase:
    """The state of one hunt: columns, closed rows among them, and what was found so far."""

    columns: list[Column]
    closed: np.ndarray
    open: np.ndarray
    won: np.ndarray
    fold: np.ndarray
    kept: frozenset[str]
    charges: dict[str, Suspicion]
    found: dict[str, LeftOut] = field(default_factory=dict)
    spans: set[str] = field(default_factory=set)
    strength: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add(self, name: str, kind: Kind, reason: str, statistic: float | None = None, span: bool = False) -> None:
        """Note a finding, unless there is one; kept columns are noted and prove nothing about others."""
        if name not in self.found:
            self.found[name] = LeftOut(name, kind, reason, statistic, name in self.kept)
            if span and name not in self.kept:
                self.spans.add(name)

    def free(self) -> list[Column]:
        """Columns not found yet."""
        return [column for column in self.columns if column.name not in self.found]

    def guilty(self, *kinds: Kind) -> list[Column]:
        """Columns found, of these kinds, that were not kept."""
        return [c for c in self.columns if c.name in self.found and c.name not in self.kept
                and self.found[c.name].kind in kinds]  # fmt: skip

    def alone(self, column: Column) -> tuple[float, float]:
        """AUC of the column alone and how many errors it lies above a half."""
        if column.name not in self.strength:
            auc, error = alone_auc(column, self.closed, self.won, self.fold)
            self.strength[column.name] = (auc, error)
        return self.strength[column.name]

    def speaks(self, column: Column) -> bool:
        """Whether the values tell the outcome at least a little, beyond chance."""
        auc, error = self.alone(column)
        return auc >= 0.55 and auc - 0.5 >= 4 * error


def hunt(
    table: pa.Table, roles: Sequence[ColumnRole], labels: np.ndarray, keep: Sequence[str] = (), seed: int = 0
) -> Hunt:
    """Find what must be left out of the features, and the repeated rows.

    `table` holds float64, timestamp[us] and string columns; `labels` are 1 won, 0 lost, -1 open per row. Columns in
    `keep` are reported with `kept` and stay. Raises ColumnNotFound for a name in `keep` that is not in the table.
    Above 30 million cells the columns are judged on a seeded sample of rows; repeats are always sought in all.
    """
    for name in keep:
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    chance = np.random.default_rng(seed)
    most = max(_LOOK, _CELLS // max(1, table.num_columns))
    sampled = table.num_rows > most
    rows = np.sort(chance.choice(table.num_rows, most, replace=False)) if sampled else None
    seen = labels if rows is None else labels[rows]
    columns = columns_of(table, roles, rows)
    closed = np.flatnonzero(seen >= 0)
    charges = {column.name: charge for column in columns if (charge := suspicion(column.name))}
    chase = _Chase(
        [column for column in columns if column.role in FEATURE_ROLES or column.role in (Role.ORDER, Role.IDENTIFIER)],
        closed, np.flatnonzero(seen < 0), seen[closed] == 1, chance.integers(0, 5, closed.size), frozenset(keep),
        charges,
    )  # fmt: skip
    if closed.size and 0 < chase.won.sum() < closed.size:
        for step in (_by_name, _by_fill, _by_value, _by_proof, _by_time, _by_quantity):
            step(chase)
    else:
        _by_name(chase)
    _identifiers(chase, roles)
    if sampled:
        skipped = (Role.OUTCOME, Role.EMPTY, Role.IGNORED)
        judged = [role for role in roles if role.role not in skipped]
        repeats = repeated_rows(lambda: (column_of(table, role) for role in judged), labels)
    else:
        repeats = repeated_rows(lambda: columns, labels)
    order = {name: at for at, name in enumerate(table.column_names)}
    left_out = sorted(chase.found.values(), key=lambda one: order[one.column])
    if repeats.any():
        count = int(repeats.sum())
        rows_word = "row repeats" if count == 1 else "rows repeat"
        left_out.append(
            LeftOut("", "repeat", f"{count:,} closed {rows_word} an earlier row in all columns", float(count))
        )
    return Hunt(tuple(left_out), repeats)


def _is_sibling(name: str, names: set[str]) -> bool:
    """Whether the name is another column's with a word of time added: `Informational_Duration` of a page kind."""
    base = name.rsplit("_", 1)[0] if "_" in name else name.rsplit(" ", 1)[0]
    return base != name and base in names


def _filled_words(tell: Tell) -> str:
    what = "not zero" if tell.zero else "filled"
    return f"it is {what} in {tell.filled_won:.0%} of won and {tell.filled_lost:.0%} of lost rows"


def _by_name(chase: _Chase) -> None:
    """Names that need no proof."""
    names = {column.name for column in chase.columns}
    for column in chase.free():
        charge = chase.charges.get(column.name)
        if charge and charge.need == "none" and not _is_sibling(column.name, names):
            chase.add(column.name, charge.kind, _sentence(charge.words), span=charge.span)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _by_fill(chase: _Chase) -> None:
    """Columns whose blanks, or zeros, tell."""
    many_open = chase.open.size >= 20
    for column in chase.free():
        filled_closed = float(column.filled[chase.closed].mean())
        if many_open:
            filled_open = float(column.filled[chase.open].mean())
            sure = filled_open <= 0.05 and filled_closed >= 0.5
            rare = chase.open.size >= 50 and filled_open <= 0.005 and filled_closed >= 0.15
            if sure or rare:
                share = f"{filled_closed:.0%} of closed rows and {filled_open:.0%} of open ones"
                reason = f"It is filled in {share}, so it is written at the close"
                chase.add(column.name, "missingness", reason, filled_closed - filled_open)
                continue
        if 0 < filled_closed < 1:
            tell = tell_of(column, chase.closed, chase.won, zero=False)
            if fill_tells(tell, True):
                reason = f"Being blank tells the outcome: {_filled_words(tell)}"
                chase.add(column.name, "missingness", reason, tell.gap)
                continue
        if column.role not in (Role.ORDER, Role.IDENTIFIER) and column.zeros:
            numbers = np.asarray(column.numbers)
            tell = tell_of(column, chase.closed, chase.won, zero=True)
            if fill_tells(tell, bool(np.unique(numbers[column.filled]).size > 4)):
                reason = f"Being zero tells the outcome: {_filled_words(tell)}"
                chase.add(column.name, "missingness", reason, tell.gap)


def _by_value(chase: _Chase) -> None:
    """Columns whose values nearly give the answer."""
    for column in chase.free():
        if column.role in (Role.ORDER, Role.IDENTIFIER):
            continue
        auc, error = chase.alone(column)
        if tells_alone(auc, error, chase.closed.size):
            chase.add(column.name, "answer", f"It alone tells won from lost almost perfectly (AUC {auc:.2f})", auc)
            continue
        pure, share = value_tells(column, chase.closed, chase.won)
        if pure:
            reason = f"Values that occur almost only in one outcome hold {share:.0%} of its rows"
            chase.add(column.name, "answer", reason, share)


def _by_proof(chase: _Chase) -> None:
    """Names that raise a suspicion, where the cells bear it out."""
    names = {column.name for column in chase.columns}
    for column in chase.free():
        charge = chase.charges.get(column.name)
        if not charge or charge.need == "none" or _is_sibling(column.name, names):
            continue
        tells = [tell_of(column, chase.closed, chase.won, zero=False)]
        if column.zeros:
            tells.append(tell_of(column, chase.closed, chase.won, zero=True))
        tell = max(tells, key=lambda one: abs(one.z))
        if abs(tell.gap) >= 0.05 and abs(tell.z) >= 4:
            reason = f"{_sentence(charge.words)}; {_filled_words(tell)}"
            chase.add(column.name, charge.kind, reason, tell.gap, span=charge.span)
        elif charge.need == "signal" and chase.speaks(column):
            auc = chase.alone(column)[0]
            chase.add(column.name, charge.kind, f"{_sentence(charge.words)} (AUC {auc:.2f})", auc, span=charge.span)


def _by_time(chase: _Chase) -> None:
    """Dates that come after the start and with the outcome, and numbers that measure until such a date."""
    dates = [column for column in chase.columns if column.is_date]
    start = start_of([column for column in dates if column.name not in chase.found], chase.closed)
    if start is not None:
        for column in dates:
            if column.name in chase.found or column is start or start_rank(column.name) >= 2:
                continue
            if not follows(column, start, chase.closed):
                continue
            gap, _ = lag_of(column, start, np.arange(column.rows))
            lag = Column("", Role.NUMBER, column.rows, gap, None, 0)
            auc, error = alone_auc(lag, chase.closed, chase.won, chase.fold)
            if auc >= 0.6 and auc - 0.5 >= 4 * error:
                reason = f"It comes after {start.name} by a time that tells the outcome (AUC {auc:.2f})"
                chase.add(column.name, "after", reason, auc, span=True)
            elif is_neutral(column.name):
                reason = f"It comes after {start.name}, and its name does not say that it was known before the outcome"
                chase.add(column.name, "after", reason, span=True)
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


def _by_quantity(chase: _Chase) -> None:
    """Numbers that fit together with what was found."""
    look = chase.closed[
        np.unique(np.linspace(0, chase.closed.size - 1, min(_LOOK, chase.closed.size)).astype(np.int64))
    ]
    numbers = {c.name: c.at(look) for c in chase.columns if c.is_number and c.role in FEATURE_ROLES}
    for group in shares_of_one(list(numbers.values())):
        unnamed = [name for name in group if is_neutral(name)]
        speaks = any(chase.speaks(column) for column in chase.columns if column.name in unnamed)
        if chase.spans.isdisjoint(group) and not (len(unnamed) == len(group) and speaks):
            continue
        whole = ", ".join(group)
        for name in group:
            chase.add(name, "after", f"{whole} are shares that add up to one whole, known only at its end", span=True)
        for name, column in numbers.items():
            if name not in chase.found and zero_with(column, [numbers[one] for one in group]):
                chase.add(name, "after", f"It is zero in the same rows as the shares {whole}", span=True)
    for _ in range(3):
        before = len(chase.found)
        _twins(chase, numbers)
        _made(chase, numbers)
        if len(chase.found) == before:
            break
    sources = chase.guilty("missingness")
    for column in chase.free():
        other = filled_with(column, sources, chase.closed)
        if other:
            chase.add(
                column.name, "missingness", f"It is blank in the same rows as {other}, whose blanks tell the outcome"
            )


def _twins(chase: _Chase, numbers: dict[str, Column]) -> None:
    guilty = [numbers[c.name] for c in chase.guilty("after", "answer") if c.name in numbers and c.name in chase.spans]
    free = [column for name, column in numbers.items() if name not in chase.found]
    if not guilty or not free:
        return
    alike = np.abs(rank_matrix(free) @ rank_matrix(guilty).T)
    for at in np.flatnonzero(alike.max(axis=1) >= _TWIN):
        other = guilty[int(alike[at].argmax())].name
        reason = f"It rises and falls with {other}, which was left out (rank correlation {alike[at].max():.2f})"
        chase.add(free[at].name, "after", reason, float(alike[at].max()), span=True)


def _made(chase: _Chase, numbers: dict[str, Column]) -> None:
    guilty = [numbers[c.name] for c in chase.guilty("after", "answer", "missingness") if c.name in numbers]
    free = [column for name, column in numbers.items() if name not in chase.found]
    if not guilty or not free:
        return
    if len(free) * len(free) * len(guilty) > _TRIES:
        alike = np.abs(rank_matrix(free) @ rank_matrix(guilty).T)
        free = [free[at] for at in np.sort(np.argsort(-alike.max(axis=1), kind="stable")[:_NEAREST])]
        guilty = [guilty[at] for at in np.sort(np.argsort(-alike.max(axis=0), kind="stable")[: _TRIES // _NEAREST**2])]
    for column in free:
        pair = made_from(column, guilty, free)
        if pair:
            reason = f"It is computed from {pair[1]} and {pair[0]}, which was left out"
            chase.add(column.name, "after", reason)


def _identifiers(chase: _Chase, roles: Sequence[ColumnRole]) -> None:
    """Identifiers and running numbers: names of rows, not facts about them."""
    for role in roles:
        if role.role == Role.ORDER:
            chase.add(role.column, "order", f"A running number carries time, not a fact about the row: {role.reason}")
        elif role.role == Role.IDENTIFIER:
            chase.add(role.column, "identifier", f"An identifier says nothing about the next row: {role.reason}")
    for name in chase.kept:
        if name in chase.found:
            chase.found[name] = replace(chase.found[name], kept=True)
