"""The report of `leadline qualify --report`: one self-contained page, rendered from one frozen record.

Nothing is fetched and nothing runs: styles are inline, pictures are SVG made here, and the page's own policy
(Content-Security-Policy) refuses everything else. All text from data is escaped by Jinja2.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from leadline.core.qualification import Driver, LeftOut, Qualification, ScoredRow
from leadline.web import standalone
from leadline.web.report import curves, figures, marks, verdict
from leadline.web.report.card import (
    KINDS,
    ROLE_NAMES,
    format_words,
    money_unit,
    reading_facts,
)

ROWS_SHOWN = 50
DRIVERS_DRAWN = 9
# How much of a list a page shows; of most, a first part openly and the next one click away.
LIMITS = {
    "points": 12,
    "drivers": 12,
    "drivers_kept": 100,
    "findings": 10,
    "findings_kept": 100,
    "drift": 12,
    "drift_kept": 80,
    "columns": 40,
    "columns_kept": 300,
    "formats": 200,
}


def render(result: Qualification) -> str:
    """The whole page as HTML. Any field of `result` may be empty; lists are cut to what a person reads, and say so."""
    rows = verdict.open_rows(result)
    shown = rows[:ROWS_SHOWN]
    drawn = [d for d in result.drivers if d.partial][:DRIVERS_DRAWN]
    top = figures.nice_top(max([result.base_rate, *(r.high for r in shown), *(r.score for r in shown)]))
    spread, spread_table = _spread(result, rows)
    page = _environment().get_template("page.html")
    return page.render(
        q=result,
        v=result.validation,
        verdict=verdict.verdict(result),
        soundings=verdict.soundings(result),
        many=verdict.noun(result),
        capacity=verdict.capacity_words(result),
        style=standalone.style("leadline.web.report"),
        shown=shown,
        total=len(rows),
        ranking_top=top,
        longest=_longest(shown),
        spread=spread,
        spread_table=spread_table,
        drawn=drawn,
        partial_top=_partial_top(drawn, result.base_rate),
        strongest=max((d.share for d in result.drivers), default=0.0),
        findings=_by_kind(result.left_out),
        limit=LIMITS,
        reading=reading_facts(result),
        unit=money_unit(result),
        role_names=ROLE_NAMES,
    )


def write(result: Qualification, path: Path) -> None:
    """Write the page to `path`: beside it first, then renamed, so that no half page is ever seen.

    Raises CallError when the folder is missing or cannot be written.
    """
    standalone.write(render(result), path, "--report")


@cache
def _environment() -> Environment:
    """What the templates beside this file may call."""
    return standalone.environment(
        "leadline.web.report",
        dict(
            percent=figures.percent,
            count=figures.count,
            decimal=figures.decimal,
            money=figures.money,
            odds=figures.odds,
            times=figures.times,
            clip=figures.clip,
            format_words=format_words,
        ),
        dict(
            between=figures.between,
            plural=figures.plural,
            band=marks.band,
            effect=marks.effect,
            bar=marks.bar,
            reliability=curves.reliability,
            gain=curves.gain,
            partial=curves.partial,
            behind=curves.behind,
            trust_sentences=verdict.trust_sentences,
            unseen_sentence=verdict.unseen_sentence,
            top_sentence=verdict.top_sentence,
        ),
    )


def _longest(rows: list[ScoredRow]) -> float:
    """The strongest push among the rows shown: one scale for all of them."""
    return max((abs(reason.effect) for row in rows for reason in (*row.up, *row.down)), default=0.0)


def _spread(result: Qualification, rows: list[ScoredRow]) -> tuple[Markup, list[tuple[float, float, int, int]]]:
    """The picture of all open scores and the table behind it; both empty under two open rows."""
    if result.open < 2 or len(rows) < 2:
        return Markup(""), []
    scores, fits = [r.score for r in rows], verdict.fitting(result)
    top = figures.nice_top(max([result.base_rate, *scores]))
    return curves.spread(scores, fits, result.base_rate, top), curves.spread_table(scores, fits, top)


def _partial_top(drivers: list[Driver], base: float) -> float:
    """The end of the one scale of all small multiples."""
    shares = [max(p.score, p.observed or 0.0) for d in drivers for p in d.partial[: LIMITS["points"]]]
    return figures.nice_top(max([base, *shares]))


def _by_kind(left_out: tuple[LeftOut, ...]) -> list[tuple[str, str, str, list[LeftOut]]]:
    """Findings in the order of KINDS: kind, heading, what it means, the findings."""
    grouped = [(kind, *words, [f for f in left_out if f.kind == kind]) for kind, words in KINDS.items()]
    return [group for group in grouped if group[3]]
