"""Tables out: CSV, Parquet or XLSX by the file's ending, written beside and renamed, so that no half file is left."""

from __future__ import annotations

import gzip
import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from leadline.core.errors import CallError, DataError
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.formulas import mark
from leadline.warehouse.values import finite, text_of

_ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
SHEET_ROWS = 1_048_575  # below the header
SHEET_COLUMNS = 16_384
SHEET_TEXT = 32_767


class Writer:
    """Writes batches of one schema to `path`. Use as a context manager: a clean end puts the file in its place, an
    error leaves what was there before.

    In CSV, text that a spreadsheet would run as a formula gets an apostrophe before it (which `open_source` takes away
    again); `raw_text` leaves such text as it is. In XLSX it is a text cell. Dates without a time are written as days.
    """

    def __init__(self, path: str | Path, schema: pa.Schema, raw_text: bool = False) -> None:
        self.path = Path(path)
        self._schema = schema
        self._raw_text = raw_text
        self._kind = next((ending for ending in _ENDINGS if self.path.name.lower().endswith(ending)), "")
        if not self._kind:
            raise CallError(f"{self.path} must end in .csv, .csv.gz, .parquet or .xlsx")
        if self.path.is_dir():
            raise CallError(f"{self.path} is a folder; name a file")
        if not self.path.parent.is_dir():
            raise CallError(f"There is no folder {self.path.parent} to write {self.path.name} into")
        self._beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.part")
        self._scratch = self.path.with_name(f"{self._beside.name}.rows")
        self._sink: Any = None
        self._file: IO[bytes] | None = None
        self._book: Any = None
        self._rows = 0

    def __enter__(self) -> Self:
        try:
            # made with the user's own umask, and never over another file
            os.close(os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except OSError as error:
            raise CallError(f"{self.path} cannot be written: {error.strerror}") from error
        try:
            self._open()
        except BaseException:
            self._remove()
            raise
        return self

    def _open(self) -> None:
        if self._kind == ".parquet":
            import pyarrow.parquet as pq

            self._sink = pq.ParquetWriter(self._beside, self._schema, compression="zstd")
        elif self._kind == ".xlsx":
            self._open_sheet()
        else:
            import pyarrow.csv as pa_csv

            self._file = self._beside.open("wb")
            # no name and no time inside, so that equal rows give equal bytes
            target: Any = self._file
            if self._kind == ".csv.gz":
                target = gzip.GzipFile(filename="", mode="wb", fileobj=self._file, compresslevel=6, mtime=0)
            self._packer = target
            names = pa.array(self._schema.names, pa.string())
            header = names if self._raw_text else mark(names)
            alone = len(self._schema) == 1
            kinds = [kind if _is_number(kind) and not alone else pa.string() for kind in self._schema.types]
            self._text_schema = pa.schema(list(zip(header.to_pylist(), kinds, strict=True)))
            self._sink = pa_csv.CSVWriter(target, self._text_schema)

    def _open_sheet(self) -> None:
        import xlsxwriter

        if len(self._schema) > SHEET_COLUMNS:
            raise DataError(
                f"A sheet holds {SHEET_COLUMNS:,} columns, not {len(self._schema):,}; write .csv or .parquet"
            )
        self._scratch.mkdir(mode=0o700)
        self._book = xlsxwriter.Workbook(
            str(self._beside),
            {
                "constant_memory": True,
                "tmpdir": str(self._scratch),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        self._sink = self._book.add_worksheet("Rows")
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = self._book.add_format({"bold": True})
        self._sink.freeze_panes(1, 0)
        for place, name in enumerate(self._schema.names):
            self._sink.write_string(0, place, name[:SHEET_TEXT], bold)

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds rows; `batch` has the writer's schema."""
        if self._kind == ".parquet":
            self._sink.write_batch(batch.cast(self._schema))
        elif self._kind == ".xlsx":
            self._write_sheet(batch)
        else:
            self._sink.write_batch(self._as_text(batch))
        self._rows += batch.num_rows

    def _as_text(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = []
        for column, field in zip(batch.columns, self._text_schema, strict=True):
            if field.type != pa.string():
                columns.append(finite(pc.cast(column, field.type, safe=False)))
                continue
            text = text_of(column)
            if _is_text(column.type) and not self._raw_text:
                text = mark(text)
            if batch.num_columns == 1:  # a blank line alone would be no row at all
                text = pc.fill_null(text, "")
            columns.append(text)
        return pa.RecordBatch.from_arrays(columns, schema=self._text_schema)

    def _write_sheet(self, batch: pa.RecordBatch) -> None:
        if self._rows + batch.num_rows > SHEET_ROWS:
            raise DataError(f"A sheet holds {SHEET_ROWS:,} rows and there are more; write .csv or .parquet")
        columns = [_sheet_cells(column) for column in batch.columns]
        for at, row in enumerate(zip(*columns, strict=True), start=self._rows + 1):
            for place, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, str):
                    self._sink.write_string(at, place, cell)
                elif isinstance(cell, bool):
                    self._sink.write_boolean(at, place, cell)
                elif isinstance(cell, int | float):
                    self._sink.write_number(at, place, cell)
                else:
                    midnight = not (cell.hour or cell.minute or cell.second or cell.microsecond)
                    self._sink.write_datetime(at, place, cell, self._day if midnight else self._time)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        except OSError as failure:
            raise CallError(f"{self.path} cannot be written: {failure.strerror or failure}") from failure
        finally:
            self._remove()

    def _finish(self) -> None:
        self._close()
        with self._beside.open("rb") as file:
            os.fsync(file.fileno())
        self._beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _close(self) -> None:
        """Ends the file's format; nothing is open afterwards."""
        sink, book, file = self._sink, self._book, self._file
        self._sink = self._book = self._file = None
        if book is not None:
            book.close()
        elif sink is not None:
            sink.close()
        if file is not None:
            if self._packer is not file:
                self._packer.close()
            file.close()

    def _remove(self) -> None:
        """After an error: what was begun goes, and closing it may fail without harm."""
        if self._sink is not None or self._file is not None:
            if self._book is not None:
                _drop_book(self._book)
                self._book = self._sink = None
            try:
                self._close()
            except (OSError, ValueError, pa.ArrowException):
                self._sink = self._file = None
        self._beside.unlink(missing_ok=True)
        shutil.rmtree(self._scratch, ignore_errors=True)


def _drop_book(book: Any) -> None:
    """Closes a workbook's own temporary files without writing it."""
    for sheet in book.worksheets():
        if getattr(sheet, "row_data_fh", None) is not None:
            sheet.row_data_fh.close()
    book.fileclosed = True


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    numeric = _is_number(value) or pa.types.is_decimal(value)
    return not (numeric or pa.types.is_boolean(value) or pa.types.is_temporal(value))


def _sheet_cells(column: pa.Array) -> list[Any]:
    """Python cells for a sheet: numbers, booleans, datetimes from 1900, else text that fits into a cell."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        values = pc.cast(column, pa.float64(), safe=False)
        return list(pc.if_else(pc.is_finite(values), values, None).to_pylist())
    if pa.types.is_boolean(kind):
        return list(column.to_pylist())
    if (pa.types.is_timestamp(kind) and not kind.tz) or pa.types.is_date(kind):
        cells = pc.cast(column, pa.timestamp("us"), safe=False).to_pylist()
        return [cell if cell is None or cell.year >= 1900 else cell.isoformat() for cell in cells]
    return [cell if cell is None else cell[:SHEET_TEXT] for cell in text_of(column).to_pylist()]
