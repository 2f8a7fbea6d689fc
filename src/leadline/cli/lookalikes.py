"""`leadline lookalikes`: rows most like those that were won, with the winners that they are like."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.cli import arguments, ending, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, DataError, NotEnoughSignal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from leadline.core.formats import ColumnFormat
    from leadline.core.progress import Progress
    from leadline.core.roles import Role

DESCRIPTION = """\
Ranks rows by how like they are to those that were won, names the winners that each is like and what they share, and
tests itself on winners that it hides. Customers, names on a list, and who opted out never come up. Where many rows are
known to be lost, leadline qualify says more."""

EXAMPLES = """\
  leadline lookalikes accounts.csv --outcome 'Stage=Closed Won' --out alike.csv
  leadline lookalikes companies.csv --seeds best-customers.txt --exclude competitors.txt --top 50"""

LARGEST = 20_000_000  # bytes of a list


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="", help="a path, '-' for standard input, or a database's address"
    )
    said = parser.add_argument_group("what you know of it")
    add = said.add_argument
    add("--from-store", action="store_true", default=False, help="the accounts of the record, customers as winners")
    add("--outcome", action=Once, default="", metavar="SPEC", help="who was won: 'Stage=Closed Won'")
    add("--seeds", action=Once, default="", metavar="FILE", help="who was won: a list of names or ids, one a line")
    add(
        "--exclude",
        action="append",
        default=[],
        metavar="FILE",
        help="a list of names or domains that must not come up",
    )
    add("--columns", action="extend", nargs="+", default=[], metavar="COLUMN", help="compare these alone")
    add("--role", action="append", default=[], metavar="COLUMN=ROLE", help="what a column is; may be given many times")
    add("--id", action=Once, default="", metavar="COLUMN", help="the column that rows are called by")
    arguments.reading(said)
    given = parser.add_argument_group("what you get")
    add = given.add_argument
    add(
        "--top",
        action=Once,
        type=arguments.whole("--top", 1, 100_000),
        default=20,
        metavar="N",
        help="how many with reasons; 20 unless given",
    )
    add("--out", action=Once, default="", metavar="FILE", help="the list, best first: .csv, .parquet or .xlsx")
    add("--json", action="store_true", default=False, help="print the whole result as JSON")
    add(
        "--seed",
        action=Once,
        type=arguments.whole("--seed", 0, 2**31 - 1),
        default=0,
        metavar="N",
        help="the seed of all randomness; 0 unless given",
    )
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Find look-alikes. 1 where winners cannot be told from the rest."""
    if bool(given.file) == given.from_store:
        raise CallError("Name one of FILE and --from-store; leadline lookalikes --help shows examples")
    if given.from_store and (given.outcome or given.seeds):
        raise CallError("--from-store knows the customers; leave out --outcome and --seeds")
    if not given.from_store and bool(given.outcome) == bool(given.seeds):
        raise CallError("Name the winners once, with --outcome or with --seeds")
    targets.check(given.file, out=given.out)
    seeds = _list(given.seeds) if given.seeds else ()
    exclude = tuple(name for path in given.exclude for name in _list(path))
    from dataclasses import replace

    from leadline.learn.lookalikes import listing
    from leadline.learn.lookalikes.find import Options, find

    with progress.shown(given.quiet) as report:
        name, raw, typed, formats = _table(given, report)
        options = Options(
            outcome="customer=yes" if given.from_store else given.outcome,
            seeds=seeds,
            exclude=exclude,
            only=tuple(given.columns),
            roles=_store_roles() if given.from_store else arguments.roles(given.role),
            names=given.id or ("name" if given.from_store else ""),
            aside=(("worked", "with an open deal"),) if given.from_store else (),
            seed=given.seed,
        )
        found = find(typed, options, top=given.top, formats=formats, progress=report)
        if given.out and not found.result.why:
            listing.write(found, raw, given.out)
    result = replace(found.result, seconds=round(time.perf_counter() - given.start, 3))
    if given.json:
        from leadline.cli import machine

        machine.show(result)
    elif not given.quiet:
        from leadline.cli import alike

        alike.show(result, name, given)
    if result.why:
        ending.say(f"No list: {result.why}; nothing was written")
        return NotEnoughSignal.exit_status
    return 0


def _store_roles() -> dict[str, Role]:
    from leadline.core.roles import Role

    return {"id": Role.IDENTIFIER, "domain": Role.URL, "worked": Role.IGNORED, "opted_out": Role.IGNORED}


def _table(given: argparse.Namespace, report: Progress) -> tuple[str, pa.Table, pa.Table, Sequence[ColumnFormat]]:
    """The name of what is read, its cells, the same typed, and how they are read."""
    if given.from_store:
        from leadline.app import Leadline

        table = Leadline.open().account_table(before_first_deal=True, progress=report)
        return "the accounts of the record", table, table, ()
    from leadline.warehouse.values import infer, parse

    with tables.opened(given) as source:
        report("reading the file", 0.0)
        raw, _ = source.table()
        if not raw.num_rows:
            raise DataError(f"{source.name} has a header and no rows; export it again with rows")
        formats = infer(raw)
        return source.name, raw, parse(raw, formats), formats


def _list(path: str) -> tuple[str, ...]:
    """The lines of a list, without blank ones and those that begin with '#'."""
    try:
        raw = Path(path).read_bytes()[: LARGEST + 1]
    except OSError as error:
        raise CallError(f"The list {path} cannot be read: {error.strerror or error}") from None
    if len(raw) > LARGEST:
        raise CallError(f"The list {path} is larger than 20 MB; name a list with one name a line")
    lines = (line.strip().strip('"') for line in raw.decode("utf-8-sig", "replace").splitlines())
    names = tuple(line for line in lines if line and not line.startswith("#"))
    if not names:
        raise CallError(f"The list {path} is empty; write one name a line")
    return names
