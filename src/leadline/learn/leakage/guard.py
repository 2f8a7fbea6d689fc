"""The leakage guard: finds the columns and rows that would let a model look at the answer, and says why in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from leadline.core.errors import ColumnNotFound
from leadline.core.qualification import LeftOut
from leadline.core.roles import FEATURE_ROLES, ColumnRole, Role
from leadline.learn.leakage.chase import Chase
from leadline.learn.leakage.columns import column_of, columns_of
from leadline.learn.leakage.dates import by_time
from leadline.learn.leakage.names import suspicion
from leadline.learn.leakage.relations import by_quantity
from leadline.learn.leakage.repeats import repeated_rows
from leadline.learn.leakage.statistics import Tell, fill_tells, rank_auc, tell_of, tells_alone, value_tells

_CELLS = 30_000_000  # cells counted at most; above it a sample of rows is taken
_LOOK = 4_000  # rows looked at, at least


@dataclass(frozen=True, slots=True)
class Hunt:
    """What was found. `repeats` is true for repeated closed rows, to be left out of training."""

    left_out: tuple[LeftOut, ...]
    repeats: np.ndarray


def hunt(
    table: pa.Table,
    roles: Sequence[ColumnRole],
    labels: np.ndarray,
    keep: Sequence[str] = (),
    seed: int = 0,
    timed: Sequence[str] = (),
) -> Hunt:
    """Find what must be left out of the features, and the repeated rows.

    `table` holds float64, timestamp[us] and string columns; `labels` are 1 won, 0 lost, -1 open per row. Columns in
    `keep` are reported with `kept` and stay. Columns in `timed` are counted as of each row's own cut-off: their names
    charge them with nothing, what their cells tell still does. Raises ColumnNotFound for a name in `keep` that is not
    in the table.
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
    counted = frozenset(timed)
    charges = {
        column.name: charge for column in columns if column.name not in counted and (charge := suspicion(column.name))
    }
    chase = Chase(
        [column for column in columns if column.role in FEATURE_ROLES or column.role in (Role.ORDER, Role.IDENTIFIER)],
        closed, np.flatnonzero(seen < 0), seen[closed] == 1, chance.integers(0, 5, closed.size), frozenset(keep),
        charges,
    )  # fmt: skip
    if closed.size and 0 < chase.won.sum() < closed.size:
        for step in (_by_name, _by_fill, _by_value, _by_proof, by_time, by_quantity):
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


def _by_name(chase: Chase) -> None:
    """Names that need no proof."""
    names = {column.name for column in chase.columns}
    for column in chase.free():
        charge = chase.charges.get(column.name)
        if charge and charge.need == "none" and not _is_sibling(column.name, names):
            chase.add(column.name, charge.kind, _sentence(charge.words), span=charge.span)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _by_fill(chase: Chase) -> None:
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


def _by_value(chase: Chase) -> None:
    """Columns whose values nearly give the answer."""
    for column in chase.free():
        if column.role in (Role.ORDER, Role.IDENTIFIER):
            continue
        auc, error = max(chase.alone(column), rank_auc(column, chase.closed, chase.won))
        if tells_alone(auc, error, chase.closed.size):
            chase.add(column.name, "answer", f"It alone tells won from lost almost perfectly (AUC {auc:.2f})", auc)
            continue
        pure, share = value_tells(column, chase.closed, chase.won)
        if pure:
            reason = f"Values that occur almost only in one outcome hold {share:.0%} of its rows"
            chase.add(column.name, "answer", reason, share)


def _by_proof(chase: Chase) -> None:
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
        # Honest counts are zero a little more often in lost rows.
        if abs(tell.gap) >= (0.15 if tell.zero and column.filled.all() else 0.05) and abs(tell.z) >= 4:
            reason = f"{_sentence(charge.words)}; {_filled_words(tell)}"
            chase.add(column.name, charge.kind, reason, tell.gap, span=charge.span)
        elif charge.need == "signal" and chase.speaks(column):
            auc = chase.alone(column)[0]
            chase.add(column.name, charge.kind, f"{_sentence(charge.words)} (AUC {auc:.2f})", auc, span=charge.span)


def _identifiers(chase: Chase, roles: Sequence[ColumnRole]) -> None:
    """Identifiers and running numbers: names of rows, not facts about them."""
    for role in roles:
        if role.role == Role.ORDER:
            chase.add(role.column, "order", f"It carries time, not a fact about the row: {role.reason}")
        elif role.role == Role.IDENTIFIER:
            chase.add(role.column, "identifier", f"An identifier says nothing about the next row: {role.reason}")
    for name in chase.kept:
        if name in chase.found:
            chase.found[name] = replace(chase.found[name], kept=True)
