"""`leadline risk`: how easily people are recognised in a file, by which columns, and what would make it harder."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from leadline.cli import arguments, progress, tables
from leadline.cli.arguments import Once
from leadline.core.errors import CallError, DataError

if TYPE_CHECKING:
    import pyarrow as pa

DESCRIPTION = """\
Measures how easily people are recognised in a file that is to leave the house: how many rows share the values of the
columns that could lead to a person (k-anonymity), how many are unique, which column sets most apart, what is then told
of them, and which columns to coarsen until each row has at least K - 1 others like it. Nothing is changed."""

EXAMPLES = """\
  leadline risk export.csv
  leadline risk export.csv --quasi age,job,marital --sensitive balance --k 10"""

MOST_ROWS = 5_000_000


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add("--quasi", action=Once, default="", metavar="COLUMNS", help="columns that could lead to a person, by commas")
    add("--sensitive", action=Once, default="", metavar="COLUMNS", help="columns that tell about a person, by commas")
    add(
        "--k",
        action=Once,
        type=arguments.whole("--k", 2, 10_000),
        default=5,
        metavar="K",
        help="how many rows must be alike; 5 unless given",
    )
    add(
        "--population",
        action=Once,
        type=arguments.whole("--population", 1, 10_000_000_000),
        default=0,
        metavar="N",
        help="how many people the file was drawn from, at random",
    )
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Measure a file; status 1 where a class is smaller than K, so that a job can stop there."""
    with progress.shown(given.quiet or given.json) as report:
        report("reading", 0.0)
        name, table = _read(given)
        from leadline.learn import quasi
        from leadline.learn.coarsening import suggest
        from leadline.learn.disclosure import measure, refuse_below
        from leadline.learn.population import unique_in_population

        report("measuring", 0.5)
        parts = quasi.parts_of(table, _names(given.quasi), _names(given.sensitive))
        chosen = [part.column for part in parts if part.part == quasi.QUASI]
        if not chosen:
            raise DataError(f"No column of {name} seems to lead to a person; name those that could with --quasi")
        telling = [part.column for part in parts if part.part == quasi.SENSITIVE]
        risk = measure(table, chosen, telling)
        refusal = refuse_below(risk, given.k)
        steps = suggest(table, chosen, given.k, _typed(table.select(chosen))) if refusal else ()
        population = unique_in_population(risk, given.population) if given.population else None
    direct = [part.column for part in parts if part.part == quasi.DIRECT]
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        told = {"source": name, "wanted": given.k, "refused": refusal, "columns": parts, "direct": direct}
        risk_ = machine.plain(risk) | {"unique": risk.unique, "below": risk.below(given.k), "mean": risk.mean_risk}
        machine.show({**told, "risk": risk_, "steps": steps, "population": population, "seconds": seconds})
    elif not given.quiet:
        from leadline.cli import risk_lines

        risk_lines.show(name, parts, risk, refusal, steps, population, given.k, seconds)
    return 1 if refusal or direct else 0


def _typed(table: pa.Table) -> pa.Table:
    """Numbers and dates as such, so that they can be put into bands and years."""
    from leadline.warehouse.values import infer, parse

    return parse(table, infer(table))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _read(given: argparse.Namespace) -> tuple[str, pa.Table]:
    with tables.opened(given) as source:
        if source.rows > MOST_ROWS:
            raise CallError(f"{source.name} has {source.rows:,} rows and {MOST_ROWS:,} are measured at once; split it")
        table, _ = source.table(MOST_ROWS)
        if not table.num_rows:
            raise DataError(f"{source.name} has a header and no rows, so nobody is recognised in it")
        return source.name, table
