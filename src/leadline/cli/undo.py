"""`leadline undo`: takes an import back."""

from __future__ import annotations

import argparse

from leadline.cli import arguments

DESCRIPTION = """\
Takes an import back: what it made goes, what it changed goes back to what it was, its signals no longer count. What
others rest on, or what was changed since, stays and is named."""

EXAMPLES = """\
  leadline undo import 3
  leadline undo import 3 --json"""

WHAT = ("import",)
SHOWN = 8


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("what", metavar="WHAT", choices=WHAT, help="import")
    parser.add_argument("number", metavar="N", type=arguments.whole("N", 1, 2**31), help="its number")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Undo an import."""
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
