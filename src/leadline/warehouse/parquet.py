"""Parquet, in a stream: native Arrow types, nested columns flattened or written as JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from leadline.core.errors import UnreadableSource
from leadline.warehouse.arrow import pa
from leadline.warehouse.headers import unique_names
from leadline.warehouse.nesting import flat_names, flattened
from leadline.warehouse.source import Source


class ParquetSource(Source):
    """A Parquet file."""

    format = "parquet"

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                self._total = int(file.metadata.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableSource(f"{name} is a broken or encrypted Parquet file; export it again") from error
        self._schema = schema
        names = unique_names(flat_names(schema))
        if not names:
            raise UnreadableSource(f"{name} has no columns")
        self._nested = names != schema.names or any(pa.types.is_nested(kind) for kind in schema.types)
        super().__init__(name, names)

    def _count(self) -> int:
        return self._total

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(self._path) as file:
                if not self._nested:
                    yield from file.iter_batches(batch_size=65536, columns=list(columns), use_threads=False)
                    return
                for batch in file.iter_batches(batch_size=65536, use_threads=False):
                    flat = flattened(batch).rename_columns(self.columns)
                    yield flat.select(list(columns))
        except (pa.ArrowException, OSError) as error:
            raise UnreadableSource(f"{self.name} is broken inside: {str(error).splitlines()[0][:160]}") from error
