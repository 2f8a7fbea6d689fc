"""How a column of text is to be read: decided once from the whole column, kept with the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "date", "empty"]


@dataclass(frozen=True, slots=True)
class ColumnFormat:
    """The reading of one column.

    `decimal` and `thousands` are the signs used in numbers; `unit` is '%', a currency sign or code, or ''.
    `pattern` is a strptime pattern for dates ('' for numbers and text); `time_zone` is '' for naive times.
    `odd` counts cells that do not fit and were read as blank; `example_odd` shows one, with its row (1-based
    data row) in `odd_row`. `note` is a sentence for the reader where the cells could be read in two ways.
    """

    column: str
    kind: Kind
    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    pattern: str = ""
    time_zone: str = ""
    odd: int = 0
    example_odd: str = ""
    odd_row: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where a table came from and how it was read. `rows` counts all rows, `sampled` those kept when the source
    was too large to be held (0 when all were kept). `notes` are sentences for the reader of the result; `rows_are` says
    what closed rows are where they are not the subjects themselves ('moments of deals')."""

    name: str
    format: Literal["csv", "xlsx", "parquet", "jsonl", "sql"]
    rows: int
    columns: int
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    sheet: str = ""
    sampled: int = 0
    formats: tuple[ColumnFormat, ...] = ()
    notes: tuple[str, ...] = ()
    rows_are: str = ""
