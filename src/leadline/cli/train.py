"""`leadline train`: learn from more rows than one machine takes, on a Spark cluster."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from leadline.cli import arguments, progress
from leadline.cli.arguments import Once
from leadline.core.errors import NotEnoughSignal

if TYPE_CHECKING:
    from leadline.learn.spark.training import Grown

DESCRIPTION = """\
Learns from the closed rows of Parquet on a Spark cluster, in the order of a time column, and keeps a model as qualify
does: leadline score takes it, with or without a cluster. Trees grow on all rows there; codes of columns, leaks and
scorecard come from a sample. It is judged on the latest rows, which it never saw. Texts are not read."""

EXAMPLES = """\
  leadline train deals/ --outcome won=1 --time cutoff --master spark://127.0.0.1:7077 --save model/
  leadline train deals/ --outcome 'Stage=Closed Won' --lost 'Closed Lost' --time Created --master yarn --save model/"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("file", metavar="FILE", help="Parquet that driver and workers can see: a file, a folder or an address")
    add("--outcome", action=Once, required=True, metavar="SPEC", help="the outcome and what is won: 'Stage=Closed Won'")
    add("--lost", action="extend", nargs="+", default=[], metavar="VALUE", help="the values that mean lost")
    add("--time", action=Once, required=True, metavar="COLUMN", help="the date or number that orders the rows")
    add("--master", action=Once, required=True, metavar="URL", help="Spark's master, such as spark://host:7077")
    add("--save", action=Once, required=True, metavar="FOLDER", help="keep the model, for leadline score")
    add("--keep", action="append", default=[], metavar="COLUMN", help="use a column that would be left out")
    add(
        "--sample",
        action=Once,
        type=arguments.whole("--sample", 1_000, 5_000_000),
        default=50_000,
        metavar="N",
        help="rows that one machine looks at; 50000 unless given",
    )
    add(
        "--trees",
        action=Once,
        type=arguments.whole("--trees", 1, 5_000),
        default=150,
        metavar="N",
        help="how many trees grow; 150 unless given",
    )
    add(
        "--seed",
        action=Once,
        type=arguments.whole("--seed", 0, 2**31 - 1),
        default=0,
        metavar="N",
        help="0 unless given",
    )
    add("--json", action="store_true", default=False, help="print the result as JSON")
    add("--quiet", action="store_true", default=False, help="print errors only")


def run(given: argparse.Namespace) -> int:
    """Train. 1 where the model does not beat the base rate: it is not kept then."""
    from leadline.cli import targets

    targets.check(given.file, save=given.save)
    from leadline.learn import folder, training
    from leadline.learn.spark.training import train
    from leadline.learn.task import Options
    from leadline.warehouse import spark

    options = Options(outcome=given.outcome, lost=tuple(given.lost), keep=tuple(given.keep), seed=given.seed)
    with progress.shown(given.quiet) as report:
        report("starting Spark", 0.0)
        with spark.session(given.master) as session:
            grown = train(
                session, given.file, options, given.time, sample=given.sample, trees=given.trees, progress=report
            )
    if not training.beats_base(grown.validation):
        raise NotEnoughSignal("On the latest rows the model does no better than the base rate; it is not kept")
    folder.save(grown.model, given.save)
    if given.json:
        from leadline.cli import machine

        told = {**asdict(grown.validation), "auc_of_one_machine": grown.alone}
        machine.show({"closed": grown.closed, "seconds": grown.seconds, "validation": told, "save": given.save})
    elif not given.quiet:
        _show(grown, given)
    return 0


def _show(grown: Grown, given: argparse.Namespace) -> None:
    from leadline.cli.paper import Paper
    from leadline.web.report.figures import decimal, percent, plural

    judged = grown.validation
    paper = Paper()
    paper.title(f"Learned from {plural(grown.closed, 'closed row')} of {given.file}", f"judged {judged.scheme}")
    area = f"{decimal(judged.auc, 3)} (95 % range {decimal(judged.auc_low, 3)} to {decimal(judged.auc_high, 3)})"
    paper.item("AUC", f"{area} on {plural(judged.held_out, 'later row')}")
    paper.item("one machine", f"{decimal(grown.alone, 3)} on the same rows, from the sample alone")
    paper.item("calibration", f"{percent(judged.ece)} off on average")
    paper.item("kept in", given.save)
    paper.show()
