"""Column roles: what each column of a file is, found from its name and its cells, or set by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.core.errors import ColumnNotFound
from leadline.core.formats import ColumnFormat
from leadline.core.roles import ColumnRole, Role
from leadline.learn.headers import words_of
from leadline.learn.leakage.names import concepts_of

_SAMPLE = 300  # values looked at for patterns
_ORDER_SAMPLE = 20_000
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
_URL = re.compile(r"^(?:https?://|www\.)\S+$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}(?:/\S*)?$", re.IGNORECASE)
_PHONE = re.compile(r"^\+?[\d\s().\-/]{7,20}(?:\s*(?:x|ext)\.?\s*\d+)?$", re.IGNORECASE)
_PERSON = re.compile(r"^(?:[^\W\d_][\w.'’-]*)(?:[ ,]+[^\W\d_][\w.'’-]*){0,3}$")
_ENTITY = re.compile(
    r"^(?:account|customer|cust|client|compan|firm|organi[sz]ation|org$|buyer|notice|tender|household|kund|unternehm|"
    r"entrepris|societe|empres|cliente|azienda|klant|bedrij|foretag|asiak|yrity|klient|przedsieb|konto)"
)
_NUMBERED = re.compile(
    r"^(?:id|ids|no|nr|num|number|nummer|numero|numer|seq|sequence|key|code|index|idx|row|ref|pk|rank)$"
)
_NAME = frozenset(
    "name names vorname nachname prenom nom nombre apellido cognome sobrenome naam namn nimi imie".split()
)
_PERSONAL = frozenset(
    """first last full given family middle sur contact person lead vorname nachname prenom apellido cognome
    sobrenome""".split()
)
_CALLING = re.compile(r"^(?:phone|tel|telefon|telephone|mobile|cell|fax|handy|movil|puhelin|telefoon)")


@dataclass(frozen=True, slots=True)
class _Cells:
    """A column's cells: numbers (dates in days) with NaN for blank, or codes into `values` with -1 for blank."""

    kind: str  # number, date, text
    numbers: np.ndarray
    values: tuple[str, ...]
    filled: int
    distinct: int


def _cells(column: pa.ChunkedArray) -> _Cells:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        coded = column.combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        values = tuple(coded.dictionary.slice(0, _SAMPLE).to_pylist())
        return _Cells("text", codes, values, len(column) - column.null_count, len(coded.dictionary))
    kind = "date" if pa.types.is_temporal(column.type) else "number"
    if kind == "date":
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    numbers = column.cast(pa.float64(), safe=False).to_numpy()  # the year 9999 is no exact number of microseconds
    filled = int(np.isfinite(numbers).sum())
    distinct = int(pc.count_distinct(column).as_py())
    return _Cells(kind, numbers, (), filled, distinct - int(filled < len(numbers) - column.null_count))


def find_roles(
    table: pa.Table, outcome: str, given: Mapping[str, Role] | None = None, formats: Sequence[ColumnFormat] = ()
) -> tuple[ColumnRole, ...]:
    """Find the role of every column, in the table's order.

    `table` holds float64 numbers, timestamp[us] dates and string text, null for blank; `outcome` is the outcome's
    column; `given` are roles set by hand, which win. Raises ColumnNotFound for a name that is not in the table.
    """
    given = dict(given or {})
    for name in (outcome, *given):
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    units = {form.column: form.unit for form in formats}
    cells = {name: _cells(table[name]) for name in table.column_names}
    group = _group(cells, outcome, given)
    sorted_by_group = bool(group) and _in_runs(cells[group].numbers, cells[group].distinct)
    found = []
    for name, cell in cells.items():
        if name == outcome:
            role, reason = Role.OUTCOME, "the outcome that was named"
        elif name in given:
            role, reason = Role(given[name]), "set by hand"
        elif cell.distinct == 0 or (cell.distinct == 1 and cell.filled == table.num_rows):
            role, reason = Role.EMPTY, "nothing in it" if cell.distinct == 0 else "one value only"
        elif name == group:
            each = cell.filled / cell.distinct
            role, reason = Role.ACCOUNT, f"{cell.distinct} values, each shared by {each:.1f} rows on average"
        elif cell.kind == "date":
            role, reason = Role.DATE, "its cells are dates"
        elif cell.kind == "number":
            role, reason = _number_role(name, cell, units.get(name, ""), group if sorted_by_group else "")
        else:
            role, reason = _text_role(name, cell)
        missing = 1 - cell.filled / max(1, table.num_rows)
        found.append(ColumnRole(name, role, reason, missing, cell.distinct, name in given))
    return tuple(found)


def _entity_name(header: str) -> bool:
    """Whether the name is that of an account: 'Customer', 'firm_id', 'Kundennummer', not 'customer segment'."""
    words = words_of(re.sub(r"[_ ]*\(.*?\)", "", header))
    hits = [bool(_ENTITY.match(word)) for word in words]
    rest = [word for word, hit in zip(words, hits, strict=True) if not hit]
    return any(hits) and all(
        _NUMBERED.match(word) or word in _NAME or word in ("bid", "the", "parent") for word in rest
    )


def _in_runs(codes: np.ndarray, distinct: int) -> bool:
    """Whether equal values lie together in the file."""
    return int((codes[1:] != codes[:-1]).sum()) < 1.02 * distinct


