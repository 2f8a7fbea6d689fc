"""Values and bins in the reader's words."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

from leadline.learn.encoding import CategoryCode, Code, NumberCode

LONGEST = 60
READ = 2_000  # characters of a cell that are looked at
# what steers a terminal, or hides and turns text round
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def number(value: float) -> str:
    """12,345 or 0.0312: as many digits as tell something."""
    if not math.isfinite(value):
        return "blank"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000 or value == int(value):
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:.3g}"


def text(value: object) -> str:
    """Any cell on one line, shortened in the middle of nothing."""
    if value is None:
        return "blank"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    line = " ".join(HIDDEN.sub("", " ".join(str(value)[:READ].split())).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def name(value: object) -> str:
    """A row's name: a number as it stands, without thousands signs."""
    whole = isinstance(value, float) and math.isfinite(value) and value == int(value)
    return f"{value:.0f}" if whole else text(value)


def bin_label(code: Code, place: int) -> str:
    """What bin `place` of a code's first scorecard column holds: 'blank', 'Referral', '10,000 to 20,000'."""
    if place == 0:
        return "blank"
    if isinstance(code, CategoryCode):
        return "rare or new" if place == 1 else text(code.values[place - 2].as_py())
    if place == 1:
        return "other"
    at = place - 2
    edges = code.edges
    if code.few:
        return number(float(edges[at]))
    if not len(edges):
        return "any"
    if at == 0:
        return f"under {number(float(edges[0]))}"
    if at >= len(edges):
        return f"{number(float(edges[-1]))} or more"
    return f"{number(float(edges[at - 1]))} to {number(float(edges[at]))}"


def part_label(code: Code, place: int) -> str:
    """The same for any part: 'March', 'hour 9', '30 to 60 days after Created Date'."""
    if place < 2 or isinstance(code, CategoryCode) or code.part.how == "value":
        return bin_label(code, place)
    if code.part.how == "hour":
        return f"hour {bin_label(code, place)}"
    if code.part.how == "ratio":
        return _times(code, place)
    if code.part.how == "moment":
        return _moments(code, place)
    against = code.part.against or "the last row learned from"
    if code.few:
        return _days(float(code.edges[place - 2]), against)
    if not len(code.edges):
        return "any"
    low = float(code.edges[place - 3]) if place > 2 else -math.inf
    high = float(code.edges[place - 2]) if place - 2 < len(code.edges) else math.inf
    if low >= 0:
        span = f"{number(low)} days or more" if high == math.inf else f"{number(low)} to {number(high)} days"
        return f"{span} before {against}"
    if high <= 0:
        span = f"{number(-high)} days or more" if low == -math.inf else f"{number(-high)} to {number(-low)} days"
        return f"{span} after {against}"
    after = "" if low == -math.inf else f"at most {number(-low)} days after"
    before = "" if high == math.inf else f"at most {number(high)} days before"
    return f"{' or '.join(filter(None, (after, before)))} {against}"


def _times(code: NumberCode, place: int) -> str:
    """'0.9 to 1.1 times Last price': edges are log-ratios."""
    edges = [number(math.exp(min(float(edge), 50.0))) for edge in code.edges]
    at, against = place - 2, code.part.against
    if not edges:
        return "any"
    if code.few:
        return f"{edges[at]} times {against}"
    if at == 0:
        return f"under {edges[0]} times {against}"
    if at >= len(edges):
        return f"{edges[-1]} times {against} or more"
    return f"{edges[at - 1]} to {edges[at]} times {against}"


def _moments(code: NumberCode, place: int) -> str:
    """'2023-05-01 to 2023-08-01': edges are days since 1970."""
    edges = [(datetime(1970, 1, 1) + timedelta(days=float(edge))).date().isoformat() for edge in code.edges]  # noqa: DTZ001 naive, as cells are
    at = place - 2
    if not edges:
        return "any"
    if code.few:
        return edges[at]
    if at == 0:
        return f"before {edges[0]}"
    return f"{edges[-1]} or later" if at >= len(edges) else f"{edges[at - 1]} to {edges[at]}"


def _days(before: float, against: str) -> str:
    if before == 0:
        return f"the day of {against}"
    return f"{number(abs(before))} days {'before' if before > 0 else 'after'} {against}"


def standing(code: NumberCode, place: int) -> str:
    """Where a number stands among those it was trained on: 'among the highest', or '' for the middle."""
    if code.few or len(code.edges) < 3 or place < 2:
        return ""
    share = (place - 2) / len(code.edges)
    if share <= 0:
        return "among the lowest"
    if share >= 1:
        return "among the highest"
    if share >= 0.75:
        return "high"
    if share <= 0.25:
        return "low"
    return ""


def percent(share: float) -> str:
    """12 % of a share; one digit below one per cent."""
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 1 else f"{value:.0f} %"
