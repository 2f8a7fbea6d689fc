"""`leadline features`: what was known of accounts, people or deals at a moment, as a table."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.cli import progress, targets
from leadline.cli.arguments import Once, whole
from leadline.core.errors import CallError, ColumnNotFound

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.progress import Progress

DESCRIPTION = """\
Counts what was known of each account, person or deal at a moment: acts and where they are heading, breadth of the
buying group, depth, silence, response times, roles, orders, deals, what was said. FILE gives pairs of subject_id and
cutoff; without it every subject is counted at one moment. What happened later never counts. The record is read unless
--lake names a folder of Parquet."""

EXAMPLES = """\
  leadline features account --out features.parquet
  leadline features deal cutoffs.csv --lake lake/ --out features.csv"""

SUBJECTS = ("account", "person", "deal")
SHOWN = 6


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("subject", metavar="SUBJECT", nargs="?", default="", help="account, person or deal")
    add(
        "file",
        metavar="FILE",
        nargs="?",
        default="",
        help="a table with subject_id and cutoff (a time or microseconds)",
    )
    add(
        "--at", action=Once, default="", metavar="TIME", help="the moment for all, such as 2026-03-31; now unless given"
    )
    add("--out", action=Once, default="", metavar="FILE", help="the features: .csv, .parquet or .xlsx")
    add("--lake", action=Once, default="", metavar="FOLDER", help="read this folder of Parquet, and no record")
    add("--step", action="append", default=[], metavar="NAME", help="only this step; may be given many times")
    add("--as-recorded", action="store_true", default=False, help="count only what had been recorded by the moment")
    add("--engine", action=Once, default="duckdb", choices=("duckdb", "spark"), help="duckdb unless given")
    add("--master", action=Once, default="", metavar="URL", help="Spark's master, such as spark://host:7077")
    add("--memory", action=Once, default="3GB", metavar="SIZE", help="what DuckDB may take; 3GB unless given")
    add("--threads", action=Once, type=whole("--threads", 1, 256), default=2, metavar="N", help="2 unless given")
    add("--sql", action="store_true", default=False, help="print the SQL that DuckDB would run, and count nothing")
    add("--list", action="store_true", default=False, help="print every feature with its meaning, and count nothing")
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Count, or tell what would be counted."""
    if given.list:
        return _list(given)
    if given.subject not in SUBJECTS:
        raise CallError(f"Say of what: leadline features {', '.join(SUBJECTS[:-1])} or {SUBJECTS[-1]}")
    if given.master and given.engine != "spark":
        raise CallError("--master goes with --engine spark")
    if given.file and given.at:
        raise CallError("FILE has a cutoff in each row; leave out --at")
    targets.check(given.file, out=given.out)
    steps = given.step or None
    if given.sql:
        return _sql(given, steps)
    with progress.shown(given.quiet) as report:
        found = _counted(given, steps, report)
    if given.out:
        from leadline.warehouse.writing import Writer

        with Writer(given.out, found.schema) as writer:
            for batch in found.to_batches(max_chunksize=65_536):
                writer.write(batch)
    seconds = round(time.perf_counter() - given.start, 3)
    if given.json:
        from leadline.cli import machine

        rows: dict[str, Any] = {} if given.out else {"features": found.to_pylist()}
        counts = {"subject": given.subject, "rows": found.num_rows, "columns": found.column_names, "out": given.out}
        machine.show({**counts, "seconds": seconds, **rows})
    elif not given.quiet:
        _show(given, found, seconds)
    return 0


def _counted(given: argparse.Namespace, steps: list[str] | None, report: Progress) -> pa.Table:
    from leadline.warehouse.features import chosen, features, subjects_at

    chosen(given.subject, steps)
    options: dict[str, Any] = {
        "steps": steps,
        "engine": given.engine,
        "master": given.master,
        "memory": given.memory,
        "threads": given.threads,
        "as_recorded": given.as_recorded,
    }
    pairs = _cutoffs(given.file) if given.file else None
    if given.lake:
        folder = Path(given.lake)
    else:
        from leadline.app import Leadline

        folder = Leadline.open().lake.export(progress=report).folder
    if pairs is None:
        from leadline.core.clock import SystemClock, micros

        at = moment(given.at) if given.at else micros(SystemClock().now())
        pairs = subjects_at(folder, given.subject, at)
    return features(folder, given.subject, pairs, progress=report, **options)


