"""`leadline pull`: reads connections from where each stands, and says what came."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.loop.connections import Reading

DESCRIPTION = """\
Reads the connections that are set up (leadline connect), each from where it stood, and writes down what is new.
A page that was read and its place are written together: stop it at any moment and run it again."""

EXAMPLES = """\
  leadline pull
  leadline pull hubspot anna --json"""

NOTES = 5


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("names", metavar="NAME", nargs="*", default=[], help="which to read; else all that are on")
    parser.add_argument("--json", action="store_true", default=False, help="print what came as JSON")


def run(given: argparse.Namespace) -> int:
    """Read connections; 1 where one stopped before its end."""
    from leadline.app import Leadline

    connections = Leadline.open().connections
    names = given.names or [one.name for one in connections.listed() if one.enabled]
    readings = [connections.read(name) for name in names]
    if given.json:
        from leadline.cli import machine

        machine.show({"connections": readings})
    else:
        _show(readings)
    return 1 if any(one.error for one in readings) else 0


def _show(readings: Sequence[Reading]) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    if not readings:
        paper.line("No connection is on. Set one up:")
        paper.command("leadline connect --help")
    for one in readings:
        paper.title(one.name, one.title)
        if one.error:
            paper.item("stopped", one.error)
        paper.item("signals", f"{count(one.added)} new, {count(one.known)} known before")
        paper.item("records", f"{count(one.created)} made, {count(one.changed)} changed")
        paper.item("read", plural(one.pages, "page"))
        paper.points(one.notes, NOTES, "and {} more notes")
    paper.show()
