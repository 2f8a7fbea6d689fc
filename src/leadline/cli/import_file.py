"""`leadline import`: a file of any CRM into the record; a dry run first."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from leadline.cli import arguments
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from leadline.loop.importing.result import Imported

DESCRIPTION = """\
Imports people, accounts, deals, activities, products or orders from any file: an export of HubSpot, Salesforce,
Pipedrive, Dynamics 365 or Odoo is known by its headers, any other one column by column. Without --apply nothing is
written: you see how each column is understood and what would be created, changed and refused. What is applied can be
taken back with leadline undo. Blank cells never erase a value."""

EXAMPLES = """\
  leadline import contacts.csv
  leadline import contacts.csv --apply --out refused.csv
  leadline import list.xlsx --as people --source fair --key Badge --map 'Firm=account.name'
  leadline undo import 1"""

KINDS = ("people", "accounts", "deals", "activities", "products", "orders")


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", help="CSV, XLSX, Parquet, JSON lines; - for standard input; a database")
    parser.add_argument(
        "--as", dest="kind", action=Once, choices=KINDS, default="", metavar="KIND", help="|".join(KINDS)
    )
    parser.add_argument(
        "--map", action="append", default=[], metavar="HEADER=FIELD", help="what a column holds; skip leaves it out"
    )
    parser.add_argument("--source", action=Once, default="", metavar="NAME", help="the system whose ids the rows have")
    parser.add_argument("--key", action=Once, default="", metavar="COLUMN", help="the column that names each row")
    parser.add_argument("--apply", action="store_true", default=False, help="write it; without it nothing is written")
    parser.add_argument("--out", action=Once, default="", metavar="FILE", help="where rows go that are refused")
    arguments.reading(parser)
    parser.add_argument("--quiet", action="store_true", default=False, help="no progress")
    parser.add_argument("--json", action="store_true", default=False, help="print the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Import a file, or say what that would do. 1 where every row was refused."""
    from leadline.cli import progress
    from leadline.core.clock import SystemClock
    from leadline.store.opening import migrate
    from leadline.warehouse.parsed import parsed
    from leadline.warehouse.refusals import write_refused

    if given.file == "-" and sys.stdin.isatty():
        raise CallError("'-' reads standard input, and nothing is piped into it; name a file, or pipe one in")
    said = _said(given.map)
    with progress.shown(given.quiet or given.json) as report:
        report("reading", 0.0)
        with parsed(given.file, sheet=given.sheet, query=given.query) as table:
            migrate()
            from leadline.loop.importing.running import run as import_
            from leadline.loop.importing.sheet import understood

            sheet = understood(table, given.kind, said, given.source, given.key)
            path = "" if given.file == "-" else given.file
            result = import_(sheet, SystemClock(), apply=given.apply, path=path, progress=report)
            if given.out and result.refused:
                write_refused(
                    table, given.out, {one.row: _why(one.column, one.value, one.reason) for one in result.refused}
                )
    if given.json:
        from leadline.cli import machine

        machine.show(result)
    else:
        _show(result, given)
    return 1 if result.rows and len(result.refused) == result.rows else 0


def _said(pairs: list[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for pair in pairs:
        header, equals, field = pair.rpartition("=")
        if not equals or not header or not field:
            raise CallError(f"--map takes HEADER=FIELD, not '{pair}'")
        if header in said:
            raise CallError(f"--map says twice what '{header}' holds; say it once")
        said[header] = field
    return said


def _why(column: str, value: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason if not value else f"{reason} ('{value}')"


def _show(result: Imported, given: argparse.Namespace) -> None:
    from leadline.cli import imported

    imported.show(result, given)
