"""What `leadline score`, `explain` and `compare` tell a person."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from rich.text import Text

from leadline.cli import rows
from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.core.qualification import ScoredRow
from leadline.web.report.figures import between, count, decimal, odds, percent, plural

if TYPE_CHECKING:
    from leadline.learn.comparison import Comparison
    from leadline.learn.listing import Listing
    from leadline.learn.model import Model

DRIFTED = 8
TOP = 10


def show_scored(listing: Listing, model: Model, name: str, given: argparse.Namespace) -> None:
    """Print what scoring a file gave: drift before the list."""
    paper = Paper()
    cut = f" up to {model.card.cut_off}" if model.card.cut_off else ""
    paper.title(
        name, f"{plural(listing.rows, 'row')}; model learned from {plural(model.card.trained_rows, 'row')}{cut}"
    )
    if listing.drift:
        severe = sum(1 for d in listing.drift if d.severe)
        paper.title("Drift", f"{plural(severe, 'column')} so far off that scores may mislead" if severe else "slight")
        paper.points((d.words for d in listing.drift), DRIFTED, "and {} more columns")
    else:
        paper.line("No column has drifted from what the model learned from.", soft=True)
    if listing.top:
        paper.title("The best rows", "mark: score on its 80 % range, │ base rate")
        rows.draw(paper, listing.top[:TOP], model.base_rate)
        grades = ", ".join(f"{count(n)} {grade}" for grade, n in listing.grade_counts)
        paper.line(f"Grades: {grades}", soft=True)
    paper.title("Next", f"{decimal(listing.seconds, 1)} s")
    paper.line(f"The whole list: {given.out}" if given.out else "For the whole list, add --out scored.csv")
    if listing.top:
        call = [given.file, "--model", given.model, "--row", listing.top[0].name]
        paper.line("Why a row is where it is:")
        paper.command(shlex.join(["leadline", "explain", *call]))
    paper.show()


def show_explained(row: ScoredRow, model: Model, name: str, alike: int) -> None:
    """Print all that moves one row."""
    paper = Paper()
    paper.title(row.name, f"row {row.row:,} of {name}")
    if alike > 1:
        paper.line(f"{alike} rows are called so; this is the first of them.")
    grade = f", grade {row.grade}" if row.grade else ""
    paper.item("score", f"{percent(row.score)}{grade}; 80 % range {between(row.low, row.high)}")
    paper.item("base rate", f"{percent(model.base_rate)} of the rows that the model learned from")
    if row.unusual:
        paper.item("unusual", "unlike the rows that the model learned from; judge it yourself")
    if row.state != "open":
        paper.item("note", f"this row is closed ({row.state}); the model may have learned from it")
    strongest = max((abs(r.effect) for r in (*row.up, *row.down)), default=0.0)
    for title, reasons in (("Raises it", row.up), ("Lowers it", row.down)):
        if reasons:
            paper.title(title, "against the average row; the factor is on the odds")
        for reason in reasons:
            bar = rows.push(reason, strongest, paper.signs)
            line = Text(f"{odds(reason.effect):>7}  ").append(f"{bar:<12}", style=DEEP)
            paper.line(line.append(f"  {clean(reason.words, paper.width - 26)}"))
    if not (row.up or row.down):
        paper.line("Nothing in this row stands out against the average row.")
    if row.missing:
        paper.title("Would move it most, once known")
        paper.line(row.missing)
    paper.show()


def show_compared(found: Comparison, a: str, b: str, name: str) -> None:
    """Print which of two models is better."""
    paper = Paper()
    paper.title(found.words, f"{plural(found.rows, 'closed row')} of {name}, {count(found.won)} won")
    wide = max(len(clean(x, 30)) for x in (a, b, "difference"))
    paper.line(Text(f"{'':<{wide}}  {'log loss':>9}  {'AUC':>7}", style=SOFT))
    for model, loss, auc in (
        (a, found.log_loss_a, found.auc_a),
        (b, found.log_loss_b, found.auc_b),
        ("difference", found.difference, found.auc_difference),
    ):
        paper.line(Text(f"{clean(model, 30):<{wide}}  {decimal(loss, 4):>9}  {decimal(auc, 3):>7}"))
    paper.line(
        f"95 % range of the difference: log loss {decimal(found.low, 4)} to {decimal(found.high, 4)}, "
        f"AUC {decimal(found.auc_low, 3)} to {decimal(found.auc_high, 3)}. Lower log loss is better, higher AUC is.",
        soft=True,
    )
    paper.show()
