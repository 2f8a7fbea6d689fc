"""`leadline qualify`: any table of leads or deals in, a ranked, calibrated and explained list out."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, ending, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, DataError, NotEnoughSignal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.core.progress import Progress
    from leadline.core.qualification import Qualification
    from leadline.core.roles import Role
    from leadline.learn.qualified import Qualified
    from leadline.learn.task import Options
    from leadline.warehouse.source import Source

DESCRIPTION = """\
Learns from the closed rows of any export of leads or deals, and ranks the open ones by how likely each is to be won,
with the range of that chance and the reasons. Columns that give the answer away are found and left out, and the model
is judged on rows that it never saw. Rows that are neither won nor lost are open; blank is open.
With --from-store it learns from the company's own record instead, as it was known at each moment."""

EXAMPLES = """\
  leadline qualify deals.csv --outcome 'Stage=Closed Won' --lost 'Closed Lost' --capacity 50/week \\
    --out scored.csv --report report.html
  leadline qualify --from-store --out scored.csv --publish"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="", help="a path, '-' for standard input, or a database's address"
    )
    said = parser.add_argument_group("what you know of it")
    add = said.add_argument
    add(
        "--outcome",
        action=Once,
        default="",
        metavar="SPEC",
        help="the outcome and what is won: 'Stage=Closed Won'",
    )
    add("--lost", action="extend", nargs="+", default=[], metavar="VALUE", help="the values that mean lost")
    add(
        "--open",
        action="extend",
        nargs="+",
        default=[],
        metavar="VALUE",
        help="the values that mean open; blank always does",
    )
    add("--role", action="append", default=[], metavar="COLUMN=ROLE", help="what a column is; may be given many times")
    add("--split", action=Once, default="", metavar="S", help="time:COLUMN, group:COLUMN or random: how it is judged")
    add("--keep", action="append", default=[], metavar="COLUMN", help="use a column that would be left out")
    add(
        "--mature-after",
        action=Once,
        type=arguments.days,
        default=None,
        metavar="DAYS",
        help="how old a row is before it may count as lost",
    )
    add("--prior", action=Once, default="", metavar="FILE", help="what you believe where there are few data, in TOML")
    add(
        "--product",
        action=Once,
        default="",
        metavar="COLUMN",
        help="score each open row for every product; with --from-store the NAME of one",
    )
    add("--capacity", action=Once, default="", metavar="N/PERIOD", help="what your people can take on: 50/week")
    add("--amount", action=Once, default="", metavar="COLUMN", help="the money column, for the expected value")
    add("--id", action=Once, default="", metavar="COLUMN", help="the column that rows are called by")
    arguments.reading(said)
    store = parser.add_argument_group("the record, in place of a file")
    add = store.add_argument
    add("--from-store", action="store_true", default=False, help="learn from the company's own record")
    add(
        "--subject",
        action=Once,
        default="deal",
        choices=("deal", "account"),
        help="deal: which open ones are won (unless given); account: who opens one within 90 days",
    )
    add(
        "--at",
        action=Once,
        default="",
        metavar="DATE",
        help="as it was known at the end of this day; today unless given",
    )
    add("--in-use", action="store_true", default=False, help="score with the model in use; nothing is learned")
    add("--publish", action="store_true", default=False, help="put the model in use, for leadline renew to keep right")
    given = parser.add_argument_group("what you get")
    add = given.add_argument
    add("--out", action=Once, default="", metavar="FILE", help="every row with its score: .csv, .parquet or .xlsx")
    add("--report", action=Once, default="", metavar="FILE", help="one page for people: .html")
    add("--json", action="store_true", default=False, help="print the whole result as JSON")
    add("--save", action=Once, default="", metavar="FOLDER", help="keep the model, for leadline score")
    add("--ranked", action="store_true", default=False, help="best first in --out, in place of the file's order")
    add(
        "--reasons",
        action=Once,
        type=arguments.whole("--reasons", 0, 20),
        default=3,
        metavar="N",
        help="how many reasons up and down for each row; 3 unless given",
    )
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
    """Qualify a file. 1 where the model does not beat the base rate: it is told then, not listed or kept."""
    if given.from_store:
        from leadline.cli import from_store

        return from_store.run(given)
    _check(given)
    targets.check(given.file, out=given.out, report=given.report, save=given.save)
    roles = arguments.roles(given.role)
    from dataclasses import replace
    from pathlib import Path

    from leadline.learn.grades import capacity
    from leadline.learn.listing import write_qualified

    if given.capacity:
        capacity(given.capacity)
    options = _options(given, roles)
    with tables.opened(given) as source, progress.shown(given.quiet) as report:
        qualified, result = _qualified(source, options, report)
        if qualified.enough and given.out:
            write_qualified(qualified, source, given.out, ranked=given.ranked, reasons=given.reasons, progress=report)
        if qualified.enough and given.save:
            from leadline.learn.folder import save

            save(qualified.model, given.save)
        result = replace(result, seconds=round(time.perf_counter() - given.start, 3))
        if given.report:
            from leadline.web.report.page import write

            report("writing the report", 0.98)
            write(result, Path(given.report))
    _show(given, replace(result, seconds=round(time.perf_counter() - given.start, 3)))
    if not qualified.enough:
        from leadline.cli.terminal import why_not

        ending.say(why_not(result, given.out, given.save))
        return NotEnoughSignal.exit_status
    return 0


def _check(given: argparse.Namespace) -> None:
    """Raises CallError where a file is learned from and the call does not say which, or what is won."""
    needed = [name for name, value in (("FILE", given.file), ("--outcome", given.outcome)) if not value]
    if needed:
        hint = "leadline qualify --help shows examples"
        swallowed = next((option for option in arguments.MANY if getattr(given, option[2:], None)), "")
        if "FILE" in needed and swallowed:
            hint = f"put it before {swallowed}, which takes every word up to the next option"
        raise CallError(f"leadline qualify needs {' and '.join(needed)}; {hint}")
    if given.publish or given.in_use or given.at or given.subject != "deal":
        raise CallError("--subject, --at, --in-use and --publish are of the record: add --from-store, and name no file")


def _qualified(source: Source, options: Options, report: Progress) -> tuple[Qualified, Qualification]:
    """What the engine gives, and its record with each row's place in the file."""
    from dataclasses import replace

    from leadline.learn.qualify import qualify
    from leadline.warehouse.values import infer, parse

    report("reading the file", 0.0)
    raw, positions = source.table()
    if not raw.num_rows:
        raise DataError(f"{source.name} has a header and no rows; export it again with closed and open rows")
    report("reading numbers and dates", 0.01)
    formats = infer(raw)
    typed = parse(raw, formats)
    del raw
    qualified = qualify(typed, options, formats=formats, source=source.facts(formats), progress=report)
    result = qualified.result
    if source.rows == len(positions):
        return qualified, result
    placed = [(row, int(positions[row.row - 1]) + 1) for row in result.ranking]
    ranking = tuple(
        replace(row, row=place, name=f"row {place}" if row.name == f"row {row.row}" else row.name)
        for row, place in placed
    )
    return qualified, replace(result, ranking=ranking)


def _options(given: argparse.Namespace, roles: Mapping[str, Role]) -> Options:
    from leadline.learn.task import Options

    prior: Any = None
    if given.prior:
        from leadline.learn.priors import read

        prior = read(given.prior)
    return Options(
        outcome=given.outcome,
        lost=tuple(given.lost),
        open=tuple(given.open),
        roles=roles,
        split=given.split,
        keep=tuple(given.keep),
        mature_after=given.mature_after,
        prior=prior,
        product=given.product,
        capacity=given.capacity,
        amount=given.amount,
        id_column=given.id,
        seed=given.seed,
    )


def _show(given: argparse.Namespace, result: Qualification) -> None:
    if given.json:
        from leadline.cli import machine

        machine.show(result)
    elif not given.quiet:
        from leadline.cli import terminal

        terminal.show_qualified(result, given)
