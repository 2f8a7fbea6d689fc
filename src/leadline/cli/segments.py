"""`leadline segments`: groups of rows that differ in kind, or the answer that there are none."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, ending, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, DataError, NotEnoughSignal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from leadline.core.formats import ColumnFormat
    from leadline.core.progress import Progress
    from leadline.core.roles import Role
    from leadline.learn.segments.changes import Compared
    from leadline.learn.segments.find import Found, Model, Options

DESCRIPTION = """\
Finds groups of rows that differ in kind, names each by what sets it apart, and says how sure it is. Where the rows hold
no groups, that is the answer. Columns that name, date or decide a row take no part."""

EXAMPLES = """\
  leadline segments accounts.csv --out segmented.csv --save segments/
  leadline segments accounts-today.csv --like segments/ --save segments/ --outcome Won=yes"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="", help="a path, '-' for standard input, or a database's address"
    )
    said = parser.add_argument_group("what you know of it")
    add = said.add_argument
    add("--from-store", action="store_true", default=False, help="the accounts of the record, in place of a file")
    add("--columns", action="extend", nargs="+", default=[], metavar="COLUMN", help="form segments by these alone")
    add(
        "--number",
        action=Once,
        type=arguments.whole("--number", 2, 50),
        default=0,
        metavar="N",
        help="cut into so many, even where the data hold none",
    )
    add("--outcome", action=Once, default="", metavar="SPEC", help="show its rate in each segment: 'Stage=Closed Won'")
    add("--role", action="append", default=[], metavar="COLUMN=ROLE", help="what a column is; may be given many times")
    add("--id", action=Once, default="", metavar="COLUMN", help="the column that rows are called by")
    arguments.reading(said)
    given = parser.add_argument_group("what you get")
    add = given.add_argument
    add("--out", action=Once, default="", metavar="FILE", help="every row with its segment: .csv, .parquet or .xlsx")
    add(
        "--k",
        action=Once,
        type=arguments.whole("--k", 2, 1000),
        default=0,
        metavar="N",
        help="make --out fit to be handed on: no names, numbers in bands, refused where fewer than N rows are alike",
    )
    add("--save", action=Once, default="", metavar="FOLDER", help="keep the segments, for --like")
    add(
        "--like",
        action=Once,
        default="",
        metavar="FOLDER",
        help="keep ids and names of these, and say what changed",
    )
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
    """Find segments. 1 where there are none."""
    if bool(given.file) == given.from_store:
        raise CallError("Name one of FILE and --from-store; leadline segments --help shows examples")
    if given.k and not given.out:
        raise CallError("--k says how --out is made fit to be handed on; name a file with --out")
    targets.check(given.file, out=given.out, save=given.save)
    from leadline.learn.segments import folder

    old = folder.load(given.like) if given.like else None
    with progress.shown(given.quiet) as report:
        name, raw, typed, formats = _table(given, report)
        compared = _found(typed, formats, _options(given), old, report)
        found = compared.found
        if found.model is not None:
            _keep(given, found, typed, raw, compared)
    result = _timed(found, given.start)
    if given.json:
        from leadline.cli import machine

        machine.show(result)
    elif not given.quiet:
        from leadline.cli import segmented

        segmented.show(result, name, given)
    if found.model is None:
        ending.say(f"No segments: {result.why}; nothing was written")
        return NotEnoughSignal.exit_status
    return 0


def _timed(found: Found, start: float) -> Any:
    from dataclasses import replace

    return replace(found.result, seconds=round(time.perf_counter() - start, 3))


def _table(given: argparse.Namespace, report: Progress) -> tuple[str, pa.Table, pa.Table, Sequence[ColumnFormat]]:
    """The name of what is read, its cells, the same typed, and how they are read."""
    if given.from_store:
        from leadline.app import Leadline

        table = Leadline.open().account_table(progress=report)
        return "the accounts of the record", table, table, ()
    from leadline.warehouse.values import infer, parse

    with tables.opened(given) as source:
        report("reading the file", 0.0)
        raw, _ = source.table()
        if not raw.num_rows:
            raise DataError(f"{source.name} has a header and no rows; export it again with rows")
        formats = infer(raw)
        return source.name, raw, parse(raw, formats), formats


def _options(given: argparse.Namespace) -> Options:
    from leadline.learn.segments.find import Options

    return Options(
        only=tuple(given.columns),
        number=given.number,
        outcome=given.outcome,
        roles=_roles(given),
        names=given.id or ("name" if given.from_store else ""),
        seed=given.seed,
    )


def _roles(given: argparse.Namespace) -> dict[str, Role]:
    from leadline.core.roles import Role

    if not given.from_store:
        return arguments.roles(given.role)
    aside = ("id", "worked", "opted_out", *(() if given.outcome else ("customer",)))
    return {**dict.fromkeys(aside, Role.IGNORED), "domain": Role.URL, **arguments.roles(given.role)}


def _found(
    typed: pa.Table, formats: Sequence[ColumnFormat], options: Options, old: Model | None, report: Progress
) -> Compared:
    import numpy as np

    from leadline.learn.segments.changes import Compared, compare
    from leadline.learn.segments.find import find

    found = find(typed, options, formats=formats, progress=report)
    if old is None:
        return Compared(found, np.zeros(typed.num_rows, np.int64))
    return compare(found, old, typed)


def _keep(given: argparse.Namespace, found: Found, typed: pa.Table, raw: pa.Table, compared: Compared) -> None:
    """Write what was asked for."""
    from leadline.learn.segments import folder, listing
    from leadline.learn.segments.changes import remember

    if found.model is None:
        return
    if given.out:
        if given.k:
            listing.write_open(found, typed, given.out, given.k)
        else:
            listing.write(found, raw, given.out, compared.moved_from if given.like else None)
    if given.save:
        folder.save(remember(found.model, typed, found.ids), given.save)
