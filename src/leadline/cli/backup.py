"""`leadline backup`: one file that holds the whole record, made while others write."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.store.keeping import Backup

DESCRIPTION = """\
Writes one file with the whole record as the last commit left it, while others go on writing, and the small files of
Leadline's folder. The file is there whole or not at all, and its SHA-256 tells every change. The installation's secret
and the secrets of connections are not in it unless --with-secrets is given; without them keep LEADLINE_HOME/secret
elsewhere, or a restored record does not know who was erased. The file itself is not encrypted."""

EXAMPLES = """\
  leadline backup /backups/
  leadline backup monday.leadline --with-secrets"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("target", metavar="TARGET", help="a file, or a folder in which it is named by its time")
    parser.add_argument("--with-secrets", action="store_true", default=False, help="put the secrets into it too")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Back up; status 1 where what was copied does not hold."""
    from leadline.store.opening import open_store

    open_store()
    from leadline.store import keeping  # its tables are there once the record is open

    made = keeping.backup(Path(given.target), with_secrets=given.with_secrets, by="command line")
    show(made, given.json, f"{made.path} holds the record of {made.manifest['made_at'][:19].replace('T', ' ')} UTC")
    return 1 if made.findings else 0


def show(made: Backup, as_json: bool, title: str) -> None:
    """Print a backup: what it holds and what does not hold in it."""
    manifest = made.manifest
    if as_json:
        from leadline.cli import machine

        machine.show(
            {
                "path": str(made.path),
                "bytes": made.size,
                "sha256": made.sha256,
                "manifest": manifest,
                "findings": made.findings,
                "notes": made.notes,
            }
        )
        return
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    paper.title(title)
    rows = manifest["rows"]
    held = [plural(rows.get(f"store_{name}", 0), name) for name in ("account", "deal", "signal")]
    paper.item("holds", f"{count(rows.get('store_person', 0))} people, {', '.join(held)}; {manifest['version']}")
    paper.item("size", f"{made.size / 1e6:,.1f} MB")
    paper.item("SHA-256", made.sha256)
    paper.item("secrets", "in it" if manifest["secrets"] else "not in it; keep LEADLINE_HOME/secret elsewhere")
    for finding in made.findings:
        paper.item("broken", finding)
    for note in made.notes:
        paper.item("note", note)
    paper.show()
