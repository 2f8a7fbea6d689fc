"""The ladder as small multiples in SVG: log loss against events, one panel a set, all on one scale."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

Row = dict[str, Any]
Point = tuple[float, float]

COLUMNS, PANEL, TALL = 4, 250, 214  # panels a row, their width and height with titles, in pixels
LEFT, TOP, LABELS = 58, 74, 64  # room for the vertical axis, the heading, and the names at the ends of lines
PLOT_WIDTH, PLOT_HEIGHT = PANEL - LABELS - 8, 142
X_RANGE, Y_RANGE = (1.5, 1200.0), (0.5, 1.25)
X_TICKS, Y_TICKS = (3, 10, 30, 100, 300, 1000), (0.5, 0.6, 0.75, 0.9, 1.0, 1.2)
LINES = {"scorecard": "card", "ensemble": "stack", "trees": "alone"}
SHORT = {"ibm_ordered": "IBM, by number", "software": "Software discounts, by date"}  # titles that are too long
NAMES = {"scorecard": "scorecard", "ensemble": "ensemble", "trees": "trees alone"}
STYLE = """
svg{--paper:#fbfaf6;--ink:#14212b;--soft:#566370;--line:#e5e1d6;--deep:#0e6a68;--claim:#b3541e}
@media(prefers-color-scheme:dark){
svg{--paper:#11171c;--ink:#e8edf0;--soft:#9fb0bb;--line:#2a353d;--deep:#5cc4bd;--claim:#f0a36b}}
text{font:11px system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
text{fill:var(--soft);font-variant-numeric:tabular-nums}
.paper{fill:var(--paper)}.title{fill:var(--ink);font-weight:560;font-size:12px}
.head{fill:var(--ink);font-weight:620;font-size:17px}
.grid{stroke:var(--line)}.one{stroke:var(--soft)}
.switch{stroke:var(--claim);stroke-dasharray:2 3}.switched{fill:var(--claim)}
polyline{fill:none;stroke-linejoin:round;stroke-width:1.6}
.card{stroke:var(--ink)}.stack{stroke:var(--deep);stroke-width:2.4}.alone{stroke:var(--soft);stroke-dasharray:4 3}
.card-name{fill:var(--ink)}.stack-name{fill:var(--deep);font-weight:600}
"""


def _x(events: float) -> float:
    low, high = np.log(X_RANGE)
    return float((np.log(events) - low) / (high - low) * PLOT_WIDTH)


def _y(value: float) -> float:
    low, high = np.log(Y_RANGE)
    return float((high - np.log(value)) / (high - low) * PLOT_HEIGHT)


def points(rows: list[Row], key: str) -> list[Point]:
    """Mean events and log loss over the base rate's, one point a size."""
    found = []
    for size in sorted({row["rows"] for row in rows}):
        part = [row for row in rows if row["rows"] == size]
        ratios = [np.log(row[key] / row["base"]) for row in part]
        found.append((float(np.mean([row["events"] for row in part])), float(np.exp(np.mean(ratios)))))
    return found


def _panel(rows: list[Row], title: str, left: int, top: int, number: int, switches: dict[str, int]) -> list[str]:
    out = [f'<g transform="translate({left} {top})"><text class="title" x="0" y="-10">{escape(title)}</text>']
    for value in Y_TICKS:
        kind = "one" if value == 1 else "grid"
        out.append(f'<line class="{kind}" x1="0" x2="{PLOT_WIDTH}" y1="{_y(value):.1f}" y2="{_y(value):.1f}"/>')
        if number % COLUMNS == 0:
            out.append(f'<text x="-6" y="{_y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    out.extend(
        f'<text x="{_x(events):.1f}" y="{PLOT_HEIGHT + 14}" text-anchor="middle">{events:,}</text>'
        for events in X_TICKS
    )
    for place, (words, events) in enumerate(switches.items()):
        x = _x(events)
        out.append(f'<line class="switch" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{PLOT_HEIGHT}"/>')
        if number == 0:
            under = PLOT_HEIGHT - 6 - 13 * place
            out.append(f'<text class="switched" x="{x + 3:.1f}" y="{under}">{escape(words)} {events}</text>')
    ends: list[tuple[float, str, float]] = []
    for key, kind in LINES.items():
        line = points(rows, key)
        path = " ".join(f"{_x(e):.1f},{_y(v):.1f}" for e, v in line)
        out.append(f'<polyline class="{kind}" clip-path="url(#plot)" points="{path}"/>')
        ends.append((min(max(_y(line[-1][1]), 2.0), PLOT_HEIGHT - 2.0), key, line[-1][1]))
    last = max(_x(row["events"]) for row in rows if row["rows"] == max(r["rows"] for r in rows))
    ends.sort()
    places = [y for y, _, _ in ends]
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + 12.0)
    for place in range(len(places) - 1, -1, -1):  # none below the panel, where the axis has its numbers
        places[place] = min(places[place], PLOT_HEIGHT - 4.0 - 12.0 * (len(places) - 1 - place))
    for at, (_, key, value) in zip(places, ends, strict=True):
        arrow = "↓" if value < Y_RANGE[0] else "↑" if value > Y_RANGE[1] else ""
        name = f"{key} {value:.2f} {arrow}" if arrow else NAMES[key]
        x = min(last, PLOT_WIDTH) + 5
        out.append(f'<text class="{LINES[key]}-name" x="{x:.1f}" y="{at + 4:.1f}">{name}</text>')
    out.append("</g>")
    return out


def draw(rows: list[Row], titles: dict[str, str], ensemble_from: int, judged_from: int) -> str:
    """The whole figure as SVG text."""
    names = [name for name in titles if any(row["set"] == name for row in rows)]
    deep = -(-len(names) // COLUMNS)
    width, height = LEFT + COLUMNS * PANEL + 8, TOP + deep * TALL + 16
    switches = {"judged from": judged_from, "trees join at": ensemble_from}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">',
        '<title id="t">Log loss against the number of events, set by set</title>',
        '<desc id="d">The scorecard, the ensemble and boosted trees alone, each against the base rate, on nested '
        "subsamples of real and simulated sets. The table beside this figure has the numbers.</desc>",
        f"<style>{STYLE}</style>",
        f'<defs><clipPath id="plot"><rect x="0" y="0" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}"/></clipPath></defs>',
        f'<rect class="paper" width="{width}" height="{height}"/>',
        '<text class="head" x="16" y="26">How many events are enough</text>',
        '<text x="16" y="44">Log loss on held-out rows over that of the base rate (1: knows no more than the win rate; '
        "lower is better), logarithmic; ↓ ↑ run out of the panel</text>",
    ]
    for number, name in enumerate(names):
        left = LEFT + number % COLUMNS * PANEL
        top = TOP + 14 + number // COLUMNS * TALL
        mine = [row for row in rows if row["set"] == name]
        out.extend(_panel(mine, SHORT.get(name, titles[name]), left, top, number, switches))
        if number >= len(names) - COLUMNS:
            words = "events (rows of the rarer outcome)"
            out.append(f'<text x="{left}" y="{top + PLOT_HEIGHT + 30}">{words}</text>')
    for row in range(deep):
        middle = TOP + 14 + row * TALL + PLOT_HEIGHT / 2
        turned = f'transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle"'
        out.append(f"<text {turned}>log loss / base rate’s</text>")
    out.append("</svg>")
    return "\n".join(out) + "\n"
