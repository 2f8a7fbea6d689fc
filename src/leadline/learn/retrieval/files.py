"""The texts of plain files: notes, pages, mails, and the rows of tables; each with its date and who wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.core.clock import micros
from leadline.core.errors import CallError, LeadlineError
from leadline.core.retrieval import Document
from leadline.understand import html_text
from leadline.understand.mail import read_letter
from leadline.understand.signal_text import clean

if TYPE_CHECKING:
    from leadline.warehouse.source import Source

PLAIN = (".txt", ".md", ".markdown", ".rst", ".text")
PAGES = (".html", ".htm")
MAILS = (".eml",)
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl", ".ndjson", ".json", ".parquet")
READ = (*PLAIN, *PAGES, *MAILS, *TABLES)
LARGEST = 64 << 20  # bytes of one file that is no table
MOST_FILES = 200_000
_PIECE = 40_000  # characters of a document: longer files are cut at ends of lines
_WORDED = 3.0  # words that the cells of a column of words have on average


def listed(place: Path) -> dict[str, Path]:
    """The files that can be read under a folder, or the one file, by their names from there; hidden ones and links
    are passed over. Raises CallError where there is nothing that can be read."""
    if place.is_file():
        if place.suffix.lower() not in READ:
            raise CallError(f"{place} cannot be searched; what is read is {', '.join(READ)}")
        return {place.name: place}
    if not place.is_dir():
        raise CallError(f"There is no file or folder {place}")
    found: dict[str, Path] = {}
    for folder, inner, names in os.walk(place):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix.lower() in READ and not name.startswith(".") and path.is_file() and not path.is_symlink():
                found[str(path.relative_to(place))] = path
        if len(found) > MOST_FILES:
            raise CallError(f"{place} holds more than {MOST_FILES:,} files; search a folder within it")
    if not found:
        raise CallError(f"{place} holds nothing that can be searched; what is read is {', '.join(READ)}")
    return found


def documents(name: str, path: Path) -> Iterator[Document]:
    """The texts of a file under `name`: one 'name', or 'name#N' for each row or part (N from 1).

    Raises LeadlineError where it cannot be read.
    """
    kind = path.suffix.lower()
    if kind in TABLES:
        yield from _rows(name, path)
        return
    size, changed = path.stat().st_size, path.stat().st_mtime_ns // 1000
    if size > LARGEST:
        raise CallError(f"{path} is larger than {LARGEST >> 20} MB; cut it into parts")
    raw = path.read_bytes()
    if kind in MAILS:
        letter = read_letter(raw, most_words=_PIECE)
        text = "\n\n".join(part for part in (letter.subject, letter.words) if part)
        at = micros(letter.envelope.at) if letter.envelope.at else changed
        yield from _parts(name, text, "mail", at, letter.envelope.sender)
        return
    text = raw.decode("utf-8-sig", "replace")
    if kind in PAGES:
        text = html_text.text_of(text)
    yield from _parts(name, text, "text", changed, "")


def _parts(name: str, text: str, kind: str, at: int, who: str) -> Iterator[Document]:
    pieces = []
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            line = text.rfind("\n", start + _PIECE // 2, end)
            end = line if line > 0 else end
        pieces.append(text[start:end])
        start = end
    for number, piece in enumerate(pieces, 1):
        key = name if len(pieces) == 1 else f"{name}#{number}"
        if words := clean(piece):
            yield Document(key, words, kind, at=at, who=who)


def _rows(name: str, path: Path) -> Iterator[Document]:
    from leadline.warehouse.source import open_source

    changed = path.stat().st_mtime_ns // 1000
    with open_source(path) as source:
        columns = _columns_of_words(source)
        number = 0
        for batch in source.raw_batches(2_000, columns or source.columns):
            for row in batch.to_pylist():
                number += 1
                cells = [_cell(cell) for cell in row.values()]
                if text := clean(("\n\n" if columns else " · ").join(cell for cell in cells if cell)):
                    yield Document(f"{name}#{number}", text, "row", at=changed)


def _columns_of_words(source: Source) -> list[str]:
    """The columns whose cells are words rather than names, numbers and codes; none where there is no such column."""
    batch = next(source.raw_batches(500), None)
    if batch is None:
        return []
    found = []
    for name in batch.schema.names:
        cells = [cell for cell in map(_cell, batch.column(name).to_pylist()) if cell]
        if cells and sum(len(cell.split()) for cell in cells) / len(cells) >= _WORDED:
            found.append(name)
    return found


def _cell(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def readable(name: str, path: Path, notes: list[str]) -> list[Document]:
    """As `documents`, but a file that cannot be read is named in `notes` and gives none."""
    try:
        return list(documents(name, path))
    except (LeadlineError, OSError) as error:
        notes.append(f"{name} was left out: {str(error).rstrip('.')}")
        return []
