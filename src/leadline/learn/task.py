"""From a typed table to a task: what is won, which columns may speak, how rows are divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.formats import ColumnFormat
from leadline.core.qualification import LeftOut, OutcomeReading
from leadline.core.roles import FEATURE_ROLES, ColumnRole, Role
from leadline.learn import words
from leadline.learn.headers import words_of
from leadline.learn.leakage.guard import hunt
from leadline.learn.outcome import LOST, OPEN, WON, meaning, read_outcome, split_spec
from leadline.learn.priors import Prior
from leadline.learn.roles import find_roles
from leadline.learn.splits import Split, mature, propose, younger
from leadline.warehouse import values

MONEY_WORDS = ("amount", "value", "price", "revenue", "acv", "arr", "betrag", "montant", "importe", "importo", "bedrag")


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a file; everything but the outcome has a default. `timed` are columns that were counted as
    of each row's own cut-off."""

    outcome: str
    lost: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    split: str = ""
    keep: tuple[str, ...] = ()
    mature_after: float | None = None
    prior: Prior | None = None
    product: str = ""
    capacity: str = ""
    amount: str = ""
    id_column: str = ""
    seed: int = 0
    timed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A table ready to learn from. `labels`: 1 won, 0 lost, -1 open, one a row; `closed` are the positions of rows to
    learn from, in time order where there is one; `young` marks lost rows too young to count as lost."""

    table: pa.Table
    formats: tuple[ColumnFormat, ...]
    outcome: OutcomeReading
    labels: NDArray[np.int8]
    roles: tuple[ColumnRole, ...]
    features: tuple[ColumnRole, ...]
    left_out: tuple[LeftOut, ...]
    split: Split
    closed: NDArray[np.int64]
    young: NDArray[np.bool_]
    mature_after: float | None
    mature_words: str
    id_column: str
    money_column: str

    @property
    def in_time_order(self) -> bool:
        """Whether rows are divided by time."""
        return self.split.scheme.kind == "time"

    @property
    def time_column(self) -> str:
        """The date column that orders rows, '' where there is none."""
        name = self.split.scheme.column
        is_date = name in self.table.column_names and pa.types.is_timestamp(self.table.schema.field(name).type)
        return name if self.in_time_order and is_date else ""

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The feature columns of free text."""
        return tuple(role.column for role in self.features if role.role is Role.TEXT)


def prepare(table: pa.Table, formats: Sequence[ColumnFormat], options: Options) -> Task:
    """Read roles and outcome, hunt leaks, choose the split. Raises CallError for names that are not there."""
    formats = formats or _formats(table)
    names = table.column_names
    for name in (*options.roles, *options.keep, *filter(None, (options.amount, options.id_column, options.product))):
        if name not in names:
            raise ColumnNotFound(name, names)
    column, _ = split_spec(options.outcome, names)
    if options.roles.get(column, Role.OUTCOME) is not Role.OUTCOME:
        raise CallError(f"'{column}' is the outcome and can play no other part; take it out of --role")
    _check_roles(table, options, column)
    try:
        outcome, labels = read_outcome(table, options.outcome, options.lost, options.open)
    except CallError:
        if options.prior is None or _named_twice(options, names):
            raise
        outcome, labels = _none_won_yet(table, options)
    given = dict(options.roles)
    if options.product:
        given.setdefault(options.product, Role.CATEGORY)
    roles = find_roles(table, column, given, formats)
    found = hunt(table, roles, labels, options.keep, options.seed, options.timed)
    out = {item.column for item in found.left_out if not item.kept and item.kind != "repeat"}
    # What was kept by hand takes part even if its role would not.
    features = tuple(
        role
        if role.role in FEATURE_ROLES
        else ColumnRole(role.column, _kept_role(table, role), "kept", role.missing, role.distinct)
        for role in roles
        if role.column not in out
        and (role.role in FEATURE_ROLES or (role.column in options.keep and role.role is not Role.OUTCOME))
    )
    split = propose(table, roles, labels, options.split)
    young, days, words = mature(table, roles, labels, split, options.mature_after)
    # Where young losses do not count, young wins must not either: each of their like would be a win.
    too_young = young if days is None else young | younger(table, roles, labels, split, days)
    closed = np.flatnonzero((labels >= 0) & ~too_young & ~found.repeats)
    if split.scheme.kind == "time" and split.order is not None:
        # a row of unknown time comes first, as in `splits`: it is no news
        order = np.where(np.isfinite(split.order), split.order, -np.inf)
        closed = closed[np.argsort(order[closed], kind="stable")]
    return Task(
        table=table,
        formats=tuple(formats),
        outcome=outcome,
        labels=labels.astype(np.int8),
        roles=roles,
        features=features,
        left_out=found.left_out,
        split=split,
        closed=closed,
        young=young,
        mature_after=days,
        mature_words=words,
        id_column=options.id_column or _identifier(roles),
        money_column=options.amount or _money(roles, out),
    )


