"""A table in memory as a source: what the program made itself goes the same way as what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadline.warehouse.arrow import pa
from leadline.warehouse.source import Source


class HeldSource(Source):
    """A table that is there already."""

    format = "parquet"

    def __init__(self, name: str, table: pa.Table) -> None:
        super().__init__(name, table.column_names)
        self._table = table

    def _count(self) -> int:
        return int(self._table.num_rows)

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        yield from self._table.select(list(columns)).combine_chunks().to_batches(max_chunksize=65536)
