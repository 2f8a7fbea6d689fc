"""Which columns may speak when segments are formed: what names, dates or decides a row may not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.formats import ColumnFormat
from leadline.core.qualification import OutcomeReading
from leadline.core.roles import ColumnRole, Role
from leadline.learn.headers import words_of
from leadline.learn.leakage.guard import hunt
from leadline.learn.outcome import meaning, read_outcome, split_spec
from leadline.learn.roles import find_roles
from leadline.learn.segments import bands
from leadline.learn.segments.bands import Column
from leadline.learn.segments.mixture import Codes
from leadline.warehouse.values import text_of

ALIKE = 0.9  # symmetric uncertainty from which two columns say the same; columns of clear segments come near it
MOST_CLASSES = 60  # values from which a category is read as text
COMPARED = 5_000  # rows that columns are compared on
_SPEAK = {Role.NUMBER: "number", Role.MONEY: "number", Role.CATEGORY: "category", Role.TEXT: "text"}
_WHY = {
    Role.IDENTIFIER: "names rows",
    Role.ACCOUNT: "names accounts",
    Role.ORDER: "a running number",
    Role.PERSON: "names people",
    Role.PHONE: "phone numbers",
    Role.EMAIL: "mail addresses",
    Role.URL: "web addresses",
    Role.DATE: "a date",
    Role.EMPTY: "one value or none",
    Role.IGNORED: "set aside by hand",
}
_NOUNS = {
    "accounts": r"account|konto|compan|firm|organi[sz]|unternehm|entreprise|empresa|name",
    "customers": r"customer|client|kund|klant|buyer|household",
    "leads": r"^lead",
    "deals": r"deal|opportunit|quote|angebot",
    "people": r"person|contact|people|employee|member",
}


@dataclass(frozen=True, slots=True)
class Unused:
    """A column that took no part, and why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The columns that speak, their bands of all rows, and what else was found: `names` is the column that rows are
    called by ('' where there is none), `noun` what a row is, `labels` 1 won, 0 lost, -1 open where an outcome is
    named."""

    columns: tuple[Column, ...]
    codes: Codes
    unused: tuple[Unused, ...]
    names: str
    noun: str
    outcome: OutcomeReading | None
    labels: NDArray[np.int8] | None


def choose(
    table: pa.Table,
    formats: Sequence[ColumnFormat] = (),
    *,
    outcome: str = "",
    only: Sequence[str] = (),
    roles: Mapping[str, Role] | None = None,
    names: str = "",
    labels: NDArray[np.int8] | None = None,
) -> Chosen:
    """Choose and band the columns of a typed table. `only` names the columns to use, in place of those found; `labels`
    are what leaks are hunted by, the outcome's unless given. Raises CallError or ColumnNotFound."""
    for name in (*only, *filter(None, (names,))):
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    reading, read = read_outcome(table, outcome) if outcome else (None, None)
    hunted = read if labels is None else labels
    decided = split_spec(outcome, table.column_names)[0] if outcome else ""
    if decided in only:
        raise CallError(f"'{decided}' is the outcome, and segments are formed without it; take it out of --columns")
    found = _roles(table, decided, roles, formats)
    unused: dict[str, str] = {decided: "the outcome"} if decided else {}
    kinds: dict[str, str] = {}
    leaks = _leaks(table, found, hunted) if hunted is not None and not only else {}
    for role in found:
        name = role.column
        if name in unused or (only and name not in only):
            continue
        kind = _kind(table, role, forced=bool(only))
        if name == names and not only:
            unused[name] = _WHY[Role.IDENTIFIER]
        elif name in leaks:
            unused[name] = leaks[name]
        elif not outcome and not only and kind == "category" and _decides(table[name]):
            unused[name] = "reads as an outcome; name it with --outcome to see its rate in each segment"
        elif kind:
            kinds[name] = kind
        else:
            unused[name] = _WHY.get(role.role, "takes no part")
    columns, codes, same = _distinct(table, kinds)
    unused.update(same)
    called = names or _names(found)
    return Chosen(
        columns=tuple(columns),
        codes=codes,
        unused=tuple(Unused(name, why) for name, why in unused.items()),
        names=called,
        noun=_noun(called, found),
        outcome=reading,
        labels=read,
    )


