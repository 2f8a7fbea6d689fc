"""The figures of the ladder as Markdown, and the page that shows them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ladder_figure import draw
from benchmarks.tables import table

Figures = dict[str, Any]
Row = dict[str, Any]

EXPLAIN = Path(__file__).resolve().parents[1] / "docs" / "explain"
PAGE, FIGURE = EXPLAIN / "small-data.md", EXPLAIN / "small-data.svg"
BEGIN, END = "<!-- measured by benchmarks/ladder.py: begin -->", "<!-- measured: end -->"
BANDS = ((1, 4), (4, 8), (8, 16), (16, 32), (32, 64), (64, 128), (128, 256), (256, 10**9))


def words_of(band: tuple[int, int]) -> str:
    """A band as people write it."""
    return f"{band[0]}–{band[1] - 1}" if band[1] < 10**9 else f"{band[0]} and more"


def by_set(rows: list[Row], band: tuple[int, int], value: Callable[[Row], float]) -> dict[str, float]:
    """The mean of each set's subsamples with so many events."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if band[0] <= row["events"] < band[1]:
            found[row["set"]].append(value(row))
    return {name: float(np.mean(each)) for name, each in found.items()}


def ratio(over: str, under: str) -> Callable[[Row], float]:
    """The logarithm of one log loss over another."""
    return lambda row: float(np.log(row[over] / row[under]))


def level(rows: list[Row], band: tuple[int, int], over: str, under: str = "base") -> float:
    """Geometric mean over sets of one log loss over another."""
    return float(np.exp(np.mean(list(by_set(rows, band, ratio(over, under)).values()))))


def ahead(rows: list[Row], band: tuple[int, int], over: str, under: str) -> tuple[int, int]:
    """In how many sets, and of how many, `over` has the lower log loss."""
    found = by_set(rows, band, ratio(over, under))
    return sum(value < 0 for value in found.values()), len(found)


def switch(rows: list[Row], over: str, under: str) -> int | None:
    """The fewest events of the lowest band from which on `over` is ahead in more than half of the sets."""
    start = None
    for band in BANDS:
        won, sets = ahead(rows, band, over, under)
        if sets:
            start = (start or band[0]) if won > sets / 2 else None
    return start


def _bands(rows: list[Row]) -> Iterator[str]:
    cells = []
    for band in BANDS:
        here = [row for row in rows if band[0] <= row["events"] < band[1]]
        if not here:
            continue

        def mean(key: str, band: tuple[int, int] = band) -> float:
            told = [row for row in rows if row[key] is not None]
            return float(np.mean(list(by_set(told, band, lambda row: float(row[key])).values())))

        truth = [row for row in here if row["scorecard_truth"] is not None]
        card, stack = ahead(rows, band, "scorecard", "base"), ahead(rows, band, "ensemble", "scorecard")
        cells.append(
            [
                words_of(band),
                str(len(here)),
                f"{level(rows, band, 'scorecard'):.3f}",
                f"{level(rows, band, 'ensemble'):.3f}",
                f"{level(rows, band, 'trees'):.3f}",
                f"{card[0]} of {card[1]}",
                f"{stack[0]} of {stack[1]}",
                f"{mean('scorecard_width'):.2f} / {mean('ensemble_width'):.2f}",
                f"{mean('scorecard_bins'):.0%} / {mean('ensemble_bins'):.0%}",
                f"{mean('scorecard_truth'):.0%} / {mean('ensemble_truth'):.0%}" if truth else "",
            ]
        )
    head = ["events", "subsamples", "scorecard", "ensemble", "trees alone", "scorecard ahead of base rate"]
    head += ["ensemble ahead of scorecard", "width of the 80 % range", "bins covered", "truth held (simulated)"]
    yield from table(head, cells)


def _sets(rows: list[Row], titles: dict[str, str]) -> Iterator[str]:
    cells = []
    for name, title in titles.items():
        mine = [row for row in rows if row["set"] == name]
        if not mine:
            continue
        sizes = sorted({row["rows"] for row in mine})
        told = []
        for size in (sizes[0], sizes[len(sizes) // 2], sizes[-1]):
            part = [row for row in mine if row["rows"] == size]
            card, stack = (
                float(np.exp(np.mean([ratio(key, "base")(r) for r in part]))) for key in ("scorecard", "ensemble")
            )
            told.append(f"{size:,} rows, {np.mean([r['events'] for r in part]):.0f} events: {card:.3f} / {stack:.3f}")
        first, second = switch(mine, "scorecard", "base"), switch(mine, "ensemble", "scorecard")
        cells.append([title, str(first or "never"), str(second or "never"), *told])
    head = ["set", "scorecard ahead of base rate from", "ensemble ahead of scorecard from"]
    yield from table([*head, "fewest rows: scorecard / ensemble", "middle", "most"], cells)


def _judged(rows: list[Row]) -> Iterator[str]:
    cells = []
    for band in BANDS[:6]:
        here = [row for row in rows if band[0] <= row["events"] < band[1]]
        if here:
            better, worse = [r for r in here if r["was"]], [r for r in here if not r["was"]]
            said = [r for r in here if r["said"]]
            share = f"{sum(r['was'] for r in said)} of {len(said)}" if said else "none said"
            cells.append(
                [
                    words_of(band),
                    str(len(here)),
                    f"{sum(r['said'] for r in better)} of {len(better)}",
                    f"{sum(r['said'] for r in worse)} of {len(worse)}",
                    share,
                ]
            )
    head = ["events", "models judged", "better, and said so", "worse, yet said to be better", "right when it says so"]
    yield from table(head, cells)


def _tried(rows: list[Row]) -> Iterator[str]:
    bands = [band for band in BANDS[:6] if any(band[0] <= row["events"] < band[1] for row in rows)]
    cells = []
    for words in [key for key in rows[0] if key not in ("set", "events")]:
        line = [words]
        for band in bands:
            found = list(by_set([{**row, "base": 1.0} for row in rows], band, ratio(words, "base")).values())
            line.append(f"{np.exp(np.mean(found)):.3f} ({np.exp(max(found)):.3f})")
        cells.append(line)
    yield from table(["what was tried", *(words_of(band) for band in bands)], cells)


def measured(figures: Figures) -> Iterator[str]:
    """The measured part of the page."""
    rows = figures["climbed"]
    card, stack = switch(rows, "scorecard", "base"), switch(rows, "ensemble", "scorecard")
    yield (
        f"The scorecard is ahead of the base rate in more than half of the sets from {card} events on, the ensemble of "
        f"the scorecard from {stack}."
    )
    yield ""
    yield (
        "Log loss on held-out rows over that of the base rate (geometric mean over sets; under 1 is better); widths "
        "and shares are scorecard / ensemble:"
    )
    yield ""
    yield from _bands(rows)
    yield "Set by set, in bands of events:"
    yield ""
    yield from _sets(rows, figures["titles"])
    yield "### Can so few rows judge a model?"
    yield ""
    yield from _judged(figures["judged"])
    yield "### What was tried for few events"
    yield ""
    yield "Log loss of the scorecard rung over the base rate's: geometric mean over sets, in brackets the worst set."
    yield ""
    yield from _tried(figures["tried"])


def write(figures: Figures, ensemble_from: int, judged_from: int) -> None:
    """The figure, and the page with its measured part anew."""
    FIGURE.write_text(draw(figures["climbed"], figures["titles"], ensemble_from, judged_from), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n".join(measured(figures)).rstrip()
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")


def kept(path: Path) -> Figures:
    """The figures of the last run."""
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found
