"""Which columns could name a person, which could lead to one together, and which would tell something about it.

A proposal to look at: nobody but the owner of a file knows what an outsider can find elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadline.core.errors import ColumnNotFound
from leadline.learn.disclosure import codes_of
from leadline.learn.headers import words_of
from leadline.warehouse.values import text_of

DIRECT, QUASI, SENSITIVE, OTHER = "names a person", "could lead to one", "tells about one", "left out"
_SAMPLE = 2_000
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{8,20}")
_NAMED = {
    DIRECT: (
        r"^(?:e-?mail|mail|phone|tel|telephone|telefon|mobile|cell|fax|ssn|passport|iban|account ?number|ip)$",
        r"^(?:(?:first|last|given|family|full|middle|maiden|contact|person|sur)[ -]?names?|surname|forename|vorname|"
        r"nachname|nom|prenom|apellido)$",
        r"\b(?:soc(?:ial)? sec(?:urity)?|national id|tax id|passport|driver.?s? licen[cs]e|credit card|iban)\b",
        r"\b(?:(?:cust|customer|client|person|people|contact|lead|user|patient|employee|member|rec|record|row)"
        r"(?: (?:id|no|num|number|key|ref))+|linkedin|twitter|street ?(?:number|no)?|address(?: \d)?|url|website)\b",
        r"^(?:id|uuid|key|name)$",
    ),
    SENSITIVE: (
        r"\b(?:salary|income|wage|balance|loan|debt|default|revenue|amount|price|discount|credit|health|disease|diagnos\w*|"
        r"religion|ethnic\w*|race|politic\w*|union|orientation|score|rating|outcome|result|status|stage|y|churn\w*|won|lost|"
        r"sentiment|note\w*|comment\w*|poutcome)\b",
    ),
    QUASI: (
        r"\b(?:age|birth\w*|dob|gender|sex|zip|post ?code|postal|plz|city|town|suburb|place|region|state|county|"
        r"country|nation\w*|job|title|position|occupation|role|department|function|seniority|education|degree|marital|married|"
        r"language|industry|sector|company|employer|account|organi[sz]ation|employees|headcount|size|day|month|year|date|"
        r"hire\w*|tenure|device|browser|network|campaign|contact)\b",
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """The part that a column plays, and why."""

    column: str
    part: str
    reason: str
    distinct: int


def parts_of(table: pa.Table, quasi: Iterable[str] = (), sensitive: Iterable[str] = ()) -> tuple[Part, ...]:
    """The part of every column, in the table's order; what is named by hand wins. Raises ColumnNotFound.

    Where `quasi` is given, other columns that could lead to a person are left out.
    """
    given = dict.fromkeys(sensitive, SENSITIVE) | dict.fromkeys(quasi, QUASI)
    for name in given:
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    chosen = QUASI in given.values()
    found = []
    for name in table.column_names:
        codes = codes_of(table[name])
        distinct = len(np.unique(codes[codes > 0]))
        if name in given:
            found.append(Part(name, given[name], "set by hand", distinct))
            continue
        part, reason = _part(name, table[name], codes, distinct)
        if chosen and part == QUASI:
            part, reason = OTHER, "others were set by hand"
        found.append(Part(name, part, reason, distinct))
    return tuple(found)


def _part(name: str, column: pa.ChunkedArray, codes: np.ndarray, distinct: int) -> tuple[str, str]:
    filled = int((codes > 0).sum())
    if distinct <= 1:
        return OTHER, "nothing in it" if not distinct else "one value only"
    cells = [cell for cell in text_of(column.slice(0, _SAMPLE)).to_pylist() if cell]
    for pattern, what in ((_MAIL, "mail addresses"), (_PHONE, "phone numbers")):
        hits = sum(pattern.fullmatch(cell) is not None for cell in cells)
        separated = pattern is _MAIL or sum(not cell.strip().isdigit() for cell in cells) > 0.5 * len(cells)
        if cells and hits > 0.8 * len(cells) and separated and not _is_date(column, cells):
            return DIRECT, f"its cells are {what}"
    words = " ".join(words_of(name))
    for part, patterns in _NAMED.items():
        if any(re.search(pattern, words) for pattern in patterns):
            return part, "by its name"
    if filled >= 20 and distinct > 0.95 * filled and not pa.types.is_floating(column.type):
        return DIRECT, f"{distinct:,} values in {filled:,} filled rows"
    length = sum(map(len, cells)) / max(1, len(cells))
    if length > 40:
        return SENSITIVE, f"free text, {length:.0f} signs on average"
    if distinct <= 0.2 * filled or distinct <= 50:
        return QUASI, f"{distinct:,} values that somebody may know"
    return OTHER, f"{distinct:,} values that hardly anybody knows"


def _is_date(column: pa.ChunkedArray, cells: list[str]) -> bool:
    return pa.types.is_temporal(column.type) or any(re.fullmatch(r"\d{4}-\d\d-\d\d.*", cell) for cell in cells[:5])
