"""`leadline doctor`: looks whether the record is whole, and says what to mend."""

from __future__ import annotations

import argparse

DESCRIPTION = """\
Looks at the whole record and changes nothing: the audit trail and its exported heads, what must hold between rows, the
schema, the database's files and settings, the disk, secret files, what waits and what was refused, and the last backup.
Each line says ok, look or broken, with the mend. Exit status 1 where something is broken."""

EXAMPLES = """\
  leadline doctor
  leadline doctor --json"""

STYLES = {"ok": "not dim green", "look": "not dim yellow", "broken": "not dim bold red"}


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Look at the record."""
    from leadline.store.opening import open_store

    open_store()
    from leadline.store import health  # its tables are there once the record is open

    found = health.checks()
    well = health.is_well(found)
    if given.json:
        from leadline.cli import machine

        machine.show({"well": well, "checks": found})
        return 0 if well else 1
    from rich.text import Text

    from leadline.cli.paper import SOFT, Paper

    paper = Paper()
    for one in found:
        line = Text(f"{one.state:<8}", style=STYLES[one.state])
        line.append(one.words, style=f"not {SOFT}")
        paper.item(one.name, line)
    paper.show()
    return 0 if well else 1
