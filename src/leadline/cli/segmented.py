"""What `leadline segments` tells a person."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from leadline.cli.paper import Paper, clean
from leadline.web.report.figures import between, count, decimal, percent, plural

if TYPE_CHECKING:
    from leadline.learn.segments.records import Segment, Segments, Trait

TRAITS = 4
UNUSED = 8


def show(result: Segments, name: str, given: argparse.Namespace) -> None:
    """Print the segments, or why there are none."""
    paper = Paper()
    paper.title(name, f"{plural(result.rows, 'row')}, by {plural(len(result.used), 'column')}")
    told = ", ".join(clean(one, 30) for one in result.told_apart_by)
    if told:
        paper.item("set apart by", told)
    rest = [f"{clean(one.column, 30)} ({one.reason})" for one in result.unused]
    if rest:
        more = f" and {len(rest) - UNUSED} more" if len(rest) > UNUSED else ""
        paper.item("not used", ", ".join(rest[:UNUSED]) + more, soft=True)
    if not result.segments:
        paper.title("No segments")
        paper.line(f"{result.why[:1].upper()}{result.why[1:]}.")
    elif result.why:
        paper.item("beware", f"the number was set by hand, and {result.why}")
    else:
        paper.item("judged", _judged(result))
    for segment in result.segments:
        _segment(paper, segment, result)
    if result.changes:
        paper.title("Since the last time", f"{count(result.moved)} of {plural(result.known, 'known row')} moved")
        for change in result.changes:
            paper.line(f"{change.words}.")
    _next(paper, result, given)
    paper.show()


def _judged(result: Segments) -> str:
    lowest = min(segment.stability for segment in result.segments)
    return (
        f"each comes again in samples of the rows (at least {percent(lowest)} of it); none of 19 files with shuffled "
        f"columns, and none of 19 without groups, splits as clearly"
    )


def _segment(paper: Paper, segment: Segment, result: Segments) -> None:
    change = f", {segment.change}" if segment.change else ""
    paper.title(
        f"{segment.id}  {segment.name}", f"{plural(segment.size, 'row')}, {percent(segment.share)} of all{change}"
    )
    for trait in segment.traits[:TRAITS]:
        paper.line(_trait(trait))
    if segment.isnt:
        paper.item("seldom", _trait(segment.isnt[0]))
    paper.item("typical", ", ".join(clean(name, 40) for name in segment.typical))
    again = percent(segment.stability)
    paper.item("sure", f"{percent(segment.sure)} on average that a row belongs here; comes again {again}")
    rate = segment.outcome
    if rate is not None and rate.closed:
        paper.item(
            "won",
            f"{percent(rate.rate)} of {count(rate.closed)} closed ({between(rate.low, rate.high)}); {result.outcome}",
        )


def _trait(trait: Trait) -> str:
    return (
        f"{clean(trait.words, 60)}: {percent(trait.share)}, of the others {percent(trait.rest)} "
        f"({decimal(trait.low, 1)} to {decimal(trait.high, 1)} times)"
    )


def _next(paper: Paper, result: Segments, given: argparse.Namespace) -> None:
    paper.title("Next", f"{decimal(result.seconds, 1)} s")
    if not result.segments:
        paper.line("To cut the rows all the same, add --number 3; to look at other columns, --columns.")
        return
    paper.line(f"Every row with its segment: {given.out}" if given.out else "For every row, add --out segmented.csv")
    if given.save:
        paper.line("The same segments in the next file, and who moved:")
        paper.command(f"leadline segments FILE --like {shlex.quote(given.save)} --save {shlex.quote(given.save)}")
    else:
        paper.line("To keep ids and names for the next file, add --save segments/")
