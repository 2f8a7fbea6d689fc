"""`leadline search`: passages of the record, or of plain files, that have to do with some words."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.cli import progress
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.core.retrieval import Hit

DESCRIPTION = """\
Finds passages by the words that stand in them and by what they mean, the best first, each with its source, date, who
said it and both ranks. It reads the record (mails, notes, calls, chats, why deals were lost, products), or with --in
plain files: .txt, .md, .html, .eml, and the rows of .csv, .xlsx, .json and .parquet. Nothing in the words is syntax."""

EXAMPLES = """\
  leadline search delivery times --account Acme --since 2026-01-01
  leadline search 'too expensive' --in notes/"""

MOST = 1_000
SHOWN_NOTES = 3


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("words", metavar="WORDS", nargs="+", help="what to look for")
    add("--in", action=Once, dest="place", default="", metavar="PATH", help="a folder or file; the record unless given")
    add("--account", action=Once, default="", metavar="NAME", help="of one account: its number, domain or name")
    add("--person", action=Once, default="", metavar="NAME", help="of one person: number, mail address or full name")
    add("--since", action=Once, default="", metavar="DATE", help="from this day on: 2026-01-31")
    add("--until", action=Once, default="", metavar="DATE", help="up to this day")
    add("-k", "--most", action=Once, dest="k", type=int, default=10, metavar="N", help="passages to show; 10")
    add(
        "--model",
        action=Once,
        default="bulk",
        choices=("bulk", "best"),
        help="with --in: bulk is quick, best understands more and takes fifty times as long to read; bulk",
    )
    add("--json", action="store_true", default=False, help="print the passages as JSON")
    add("--quiet", action="store_true", default=False, help="show no progress")


def run(given: argparse.Namespace) -> int:
    """Search; status 1 where nothing is found."""
    words = " ".join(given.words)
    if not 1 <= given.k <= MOST:
        raise CallError(f"-k takes a number from 1 to {MOST:,}, not {given.k}")
    if not words.strip():
        raise CallError("Say what to look for")
    since, until = _day(given.since, "--since", 0), _day(given.until, "--until", 1)
    hits, told, notes = (_in_files if given.place else _in_record)(words, since, until, given)
    if given.json:
        from leadline.cli import machine

        machine.show({"query": words, "searched": told, "hits": hits, "notes": notes})
    else:
        _show(hits, told, notes, words, given)
    return 0 if hits else 1


Found = tuple["Sequence[Hit]", dict[str, Any], "Sequence[str]"]


def _in_files(words: str, since: int | None, until: int | None, given: argparse.Namespace) -> Found:
    from leadline.core.retrieval import Filters
    from leadline.learn.retrieval.folder_index import open_index

    if given.account or given.person:
        raise CallError("--account and --person are of the record; leave --in out, or them")
    with progress.shown(given.quiet or given.json) as stage:
        index, files = open_index(Path(given.place), size=given.model, progress=stage)
    with index:
        hits = index.search(words, given.k, filters=Filters(since=since, until=until))
        told = {"place": given.place, "files": files.files, "read": files.read, "passages": len(index)}
    return hits, told, files.notes


def _in_record(words: str, since: int | None, until: int | None, given: argparse.Namespace) -> Found:
    from leadline.app import Leadline

    if given.model != "bulk":
        raise CallError("--model belongs to --in; the record has one index, with the bulk model")
    passages = Leadline.open().passages
    with progress.shown(given.quiet or given.json) as stage:
        done = passages.refresh(progress=stage)
    hits = passages.search(words, given.k, account=given.account, person=given.person, since=since, until=until)
    return hits, {"place": "record", "changed": done.changed, "passages": done.passages}, ()


def _day(text: str, option: str, later: int) -> int | None:
    """Microseconds of the begin of a day, UTC, or of a later one."""
    from datetime import date, datetime, timedelta

    from leadline.core.clock import micros

    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
    except (ValueError, OverflowError):
        raise CallError(f"{option} takes a day such as 2026-01-31, not '{text}'") from None
    return micros(datetime(day.year, day.month, day.day))  # noqa: DTZ001  micros reads a time without zone as UTC


def _show(
    hits: Sequence[Hit], told: dict[str, Any], notes: Sequence[str], words: str, given: argparse.Namespace
) -> None:
    from leadline.cli.paper import Paper
    from leadline.core.clock import from_micros
    from leadline.web.report.figures import plural

    paper = Paper()
    if not hits:
        paper.line(_nothing(told, words, given))
    for number, hit in enumerate(hits, 1):
        day = f"{from_micros(hit.at):%Y-%m-%d}" if hit.at is not None else "no date"
        paper.title(f"{number}  {hit.key}", ", ".join(part for part in (hit.kind, day, hit.who) if part))
        paper.line(_quoted(hit))
        paper.line(f"{_rank('words', hit.words_rank)}, {_rank('meaning', hit.meaning_rank)}", soft=True)
    paper.points(notes, SHOWN_NOTES, "and {} more files were left out")
    if hits:
        where = "the record" if told["place"] == "record" else f"{given.place}, {plural(told['files'], 'file')}"
        paper.title("Searched", f"{plural(told['passages'], 'passage')} of {where}")
    paper.show()


def _nothing(told: dict[str, Any], words: str, given: argparse.Namespace) -> str:
    if not told["passages"]:
        return "The record holds no texts yet; leadline pull, leadline import or leadline up bring them in"
    if given.account or given.person or given.since or given.until:
        return f"Nothing about '{words}' within these limits; leave one out, or use other words"
    return f"None of {told['passages']:,} passages has anything to do with '{words}'; use other words"


def _rank(name: str, rank: int | None) -> str:
    return f"by {name} {rank}" if rank else f"not by {name}"


def _quoted(hit: Hit) -> Any:
    from rich.text import Text

    from leadline.cli.paper import DEEP, clean

    line = Text()
    at = 0
    for start, end in hit.marks:
        line.append(_spaced(clean, hit.text[at:start]))
        line.append(clean(hit.text[start:end]), style=f"bold {DEEP}")
        at = end
    return line.append(_spaced(clean, hit.text[at:]))


def _spaced(clean: Any, text: str) -> str:
    """A part of a line without signs that steer, its blanks at both ends kept as one."""
    inner = str(clean(text))
    if not inner:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")