def _named_twice(options: Options, names: Sequence[str]) -> bool:
    _, won = split_spec(options.outcome, names)
    named = [value.casefold() for value in (*won, *options.lost, *options.open)]
    return len(set(named)) < len(named)


def _none_won_yet(table: pa.Table, options: Options) -> tuple[OutcomeReading, NDArray[np.int8]]:
    """The outcome of a file in which none, or not all, of the named values occurs, where a questionnaire speaks."""
    column, won = split_spec(options.outcome, table.column_names)
    folded, lost = ({value.casefold() for value in named} for named in (won, options.lost))
    cells = ["" if cell is None else cell for cell in values.text_of(table[column]).to_pylist()]
    known = sorted(set(cells) - {""})
    said = {v: "won" if v.casefold() in folded else "lost" if v.casefold() in lost else "open" for v in known}
    if not lost:
        said = {v: "lost" if one == "open" and meaning(v) == "lost" else one for v, one in said.items()}
    code = {"won": WON, "lost": LOST, "open": OPEN}
    labels = np.array([code[said[cell]] if cell else OPEN for cell in cells], dtype=np.int8)
    by_kind = {kind: tuple(v for v in known if said[v] == kind) for kind in code}
    missing = ", ".join(f"'{v}'" for v in won if v.casefold() not in {k.casefold() for k in known}) or "a won value"
    why = f"No row says {missing} yet, so the questionnaire speaks; check --outcome if some should"
    return OutcomeReading(column, by_kind["won"] or won, by_kind["lost"], by_kind["open"], False, why), labels


def _formats(table: pa.Table) -> tuple[ColumnFormat, ...]:
    """The reading of columns that came typed."""
    return tuple(
        ColumnFormat(
            field.name,
            "number" if pa.types.is_floating(field.type) else "date" if pa.types.is_timestamp(field.type) else "text",
        )
        for field in table.schema
    )


def _check_roles(table: pa.Table, options: Options, outcome: str) -> None:
    """A role given by hand fits the cells, or CallError."""
    for name, role in options.roles.items():
        kind = table.schema.field(name).type
        number, date = pa.types.is_floating(kind), pa.types.is_timestamp(kind)
        if role is Role.OUTCOME and name != outcome:
            raise CallError(f"'{name}' cannot be an outcome beside '{outcome}'; name it with --outcome alone")
        fit = {
            Role.NUMBER: number,
            Role.MONEY: number,
            Role.DATE: date,
            Role.ORDER: number or date,
            Role.TEXT: not (number or date),
            Role.EMAIL: not (number or date),
            Role.URL: not (number or date),
        }
        if not fit.get(role, True):
            held = "numbers" if number else "dates" if date else "text"
            raise CallError(
                f"'{name}' holds {held}{_example(table[name])}, which cannot play the role of {role}; "
                f"try {name}=category"
            )
    if options.amount and not pa.types.is_floating(table.schema.field(options.amount).type):
        raise CallError(f"'{options.amount}' holds no numbers, so it cannot be the amount; name another with --amount")


def _example(column: pa.ChunkedArray) -> str:
    """The first filled cell and its row, in brackets."""
    filled = column.is_valid().to_numpy(zero_copy_only=False)
    row = int(np.argmax(filled)) if len(filled) else 0
    return f" (row {row + 1:,}: '{words.name(column[row].as_py())}')" if filled.any() else ""


def _kept_role(table: pa.Table, role: ColumnRole) -> Role:
    """What is kept by hand is a number where it counts or orders, else a category."""
    if pa.types.is_floating(table.schema.field(role.column).type) and role.role is Role.ORDER:
        return Role.NUMBER
    return Role.CATEGORY


def _identifier(roles: Sequence[ColumnRole]) -> str:
    for wanted in (Role.IDENTIFIER, Role.ORDER, Role.ACCOUNT, Role.PERSON):
        for role in roles:
            if role.role is wanted:
                return role.column
    return ""


# Words of a column that is a part of what a row is worth.
NO_WORTH = frozenset("per unit each cost costs lag last previous discount".split())


def _money(roles: Sequence[ColumnRole], out: set[str]) -> str:
    """The column that says what a row is worth; what is written at closing does not."""
    whole = [r for r in roles if r.role is Role.MONEY and NO_WORTH.isdisjoint(words_of(r.column))]
    money = [r.column for r in whole if r.column not in out and r.missing < 0.5]
    named = [name for name in money if any(word in name.casefold() for word in MONEY_WORDS)]
    return (named or money or [""])[0]
