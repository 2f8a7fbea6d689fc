"""The rows of a file that were not taken, as a file with all their cells: mend it and import it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from leadline.warehouse.arrow import pa
from leadline.warehouse.parsed import Parsed
from leadline.warehouse.writing import Writer

ROW = "Refused row"
WHY = "Refused because"
PART = 5_000


def write_refused(parsed: Parsed, path: str | Path, reasons: Mapping[int, str]) -> None:
    """Writes rows (1-based) with their reasons, in the file's order; the ending of `path` says which kind of file."""
    names = [name for name in parsed.columns if name not in (ROW, WHY)]
    places = [parsed.columns.index(name) for name in names]
    schema = pa.schema([*((name, pa.string()) for name in names), (ROW, pa.int64()), (WHY, pa.string())])
    with Writer(path, schema) as writer:
        held: list[list[object]] = []
        for row, cells in parsed.raw(sorted(number - 1 for number in reasons)):
            held.append([*(cells[place] for place in places), row + 1, reasons[row + 1]])
            if len(held) == PART:
                writer.write(_batch(held, schema))
                held.clear()
        if held:
            writer.write(_batch(held, schema))


def _batch(rows: Iterable[list[object]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
