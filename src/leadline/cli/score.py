"""`leadline score`: score rows with a saved model, without training."""

from __future__ import annotations

import argparse
import time

from leadline.cli import arguments, progress, tables, targets
from leadline.cli.arguments import Once
from leadline.core.errors import DataError

DESCRIPTION = """\
Scores the rows of a file with a model that qualify has kept. First it compares the file with the one that the
model learned from and names each column that has drifted; where that is severe it writes nothing unless --force is
given. The file is streamed, so it may be larger than memory. With --engine spark FILE is Parquet, a file or a folder,
and a cluster scores it and writes a folder."""

EXAMPLES = """\
  leadline score new-leads.csv --model model/ --out scored.csv
  leadline score leads/ --model model/ --engine spark --master spark://127.0.0.1:7077 --out scored/"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a path, '-' for standard input, or a database's address")
    add("--model", action=Once, required=True, metavar="FOLDER", help="the folder of a model that qualify has kept")
    add("--out", action=Once, default="", metavar="FILE", help="every row with its score: .csv, .parquet or .xlsx")
    add("--capacity", action=Once, default="", metavar="N/PERIOD", help="what your people can take on, for the grades")
    add(
        "--reasons",
        action=Once,
        type=arguments.whole("--reasons", 0, 20),
        default=3,
        metavar="N",
        help="how many reasons up and down for each row; 0 is fastest",
    )
    add("--ranked", action="store_true", default=False, help="best first in --out, in place of the file's order")
    arguments.reading(parser)
    add("--engine", action=Once, default="local", choices=("local", "spark"), help="local unless given")
    add("--master", action=Once, default="", metavar="URL", help="Spark's master, such as spark://host:7077")
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--force", action="store_true", default=False, help="score in spite of severe drift")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Score a file."""
    if given.engine == "spark" or given.master:
        from leadline.cli import cluster

        return cluster.score(given)
    targets.check(given.file, out=given.out)
    from dataclasses import replace

    from leadline.learn.folder import load
    from leadline.learn.grades import capacity
    from leadline.learn.listing import score_file

    if given.capacity:
        capacity(given.capacity)
    model = load(given.model)
    with tables.opened(given) as source, progress.shown(given.quiet) as report:
        listing = score_file(
            model,
            source,
            given.out or None,
            reasons=given.reasons,
            capacity=given.capacity,
            ranked=given.ranked,
            force=given.force,
            progress=report,
        )
        name = source.name
    if not listing.rows:
        raise DataError(f"{name} has a header and no rows, so there is nothing to score")
    listing = replace(listing, seconds=round(time.perf_counter() - given.start, 3))
    if given.json:
        from leadline.cli import machine

        machine.show({**machine.plain(listing), "source": name, "model": given.model, "out": given.out})
    elif not given.quiet:
        from leadline.cli import answers

        answers.show_scored(listing, model, name, given)
    return 0
