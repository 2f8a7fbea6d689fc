"""The pictures of the report as SVG: reliability, gain, partial dependence, and where the open rows lie.

Axes begin at zero, are named with their unit and carry labels beside the line instead of a legend.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

from markupsafe import Markup

from leadline.core.qualification import Decile, PartialPoint, ReliabilityBin
from leadline.web.report.figures import between, clip, count, nice_top, percent, plural
from leadline.web.report.marks import dot, held, line, path, rect, svg, text

WIDTH, HEIGHT = 360.0, 292.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 348.0, 26.0, 250.0
NARROW, LABEL, VALUE = 300.0, 106.0, 258.0  # a partial dependence: its width, where its bars begin and end
STEP = 24.0


def _x(share: float, top: float) -> float:
    return LEFT + (RIGHT - LEFT) * held(share / top)


def _y(share: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * held(share / top)


def _frame(x_name: str, y_name: str, x_top: float, y_top: float, steps: int = 5) -> list[Markup]:
    """Axes, hairlines and their names."""
    body = [text(0, 12, y_name, kind="name"), text(RIGHT, HEIGHT - 4, x_name, "end", "name")]
    for i in range(steps + 1):
        x, y = _x(x_top * i / steps, x_top), _y(y_top * i / steps, y_top)
        body.append(line(LEFT, y, RIGHT, y, "axis" if i == 0 else "hair"))
        body.append(text(LEFT - 6, y + 4, _tick(y_top * i / steps), "end"))
        body.append(text(x, BOTTOM + 17, _tick(x_top * i / steps), "middle"))
    return body


def _tick(share: float) -> str:
    return f"{100 * share:.10g}"


def reliability(bins: Sequence[ReliabilityBin]) -> Markup:
    """Share won against score on held-out rows: dots as large as their rows, with their 80 % interval."""
    usable = [b for b in bins if b.rows > 0 and isfinite(b.predicted) and isfinite(b.observed)]
    if not usable:
        return Markup("")
    top = nice_top(max(max(b.predicted, b.observed, b.high) for b in usable))
    most = max(b.rows for b in usable)
    body = _frame("score, %", "won, %", top, top)
    body.append(line(_x(0, top), _y(0, top), _x(top, top), _y(top, top), "target"))
    body.append(text(_x(top, top) - 6, _y(top, top) - 6, "as promised", "end", "ink"))
    for b in usable:
        body.append(line(_x(b.predicted, top), _y(b.low, top), _x(b.predicted, top), _y(b.high, top), "whisker"))
    for b in usable:
        words = (
            f"{plural(b.rows, 'row')} scored {percent(b.predicted)} on average; {percent(b.observed)} were won "
            f"({between(b.low, b.high)})"
        )
        body.append(dot(_x(b.predicted, top), _y(b.observed, top), 2.5 + 3.5 * sqrt(b.rows / most), "dot", words))
    label = f"Reliability: share won against score in {plural(len(usable), 'group')} of held-out rows"
    return svg(WIDTH, HEIGHT, label, body, "plot")


def gain(deciles: Sequence[Decile]) -> Markup:
    """Share of all wins found against share of rows helped, best first, with chance as the thin line."""
    total = sum(d.rows for d in deciles)
    if total <= 0:
        return Markup("")
    points, seen = [(0.0, 0.0)], 0
    for d in deciles:
        seen += d.rows
        points.append((seen / total, held(d.gain)))
    body = _frame("rows helped, best first, %", "wins found, %", 1.0, 1.0)
    body.append(line(_x(0, 1), _y(0, 1), _x(1, 1), _y(1, 1), "target"))
    body.append(text(_x(0.72, 1), _y(0.6, 1), "by chance", "start", "ink"))
    body.append(path([(_x(a, 1), _y(b, 1)) for a, b in points], "curve"))
    for a, b in points[1:]:
        body.append(dot(_x(a, 1), _y(b, 1), 3.5, "dot", f"best {percent(a)} of rows: {percent(b)} of all wins"))
    for i, words in ((1, "{b}"), (3, "best {a}: {b}")):
        if i < len(points) - 1:
            a, b = points[i]
            said = words.format(a=percent(a), b=percent(b))
            body.append(text(_x(a, 1) - 6, _y(b, 1) - 7, said, "end", "ink"))
    first = points[1]
    label = f"Gain: the best {percent(first[0])} of held-out rows hold {percent(first[1])} of all wins"
    return svg(WIDTH, HEIGHT, label, body, "plot")


def partial(points: Sequence[PartialPoint], top: float, base: float, column: str) -> Markup:
    """Mean score by value as a pale bar from zero, what buyers did as a filled dot, the base rate as a thin line."""
    height = STEP * len(points) + 26
    floor = STEP * len(points) + 2

    def at(share: float) -> float:
        return LABEL + (VALUE - LABEL) * held(share / top if top > 0 else 0.0)

    body = [line(LABEL, 0, LABEL, floor, "axis"), line(at(base), 0, at(base), floor, "base")]
    for i, point in enumerate(points):
        y = STEP * i + STEP / 2
        name = clip(point.label, 200) or "(blank)"
        body.append(text(LABEL - 8, y + 4, clip(name, 16), "end", "ink", name))
        words = f"{name}: {plural(point.rows, 'row')}, score {percent(point.score)}, won {percent(point.observed)}"
        body.append(rect(LABEL, y - 6, at(point.score) - LABEL, 12, "band", words))
        body.append(line(at(point.score), y - 6, at(point.score), y + 6, "likely"))
        if point.observed is not None:
            body.append(dot(at(point.observed), y, 4, "dot", words))
        body.append(text(NARROW, y + 4, percent(point.score), "end", "ink"))
    body += [text(LABEL, floor + 16, "0", "middle"), text(VALUE, floor + 16, percent(top), "middle")]
    if 0.18 < base / top < 0.75:
        body.append(text(at(base), floor + 16, f"all {percent(base)}", "middle"))
    return svg(NARROW, height, f"Score and share won by {clip(column, 80)}", body, "plot")


def spread(scores: Sequence[float], fits: int, base: float, top: float) -> Markup:
    """Where the open rows lie: counts by score from 0 to `top`; the `fits` best are filled, the rest pale."""
    width, floor, ceiling, bins = 360.0, 56.0, 14.0, 40
    counted = spread_table(scores, fits, top, bins)
    tallest = max((rows for _, _, rows, _ in counted), default=0)
    if not tallest:
        return Markup("")
    step, unit = width / bins, (floor - ceiling) / tallest
    body = [line(0, floor, width, floor, "axis")]
    for i, (low, high, rows, fit) in enumerate(counted):
        words = f"{plural(rows, 'row')} scored {between(low, high)}"
        if rows > fit:
            body.append(rect(i * step + 0.5, floor - (rows - fit) * unit, step - 1, (rows - fit) * unit, "pale", words))
        if fit:
            body.append(rect(i * step + 0.5, floor - rows * unit, step - 1, fit * unit, "chosen", words))
    x = width * held(base / top)
    body.append(line(x, 4, x, floor, "base"))
    body.append(text(x + 5 if x < 250 else x - 5, 11, f"all {percent(base)}", "start" if x < 250 else "end"))
    filled = [i for i, (_, _, _, fit) in enumerate(counted) if fit]
    chosen = sum(counted[i][3] for i in filled)
    if 0 < chosen < sum(rows for _, _, rows, _ in counted):
        peak = max(counted[i][2] for i in range(filled[0], filled[-1] + 1))
        middle = min(max((filled[0] + filled[-1] + 1) / 2 * step, 20), width - 20)
        body.append(text(middle, floor - 5 - peak * unit, f"{count(chosen)} fit", "middle", "ink"))
    body += [text(0, floor + 15, "0"), text(width, floor + 15, percent(top), "end")]
    body.append(text(width / 2, floor + 15, "score", "middle"))
    usable = [s for s in scores if isfinite(s)]
    label = f"Scores of {plural(len(usable), 'open row')}, from {percent(min(usable))} to {percent(max(usable))}"
    return svg(width, floor + 20, label, body, "plot")


def spread_table(scores: Sequence[float], fits: int, top: float, bins: int = 10) -> list[tuple[float, float, int, int]]:
    """The numbers behind `spread`: from, to, rows, and how many of them are among the `fits` best."""
    rows, fit = [0] * bins, [0] * bins
    for i, s in enumerate(scores):
        if isfinite(s):
            at = min(int(held(s / top) * bins), bins - 1)
            rows[at] += 1
            fit[at] += i < fits
    return [(top * i / bins, top * (i + 1) / bins, rows[i], fit[i]) for i in range(bins)]


def behind(total: int, shown: int) -> str:
    """What a cut list leaves out, in words; '' when nothing."""
    return f"{count(total - shown)} more are not shown here." if total > shown else ""
