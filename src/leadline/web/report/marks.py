"""Small marks as SVG, everywhere the same: what buyers did is filled and deep, what is likely is a dot on a band.

Every text that comes from data is escaped here; all makers return `Markup` that a template may show as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from markupsafe import Markup

from leadline.web.report.figures import between, odds, percent


def number(x: float) -> str:
    """A coordinate: at most one decimal, never 'nan' (a mark of unusable data lies at 0)."""
    return f"{x:.1f}".rstrip("0").rstrip(".") if isfinite(x) else "0"


def held(x: float, low: float = 0.0, high: float = 1.0) -> float:
    """`x` kept inside [low, high]."""
    return min(max(x, low), high) if isfinite(x) else low


def svg(width: float, height: float, label: str, body: Iterable[Markup], kind: str = "") -> Markup:
    """One picture with its words for those who do not see it."""
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        kind, number(width), number(height), label, Markup("").join(body)
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line of class `kind`."""
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, number(x1), number(y1), number(x2), number(y2)
    )


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> Markup:
    """A box of class `kind`; `title` is what the pointer shows."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2">{}</rect>').format(
        kind, number(x), number(y), number(max(width, 0.0)), number(height), _title(title)
    )


def dot(x: float, y: float, radius: float, kind: str = "dot", title: str = "") -> Markup:
    """A filled dot."""
    return Markup('<circle class="{}" cx="{}" cy="{}" r="{}">{}</circle>').format(
        kind, number(x), number(y), number(radius), _title(title)
    )


def text(x: float, y: float, words: str, anchor: str = "start", kind: str = "", title: str = "") -> Markup:
    """A label; `anchor` is start, middle or end."""
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}{}</text>').format(
        kind, number(x), number(y), anchor, words, _title(title)
    )


def path(points: Iterable[tuple[float, float]], kind: str) -> Markup:
    """A broken line through `points`."""
    return Markup('<polyline class="{}" points="{}"/>').format(
        kind, " ".join(f"{number(x)},{number(y)}" for x, y in points)
    )


def _title(words: str) -> Markup:
    return Markup("<title>{}</title>").format(words) if words else Markup("")


def band(score: float, low: float, high: float, top: float, base: float | None = None) -> Markup:
    """What is likely: a dot on its interval, on an axis from 0 to `top`, with the base rate as a thin line."""
    width, y = 132.0, 9.0

    def at(share: float) -> float:
        return 6 + (width - 12) * held(share / top if top else 0.0)

    body = [line(6, y, width - 6, y, "axis"), rect(at(low), 4, max(at(high) - at(low), 2), 10, "band")]
    if base is not None:
        body.append(line(at(base), 2, at(base), 16, "base"))
    body.append(dot(at(score), y, 4.5))
    return svg(width, 18, f"{percent(score)}, likely between {between(low, high)}", body, "mark")


def effect(push: float, longest: float) -> Markup:
    """A push from the middle: right and filled raises the score, left and hollow lowers it."""
    width, middle = 96.0, 48.0
    size = (middle - 2) * held(abs(push) / longest if longest > 0 else 0.0)
    bar = rect(middle, 4, size, 8, "up") if push >= 0 else rect(middle - size, 4, size, 8, "down")
    words = f"{'raises' if push >= 0 else 'lowers'} the odds {odds(push)}"
    return svg(width, 16, words, [bar, line(middle, 1, middle, 15, "zero")], "mark")


def bar(share: float, top: float, label: str, kind: str = "amount") -> Markup:
    """A share as a bar from 0 to `top`; `kind` 'won' where it counts what buyers did."""
    width = 96.0
    filled = width * held(share / top if top > 0 else 0.0)
    return svg(width, 10, label, [rect(0, 1, width, 8, "track"), rect(0, 1, filled, 8, kind)], "mark")
