"""The page of `leadline profile --html`: one self-contained file, rendered from one frozen record.

Nothing is fetched and nothing runs: styles are inline, pictures are SVG made here, and the page's own policy refuses
everything else. All text from data is escaped by Jinja2.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leadline.core.errors import CallError
from leadline.core.profile import Profile
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
            style=Markup(_text("leadline.web.shell", "look.css") + _text("leadline.web.profile", "page.css")),  # noqa: S704  our own files
        )
    )


def write(made: Profile, path: Path) -> None:
    """Writes the page to `path`: beside it first, then renamed, so that no half page is ever seen. Raises CallError."""
    page = render(made)
    beside = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        try:
            beside.write_text(page, encoding="utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise CallError(f"The page '{path}' cannot be written ({reason}); choose another place with --html") from error


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    """Jinja2 with autoescape always on; templates lie beside this file."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: _text("leadline.web.profile", name)),
    )
    environment.filters.update(
        clip=figures.clip,
        count=figures.count,
        day=words.day,
        shown=words.shown,
        key=words.key,
        passage=words.passage,
        times=words.times,
    )
    environment.globals.update(
        plural=figures.plural,
        answer=words.answer,
        eyebrow=words.eyebrow,
        groups=words.groups,
        disputed=words.disputed,
        deal_line=words.deal_line,
        week_picture=pictures.weeks,
    )
    return environment
