"""What `leadline match-target` tells a person: the rules as they were understood, how many fit, and the best."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.core.target import Fit, Target, TargetRow, Weight
from leadline.learn.target.columns import Columns
from leadline.learn.target.matching import rule_words
from leadline.web.report.figures import count, decimal, percent, plural

BEST = 10
BANDS = ("fits", "may fit", "does not fit")


def show(
    name: str, target: Target, columns: Columns, ranked: Sequence[TargetRow], seconds: float, given: argparse.Namespace
) -> None:
    """Print the summary."""
    paper = Paper()
    paper.title(name, plural(columns.rows, "row"))
    paper.title("Understood as", "edit it: --show prints TOML")
    for rule in target.rules:
        words = rule_words(rule)
        said = f"  from '{clean(rule.said, 50)}'" if rule.said else ""
        paper.item(rule.kind.value, Text(words, style="not dim").append(said, style=SOFT))
    needed = {rule.field for rule in target.rules}
    lacking = sorted(field for field in needed - set(columns.headers) if field not in ("function", "seniority", "text"))
    if lacking:
        paper.item("no column", f"{', '.join(lacking)}: unknown in every row; say which with --map HEADER=FIELD")
    paper.title("Found")
    bands = Counter(row.band for row in ranked)
    for band in BANDS:
        share = f" ({percent(bands[band] / columns.rows)})" if columns.rows else ""
        paper.item(band, f"{plural(bands[band], 'row')}{share}")
    unknown = Counter(
        rule.field
        for row in ranked
        for rule, answer in zip(target.rules, row.answers, strict=True)
        if answer.fit is Fit.UNKNOWN
    )
    for field, many in unknown.most_common(4):
        paper.item("unknown", f"{field} in {plural(many, 'row')}")
    best = [row for row in ranked if row.band != "does not fit"][:BEST]
    if best:
        paper.title("Best", f"score of 100, and what is unknown could make of it, {len(best)} of {count(len(ranked))}")
    for row in best:
        named = next((cells[row.row] for key in ("name", "mail", "website") if (cells := columns.cells.get(key))), None)
        line = Text(f"{row.score:>5.0f}", style=f"bold {DEEP}")
        between = f"  {row.low:.0f} to {row.high:.0f}" if row.high - row.low > 0.5 else ""
        line.append(f"  {clean(named or f'row {row.row + 1:,}', 40)}", style="not dim bold")
        line.append(f"  row {row.row + 1:,}{between}", style=f"not bold {SOFT}")
        paper.line(line)
        paper.line(_why(target, row), indent=9, soft=True)
    paper.title("Next", f"{decimal(seconds, 1)} s")
    paper.line(f"Every row with its reasons: {given.out}" if given.out else "For every row, add --out matched.csv")
    paper.show()


def _why(target: Target, row: TargetRow) -> str:
    signs = {Fit.YES: "+", Fit.NO: "−", Fit.PERHAPS: "~", Fit.UNKNOWN: "?"}
    parts = [
        f"{signs[answer.fit]} {answer.words}"
        for rule, answer in zip(target.rules, row.answers, strict=True)
        if rule.kind is not Weight.MUST_NOT or answer.fit in (Fit.YES, Fit.PERHAPS)
    ]
    return clean("  ".join(parts), 200)
