"""`leadline match-target`: how well each row of a list fits a target group that is described in words or rules."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, progress, tables
from leadline.cli.arguments import Once
from leadline.core.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from leadline.core.target import Target, TargetRow
    from leadline.learn.target.columns import Columns

DESCRIPTION = """\
Matches a list of contacts or companies, or with --from-store the accounts of the record, against a target group: a TOML
file of rules, or plain words such as 'pump makers in Austria, 50+ employees, not distributors'. Each row gets a score
from 0 to 100, a band, what fits, what does not and what is unknown; a blank cell is unknown, never a no. With --show
the rules that words were read as are printed as TOML, to be looked at, edited and kept."""

EXAMPLES = """\
  leadline match-target 'hospitals in Austria, at least 200 employees' --show
  leadline match-target target.toml contacts.csv --out matched.csv"""

MOST_ROWS = 2_000_000
JSON_ROWS = 10_000


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("target", metavar="TARGET", help="a .toml file, or the target group in words")
    add("file", metavar="CONTACTS", nargs="?", default="", help="the list: a path, '-', or a database's address")
    add("--from-store", action="store_true", default=False, help="match the accounts of the record")
    add("--show", action="store_true", default=False, help="print the rules as TOML and match nothing")
    add(
        "--map",
        action="append",
        default=[],
        metavar="HEADER=FIELD",
        help="what a column holds; may be given many times",
    )
    add("--out", action=Once, default="", metavar="FILE", help="every row, best first: .csv, .parquet or .xlsx")
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Show the rules, or match a list against them."""
    from leadline.learn.target.file import dump, load

    if sum((bool(given.file), given.from_store, given.show)) != 1:
        raise CallError("Say what to match: a list, --from-store for the record, or --show to see the rules alone")
    target = load(given.target)
    if given.show:
        if given.json:
            from leadline.cli import machine

            machine.show(target)
        else:
            sys.stdout.write(dump(target))
        return 0
    if given.out:
        from leadline.cli import targets

        targets.check(given.file, out=given.out)
    with progress.shown(given.quiet or given.json) as report:
        report("reading", 0.0)
        name, columns, table = _stored() if given.from_store else _listed(given)
        report("matching", 0.4)
        from leadline.learn.target.matching import match

        rows = match(columns, target, people_partial=given.from_store)
    ranked = sorted(rows, key=lambda one: (-one.score, one.row))
    if given.out:
        _write(given.out, ranked, table, target)
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        machine.show(_plain(name, target, columns, ranked, seconds))
    elif not given.quiet:
        from leadline.cli import match_target_lines

        match_target_lines.show(name, target, columns, ranked, seconds, given)
    return 0


def _listed(given: argparse.Namespace) -> tuple[str, Columns, pa.Table]:
    from leadline.learn.target.columns import of_table
    from leadline.warehouse.arrow import pa
    from leadline.warehouse.values import text_of

    said = {}
    for pair in given.map:
        header, equals, field = pair.rpartition("=")
        if not equals or not header or not field:
            raise CallError(f"--map takes HEADER=FIELD, not '{pair}'")
        said[header] = field
    with tables.opened(given) as source:
        raw = pa.Table.from_batches(source.raw_batches())
        if raw.num_rows > MOST_ROWS:
            raise CallError(f"The list has {raw.num_rows:,} rows and {MOST_ROWS:,} are matched at once; split it")
        table = pa.table({column: text_of(raw[column]) for column in raw.column_names})
        return source.name, of_table(table, said), table


def _stored() -> tuple[str, Columns, pa.Table]:
    from leadline.app import Leadline
    from leadline.learn.target.columns import Columns
    from leadline.warehouse.arrow import pa

    numbers, cells = Leadline.open().profiles.target_rows()
    table = pa.table({"account": [str(number) for number in numbers], **cells})
    headers = {name: name for name, column in cells.items() if any(column)}
    return "the record", Columns(cells, headers, len(numbers)), table


def _plain(
    name: str, target: Target, columns: Columns, ranked: Sequence[TargetRow], seconds: float
) -> Mapping[str, Any]:
    from leadline.cli import machine

    bands: dict[str, int] = {}
    for row in ranked:
        bands[row.band] = bands.get(row.band, 0) + 1
    shown = [machine.plain(row) | {"row": row.row + 1} for row in ranked[:JSON_ROWS]]
    told = {"source": name, "target": target, "columns": dict(columns.headers), "rows": columns.rows, "bands": bands}
    return {**told, "matched": shown, "seconds": seconds}


def _write(path: str, ranked: Sequence[TargetRow], table: pa.Table, target: Target) -> None:
    """Every row, best first: score and why, then the list's own columns."""
    from leadline.core.target import Fit, Weight
    from leadline.warehouse.arrow import pa
    from leadline.warehouse.writing import Writer

    def words(row: TargetRow, *fits: Fit, against: bool) -> str:
        """What speaks for a row, against it, or is open; a must-not that fits speaks against it."""
        told = []
        for rule, answer in zip(target.rules, row.answers, strict=True):
            flipped = {Fit.YES: Fit.NO, Fit.NO: Fit.YES}.get(answer.fit, answer.fit)
            fit = flipped if rule.kind is Weight.MUST_NOT else answer.fit
            if fit in fits and not (rule.kind is Weight.MUST_NOT and fit is Fit.YES and not against):
                told.append(answer.words)
        return "; ".join(told)

    order = [row.row for row in ranked]
    made: dict[str, Any] = {
        "score": [row.score for row in ranked],
        "band": [row.band for row in ranked],
        "fits": [words(row, Fit.YES, against=False) for row in ranked],
        "does not fit": [words(row, Fit.NO, against=True) for row in ranked],
        "unknown or unsure": [words(row, Fit.UNKNOWN, Fit.PERHAPS, against=True) for row in ranked],
        "score at least": [row.low for row in ranked],
        "score at most": [row.high for row in ranked],
    }
    kept = table.take(pa.array(order, pa.int64()))
    for name in kept.column_names:
        made[name if name not in made else f"{name} (list)"] = kept[name]
    out = pa.table(made)
    with Writer(path, out.schema) as writer:
        for batch in out.to_batches(max_chunksize=65_536):
            writer.write(batch)