def _roles(
    table: pa.Table, outcome: str, given: Mapping[str, Role] | None, formats: Sequence[ColumnFormat]
) -> tuple[ColumnRole, ...]:
    if outcome:
        return find_roles(table, outcome, given, formats)
    stand_in = "outcome"
    while stand_in in table.column_names:
        stand_in += "_"
    nothing = pa.nulls(table.num_rows, pa.string())
    return find_roles(table.append_column(stand_in, nothing), stand_in, given, formats)[:-1]


def _leaks(table: pa.Table, roles: Sequence[ColumnRole], labels: NDArray[np.int8]) -> dict[str, str]:
    """Columns that are written after the outcome: with them a segment's rate would only say what is known."""
    spare = ("repeat", "identifier", "order")
    found = hunt(table, roles, labels).left_out
    return {item.column: _lower(item.reason) for item in found if item.column and item.kind not in spare}


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _kind(table: pa.Table, role: ColumnRole, forced: bool) -> str:
    """number, category, text or '' for a column that cannot speak."""
    number = pa.types.is_floating(table.schema.field(role.column).type)
    if role.role in (Role.EMPTY, Role.IGNORED, Role.DATE, Role.OUTCOME):
        return ""
    if forced and role.role not in _SPEAK:
        return "number" if number else "category" if role.distinct <= MOST_CLASSES else "text"
    kind = _SPEAK.get(role.role, "")
    if kind == "category" and number and role.distinct > MOST_CLASSES:
        return ""
    if kind == "category" and role.distinct > MOST_CLASSES:
        return "text" if role.distinct > 0.2 * table.num_rows else "category"
    return kind


def _decides(column: pa.ChunkedArray) -> bool:
    """Whether values say both won and lost in words, as a stage does; 'yes' and 'no' may answer anything."""
    plain = {"yes", "no", "true", "false", "y", "n", "t", "f", "0", "1"}
    values = [value for value in text_of(column).unique().to_pylist() if value][: MOST_CLASSES + 1]
    if len(values) > MOST_CLASSES:
        return False
    said = {meaning(value) for value in values if value.strip().casefold() not in plain}
    return {"won", "lost"} <= said


def _distinct(table: pa.Table, kinds: Mapping[str, str]) -> tuple[list[Column], Codes, dict[str, str]]:
    """The columns with bands, without those that say what another says."""
    rows = table.num_rows
    kept: list[Column] = []
    parts: list[Codes] = []
    unused: dict[str, str] = {}
    # Not the file's first rows: what lies together there is often alike.
    places = np.unique(np.linspace(0, max(0, rows - 1), min(rows, COMPARED)).astype(np.int64))
    for name, kind in kinds.items():
        column = bands.learn(table, name, kind)
        if column is None:
            unused[name] = "too few values that come again"
            continue
        codes = column.codes(table)
        like = next(
            (
                other.name
                for other, part in zip(kept, parts, strict=True)
                if part.shape[1] == codes.shape[1] == 1 and _alike(part[places, 0], codes[places, 0]) > ALIKE
            ),
            "",
        )
        if like:
            unused[name] = f"says nearly what '{like}' says"
            continue
        kept.append(column)
        parts.append(codes)
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((rows, 0), np.int16)
    return kept, joined.astype(np.int16), unused


def _alike(one: Codes, other: Codes) -> float:
    """Symmetric uncertainty of two banded columns: 0 unrelated, 1 the same."""
    filled = (one >= 0) & (other >= 0)
    if filled.sum() < 20:
        return 0.0
    a, b = one[filled].astype(np.int64), other[filled].astype(np.int64)
    width = int(b.max()) + 1
    both = np.bincount(a * width + b).astype(np.float64)
    entropies = [_entropy(np.bincount(a)), _entropy(np.bincount(b)), _entropy(both)]
    total = entropies[0] + entropies[1]
    return 2.0 * (total - entropies[2]) / total if total > 0 else 0.0


def _entropy(counts: NDArray[np.float64] | NDArray[np.int64]) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())


def _names(roles: Sequence[ColumnRole]) -> str:
    """The column that rows are called by."""
    for wanted in (Role.IDENTIFIER, Role.PERSON, Role.ACCOUNT, Role.ORDER):
        named = [role.column for role in roles if role.role is wanted]
        telling = [name for name in named if "name" in words_of(name)]
        if named:
            return (telling or named)[0]
    return ""


def _noun(called: str, roles: Sequence[ColumnRole]) -> str:
    """What a row is, in the plural."""
    headers = [called, *(role.column for role in roles if role.role is Role.IDENTIFIER)]
    for noun, pattern in _NOUNS.items():
        if any(re.search(pattern, word) for header in headers for word in words_of(header)):
            return noun
    return "rows"
