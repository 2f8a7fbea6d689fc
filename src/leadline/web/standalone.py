"""Pages that stand alone: one file with its styles and pictures in it, that fetches nothing and runs nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leadline.core.errors import CallError


def environment(
    package: str, filters: Mapping[str, Callable[..., Any]], words: Mapping[str, Callable[..., Any]]
) -> Environment:
    """Jinja2 with autoescape always on, for the templates beside `package`; `filters` and functions by name."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: _text(package, name)),
    )
    made.filters.update(filters)
    made.globals.update(words)
    return made


def style(package: str) -> Markup:
    """The look that all pages share, and that of the page of `package`."""
    return Markup(_text("leadline.web.shell", "look.css") + _text(package, "page.css"))  # noqa: S704  our own files


def write(page: str, path: Path, option: str) -> None:
    """Writes a page to `path`: beside it first, then renamed, so that no half page is ever seen.

    Raises CallError, which names `option`, where the folder is missing or cannot be written.
    """
    beside = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        try:
            beside.write_text(page, encoding="utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise CallError(
            f"The page '{path}' cannot be written ({reason}); choose another place with {option}"
        ) from error


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")
