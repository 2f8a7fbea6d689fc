"""`leadline score --engine spark`: the same scores, made by a cluster."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from leadline.cli import progress
from leadline.core.errors import CallError

ONE_MACHINE = ("capacity", "ranked", "sheet", "query")  # options that need all rows in one place, or another reader


def score(given: argparse.Namespace) -> int:
    """Score Parquet on a cluster, which writes the folder --out."""
    if given.engine != "spark":
        raise CallError("--master goes with --engine spark")
    if not given.master:
        raise CallError("--engine spark needs the cluster's address: --master spark://HOST:7077")
    if not given.out:
        raise CallError("A cluster writes its scores into a folder; name a new one with --out")
    for name in ONE_MACHINE:
        if getattr(given, name):
            raise CallError(f"--{name} is for one machine; leave it out, or leave out --engine spark")
    from leadline.learn.spark import scoring
    from leadline.warehouse import spark

    with progress.shown(given.quiet) as report:
        report("starting Spark", 0.0)
        with spark.session(given.master) as session:
            report("scoring on the cluster", 0.2)
            listing = scoring.score(
                session, given.file, given.model, given.out, reasons=given.reasons, force=given.force
            )
    listing = replace(listing, seconds=round(time.perf_counter() - given.start, 3))
    if given.json:
        from leadline.cli import machine

        machine.show({**machine.plain(listing), "source": given.file, "model": given.model, "out": given.out})
    elif not given.quiet:
        _show(listing.rows, given, dict(listing.grade_counts), [drift.words for drift in listing.drift])
    return 0


def _show(rows: int, given: argparse.Namespace, counts: dict[str, int], drift: list[str]) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import count, plural

    paper = Paper()
    paper.title(f"Scored {plural(rows, 'row')} of {given.file} on {given.master}")
    paper.item("grades", ", ".join(f"{grade} {count(many)}" for grade, many in counts.items()))
    for words in drift:
        paper.item("drift", words)
    paper.item("written", given.out)
    paper.show()
