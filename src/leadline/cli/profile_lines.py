"""What `leadline profile` tells a person in a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

from leadline.cli.paper import DEEP, LABEL, SOFT, Paper, clean
from leadline.core.profile import Profile, ProfileField
from leadline.web.profile import words
from leadline.web.report.figures import plural

FIELDS, UNDERSTOOD, PEOPLE, DEALS, ACTS, GAPS = 24, 12, 8, 6, 8, 8


def show(made: Profile, given: argparse.Namespace) -> None:
    """Print the summary."""
    paper = Paper()
    paper.title(made.name, words.eyebrow(made))
    paper.line(" ".join(words.answer(made)))
    for note in made.notes:
        paper.item("note", note)
    _fields(paper, "What is known", made.fields, FIELDS)
    _fields(paper, "In their words", made.understood, UNDERSTOOD, with_times=True)
    _fields(paper, "What was done", made.numbers, FIELDS)
    if made.kept:
        _fields(paper, "Why it is kept", made.kept, FIELDS)
    if made.people and made.kind == "account":
        paper.title("Buying group", plural(len(made.people), "person", "people"))
        lines = []
        for one in made.people:
            about = [part for part in (one.title, *(str(role.value) for role in one.roles)) if part]
            about.append(f"{one.last.value}, {words.day(one.last.when)}" if one.last else "never seen")
            lines.append(f"{one.name}: {'; '.join(about)}")
        paper.points(lines, PEOPLE, "and {} more people")
    if made.deals:
        paper.title("Deals", f"{len(made.deals):,}")
        deals = (f"{deal.name}: {deal.value('state')}, {words.deal_line(deal)}" for deal in made.deals)
        paper.points(deals, DEALS, "and {} more deals")
    if made.story:
        paper.title("Last acts", f"of {made.acts:,}")
        for act in made.story[:ACTS]:
            mark = {"buyer": "●", "seller": "□"}.get(act.actor, "–") if paper.signs else act.actor[:1]
            line = Text(f"{mark} ", style=DEEP if act.actor == "buyer" else SOFT)
            line.append(f"{words.day(act.at)}  ", style=SOFT)
            line.append(clean(f"{act.act}{f', {act.name}' if act.name else ''}", 60), style="not dim")
            line.append(f"  {clean(act.words, 60)}", style=SOFT)
            paper.line(line)
    if made.gaps:
        paper.title("What is missing")
        lines = [f"{gap.what} ({gap.why}); {gap.ask}" for gap in made.gaps]
        paper.points(lines, GAPS, "and {} more")
    paper.title("Next")
    paper.line(f"Every value with its source: {given.html}" if given.html else "Every value opens in --html page.html")
    paper.show()


def _fields(paper: Paper, title: str, fields: Iterable[ProfileField], most: int, *, with_times: bool = False) -> None:
    every = list(fields)
    if not every:
        return
    paper.title(title)
    for field in every[:most]:
        line = Text(clean(words.shown(field.value), 70), style="not dim")
        if with_times and words.times(field) > 1:
            line.append(f" ({words.times(field)} times)", style=SOFT)
        where = field.evidence[0].words if field.evidence else field.source
        line.append(f"  {clean(where, 60)}, {words.day(field.when)}", style=SOFT)
        if field.disputed:
            other = next(one for one in field.others if one.why != "earlier")
            line.append(f"; {clean(words.shown(other.value), 40)} by {clean(other.source, 30)}", style=SOFT)
        if cell_len(field.name) < LABEL - 2:
            paper.item(field.name, line)
        else:
            paper.line(Text(f"{clean(field.name, 40)}  ", style=SOFT).append_text(line))
    if len(every) > most:
        paper.line(f"and {len(every) - most:,} more, in --html or --json", soft=True)
