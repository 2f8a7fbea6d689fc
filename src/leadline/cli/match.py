"""`leadline match`: which rows of a list, or of two, are the same person, company or record."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from leadline.cli import arguments, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import CallError
from leadline.core.matching import JOIN

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.progress import Progress
    from leadline.warehouse.matching import Matched

DESCRIPTION = """\
Finds rows that are one person, company or record: within FILE or, where OTHER is given, between the two, which then
need columns of the same names. No labels are needed and nothing is changed: pairs that are sure are marked 'join',
those that a person should look at 'review', each with its probability and what agrees and differs."""

EXAMPLES = """\
  leadline match contacts.csv --out pairs.csv --clusters contacts-grouped.csv
  leadline match crm-accounts.xlsx trade-fair.csv --as accounts --out pairs.csv"""

MOST_ROWS = 20_000_000
EXAMPLES_SHOWN = 200  # pairs of each band in --json


def probability(text: str) -> float:
    """A probability above one half, up to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.5 <= number <= 1:
        raise CallError(f"--threshold takes a probability from 0.5 to 1, not '{text}'")
    return number


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add("other", metavar="OTHER", nargs="?", default="", help="a second list; pairs are then between the two")
    add(
        "--as",
        action=Once,
        dest="kind",
        default="",
        choices=("people", "accounts"),
        help="what the rows are; found from the columns unless given",
    )
    add(
        "--threshold",
        action=Once,
        type=probability,
        default=JOIN,
        metavar="P",
        help=f"the probability from which rows are joined; {JOIN} unless given",
    )
    add("--out", action=Once, default="", metavar="FILE", help="every pair, side by side: .csv, .parquet or .xlsx")
    add(
        "--clusters",
        action=Once,
        default="",
        metavar="FILE",
        help="every row with the number of its group: .csv, .parquet or .xlsx",
    )
    arguments.reading(parser)
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Find duplicates."""
    targets.check(given.file, out=given.out, clusters=given.clusters)
    if given.other:
        targets.check(given.other, out=given.out, clusters=given.clusters)
        if given.file == given.other == "-":
            raise CallError("Only one of the two lists can come from standard input; name a file for the other")
    with progress.shown(given.quiet) as report:
        name, table = _read(given, given.file, report)
        other_name, other = _read(given, given.other, report) if given.other else ("", None)
        from leadline.warehouse.matching import match

        found = match(table, kind=given.kind or None, other=other, threshold=given.threshold, progress=report)
    if given.out:
        _write(given.out, _side_by_side(found, table, table if other is None else other))
    if given.clusters:
        _write(given.clusters, _grouped(found, table, other))
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        machine.show({**_plain(found), "source": name, "other": other_name, "seconds": seconds})
    elif not given.quiet:
        from leadline.cli import duplicates

        duplicates.show(found, table, table if other is None else other, (name, other_name), seconds, given)
    return 0


def _read(given: argparse.Namespace, file: str, report: Progress) -> tuple[str, pa.Table]:
    report("reading", 0.0)
    with tables.opened(argparse.Namespace(**{**vars(given), "file": file})) as source:
        table, _ = source.table(MOST_ROWS)
        return source.name, table


def _plain(found: Matched) -> dict[str, Any]:
    from leadline.cli import machine

    bands = found.pairs["band"].to_pylist()
    shown = [place for band in ("join", "review") for place in _of(bands, band)[:EXAMPLES_SHOWN]]
    return {**machine.plain(found.summary), "pairs": [machine.plain(found.pair(place)) for place in shown]}


def _of(bands: list[str], band: str) -> list[int]:
    return [place for place, one in enumerate(bands) if one == band]


def _side_by_side(found: Matched, table: pa.Table, other: pa.Table) -> pa.Table:
    """Probability, band and reasons, the two rows' numbers (the first is 1), then each column of both."""
    from leadline.warehouse.arrow import pa, pc
    from leadline.warehouse.values import text_of

    pairs = found.pairs
    columns: dict[str, Any] = {name: pairs[name] for name in ("probability", "band", "reasons")}
    columns["row 1"], columns["row 2"] = pc.add(pairs["left"], 1), pc.add(pairs["right"], 1)
    left, right = table.take(pairs["left"]), other.take(pairs["right"])
    for name in table.column_names:
        columns[f"{name} 1"] = text_of(left[name])
        if name in other.column_names:
            columns[f"{name} 2"] = text_of(right[name])
    return pa.table(columns)


def _grouped(found: Matched, table: pa.Table, other: pa.Table | None) -> pa.Table:
    """Every row as it stands, with its group (the number of its first row, from 1) and how many rows that has."""
    import numpy as np

    from leadline.warehouse.arrow import pa
    from leadline.warehouse.values import text_of

    group = found.clusters["cluster"].to_numpy()
    sizes = np.bincount(group, minlength=1)
    made: dict[str, Any] = {"group": group + 1, "rows in group": sizes[group]}
    if other is not None:
        made = {"list": found.clusters["table"], **made}
    for name in table.column_names:
        column = text_of(table[name])
        if other is not None:
            more = text_of(other[name]) if name in other.column_names else pa.nulls(other.num_rows, pa.string())
            column = pa.concat_arrays([column, more])
        made[name if name not in made else f"{name} (file)"] = column
    return pa.table(made)


def _write(path: str, table: pa.Table) -> None:
    from leadline.warehouse.writing import Writer

    with Writer(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=65_536):
            writer.write(batch)
