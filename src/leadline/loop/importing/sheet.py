"""A parsed file as fields: which column holds what, how its cells are read, and its rows in pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadline.core.errors import CallError, ColumnNotFound
from leadline.core.formats import ColumnFormat
from leadline.loop.importing.cells import BLANKS, Bad, needs, read
from leadline.warehouse.mapping.catalogue import EXTRA, SKIP, Field, fields
from leadline.warehouse.mapping.proposal import Column, Proposal, propose
from leadline.warehouse.parsed import Chunk, Parsed

NATURAL = {"people": "email", "accounts": "domain", "products": "code", "orders": "number"}
FILE = "file"  # the source of a file that is nobody's known export
LONGEST_SOURCE = 60
NONE: dict[str, str] = {}  # of rows without cells of other columns; never changed


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows as values by field, None for blanks; `start` is 0-based. `bad` holds for each row that cannot be taken
    its first bad cell: column, cell, reason."""

    start: int
    count: int
    values: Mapping[str, list[Any]]
    extra: list[dict[str, str]]
    bad: dict[int, tuple[str, str, str]]


class Sheet:
    """A file that is understood. `source` names the system whose ids its rows have."""

    def __init__(self, parsed: Parsed, proposal: Proposal, source: str) -> None:
        self.parsed = parsed
        self.proposal = proposal
        self.kind = proposal.kind
        self.source = source
        self.known: Mapping[str, Field] = fields(proposal.kind)
        self.headers: dict[str, list[str]] = {}
        for column in proposal.columns:
            if column.field not in (EXTRA, SKIP):
                self.headers.setdefault(column.field, []).append(column.header)
        self.extra = proposal.of(EXTRA)
        self.formats: dict[str, ColumnFormat | None] = {}
        for field, headers in self.headers.items():
            kind = needs(self.known[field].reading)
            if kind:
                self.formats |= {header: parsed.reading(header, kind) for header in headers}

    def has(self, *names: str) -> bool:
        """Whether a column holds one of these fields."""
        return any(name in self.headers for name in names)

    def rows(self, only: Collection[str] | None = None) -> Iterator[Rows]:
        """All rows in pieces, with all fields or only some."""
        wanted = [field for field in self.headers if only is None or field in only]
        columns = [header for field in wanted for header in self.headers[field]]
        extra = self.extra if only is None else []
        typed = {h: f for h in columns if (f := self.formats.get(h)) is not None}
        for chunk in self.parsed.chunks([*columns, *extra], typed):
            yield self._read(chunk, wanted, extra)

    def _read(self, chunk: Chunk, wanted: list[str], extra: list[str]) -> Rows:
        values: dict[str, list[Any]] = {}
        bad: dict[int, tuple[str, str, str]] = {}
        for field in wanted:
            kind = self.known[field].reading
            for header in self.headers[field]:
                text = chunk.text[header]
                found = list(read(kind, text, chunk.typed.get(header), self.formats.get(header)))
                if kind != "text":
                    for place, value in enumerate(found):
                        if value.__class__ is Bad:
                            bad.setdefault(place, (header, text[place], value.reason))
                            found[place] = None
                held = values.get(field)
                values[field] = (
                    found if held is None else [b if a is None else a for a, b in zip(held, found, strict=True)]
                )
        held_extra: list[dict[str, str]] = [NONE] * chunk.rows
        for header in extra:
            for place, cell in enumerate(chunk.text[header]):
                if cell not in BLANKS:
                    if held_extra[place] is NONE:
                        held_extra[place] = {}
                    held_extra[place][header] = cell
        return Rows(chunk.start, chunk.rows, values, held_extra, bad)


def understood(
    parsed: Parsed, kind: str = "", given: Mapping[str, str] | None = None, source: str = "", key: str = ""
) -> Sheet:
    """What a file holds and by which field each column is kept. `key` names the column whose cells name its objects.

    Raises CallError or ColumnNotFound with one sentence.
    """
    if key and key not in parsed.columns:
        raise ColumnNotFound(key, parsed.columns, parsed.name)
    if len(source) > LONGEST_SOURCE or source in ("id", "email", "domain", "name", "code", "number"):
        raise CallError(f"'{source}' cannot be the name of a source; take a short word of your own, as 'erp'")
    proposal = propose(parsed.columns, parsed.examples, kind, given)
    if key:
        proposal = replace(proposal, columns=tuple(_keyed(column, key, proposal.kind) for column in proposal.columns))
    return Sheet(parsed, proposal, source or proposal.source or FILE)


def _keyed(column: Column, key: str, kind: str) -> Column:
    if column.header == key:
        natural = column.field == NATURAL.get(kind)
        return replace(column, field=column.field if natural else "id", why="the key that you named")
    if column.field == "id":
        return replace(column, field=EXTRA, why="another column is the key")
    return column
