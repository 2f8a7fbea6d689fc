"""`leadline erase`: takes a person out of the whole record; without --apply it only says what would go."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.store.erasure import Erased

DESCRIPTION = """\
Takes a person, and all that was merged with it, out of every table, text and file, and out of the bytes that the
database has given up. Without --apply it only shows what would go. What stays: an empty row that says when, what kinds
of acts came and when, and keyed digests by which imports, pulls and restored backups know the person."""

EXAMPLES = """\
  leadline erase anna@example.com
  leadline erase anna@example.com --apply
  leadline erase hubspot:1051 --apply --later
  leadline erase --finish"""

SHOWN = 10


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("person", metavar="PERSON", nargs="?", default="", help="number, mail address, outside key or full name")
    add("--apply", action="store_true", default=False, help="do it")
    add("--later", action="store_true", default=False, help="leave old bytes to a later --finish, at night")
    add("--finish", action="store_true", default=False, help="overwrite old bytes of earlier erasures")
    add("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Show, erase, or finish; status 1 where bytes of the person are left."""
    from leadline.core.errors import CallError
    from leadline.store.opening import migrate

    if bool(given.person) == given.finish:
        raise CallError("Say who: leadline erase PERSON; or give --finish alone")
    if given.later and not given.apply:
        raise CallError("--later belongs to --apply")
    migrate()
    from leadline.store import erasure, erasure_list, naming, rewriting  # their tables are there once it is open

    if given.finish:
        erasure_list.append(erasure_list.missing())
        notes = rewriting.rewrite()
        _show_finished(given.json, notes)
        return 0
    done = erasure.erase(naming.find(given.person), apply=given.apply, by="command line")
    notes, left = list(done.notes), list[str]()
    if given.apply and not given.later:
        notes += rewriting.rewrite(done.tables)
        left = rewriting.remains(done.words)
    elif given.apply:
        notes.append("old bytes are not overwritten yet; run leadline erase --finish when nobody else writes")
    if given.json:
        from leadline.cli import machine

        told = {"people": done.people, "applied": done.applied, "rows": done.rows, "files": done.files}
        machine.show({**told, "notes": notes, "left": left})
    else:
        _show(done, notes, left, given.person)
    return 1 if left else 0


def _show(done: Erased, notes: list[str], left: list[str], asked: str) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import plural

    paper = Paper()
    more = f" and {plural(len(done.people) - 1, 'row')} merged with it" if len(done.people) > 1 else ""
    paper.title(f"Person {done.people[0]}{more} {'erased' if done.applied else 'would be erased'}")
    for table, count in done.rows.items():
        paper.item(table.removeprefix("store_"), plural(count, "row"))
    paper.points((f"file {name}" for name in done.files), SHOWN, "and {} more files")
    for note in notes:
        paper.item("note", note)
    for path in left:
        paper.item("left", f"{path} still holds bytes of it; run leadline erase --finish when nobody else writes")
    if not done.applied:
        paper.blank()
        paper.line("Nothing was changed. To do it:")
        paper.command(f"leadline erase {asked if asked.isalnum() else done.people[0]} --apply")
    paper.show()


def _show_finished(as_json: bool, notes: list[str]) -> None:
    if as_json:
        from leadline.cli import machine

        machine.show({"finished": True, "notes": notes})
        return
    from leadline.cli.paper import Paper

    paper = Paper()
    paper.title("Old bytes are overwritten")
    for note in notes:
        paper.item("note", note)
    paper.show()
