"""JSON lines (and one JSON array of objects): one level of objects becomes columns named with dots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.json as pa_json

from leadline.core.errors import DataError, UnreadableSource
from leadline.warehouse.arrow import pa
from leadline.warehouse.headers import unique_names
from leadline.warehouse.nesting import json_text
from leadline.warehouse.source import Source
from leadline.warehouse.spool import PlainText, plain_text

HOLD = 128 << 20  # files up to this size are kept in memory
ARRAY = 256 << 20  # one JSON array cannot be read piece by piece
CHUNK = 20_000
WIDEST = 100_000


class JsonLinesSource(Source):
    """A file with one JSON object a line. Columns are Arrow types where Arrow finds one type for each, else strings;
    lists and deeper objects are JSON text."""

    format = "jsonl"

    def __init__(self, path: Path, name: str) -> None:
        text = plain_text(path, name)
        super().__init__(name, [])
        if text.scratch:
            self._scratch.append(text.path)
        self.notes += text.notes
        self._text = text
        self._table: pa.Table | None = None
        self._fields: list[str] = []
        self._total = 0
        try:
            self._size = text.path.stat().st_size
            self._array = _starts_array(text)
            if self._array and self._size > ARRAY:
                raise UnreadableSource(f"{name} is one JSON array of {self._size >> 20} MB; give it as JSON lines")
            self._table = self._typed() if self._size <= HOLD and not self._array else None
            if self._table is None:
                self._scan()
            else:
                self._fields = self._table.column_names
                self._total = self._table.num_rows
            if not self._fields:
                raise DataError(f'{name} holds no fields; give objects such as {{"name": "Ada"}}, one a line')
            self.columns = unique_names(self._fields)
        except BaseException:
            self.close()
            raise

    def _reading(self) -> dict[str, str]:
        return {"encoding": self._text.encoding}

    def _typed(self) -> pa.Table | None:
        """Arrow's own reader: fast, but it wants one type a field; None where it does not manage."""
        with pa.OSFile(str(self._text.path)) as file:
            file.seek(self._text.start)
            try:
                table = pa_json.read_json(
                    file, read_options=pa_json.ReadOptions(use_threads=False, block_size=min(self._size + 1, 1 << 26))
                )
            except pa.ArrowException:
                return None
        if any(pa.types.is_struct(kind) for kind in table.schema.types):
            table = table.flatten()
        if not table.num_columns or any(pa.types.is_nested(kind) for kind in table.schema.types):
            return None
        return table

    def _scan(self) -> None:
        """A first pass that finds all fields, in order of appearance."""
        fields: dict[str, None] = {}
        for row in self._objects():
            fields.update(dict.fromkeys(row))
            self._total += 1
            if len(fields) > WIDEST:
                raise UnreadableSource(f"{self.name} has more than {WIDEST:,} fields; is it one table?")
        self._fields = list(fields)

    def _count(self) -> int:
        return self._total

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        fields = dict(zip(self.columns, self._fields, strict=True))
        if self._table is not None:
            table = self._table.select([fields[column] for column in columns]).rename_columns(list(columns))
            yield from table.to_batches()
            return
        objects = self._objects()
        while rows := list(islice(objects, CHUNK)):
            arrays = [pa.array([_text(row.get(fields[column])) for row in rows], pa.string()) for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _objects(self) -> Iterator[dict[str, Any]]:
        """Each row as a flat object."""
        for number, value in self._values():
            if not isinstance(value, dict):
                raise UnreadableSource(f'Line {number:,} of {self.name} is no JSON object, such as {{"name": "Ada"}}')
            flat: dict[str, Any] = {}
            for key, inner in value.items():
                if isinstance(inner, dict) and inner:
                    flat.update({f"{key}.{deeper}": part for deeper, part in inner.items()})
                else:
                    flat[key] = inner
            yield flat

    def _values(self) -> Iterator[tuple[int, Any]]:
        with self._text.path.open("rb") as raw:
            raw.seek(self._text.start)
            if self._array:
                try:
                    whole = json.loads(raw.read())
                except (ValueError, RecursionError) as error:
                    raise UnreadableSource(f"{self.name} is broken JSON: {error}") from error
                yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)
                return
            for number, line in enumerate(raw, start=1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError) as error:
                    reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
                    raise UnreadableSource(f"Line {number:,} of {self.name} is broken JSON: {reason}") from error
                yield number, value


def _starts_array(text: PlainText) -> bool:
    """One array, or one object written over several lines."""
    with text.path.open("rb") as file:
        file.seek(text.start)
        head = file.read(1 << 16).lstrip()
    if head.startswith(b"["):
        return True
    first, _, more = head.partition(b"\n")
    if not first.startswith(b"{") or not more.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return first.strip() == b"{" or (not first.rstrip().endswith(b"}") and not more.lstrip().startswith(b"{"))
    return False


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_text(value)
