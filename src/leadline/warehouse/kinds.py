"""Tells from its first bytes and its name what a file is, and opens it with the reader for that kind."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from pathlib import Path

from leadline.core.errors import CallError, DataError, UnreadableSource
from leadline.warehouse.source import Source
from leadline.warehouse.spool import spool_input, unpack

_URL = re.compile(r"^[a-z][a-z0-9+]*://", re.IGNORECASE)
_WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_JSON = {".jsonl", ".ndjson", ".json"}


def open_any(source: str | Path, *, sheet: str, query: str) -> Source:
    """See `leadline.warehouse.source.open_source`."""
    if isinstance(source, str) and _URL.match(source):
        from leadline.warehouse.database import DatabaseSource

        if sheet:
            raise CallError("A sheet can be named for a workbook only, not for a database")
        return DatabaseSource(source, query)
    scratch: list[Path] = []
    try:
        if str(source) == "-":
            path, name = spool_input(), "standard input"
            scratch.append(path)
        else:
            path, name = Path(source), Path(source).name or str(source)
            _must_exist(path)
        opened = _opened(path, name, Path(name).suffix.lower(), sheet, query, scratch)
    except BaseException:
        for used in scratch:
            used.unlink(missing_ok=True)
        raise
    opened.remove_on_close(*scratch)
    return opened


def _must_exist(path: Path) -> None:
    if path.is_dir():
        raise UnreadableSource(f"{path} is a folder; name a file in it")
    if not path.exists():
        there = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = get_close_matches(path.name, there, n=1, cutoff=0.7)
        raise UnreadableSource(f"There is no file {path}" + (f"; did you mean '{near[0]}'?" if near else ""))
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be opened: {error.strerror}") from error


def _opened(path: Path, name: str, suffix: str, sheet: str, query: str, scratch: list[Path]) -> Source:
    head = _head(path)
    if head.startswith(b"\x1f\x8b"):
        path = unpack(path, name)
        scratch.append(path)
        head = _head(path)
        suffix = Path(name[: -len(suffix)] if suffix in (".gz", ".gzip") else name).suffix.lower()
    kind = _kind(head, suffix, path, name)
    if sheet and kind != "workbook":
        raise CallError(f"A sheet can be named for a workbook only; {name} is none")
    if query and kind != "sqlite":
        raise CallError(f"A query can be given for a database only; {name} is none")
    if kind == "workbook":
        from leadline.warehouse.workbook import WorkbookSource

        return WorkbookSource(path, name, sheet)
    if kind == "parquet":
        from leadline.warehouse.parquet import ParquetSource

        return ParquetSource(path, name)
    if kind == "sqlite":
        from leadline.warehouse.database import DatabaseSource

        return DatabaseSource(f"sqlite:///{path.resolve()}", query)
    if kind == "json":
        from leadline.warehouse.json_lines import JsonLinesSource

        return JsonLinesSource(path, name)
    from leadline.warehouse.delimited import DelimitedSource

    return DelimitedSource(path, name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1 << 16)


def _kind(head: bytes, suffix: str, path: Path, name: str) -> str:
    if not head:
        raise DataError(f"{name} is empty; give a file with a header and rows")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # OLE: an old or a locked workbook
        return "workbook"
    for magic, words in (
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"BZh", "packed with bzip2"),
        (b"\xfd7zXZ", "packed with xz"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd"),
        (b"7z\xbc\xaf", "a 7z archive"),
    ):
        if head.startswith(magic):
            raise UnreadableSource(f"{name} is {words}; give CSV, XLSX, Parquet or JSON lines")
    if suffix in _WORKBOOKS or suffix == ".parquet":
        raise UnreadableSource(f"{name} is not a {suffix[1:]} file inside, whatever its name says; export it again")
    return "json" if suffix in _JSON or _looks_like_json(head) else "delimited"


def _kind_of_zip(path: Path, name: str) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableSource(f"{name} is a broken or cut-off file; export it again") from error
    if any(entry.lower() in ("xl/workbook.xml", "xl/workbook.bin", "content.xml") for entry in entries):
        return "workbook"
    if any(entry.startswith("xl/") for entry in entries) or "[Content_Types].xml" in entries:
        raise UnreadableSource(f"{name} is an Office file without a sheet of cells; give CSV, XLSX or Parquet")
    raise UnreadableSource(f"{name} is a ZIP archive; unpack it and give the file in it")


def _looks_like_json(head: bytes) -> bool:
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False
