"""Messages as the commands read them: one text or mail, or a column of a table."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli import tables
from leadline.core.errors import CallError, ColumnNotFound, DataError

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST = 10_000_000  # bytes of one text or mail
MOST_ROWS = 1_000_000
_TEXTS, _MAILS = (".txt", ".md", ".text"), (".eml",)


@dataclass(frozen=True, slots=True)
class Messages:
    """Texts with the name of where they come from; of a table also the table and the column that holds them."""

    name: str
    texts: list[str]
    table: pa.Table | None = None
    column: str = ""


def read(given: argparse.Namespace) -> Messages:
    """The messages that FILE, --column, --sheet and --query name."""
    suffix = Path(given.file).suffix.lower()
    if given.file == "-" and not given.column:
        if sys.stdin.isatty():
            raise CallError("'-' reads standard input, and nothing is piped into it; name a file, or pipe one in")
        return Messages("standard input", [_decoded(sys.stdin.buffer.read(LARGEST + 1), "standard input")])
    if suffix in (*_TEXTS, *_MAILS):
        if given.column:
            raise CallError(f"{given.file} is one text and has no columns; leave --column out")
        return Messages(Path(given.file).name, [_one(Path(given.file), mail=suffix in _MAILS)])
    with tables.opened(given) as source:
        table, _ = source.table(MOST_ROWS)
        column = given.column or _wordiest(table, source.name)
        if column not in table.column_names:
            raise ColumnNotFound(column, table.column_names)
        return Messages(source.name, texts_of(table, column), table, column)


def texts_of(table: pa.Table, column: str) -> list[str]:
    """A column as texts; an empty cell is an empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.cast(table[column], pa.string())
    return ["" if value is None else value for value in values.to_pylist()]


def _one(path: Path, *, mail: bool) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise CallError(f"{path} cannot be read: {error.strerror or error}") from None
    if not mail:
        return _decoded(raw, str(path))
    from leadline.core.signal import Act
    from leadline.understand.mail import read_letter
    from leadline.understand.signal_text import text_of

    letter = read_letter(raw[:LARGEST])
    return text_of(Act.MAIL_RECEIVED, {"subject": letter.subject, "words": letter.words})


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise DataError(f"{name} is larger than {LARGEST:,} bytes; give a table with one message in a row")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _wordiest(table: pa.Table, name: str) -> str:
    """The column that holds most words in a row."""
    best, most = "", 2.0
    for column in table.column_names:
        texts = [text for text in texts_of(table.slice(0, 200), column) if text]
        words = sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0
        if words > most:
            best, most = column, words
    if not best:
        raise DataError(f"No column of {name} holds messages of several words; name one with --column")
    return best
