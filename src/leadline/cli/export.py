"""`leadline export`: the record as partitioned Parquet, brought up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli import progress

if TYPE_CHECKING:
    from leadline.warehouse.lake import Exported

DESCRIPTION = """\
Writes the record into FOLDER as Parquet: signals by month, accounts, people, deals, orders and what was understood,
with no name of a person, no address and no text. A second run writes only what is new or was changed by a judgement,
merge, undo or erasure. DuckDB, Spark, Polars and any other reader of Parquet can take it from there."""

EXAMPLES = """\
  leadline export lake/
  leadline export /mnt/shared/lake --fresh"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("folder", metavar="FOLDER", help="a new or empty folder, or one that an export wrote")
    add("--fresh", action="store_true", default=False, help="write all of it anew")
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Export."""
    from leadline.app import Leadline

    with progress.shown(given.quiet) as report:
        done = Leadline.open().lake.export(Path(given.folder), fresh=given.fresh, progress=report)
    if given.json:
        from leadline.cli import machine

        told = {name: getattr(done, name) for name in ("signals", "written", "added", "renewed", "tables")}
        machine.show({"folder": str(done.folder), **told})
    elif not given.quiet:
        _show(done)
    return 0


def _show(done: Exported) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    paper.title(str(done.folder), f"{plural(done.signals, 'signal')} by month, and 10 tables")
    if done.written:
        paper.item("signals", f"{count(done.written)} written; {plural(len(done.added), 'month')} added to")
        paper.item("months", f"{len(done.renewed)} written anew or for the first time")
    paper.item("tables", ", ".join(done.tables) + " written" if done.tables else "as they were", soft=not done.tables)
    paper.blank()
    paper.command(f"leadline features account --lake {done.folder} --out features.parquet")
    paper.show()
