"""Numbers as a reader sees them: percent, counts, money, odds. All give plain text; '–' stands for no number."""

from __future__ import annotations

from math import exp, isfinite

NONE = "–"
NARROW = "\u00a0"  # keeps a number and its unit on one line


def percent(x: float | None, unit: bool = True) -> str:
    """A share in [0, 1] as '31 %'; one decimal under 9.95 %, so that rare wins stay apart."""
    if x is None or not isfinite(x):
        return NONE
    p = 100 * x
    text = f"{p:.0f}" if p == 0 or p >= 9.95 or p <= -9.95 else f"{p:.1f}"
    return (text.replace("-", "−") + f"{NARROW}%") if unit else text.replace("-", "−")


def between(low: float | None, high: float | None) -> str:
    """An interval of shares: '22–41 %', or '−2 to 5 %' where it crosses zero."""
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return NONE
    return f"{percent(low, unit=False)}{' to ' if low < 0 else '–'}{percent(high)}"


def count(n: float | None) -> str:
    """A whole number with thousands apart: '10,000'."""
    return f"{n:,.0f}".replace("-", "−") if n is not None and isfinite(n) else NONE


def decimal(x: float | None, places: int = 2) -> str:
    """A plain number such as an AUC: '0.81'."""
    return f"{x:,.{places}f}".replace("-", "−") if x is not None and isfinite(x) else NONE


def times(x: float | None) -> str:
    """A ratio: '2.9'."""
    return decimal(x, 1 if x is None or not isfinite(x) or x < 99.95 else 0)


def money(x: float | None) -> str:
    """An amount in three or four figures: '1.24 m', '84,200'. The currency is that of the column."""
    if x is None or not isfinite(x):
        return NONE
    size = abs(x)
    for limit, unit in ((1e15, 1e12), (1e9, 1e9), (1e6, 1e6)):
        if size >= limit:
            name = {1e12: "tn", 1e9: "bn", 1e6: "m"}[unit]
            return f"{x / unit:,.{0 if size >= 100 * unit else 2}f}{NARROW}{name}".replace("-", "−")
    return count(x)


def odds(effect: float | None) -> str:
    """A push in log-odds as a factor of the odds: '× 1.8', '÷ 2.4'."""
    if effect is None or not isfinite(effect):
        return NONE
    factor = exp(min(abs(effect), 20.0))
    shown = f"{factor:.1f}" if factor < 9.95 else count(factor)
    return f"{'×' if effect >= 0 else '÷'}{NARROW}{shown}"


def clip(text: object, length: int = 120) -> str:
    """Text of at most `length` characters; control characters, which would break a line, become spaces."""
    shown = "".join(c if c.isprintable() else " " for c in str(text)).strip()
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def plural(n: float, one: str, many: str = "") -> str:
    """'1 row', '2 rows'."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def nice_top(x: float) -> float:
    """The least round share of at least `x`, at most 1: the end of an axis."""
    for top in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.8):
        if x <= top:
            return top
    return 1.0
