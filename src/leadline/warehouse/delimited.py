"""CSV and its kin: any delimiter, quotes, line ends and encoding; read as text, cell by cell, in a stream."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pa_csv

from leadline.core.errors import UnreadableSource
from leadline.warehouse.arrow import pa
from leadline.warehouse.dialect import NO_DELIMITER, Dialect, long_fields, sniff
from leadline.warehouse.formulas import unmark
from leadline.warehouse.headers import unique_names
from leadline.warehouse.source import Format, Source
from leadline.warehouse.spool import SAMPLE, PlainText, plain_text

HOLD = 48 << 20  # files up to this size are kept in memory once they are read
HEADER = 1 << 22
BLOCKS = (1 << 24, 1 << 26, 1 << 28)  # a row must fit into one block: the last is the longest row that is read
WIDEST = 100_000  # columns
MARKED_RAGGED = 3  # rows of another width that are named one by one


class DelimitedSource(Source):
    """A delimited text file. All cells are strings; a missing cell is ''."""

    format: Format = "csv"
    _marked = True  # formulas carry an apostrophe, as `Writer` puts it

    def __init__(self, path: Path, name: str) -> None:
        text = plain_text(path, name)
        super().__init__(name, [])
        self._text = text
        if text.scratch:
            self._scratch.append(text.path)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        size = self._text.path.stat().st_size - self._text.start
        with self._text.path.open("rb") as file:
            file.seek(self._text.start)
            raw = file.read(SAMPLE)
            if raw.count(b"\n") + raw.count(b"\r") < 2:  # a header of very many columns
                raw += file.read(HEADER - SAMPLE)
        sample = raw.decode("utf-8", errors="ignore")
        whole = len(raw) == size
        if not whole and "\n" not in sample and "\r" not in sample:
            raise UnreadableSource(f"The header row of {self.name} is longer than {HEADER >> 20} MB; is it a table?")
        self._dialect = self._sniffed(sample, whole)
        self._offset = self._text.start + len(sample[: self._dialect.offset].encode())
        self._size = size
        width = max(self._dialect.width, 1)
        if width > WIDEST:
            raise UnreadableSource(f"{self.name} has {width:,} columns; {WIDEST:,} can be read")
        header: Sequence[str] = self._dialect.header or [""] * width
        if self._marked:
            header = unmark(pa.array(header, pa.string())).to_pylist()
        self.columns = unique_names(header)
        self.notes += self._text.notes
        if self._dialect.skipped:
            above = f"{self._dialect.skipped} line{'s' * (self._dialect.skipped > 1)} above the header row"
            self.notes.append(f"{above} {'were' if self._dialect.skipped > 1 else 'was'} left out.")
        if not self._dialect.header:
            self.notes.append("There is no header row; columns are called column 1, column 2 and so on.")
        self._ragged: Counter[str] = Counter()
        self._ragged_shown: list[str] = []
        self._held: list[pa.RecordBatch] | None = None
        self._checked = False

    def _sniffed(self, sample: str, whole: bool) -> Dialect:
        return sniff(sample, whole)

    def _reading(self) -> dict[str, str]:
        return dict(
            encoding=self._text.encoding,
            delimiter=self._dialect.delimiter,
            quote=self._dialect.quote if self._text.quotes or self._dialect.quote == "'" else "",
        )

    def _count(self) -> int:
        return sum(batch.num_rows for batch in self._batches(self.columns[:1]))

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        if self._size > HOLD:
            yield from self._stream(columns)
            return
        if self._held is None:
            self._held = list(self._stream(self.columns))
        for batch in self._held:
            yield batch if list(columns) == self.columns else batch.select(list(columns))

    def _stream(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        self._check_quotes()
        given = 0
        for block in BLOCKS:
            known = given  # rows given out before a long row was met: a larger block starts over behind them
            try:
                for batch in self._pass(columns, block):
                    part = batch.slice(min(known, batch.num_rows))
                    known -= batch.num_rows - part.num_rows
                    if part.num_rows:
                        given += part.num_rows
                        yield part
                return
            except pa.ArrowInvalid as error:
                if "straddl" not in str(error):
                    raise UnreadableSource(f"{self.name} cannot be read as CSV: {_first_line(error)}") from error
        raise UnreadableSource(f"{self.name} has a row longer than {BLOCKS[-1] >> 20} MB; a quote may not be closed")

    def _pass(self, columns: Sequence[str], block: int) -> Iterator[pa.RecordBatch]:
        """One pass over the file; rows of another width are put back in their places."""
        self._ragged.clear()
        self._ragged_shown.clear()
        waiting: deque[tuple[int, str]] = deque()

        def set_aside(row: Any) -> str:
            waiting.append((row.number - 1, row.text))
            return "skip"

        delimiter = self._dialect.delimiter or NO_DELIMITER
        with pa.OSFile(str(self._text.path)) as file:
            file.seek(self._offset)
            try:
                reader = pa_csv.open_csv(
                    file,
                    read_options=pa_csv.ReadOptions(
                        use_threads=False, block_size=min(block, max(self._size, 1) + 1), column_names=self.columns
                    ),
                    parse_options=pa_csv.ParseOptions(
                        delimiter=delimiter,
                        quote_char=self._dialect.quote or False,
                        escape_char=self._dialect.escape or False,
                        newlines_in_values=bool(self._text.quotes) or self._dialect.quote == "'",
                        invalid_row_handler=set_aside,
                    ),
                    convert_options=pa_csv.ConvertOptions(
                        column_types=dict.fromkeys(columns, pa.string()),
                        include_columns=list(columns),
                        null_values=[],
                        strings_can_be_null=False,
                    ),
                )
            except pa.ArrowInvalid as error:
                if "Empty CSV" in str(error):
                    return
                raise
            seen = 0
            for batch in reader:
                whole, seen = self._spliced(batch, waiting, seen, columns)
                if whole.num_rows:
                    yield self._restored(whole)
            if waiting:
                empty = pa.RecordBatch.from_pylist([], schema=pa.schema([(name, pa.string()) for name in columns]))
                whole, seen = self._spliced(empty, waiting, seen, columns, last=True)
                if whole.num_rows:
                    yield self._restored(whole)

    def _restored(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not (self._marked and self._text.apostrophe):
            return batch
        return pa.RecordBatch.from_arrays([unmark(column) for column in batch.columns], names=batch.schema.names)

    def _spliced(
        self,
        batch: pa.RecordBatch,
        waiting: deque[tuple[int, str]],
        seen: int,
        columns: Sequence[str],
        last: bool = False,
    ) -> tuple[pa.RecordBatch, int]:
        """Puts rows of another width, padded or cut, among the good rows; `seen` counts rows before this batch."""
        good = batch.num_rows
        places: list[int] = []
        rows: list[list[str]] = []
        dropped = 0
        while waiting and (last or waiting[0][0] - seen - len(places) - dropped <= good):
            number, text = waiting.popleft()
            cells = self._mended(text, number + 1)
            if cells is None:
                dropped += 1
            else:
                places.append(number - seen - len(places) - dropped)
                rows.append(cells)
        seen += good + len(rows) + dropped
        if not rows:
            return batch, seen
        wanted = [self.columns.index(name) for name in columns]
        mended = pa.RecordBatch.from_arrays(
            [pa.array([row[at] for row in rows], pa.string()) for at in wanted], names=list(columns)
        )
        order = np.insert(np.arange(good), places, np.arange(good, good + len(rows)))
        return pa.concat_batches([batch, mended]).take(pa.array(order)), seen

    def _mended(self, text: str, number: int) -> list[str] | None:
        """A row of the wrong width made to fit; None where all of it is blank."""
        lines = list(io.StringIO(text, newline=""))
        with long_fields():
            try:
                cells = next(iter(self._dialect.reader(lines)), [])
            except csv.Error as error:
                raise UnreadableSource(f"Row {number:,} of {self.name} cannot be read: {error}") from error
        if not any(cell.strip() for cell in cells):
            return None
        width = len(self.columns)
        lost = any(cell.strip() for cell in cells[width:])
        if len(cells) < width or lost:
            kind = "cut" if lost else "short"
            self._ragged[kind] += 1
            if sum(self._ragged.values()) <= MARKED_RAGGED:
                self._ragged_shown.append(f"row {number:,} has {len(cells)}")
        return (cells + [""] * (width - len(cells)))[:width]

    def _pass_notes(self) -> list[str]:
        if not self._ragged:
            return []
        done = [
            f"{self._ragged[kind]:,} {words}"
            for kind, words in (("short", "were filled up with blanks"), ("cut", "lost the cells past the last column"))
            if self._ragged[kind]
        ]
        total = sum(self._ragged.values())
        return [
            f"{total:,} rows do not have {len(self.columns)} cells ({', '.join(self._ragged_shown)}"
            f"{', …' if total > MARKED_RAGGED else ''}): {', '.join(done)}."
        ]

    def _check_quotes(self) -> None:
        """A quote that is opened and never closed would swallow the rest of the file without a word."""
        if self._checked or self._dialect.quote != '"' or not (self._text.quotes % 2 or self._dialect.escape):
            return
        row = _unclosed_row(self._text, self._offset, self._dialect)
        if row:
            raise UnreadableSource(
                f'Row {row:,} of {self.name} opens a quote (") that is not closed; close it, or double it where it is '
                "part of the text"
            )
        self._checked = True


def _unclosed_row(text: PlainText, offset: int, dialect: Dialect) -> int:
    """The 1-based data row in which a quote stays open to the end of the file, or 0."""
    held: list[str] = []
    size = 0
    number = 0
    with long_fields(), text.path.open("rb") as raw:
        raw.seek(offset)
        decoded = io.TextIOWrapper(raw, encoding="utf-8", newline="")

        def lines() -> Iterator[str]:
            nonlocal size
            for line in decoded:
                held.append(line)
                size += len(line)
                if size > BLOCKS[-1]:
                    raise csv.Error("too long")
                yield line

        last: list[str] = []
        try:
            for row in dialect.reader(lines()):
                number += bool(row)
                last, size = held[:], 0
                held.clear()
            for _ in dialect.reader(last, strict=True):
                pass
        except csv.Error as error:
            if "too long" in str(error):
                return number + 1
            return number if "unexpected end" in str(error) else 0
        finally:
            decoded.detach()
    return 0


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")[:200]
