"""What `leadline lookalikes` tells a person."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.text import Text

from leadline.cli.paper import SOFT, Paper, clean
from leadline.web.report.figures import between, count, decimal, percent, plural

if TYPE_CHECKING:
    from leadline.learn.lookalikes.records import LookAlikes

SHOWN = 12
METHODS = {
    "learned": "learned: what sets winners apart from all the rest, in which no row is called a loss",
    "by columns that tell": "few winners, so by distance to the nearest, in the columns that set them apart",
}


def show(result: LookAlikes, name: str, given: argparse.Namespace) -> None:
    """Print the list, or why there is none."""
    paper = Paper()
    paper.title(name, f"{plural(result.rows, 'row')}, {count(result.winners)} of them winners")
    paper.item("method", METHODS[result.method])
    told = ", ".join(f"{clean(column, 30)} {percent(share)}" for column, share in result.telling[:6])
    paper.item("what tells", told or "nothing")
    if result.excluded:
        paper.item("left out", ", ".join(f"{count(n)} {words}" for words, n in result.excluded))
    best = result.trial[0]
    paper.title("Tested", f"{plural(best.hidden, 'winner')} hidden in turn; chance finds a tenth")
    for one in result.trial:
        paper.item(
            percent(one.recall),
            f"came back in the best tenth ({between(one.low, one.high)}): {one.way}",
            one is not best,
        )
    if result.why:
        paper.title("No list")
        paper.line(f"{result.why[:1].upper()}{result.why[1:]}.")
    else:
        _list(paper, result)
    paper.title("Next", f"{decimal(result.seconds, 1)} s")
    if result.why:
        paper.line("To compare other columns, add --columns; where losses are known, leadline qualify says more.")
    else:
        paper.line(f"The whole list: {given.out}" if given.out else "For the whole list, add --out alike.csv")
    paper.show()


def _list(paper: Paper, result: LookAlikes) -> None:
    if result.caution:
        paper.item("beware", result.caution)
    paper.title("Most like the winners", "times as likely as the average of the rest to be among them")
    for one in result.top[:SHOWN]:
        line = Text(f"{one.place:>3} ", style=SOFT).append(clean(one.name, 50), style="not dim bold")
        paper.line(line.append(f"  {decimal(one.times, 1)} times", style="not dim"))
        for near in one.near:
            shared = ", ".join(clean(words, 40) for words in near.shared) or "on the whole"
            paper.line(f"like {clean(near.name, 40)}: {shared}", indent=6, soft=True)
    if result.estimated is not None:
        paper.line(
            f"If winners came evenly from all their like, about {count(result.estimated)} of the rest are. Nobody has "
            "tried them, so this is a guess, not a forecast.",
            soft=True,
        )
