"""What `leadline match` tells a person: how many duplicates, how sure, and some of them side by side."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.web.report.figures import count, decimal, percent, plural

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.core.matching import Agreement, MatchSummary
    from leadline.warehouse.matching import Matched

SHOWN = {"join": 2, "review": 3}  # examples
FIELDS = 6  # of an example
CERTAIN = 0.99
THINGS = {"people": "people", "accounts": "companies", "records": "records"}


def show(
    found: Matched,
    table: pa.Table,
    other: pa.Table,
    names: tuple[str, str],
    seconds: float,
    given: argparse.Namespace,
) -> None:
    """Print the summary; `table` and `other` are the rows that `left` and `right` of the pairs count."""
    paper = Paper()
    s = found.summary
    two = bool(names[1])
    rows = f"{plural(s.rows, 'row')} and {plural(s.other_rows, 'row')}" if two else plural(s.rows, "row")
    paper.title(" and ".join(name for name in names if name), f"{rows}, read as {THINGS[s.kind]}")
    paper.item("compared by", s.engine_words)
    paper.item("columns", ", ".join(clean(name, 30) for name in s.columns) or "none")
    if s.unused:
        unused = ", ".join(clean(name, 60) for name in s.unused[:6])
        paper.item("not used", unused + _more(len(s.unused) - 6), soft=True)
    for note in s.notes:
        paper.item("note", note)
    paper.title("Found")
    _counts(paper, s, two)
    bands = found.pairs["band"].to_pylist()
    for band, title in (("join", "Sure"), ("review", "For a person to decide")):
        places = [place for place, one in enumerate(bands) if one == band]
        # the least sure of each band: where the boundary lies is what a reader wants to see
        for number, place in enumerate(reversed(places[-SHOWN[band] :])):
            pair = found.pair(place)
            if number == 0:
                paper.title(title, f"the least sure of {count(len(places))}")
            likely = percent(pair.probability) if pair.probability < CERTAIN else f"over {percent(CERTAIN)}"
            paper.line(f"{likely}: {'; '.join(pair.reasons)}")
            _beside(paper, pair.agreements, table, other, pair.left, pair.right)
    paper.title("Next", f"{decimal(seconds, 1)} s")
    paper.line(f"Every pair, side by side: {given.out}" if given.out else "For every pair, add --out pairs.csv")
    paper.line(
        f"Every row with its group: {given.clusters}"
        if given.clusters
        else "For every row with the number of its group, add --clusters grouped.csv"
    )
    paper.show()


def _counts(paper: Paper, s: MatchSummary, two: bool) -> None:
    if two:
        paper.item("matched", f"{plural(s.duplicates, 'row')} of the second list {_is(s.duplicates)} in the first")
        paper.item(
            "partners",
            "each row has one at most, as both lists seem free of duplicates of their own"
            if s.one_to_one
            else "a row may have several, as the lists seem to hold duplicates of their own",
        )
    else:
        share = f" ({percent(s.duplicates / s.rows)} of all)" if s.rows else ""
        paper.item("duplicates", f"{plural(s.duplicates, 'row')}{share} in {plural(s.clusters, 'group')}")
        if s.largest > 2:
            paper.item("largest", plural(s.largest, "row"))
    paper.item("sure", f"{plural(s.joined, 'pair')}, {percent(s.join_from)} or more likely to be one")
    if s.review_from < s.join_from:
        paper.item("to review", f"{plural(s.for_review, 'pair')}, {percent(s.review_from)} or more likely")


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _more(n: int) -> str:
    return f" and {count(n)} more" if n > 0 else ""


def _beside(
    paper: Paper, agreements: tuple[Agreement, ...], table: pa.Table, other: pa.Table, left: int, right: int
) -> None:
    wide = max(10, (paper.width - 24) // 2)
    head = Text(f"{'':<18}", style=SOFT).append(set_cell_size(f"row {left + 1:,}", wide)).append(f"  row {right + 1:,}")
    paper.line(head, indent=4)
    for one in agreements[:FIELDS]:
        a = _cell(table, one.field, left, one.left)
        b = _cell(other, one.field, right, one.right)
        line = Text(set_cell_size(clean(one.field, 17), 18), style=SOFT)
        same = one.words in ("same", "nearly the same")
        line.append(set_cell_size(clean(a, wide), wide), style=f"not dim {DEEP if same else ''}".strip())
        line.append(f"  {clean(b, wide)}", style=f"not dim {DEEP if same else ''}".strip())
        paper.line(line, indent=4)


def _cell(table: pa.Table, field: str, row: int, cleaned: str) -> str:
    """The cell as the file has it; for a part of a column (the surname of a name) what was compared."""
    value = table[field][row].as_py() if field in table.column_names else cleaned
    return "–" if value is None or value == "" else str(value)
