"""Rows of the list as lines: name, grade, score, the 80 % range as a small mark, and the reasons under it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.core.qualification import Reason, ScoredRow
from leadline.web.report.figures import money, nice_top, percent

TRACK = 22  # signs that a mark is wide


def draw(paper: Paper, rows: Sequence[ScoredRow], base: float | None) -> None:
    """The rows with one scale for all marks; `base` is drawn as a thin line where it is known."""
    top = nice_top(max([base or 0.0, *(row.high for row in rows)]))
    graded, valued = any(row.grade for row in rows), any(row.value is not None for row in rows)
    name = min(max(cell_len(clean(row.name)) for row in rows), max(12, paper.width - TRACK - 40))
    name = max(name, 4)
    head = f"  {'':>3} {set_cell_size('', name)}  {'     ' if graded else ''}{'score':>6}   "
    scale = f"0{percent(top).replace(chr(160), ' '):>{TRACK - 1}}"
    paper.line(Text(head + scale + ("   expected value" if valued else ""), style=SOFT), indent=0)
    for place, row in enumerate(rows, 1):
        line = Text(f"  {place:>3} ", style=SOFT)
        line.append(set_cell_size(clean(row.name, name), name), style="not dim bold")
        if graded:
            line.append(f"  {row.grade or ' '}  ", style="not dim")
        line.append(f"  {percent(row.score):>6}   ", style="not dim")
        line.append_text(mark(row.score, row.low, row.high, top, base, paper.signs))
        if valued:
            line.append(f"   {money(row.value):>14}", style="not dim")
        line.rstrip()
        paper.line(line, indent=0)
        for below in _beneath(row, paper.width - 6):
            paper.line(below, indent=6)


def _beneath(row: ScoredRow, width: int) -> list[Text]:
    """The strongest reason each way, on one line where they fit."""
    parts = [f"+ {clean(row.up[0].words)}"] if row.up else []
    parts += [f"− {clean(row.down[0].words)}"] if row.down else []
    parts += ["unusual"] if row.unusual else []
    joined = "   ".join(parts) or "nothing in this row stands out"
    if cell_len(joined) <= width:
        return [Text(joined, style=SOFT)]
    return [Text(clean(part, width), style=SOFT) for part in parts]


def mark(score: float, low: float, high: float, top: float, base: float | None, signs: bool = True) -> Text:
    """A dot on its 80 % range over a track from 0 to `top`; the base rate is a thin line."""
    band, dot, thin = ("━", "●", "│") if signs else ("-", "o", "|")

    def at(x: float) -> int:
        return min(TRACK - 1, max(0, round(x / top * (TRACK - 1))))

    cells = [" "] * TRACK
    for place in range(at(low), at(high) + 1):
        cells[place] = band
    if base is not None and cells[at(base)] == " ":
        cells[at(base)] = thin
    cells[at(score)] = dot
    made = Text()
    for sign in cells:
        made.append(sign, style="not dim " + (DEEP if sign in (band, dot) else ""))
    return made


def push(reason: Reason, strongest: float, signs: bool = True) -> str:
    """How far a reason moves the odds, as a bar of at most 12 signs."""
    share = abs(reason.effect) / strongest if strongest else 0.0
    return ("█" if signs else "#") * max(1, round(12 * share))
