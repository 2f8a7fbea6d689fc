"""One door for tables that come in: a file of any kind, standard input or a database."""

from __future__ import annotations

import shutil
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from leadline.core.errors import ColumnNotFound
from leadline.core.formats import ColumnFormat, SourceFacts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Format = Literal["csv", "xlsx", "parquet", "jsonl", "sql"]
ODD_NOTES = 8  # columns with odd cells that are named one by one


def open_source(source: str | Path, *, sheet: str = "", query: str = "") -> Source:
    """Opens a table to be read.

    `source` is a path (CSV in any dialect, XLSX, Parquet, JSON lines, each also gzipped), '-' for standard input, or a
    database URL (sqlite:///path, postgresql://...) with one SELECT in `query`. `sheet` names a workbook's sheet.
    Raises UnreadableSource or DataError with one sentence.
    """
    from leadline.warehouse.kinds import open_any

    return open_any(source, sheet=sheet, query=query)


class Source(ABC):
    """A table that can be read more than once, in its own order. Use as a context manager: its temporary files go
    when it closes.

    `columns` are the header's names, made unique; `name` is what to call the source before a reader.
    """

    format: Format

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self.name = name
        self.columns = list(columns)
        self.notes: list[str] = []
        self._scratch: list[Path] = []
        weakref.finalize(self, _remove, self._scratch)  # also when nobody closes it
        self._positions: np.ndarray | None = None

    @abstractmethod
    def _count(self) -> int:
        """Data rows in all."""

    @abstractmethod
    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows in order, in batches of any size, with these columns."""

    @cached_property
    def rows(self) -> int:
        """Data rows in all. For a large text file this takes one pass over it."""
        return self._count()

    def _reading(self) -> dict[str, str]:
        """How it was read: any of the facts `encoding`, `delimiter`, `quote`, `sheet`."""
        return {}

    def _pass_notes(self) -> list[str]:
        """Sentences that a pass over the rows gave rise to."""
        return []

    def raw_batches(self, batch_rows: int = 65536, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Cells as they stand, in batches of `batch_rows` (the last one shorter): strings for CSV and workbooks, Arrow
        types for Parquet, JSON lines and databases. May be called again."""
        from leadline.warehouse.arrow import pa

        wanted = self.columns if columns is None else list(columns)
        for column in wanted:
            if column not in self.columns:
                raise ColumnNotFound(column, self.columns, self.name)
        held: list[pa.RecordBatch] = []
        held_rows = 0
        for batch in self._batches(wanted):
            held.append(batch)
            held_rows += batch.num_rows
            if held_rows < batch_rows:
                continue
            joined = held[0] if len(held) == 1 else pa.concat_batches(held)
            start = 0
            while held_rows - start >= batch_rows:
                yield joined.slice(start, batch_rows)
                start += batch_rows
            held = [joined.slice(start)] if start < held_rows else []
            held_rows -= start
        if held_rows:
            yield held[0] if len(held) == 1 else pa.concat_batches(held)

    def table(self, max_rows: int = 500_000) -> tuple[pa.Table, np.ndarray]:
        """Raw cells of all rows or, where there are more than `max_rows`, of evenly spaced ones in file order, and
        their 0-based places in the file (int64)."""
        import numpy as np

        from leadline.warehouse.arrow import pa

        rows = self.rows
        kept = min(rows, max_rows)
        positions = np.arange(kept, dtype=np.int64)
        if kept < rows:
            positions = positions * rows // max(kept, 1)
        parts: list[pa.RecordBatch] = []
        start = 0
        for batch in self.raw_batches():
            if kept < rows:
                here = positions[np.searchsorted(positions, start) : np.searchsorted(positions, start + batch.num_rows)]
                parts.append(batch.take(pa.array(here - start)))
            else:
                parts.append(batch)
            start += batch.num_rows
        self._positions = positions
        if not parts:
            return pa.table({name: pa.array([], pa.string()) for name in self.columns}), positions
        return pa.Table.from_batches(parts), positions

    def facts(self, formats: Sequence[ColumnFormat] = ()) -> SourceFacts:
        """Where the table came from and how it was read, with sentences for the reader of a result."""
        shown = tuple(self._placed(format_) for format_ in formats)
        rows = self.rows
        sampled = 0 if self._positions is None or len(self._positions) == rows else len(self._positions)
        notes = [*self.notes, *self._pass_notes()]
        if sampled:
            notes.append(f"{sampled:,} of {rows:,} rows, evenly spaced, were looked at to learn from.")
        notes += [format_.note for format_ in shown if format_.note]
        notes += _odd_notes([format_ for format_ in shown if format_.odd])
        return SourceFacts(
            name=self.name,
            format=self.format,
            rows=rows,
            columns=len(self.columns),
            sampled=sampled,
            formats=shown,
            notes=tuple(notes),
            **self._reading(),
        )

    def _placed(self, format_: ColumnFormat) -> ColumnFormat:
        """`odd_row` counted in the sample becomes the row of the file."""
        if not format_.odd_row or self._positions is None or format_.odd_row > len(self._positions):
            return format_
        return replace(format_, odd_row=int(self._positions[format_.odd_row - 1]) + 1)

    def remove_on_close(self, *paths: Path) -> None:
        """Temporary files that this source was made from."""
        self._scratch += paths

    def close(self) -> None:
        """Removes temporary files; the source cannot be read any more."""
        _remove(self._scratch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    paths.clear()


def _odd_notes(odd: Sequence[ColumnFormat]) -> list[str]:
    """One sentence a column, the rest in one."""
    notes = [
        f"Column '{o.column}' was read as {'numbers' if o.kind == 'number' else 'dates'}; {o.odd:,} "
        f"{'cell that does' if o.odd == 1 else 'cells that do'} not fit count as blank "
        f"(row {o.odd_row:,}: '{o.example_odd[:40]}')."
        for o in odd[:ODD_NOTES]
    ]
    if len(odd) > ODD_NOTES:
        notes.append(f"{len(odd) - ODD_NOTES} more columns hold cells that do not fit and count as blank.")
    return notes
