"""`leadline understand`: what messages are about, name, want and say, with the words that it rests on."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli import arguments, findings, messages, progress, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.cli.messages import Messages
    from leadline.core.progress import Progress
    from leadline.core.understanding import Finding
    from leadline.learn.themes import Topic

DESCRIPTION = """\
Reads messages: their language, themes, whom and what they name (people, firms, products, places, money, dates), what
the writers want (a question, an objection, a meeting, a price, to be left alone, to pass on, absence), how they speak
of the offer, and kinds of personal data. Each finding shows the words that it rests on. Nothing leaves this machine.
FILE is a text (.txt), a mail (.eml), or a table with a message in each row (.csv, .xlsx, .jsonl, .parquet)."""

EXAMPLES = """\
  leadline understand mail.eml
  leadline understand messages.csv --column text --out findings.csv"""

CHUNK = 128


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", nargs="?", default="", help="a path, '-' for standard input, or a database's address")
    add("--from-store", action="store_true", default=False, help="read what is new in the record and keep its findings")
    add("--column", action=Once, default="", metavar="COLUMN", help="the column of messages; the wordiest unless given")
    add(
        "--size",
        action=Once,
        default="bulk",
        choices=("bulk", "best"),
        help="bulk is quick; best also asks a model of English names and a transformer; bulk",
    )
    add("--known", action=Once, default="", metavar="FILE", help="names of companies that are known, one in a line")
    add("--products", action=Once, default="", metavar="FILE", help="names of your products, one in a line")
    add("--out", action=Once, default="", metavar="FILE", help="every finding: .csv, .parquet or .xlsx")
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the findings as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Read messages."""
    if bool(given.file) == given.from_store:
        raise CallError("Name one FILE, or say --from-store for the texts of the record")
    if given.from_store:
        return _record(given)
    targets.check(given.file, out=given.out)
    with progress.shown(given.quiet or given.json) as report:
        report("reading", 0.0)
        told = messages.read(given)
        found = _read(told, given, report)
    if given.out:
        findings.write(given.out, findings.table(found))
    topics = _topics(told.texts)
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        machine.show(
            {
                "source": told.name,
                "column": told.column,
                "texts": len(told.texts),
                "findings": [{"row": row, **findings.plain(one)} for row, many in enumerate(found, 1) for one in many],
                "themes": topics,
                "seconds": seconds,
            }
        )
    elif not given.quiet:
        from leadline.cli import understood

        understood.show(told, found, topics, seconds, given)
    return 0


def _record(given: argparse.Namespace) -> int:
    """Reads all that is new in the record; a second call goes on where a first one was ended."""
    if given.column or given.known or given.products or given.out:
        raise CallError("--from-store takes names from the record and keeps findings there: leave out options of files")
    from leadline.app import Leadline
    from leadline.cli import machine, paper

    workspace = Leadline.open()
    texts, facts, last = 0, 0, -1
    with progress.shown(given.quiet or given.json) as report:
        report("reading the record's texts", 0.0)
        while (read := workspace.reading.read_new(size=given.size)).texts or read.last > last:
            texts, facts, last = texts + read.texts, facts + read.facts, read.last
            report(f"{texts:,} texts read", 0.5)
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        machine.show({"texts": texts, "facts": facts, "seconds": seconds})
    elif not given.quiet:
        page = paper.Paper()
        page.title(f"{texts:,} new texts read" if texts else "No text is new", f"{seconds:.1f} s")
        if texts:
            page.item("kept", f"{facts:,} findings, each with the words that it rests on")
            page.title("Next")
            page.command("leadline profile ACCOUNT --html profile.html")
        page.show()
    return 0


def _read(told: Messages, given: argparse.Namespace, report: Progress) -> list[tuple[Finding, ...]]:
    from leadline.understand.entities import Known
    from leadline.understand.reading import read_many

    known = Known(_names(given.known), _names(given.products))
    found: list[tuple[Finding, ...]] = []
    for start in range(0, len(told.texts), CHUNK):
        report("understanding", start / len(told.texts))
        found += read_many(told.texts[start : start + CHUNK], given.size, known=known)
    return found


def _names(file: str) -> list[str]:
    if not file:
        return []
    try:
        return [line.strip() for line in Path(file).read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CallError(
            f"{file} cannot be read as a list of names: {getattr(error, 'strerror', '') or error}"
        ) from None


def _topics(texts: Sequence[str]) -> list[Topic]:
    from leadline.learn import themes

    if len(texts) < themes.FEWEST:
        return []
    from leadline.core.errors import NotEnoughSignal

    try:
        return themes.themes_of(texts)
    except NotEnoughSignal:
        return []
