"""The page of `leadline profile --html`: one self-contained file, rendered from one frozen record.

Nothing is fetched and nothing runs: styles are inline, pictures are SVG made here, and the page's own policy refuses
everything else. All text from data is escaped by Jinja2.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment

from leadline.core.profile import Profile
from leadline.web import standalone
from leadline.web.profile import pictures, words
from leadline.web.report import figures

# How much of a list is open; the rest is one click away, or counted.
LIMITS = {
    "people": 12,
    "deals": 8,
    "orders": 8,
    "story": 25,
    "understood": 8,
    "evidence": 20,
    "quotes": 6,
    "history": 40,
}


def render(made: Profile) -> str:
    """The whole page as HTML. Any part of `made` may be empty."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            p=made,
            limit=LIMITS,
            style=standalone.style("leadline.web.profile"),
        )
    )


def write(made: Profile, path: Path) -> None:
    """Writes the page to `path`: beside it first, then renamed, so that no half page is ever seen. Raises CallError."""
    standalone.write(render(made), path, "--html")


@cache
def _environment() -> Environment:
    """What the templates beside this file may call."""
    return standalone.environment(
        "leadline.web.profile",
        dict(
            clip=figures.clip,
            count=figures.count,
            day=words.day,
            shown=words.shown,
            key=words.key,
            passage=words.passage,
            times=words.times,
        ),
        dict(
            plural=figures.plural,
            answer=words.answer,
            eyebrow=words.eyebrow,
            groups=words.groups,
            disputed=words.disputed,
            deal_line=words.deal_line,
            week_picture=pictures.weeks,
        ),
    )
