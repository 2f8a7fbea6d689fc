"""Which columns of a list say what a target group asks for: known by their headers, as an import knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from leadline.core.errors import CallError, ColumnNotFound
from leadline.warehouse.mapping.catalogue import words_of
from leadline.warehouse.mapping.proposal import propose
from leadline.warehouse.values import text_of

_PEOPLE = {
    "title": "title",
    "department": "department",
    "city": "city",
    "country": "country",
    "account.name": "name",
    "email": "mail",
}
_ACCOUNTS = {
    name: name
    for name in ("industry", "employees", "revenue", "currency", "city", "region", "country", "name", "website")
}
_MORE = {
    "industry": ("industry", "sector", "branch", "line of business", "nace", "sic", "trade"),
    "employees": ("staff", "company size", "employee range", "employees range", "firm size", "number employees", "fte"),
    "title": ("job", "occupation", "job function", "designation", "titel"),
    "text": (
        "description",
        "about",
        "keywords",
        "notes",
        "summary",
        "products",
        "specialities",
        "specialties",
        "comment",
    ),
}
FIELDS = (*dict.fromkeys((*_PEOPLE.values(), *_ACCOUNTS.values(), *_MORE)),)
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells as text by field, None where blank, each as long as the list; and the header that each came from."""

    cells: Mapping[str, Sequence[str | None]]
    headers: Mapping[str, str]
    rows: int


def of_table(table: pa.Table, given: Mapping[str, str] | None = None) -> Columns:
    """The columns of a list; `given` are fields by header, which win. Raises CallError for a field that is none,
    ColumnNotFound for a header that is not there."""
    headers = _headers(table, given or {})
    cells: dict[str, Sequence[str | None]] = {}
    for field, header in headers.items():
        text = text_of(table[header]).to_pylist()
        cells[field] = [value.strip() or None if value is not None else None for value in text]
    return Columns(cells, headers, table.num_rows)


def _headers(table: pa.Table, given: Mapping[str, str]) -> dict[str, str]:
    for header, field in given.items():
        if header not in table.column_names:
            raise ColumnNotFound(header, table.column_names)
        if field not in FIELDS:
            raise CallError(
                f"'{field}', which '{header}' is to hold, is no field of a target; there are {', '.join(FIELDS)}"
            )
    found = {field: header for header, field in given.items()}
    examples = {
        name: [value for value in text_of(table[name].slice(0, _SAMPLE)).to_pylist() if value]
        for name in table.column_names
    }
    for kind, fields in (("people", _PEOPLE), ("accounts", _ACCOUNTS)):
        for column in propose(table.column_names, examples, kind).columns:
            field = fields.get(column.field, "")
            if field and field not in found and column.header not in found.values():
                found[field] = column.header
    for name in table.column_names:
        field = next((field for field, words in _MORE.items() if words_of(name) in words), "")
        if field and field not in found and name not in found.values():
            found[field] = name
    return found