def _whole(numbers: np.ndarray) -> bool:
    known = numbers[np.isfinite(numbers)]
    return bool(known.size) and bool((known == np.floor(known)).all())


def _group(cells: Mapping[str, _Cells], outcome: str, given: Mapping[str, Role]) -> str:
    """The column that names the account, or ''. Of several the one whose rows share the most other values."""
    by_hand = [name for name, role in given.items() if role == Role.ACCOUNT]
    if by_hand:
        return by_hand[0]
    likely = [
        name
        for name, cell in cells.items()
        if name != outcome and name not in given and cell.kind != "date" and _entity_name(name)
        and cell.distinct >= 5 and cell.filled > 1.3 * cell.distinct
        and (cell.kind == "text" or _whole(cell.numbers))
    ]  # fmt: skip
    if len(likely) < 2:
        return likely[0] if likely else ""
    others = [cell.numbers[:_ORDER_SAMPLE] for name, cell in cells.items() if name not in likely and name != outcome][
        :40
    ]

    def shared(name: str) -> float:
        codes = cells[name].numbers[:_ORDER_SAMPLE]
        order = np.argsort(codes, kind="stable")
        same = np.flatnonzero(codes[order][1:] == codes[order][:-1])
        if not same.size or not others:
            return 0.0
        return float(np.mean([(o[order[same]] == o[order[same + 1]]).mean() for o in others]))

    return max(likely, key=shared)


def _number_role(name: str, cell: _Cells, unit: str, sorted_by: str) -> tuple[Role, str]:
    words = words_of(name)
    said = frozenset[str]().union(*(concepts_of(word) for word in words)) if words else frozenset()
    whole = cell.filled >= 10 and _whole(cell.numbers)
    if whole and any(_CALLING.match(word) for word in words) and np.nanmin(cell.numbers) > 1e6:
        return Role.PHONE, "its name and length are those of phone numbers"
    if whole and cell.distinct >= 0.95 * cell.filled and "money" not in said:
        known = cell.numbers[np.isfinite(cell.numbers)]
        steps = np.diff(known)
        rising = max((steps >= 0).mean(), (steps <= 0).mean()) >= 0.99
        named = bool(words) and (
            bool(_NUMBERED.match(words[-1])) or bool(re.search(r"(?:nummer|numero|num|id)$", words[-1]))
        )
        named = named and not ("of" in words or "employee" in words[0])
        if rising and sorted_by:
            return Role.IDENTIFIER, f"it numbers the rows of a file that is sorted by {sorted_by}"
        if rising and (named or cell.filled >= 50):
            return Role.ORDER, f"a running number: {cell.distinct} values in {cell.filled} rows, rising down the file"
        if named and known.max() - known.min() <= 1000 * cell.filled:
            return Role.ORDER, f"a running number by its name, {cell.distinct} values in {cell.filled} rows"
        if named:
            return Role.IDENTIFIER, f"named as an identifier, {cell.distinct} values in {cell.filled} rows"
    if whole and _entity_name(name) and cell.distinct >= 5 and any(_NUMBERED.match(word) for word in words):
        return Role.CATEGORY, "a code that names someone, though rows are grouped otherwise"
    if unit not in ("", "%"):
        return Role.MONEY, f"its cells are in {unit}"
    if (
        (said & {"money"} or said >= {"annual", "contract"})
        and not said & {"web", "share", "count", "days", "duration"}
        and words[-1] not in ("rate", "mbar")
        and cell.distinct > 2
    ):
        return Role.MONEY, "its name is that of an amount of money"
    return Role.NUMBER, "its cells are numbers"


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(bool(pattern.match(value.strip())) for value in values) / max(1, len(values))


def _text_role(name: str, cell: _Cells) -> tuple[Role, str]:
    words = words_of(name)
    values = cell.values
    unique = cell.distinct / max(1, cell.filled)
    if _share(_EMAIL, values) >= 0.8:
        return Role.EMAIL, "its cells are e-mail addresses"
    if _share(_URL, values) >= 0.8:
        return Role.URL, "its cells are web addresses"
    digits = sum(sum(sign.isdigit() for sign in value) >= 7 for value in values) / max(1, len(values))
    if digits >= 0.8 and _share(_PHONE, values) >= 0.8:
        separated = sum(bool(re.search(r"^\+|[\s().-]", value.strip())) for value in values) / len(values)
        if separated >= 0.5 or any(_CALLING.match(word) for word in words):
            return Role.PHONE, "its cells are phone numbers"
    personal = bool(_NAME.intersection(words)) and bool(_PERSONAL.intersection(words) or len(words) == 1)
    if personal and unique > 0.3 and _share(_PERSON, values) >= 0.8 and not _entity_name(name):
        return Role.PERSON, "its name and cells are those of persons"
    length = sum(map(len, values)) / max(1, len(values))
    spaces = sum(value.count(" ") for value in values) / max(1, len(values))
    if (length > 60 or spaces >= 5 or (spaces >= 2.5 and unique > 0.5)) and (unique > 0.2 or cell.distinct > 1000):
        return Role.TEXT, f"free text, {length:.0f} signs on average"
    if unique >= 0.95 and cell.filled >= 20:
        return Role.IDENTIFIER, f"names each row: {cell.distinct} values in {cell.filled} filled rows"
    return Role.CATEGORY, f"{cell.distinct} values"
