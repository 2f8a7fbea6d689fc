"""The main job as one function: a file in, everything that was found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options
from leadline.warehouse import values
from leadline.warehouse.source import open_source


def qualify_file(source: str | Path, outcome: str, *, sheet: str = "", query: str = "", **said: Any) -> Qualified:
    """Qualify a file or database, as `leadline qualify` does.

    `source` is a path, '-' or a database's address; `outcome` reads like 'Stage=Closed Won'; `said` are the other
    fields of `leadline.learn.task.Options`. Raises LeadlineError with one sentence where there is no answer.
    """
    with open_source(source, sheet=sheet, query=query) as opened:
        cells, _ = opened.table()
        formats = values.infer(cells)
        facts = opened.facts(formats)
        return qualify(values.parse(cells, formats), Options(outcome, **said), formats=formats, source=facts)