def moment(text: str) -> int:
    """Microseconds since 1970 of an ISO date or time; UTC where no zone is named. A date is its first moment."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CallError(f"'{text}' is no date or time; write it as 2026-03-31 or 2026-03-31T18:00:00+02:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _cutoffs(path: str) -> pa.Table:
    """The pairs of a file."""
    from leadline.warehouse.arrow import pa
    from leadline.warehouse.source import open_source

    with open_source(path) as source:
        for name in ("subject_id", "cutoff"):
            if name not in source.columns:
                raise ColumnNotFound(name, source.columns, source.name)
        table, _ = source.table(100_000_000)
    made: dict[str, list[int]] = {"subject_id": [], "cutoff": []}
    columns = zip(*(table[name].to_pylist() for name in made), strict=True)
    for row, (subject, cutoff) in enumerate(columns, start=1):
        made["subject_id"].append(_number(path, row, "subject_id", subject))
        made["cutoff"].append(_cutoff(path, row, cutoff))
    return pa.table({name: pa.array(values, pa.int64()) for name, values in made.items()})


def _cutoff(path: str, row: int, value: Any) -> int:
    if isinstance(value, datetime):
        return moment(value.isoformat())
    text = "" if value is None else str(value).strip()
    if text.lstrip("-").isdecimal() and len(text) != 8:
        return _number(path, row, "cutoff", text)
    try:
        return moment(text)
    except CallError as error:
        raise CallError(f"{path}, row {row}, column 'cutoff': {error}") from None


def _number(path: str, row: int, name: str, value: Any) -> int:
    try:
        number = int(str(value).strip())
    except ValueError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        raise CallError(
            f"{path}, row {row}, column '{name}': '{value}' is no whole number; write the number of a subject"
        )
    return number


def _sql(given: argparse.Namespace, steps: list[str] | None) -> int:
    from leadline.warehouse.arrow import pa
    from leadline.warehouse.features import sql

    pairs = None
    if given.file:
        pairs = _cutoffs(given.file)
    elif given.at:
        pairs = pa.table({"subject_id": [0], "cutoff": [moment(given.at)]})
    made = sql(given.subject, steps, as_recorded=given.as_recorded, cutoffs=pairs)
    if given.json:
        from leadline.cli import machine

        machine.show(made)
        return 0
    for name, statement in made.items():
        print(
            f"-- {name}\n" + (statement if name == "features" else f'CREATE TEMP TABLE "{name}" AS {statement}') + ";\n"
        )
    return 0


def _list(given: argparse.Namespace) -> int:
    from leadline.warehouse.features import catalogue

    entries = [entry for entry in catalogue() if given.subject in ("", *entry.subjects)]
    if given.json:
        from leadline.cli import machine

        machine.show(entries)
        return 0
    for entry in entries:
        print(f"{entry.feature.name:28} {entry.feature.meaning} ({entry.feature.unit}; step {entry.step})")
    return 0


def _show(given: argparse.Namespace, found: pa.Table, seconds: float) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    words = f"{plural(found.num_columns - 2, 'feature')} of {plural(found.num_rows, 'row')} in {seconds:.1f} s"
    paper.title(f"Features of {given.subject}s", words)
    known = [name for name in found.column_names[2:] if any(found[name].to_pylist()[:10_000])]
    paper.item(
        "not blank", f"{count(len(known))} of them: {', '.join(known[:SHOWN])}{' …' if len(known) > SHOWN else ''}"
    )
    if given.out:
        paper.item("written to", given.out)
    else:
        paper.command(f"leadline features {given.subject} --out features.parquet")
    paper.show()
