"""`leadline mask`: messages without personal data."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli import arguments, findings, messages, progress, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.cli.messages import Messages
    from leadline.core.progress import Progress
    from leadline.understand.masking import Masker

DESCRIPTION = """\
Takes personal data out of messages: names, mail and postal addresses, telephone numbers, dates of birth, numbers of
bank accounts, cards, passports and persons, network addresses. Equal data gets an equal mark throughout. Only the map
that --keep writes turns the marks back. Not everything is found: look through what you pass on."""

EXAMPLES = """\
  leadline mask messages.csv --column text --out masked.csv
  leadline mask mail.txt --style pseudonym --keep map.json"""

CHUNK = 256


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add(
        "--column",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column to mask, given again for others; the wordiest unless given",
    )
    add("--out", action=Once, default="", metavar="FILE", help="the table without them: .csv, .parquet or .xlsx")
    add(
        "--style",
        action=Once,
        default="label",
        choices=("label", "pseudonym"),
        help="label writes '[phone 2]', pseudonym a number that is nobody's; label",
    )
    add(
        "--size",
        action=Once,
        default="best",
        choices=("bulk", "best"),
        help="best also asks a model for names in English text; best",
    )
    add(
        "--keep", action=Once, default="", metavar="FILE", help="write the map that turns the marks back, for you alone"
    )
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print what was masked as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Mask messages."""
    from leadline.understand.masking import Masker

    targets.check(given.file, out=given.out)
    if given.keep and Path(given.keep).exists():
        raise CallError(f"{given.keep} is there already; name a new file, so that no older map is lost")
    masker = Masker(given.style, given.size)
    columns, first = list(given.column), argparse.Namespace(**vars(given))
    first.column = columns[0] if columns else ""
    with progress.shown(given.quiet or given.json) as report:
        told = messages.read(first)
        if told.table is None and given.out:
            raise CallError(f"{told.name} is one text; it is printed, so leave --out out and redirect it")
        if told.table is not None and not given.out:
            raise CallError("Say where the masked table goes with --out masked.csv")
        texts = _masked(masker, told.texts, report)
        if told.table is not None:
            table = _with(told.table, told.column, texts)
            for column in columns[1:]:
                table = _with(table, column, _masked(masker, messages.texts_of(_has(table, column), column), report))
            findings.write(given.out, table)
    if given.keep:
        _keep(given.keep, masker)
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        text = texts[0] if told.table is None else None
        machine.show({"source": told.name, "masked": masker.kinds, "text": text, "out": given.out, "seconds": seconds})
    elif told.table is None:
        print(texts[0])
    elif not given.quiet:
        _show(told, masker, given, seconds)
    return 0


def _masked(masker: Masker, texts: list[str], report: Progress) -> list[str]:
    masked: list[str] = []
    for start in range(0, len(texts), CHUNK):
        report("masking", start / len(texts))
        masked += masker.mask_all(texts[start : start + CHUNK])
    return masked


def _has(table: pa.Table, column: str) -> pa.Table:
    from leadline.core.errors import ColumnNotFound

    if column not in table.column_names:
        raise ColumnNotFound(column, table.column_names)
    return table


def _with(table: pa.Table, column: str, texts: list[str]) -> pa.Table:
    """The table with other texts in a column; empty cells stay empty."""
    import pyarrow as pa

    cells = [text if value.is_valid else None for text, value in zip(texts, table[column], strict=True)]
    place = table.column_names.index(column)
    return table.set_column(place, pa.field(column, pa.string()), pa.array(cells, pa.string()))


def _keep(path: str, masker: Masker) -> None:
    """The map, in a file that only its owner reads."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            json.dump(masker.kept, file, ensure_ascii=False, indent=1)
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror}") from None


def _show(told: Messages, masker: Masker, given: argparse.Namespace, seconds: float) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, decimal, plural

    paper = Paper()
    paper.title(told.name, f"{plural(len(told.texts), 'text')} masked in {decimal(seconds, 1)} s")
    for kind, number in sorted(masker.kinds.items(), key=lambda one: (-one[1], one[0])):
        paper.item(kind, count(number))
    if not masker.kinds:
        paper.line("No personal data was found.")
    paper.title("Next")
    paper.line(f"The table without them: {given.out}")
    if given.keep:
        paper.line(f"The map that turns them back: {given.keep}; whoever has it has the data")
    paper.line("Look through it before you pass it on: some personal data is not found.", soft=True)
    paper.show()
