"""`leadline restore`: puts a backup in the place of the record, or only checks that it could."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Puts a backup in the place of an empty record (with --force: of any), erases again whoever was erased since it was made,
and runs doctor. The backup is read and checked first; where anything is wrong with it, the present record stays as it
was. --verify only checks: it opens the backup's record apart from the present one."""

EXAMPLES = """\
  leadline restore monday.leadline --verify
  leadline restore monday.leadline
  leadline restore monday.leadline --force"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", help="a backup")
    parser.add_argument("--verify", action="store_true", default=False, help="only check it")
    parser.add_argument("--force", action="store_true", default=False, help="give up the present record")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Restore or verify; status 1 where doctor finds something broken."""
    from leadline.core.errors import CallError

    if given.verify and given.force:
        raise CallError("--verify changes nothing, so --force has no use; give one of them")
    from leadline.cli import backup
    from leadline.store.opening import open_store

    open_store()
    from leadline.store import health, keeping  # their tables are there once the record is open

    if given.verify:
        read = keeping.verify(Path(given.file))
        backup.show(read, given.json, f"{read.path} can be restored" if not read.findings else f"{read.path} is whole")
        return 1 if read.findings else 0
    done = keeping.restore(Path(given.file), force=given.force, by="command line")
    found = health.checks()
    broken = [one for one in found if one.state == "broken"]
    if given.json:
        from leadline.cli import machine

        machine.show({"restored": str(done.path), "notes": done.notes, "well": not broken, "checks": found})
        return 1 if broken else 0
    backup.show(done, False, f"The record is that of {done.manifest['made_at'][:19].replace('T', ' ')} UTC")
    from leadline.cli.paper import Paper

    paper = Paper()
    paper.item("doctor", "all is well" if not broken else "")
    for one in broken:
        paper.item("broken", f"{one.name}: {one.words}")
    paper.show()
    return 1 if broken else 0
