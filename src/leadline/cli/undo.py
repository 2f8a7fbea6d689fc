"""`leadline undo`: takes an import, a merge or a whole run of merges back."""

from __future__ import annotations

import argparse

from leadline.cli import arguments

DESCRIPTION = """\
Takes back an import: what it made goes, what it changed goes back to what it was, its signals no longer count; what
others rest on, or what was changed since, stays and is named. Or takes back one merge, or all merges of a run: each
person or account stands for itself again, with all its history."""

EXAMPLES = """\
  leadline undo import 3
  leadline undo merge 17
  leadline undo merges 4"""

WHAT = ("import", "merge", "merges")
SHOWN = 8


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("what", metavar="WHAT", choices=WHAT, help="import, merge, or merges for a whole run")
    parser.add_argument("number", metavar="N", type=arguments.whole("N", 1, 2**31), help="its number")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Undo."""
    return _import(given) if given.what == "import" else _merges(given)


def _merges(given: argparse.Namespace) -> int:
    from leadline.app import Leadline

    identity = Leadline.open().identity
    parted = 1
    if given.what == "merge":
        identity.undo(given.number)
    else:
        parted = identity.part(given.number)
    if given.json:
        from leadline.cli import machine

        machine.show({given.what: given.number, "parted": parted})
        return 0
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import plural

    paper = Paper()
    paper.line(f"{plural(parted, 'merge')} undone; what was parted is not joined again by itself.")
    paper.show()
    return 0


def _import(given: argparse.Namespace) -> int:
    from leadline.core.clock import SystemClock
    from leadline.store.opening import migrate

    migrate()
    from leadline.store.undo import undo

    done = undo(given.number, SystemClock())
    if given.json:
        from leadline.cli import machine

        machine.show({"import": given.number, **machine.plain(done)})
        return 0
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import plural

    paper = Paper()
    paper.title(f"Import {given.number} is undone")
    paper.item("removed", plural(done.removed, "object"))
    paper.item("set back", plural(done.restored, "field"))
    paper.item("withdrawn", plural(done.withdrawn, "signal"))
    if done.kept:
        paper.title(f"{len(done.kept):,} stay", "something else rests on them, or they were changed since")
        paper.points(
            (f"{one.kind} {one.object_id}{f', {one.field}' if one.field else ''}: {one.reason}" for one in done.kept),
            SHOWN,
            "and {} more; --json lists all",
        )
    paper.show()
    return 0
