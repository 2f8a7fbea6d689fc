"""Progress on standard error, where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from leadline.core.progress import Progress


@contextmanager
def shown(quiet: bool = False) -> Iterator[Progress]:
    """A function of stage words and the share done; it draws one line that goes when the work is done."""
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}", style="dim", markup=False),
        BarColumn(bar_width=24, style="dim", complete_style="cyan", finished_style="cyan"),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr, highlight=False),
        refresh_per_second=4,
        transient=True,
    )
    with bar:
        task = bar.add_task("Reading", total=1.0)

        def report(words: str, share: float) -> None:
            bar.update(task, description=words[:1].upper() + words[1:], completed=min(max(share, 0.0), 1.0))

        yield report


def _silent(_words: str, _share: float) -> None:
    return
