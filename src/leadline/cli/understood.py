"""What `leadline understand` tells a person: one text with what was found in it marked, or what many texts hold."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.text import Text

from leadline.cli.findings import counted, label_of
from leadline.cli.messages import Messages
from leadline.cli.paper import DEEP, SOFT, Paper, clean
from leadline.core.understanding import FactKind, Finding
from leadline.learn.themes import Topic
from leadline.web.report.figures import count, decimal, percent, plural

LINES = 60  # of one text
SHOWN = 8
_STYLES = {FactKind.ENTITY: "underline", FactKind.INTENT: DEEP, FactKind.SENTIMENT: "bold"}
_KINDS = (FactKind.INTENT, FactKind.SENTIMENT, FactKind.THEME, FactKind.ENTITY, FactKind.PERSONAL)
_TITLES = {
    FactKind.INTENT: ("What the writers want", "texts"),
    FactKind.SENTIMENT: ("How they speak of the offer", "texts"),
    FactKind.THEME: ("What they are about", "texts"),
    FactKind.ENTITY: ("What they name", "texts"),
    FactKind.PERSONAL: ("Personal data in them", "kinds only"),
    FactKind.LANGUAGE: ("Languages", "texts"),
}


def show(
    told: Messages,
    found: Sequence[Sequence[Finding]],
    topics: Sequence[Topic],
    seconds: float,
    given: argparse.Namespace,
) -> None:
    """Print what was understood."""
    paper = Paper()
    if len(told.texts) == 1:
        _one(paper, told, found[0])
    else:
        _many(paper, told, found, topics)
    paper.title("Next", f"{decimal(seconds, 1)} s, models {given.size}")
    paper.line(
        f"Every finding: {given.out}" if given.out else "For every finding with its place, add --out findings.csv"
    )
    if any(one.kind is FactKind.PERSONAL for many in found for one in many):
        paper.line("Text without the personal data: leadline mask")
    paper.show()


def _one(paper: Paper, told: Messages, found: Sequence[Finding]) -> None:
    language = next((label_of(one) for one in found if one.kind is FactKind.LANGUAGE), "unknown")
    paper.title(told.name, f"language {language}; marked: names underlined, wishes in colour, mood in bold")
    text = Text(told.texts[0])
    for kind in (FactKind.INTENT, FactKind.SENTIMENT, FactKind.ENTITY):
        for one in found:
            if one.kind is kind and one.span:
                text.stylize(_STYLES[kind], *one.span)
    lines = text.split("\n")
    for line in lines[:LINES]:
        plain = line.copy()
        # Signs that could steer a terminal are blanks; marks keep their places.
        plain.plain = "".join(sign if sign.isprintable() else " " for sign in line.plain)
        paper.line(plain)
    if len(lines) > LINES:
        paper.line(f"and {plural(len(lines) - LINES, 'more line')}", soft=True)
    for kind in _KINDS:
        shown = [one for one in found if one.kind is kind]
        if shown:
            paper.title(_TITLES[kind][0])
        for one in shown[: 3 * SHOWN]:
            paper.item(_short(label_of(one)), _words(one))


def _short(name: str) -> str:
    """A name that fits into the column of labels."""
    return {"request for meeting": "meeting", "decision process": "decision"}.get(name, name)


def _words(one: Finding) -> Text:
    words = {
        FactKind.THEME: ", ".join(map(str, one.value.get("words", ()))),
        FactKind.PERSONAL: f"at characters {one.span[0]} to {one.span[1]}" if one.span else "",
    }.get(one.kind, one.quote)
    if one.kind is FactKind.SENTIMENT and one.value.get("words"):
        words = f"{one.quote}  ({', '.join(map(str, one.value['words']))})"
    made = Text(clean(words, 300), style="not dim")
    if one.value.get("currency"):
        made.append(f"  {decimal(float(one.value['amount']), 2)} {one.value['currency']}", style=SOFT)
    if one.value.get("date"):
        made.append(f"  {one.value['date']}", style=SOFT)
    if one.confidence is not None:
        made.append(f"  {percent(one.confidence)}", style=SOFT)
    return made


def _many(paper: Paper, told: Messages, found: Sequence[Sequence[Finding]], topics: Sequence[Topic]) -> None:
    of = f" in '{told.column}'" if told.column else ""
    paper.title(told.name, f"{plural(len(told.texts), 'text')}{of}")
    for kind in (FactKind.LANGUAGE, *_KINDS):
        rows = counted(found, kind.value)
        if not rows:
            continue
        paper.title(*_TITLES[kind])
        for name, number in rows[:SHOWN]:
            example = _example(found, kind, name)
            paper.item(
                _short(name), Text(f"{count(number):>7}   ").append(clean(example, paper.width - 28), style=SOFT)
            )
        if len(rows) > SHOWN:
            paper.line(f"and {len(rows) - SHOWN} more", soft=True)
    if topics:
        paper.title("Themes found without a list", "words that set each apart, share of texts")
        for topic in topics:
            paper.item(percent(topic.share), clean(", ".join(topic.words), paper.width - 20))


def _example(found: Sequence[Sequence[Finding]], kind: FactKind, name: str) -> str:
    """The surest finding's own words."""
    if kind in (FactKind.LANGUAGE, FactKind.PERSONAL):
        return ""
    same = [one for many in found for one in many if one.kind is kind and label_of(one) == name and one.quote]
    return max(same, key=lambda one: one.confidence or 0.0).quote if same else ""
