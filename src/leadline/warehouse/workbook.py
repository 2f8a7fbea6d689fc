"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): one sheet, read in the parser cell and handed on as plain CSV."""

from __future__ import annotations

import csv
import datetime as dt
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadline.core.errors import UnreadableSource
from leadline.warehouse.cell import run_in_cell
from leadline.warehouse.delimited import DelimitedSource
from leadline.warehouse.dialect import Dialect
from leadline.warehouse.source import Format
from leadline.warehouse.spool import scratch_file

ENTRIES = 10_000
UNPACKED = 1 << 30
RATIO = 100
RATIO_FREE = 50 << 20  # below this size unpacked, any ratio is harmless
_EPOCH_DAY = dt.time()


class WorkbookSource(DelimitedSource):
    """One sheet of a workbook. All cells are strings: numbers as 5 or 5.25, days as 2024-01-05, blanks as ''."""

    format: Format = "xlsx"
    _marked = False

    def __init__(self, path: Path, name: str, sheet: str = "") -> None:
        check_archive(path, name)
        rows = scratch_file(".csv")
        try:
            self._sheet = run_in_cell(
                "workbook", {"path": str(path), "name": name, "sheet": sheet, "out": str(rows)}, name
            )
            super().__init__(rows, name)
        except BaseException:
            rows.unlink(missing_ok=True)
            raise
        self._scratch.append(rows)
        self.notes += self._sheet["notes"]

    def _sniffed(self, sample: str, whole: bool) -> Dialect:  # noqa: ARG002 - nothing is guessed here
        """The cell writes one dialect, so nothing is guessed."""
        header = next(csv.reader([*_lines(sample)]))
        return Dialect(",", '"', "", tuple(header), len(header), self._sheet["header_length"], 0)

    def _reading(self) -> dict[str, str]:
        return {"sheet": str(self._sheet["sheet"])}


def _lines(sample: str) -> Iterator[str]:
    import io

    yield from io.StringIO(sample, newline="")


def check_archive(path: Path, name: str) -> None:
    """Refuses a ZIP whose directory declares, or is built to hide, far more than it holds."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableSource(f"{name} is a broken or cut-off workbook; save it again") from error
    packed = path.stat().st_size
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES:
        raise UnreadableSource(f"{name} holds {len(entries):,} parts, as no real workbook does; it was not opened")
    overlapping = sum(entry.compress_size for entry in entries) > packed
    if unpacked > UNPACKED or overlapping or (unpacked > RATIO_FREE and unpacked > RATIO * packed):
        raise UnreadableSource(
            f"{name} unpacks from {packed / 2**20:,.1f} MB to {unpacked / 2**20:,.0f} MB, as harmful files do; it was "
            "not opened. Save the sheet as CSV if you trust it"
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableSource(f"{name} is locked with a password; save it without one")


def extract_sheet(path: str, name: str, sheet: str, out: str) -> dict[str, Any]:
    """In the cell: writes the sheet as CSV to `out`; returns its name, notes and the header's length in characters."""
    import python_calamine as calamine

    _check_real_sizes(Path(path), name)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if sheet and sheet not in names:
            shown = ", ".join(f"'{other}'" for other in names[:8])
            raise UnreadableSource(f"There is no sheet '{sheet}' in {name}; it has {shown}")
        empty: list[str] = []
        for candidate in [sheet] if sheet else names:
            found = _write_sheet(book.get_sheet_by_name(candidate), out)
            if found is not None:
                notes = list(found.pop("notes"))
                if len(names) > 1 and not sheet:
                    others = ", ".join(f"'{other}'" for other in names if other != candidate)
                    notes.insert(0, f"Sheet '{candidate}' was read; the workbook also has {others}.")
                return {**found, "sheet": candidate, "notes": notes}
            empty.append(candidate)
    except calamine.PasswordError as error:
        raise UnreadableSource(f"{name} is locked with a password; save it without one") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableSource(
            f"{name} cannot be read as a workbook ({str(error)[:120]}); save it again as XLSX"
        ) from error
    words = f"Sheet '{empty[0]}' of {name} is" if len(empty) == 1 else f"All sheets of {name} are"
    raise UnreadableSource(f"{words} empty; give a sheet with a header and rows")


def _write_sheet(sheet: Any, out: str) -> dict[str, Any] | None:
    """The first row with two filled cells or more is the header; a sheet of one column starts at its first cell."""
    least = 2 if sheet.width > 1 else 1
    rows = ([_text(cell) for cell in row] for row in sheet.iter_rows())
    above = 0
    header: list[str] = []
    for row in rows:
        filled = sum(bool(cell.strip()) for cell in row)
        if filled >= least:
            header = row
            break
        above += filled > 0
    if not header:
        return None
    width = len(header)
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        length = writer.writerow(header)
        blank = 0
        written = 0
        for row in rows:
            if not any(row):
                blank += 1  # written only when a filled row follows
                continue
            for _ in range(blank):
                writer.writerow([""] * width)
            writer.writerow(row)
            written += blank + 1
            blank = 0
    notes = [f"{above} row{'s' * (above > 1)} above the header row {'were' if above > 1 else 'was'} left out."]
    if not above:
        notes.clear()
    return {"header_length": length, "rows": written, "notes": notes}


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == _EPOCH_DAY else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return str(cell.total_seconds() / 86400)
    return str(cell)


def _check_real_sizes(path: Path, name: str) -> None:
    """Unpacks each part and counts: the sizes that a ZIP declares may be lies."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_DEFLATED:
                continue
            raw.seek(entry.header_offset + 26)
            lengths = raw.read(4)
            if len(lengths) < 4:
                raise UnreadableSource(f"{name} is a broken or cut-off workbook; save it again")
            name_length, extra_length = struct.unpack("<HH", lengths)
            raw.seek(name_length + extra_length, 1)
            if _unpacked_size(raw, entry.compress_size, entry.file_size) > entry.file_size:
                raise UnreadableSource(f"{name} holds more than it declares, as harmful files do; it was not opened")


def _unpacked_size(raw: Any, packed: int, most: int) -> int:
    unpacker = zlib.decompressobj(-15)
    size = 0
    while packed > 0 and size <= most and not unpacker.eof:
        chunk = raw.read(min(packed, 1 << 20))
        if not chunk:
            break
        packed -= len(chunk)
        while chunk and size <= most:
            try:
                size += len(unpacker.decompress(chunk, 1 << 24))
            except zlib.error:
                return size
            chunk = unpacker.unconsumed_tail
    return size
