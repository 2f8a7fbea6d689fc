"""Numbers of people and of money in a sentence: ranges, bounds, thousands and millions, currencies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD",
    "dollars": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "chf": "CHF", "francs": "CHF",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "jpy": "JPY", "¥": "JPY", "cad": "CAD", "aud": "AUD",
}  # fmt: skip
_TIMES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6, "bn": 1e9, "b": 1e9,
    "billion": 1e9,
}  # fmt: skip
_NUMBER = r"\d+(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_CUR = "|".join(re.escape(name) for name in sorted(_CURRENCIES, key=len, reverse=True))
_UNITS = "|".join(sorted(_TIMES, key=len, reverse=True))
_AMOUNT = rf"(?:(?:{_CUR})\s?)?(?:{_NUMBER})\s?(?:(?:{_UNITS})\b)?(?:\s?(?:{_CUR})(?!\w))?"
_AT_LEAST = (
    r"at least|a minimum of|minimum(?: of)?|min\.?|from|>=|≥|no fewer than|no less than|not fewer than|not less than"
)
_ABOVE = r"more than|over|above|greater than|larger than|upwards of|>"
_AT_MOST = r"at most|a maximum of|maximum(?: of)?|max\.?|up to|<=|≤|no more than|not more than|not over"
_BELOW = r"fewer than|less than|under|below|smaller than|<"
_UNIT = r"(?:full[- ]time )?(?:employees?|people|ppl|persons|staff|workers|headcount|heads|ftes?|employed)"
_MONEY = r"(?:annual )?(?:revenues?|turnover|sales|income)"
_RANGE = rf"(?:between |from )?(?P<a>{_AMOUNT})\s?(?:to|-|and|up to|through)\s?(?P<b>{_AMOUNT})"
_BOUND = rf"(?:(?P<least>{_AT_LEAST})|(?P<above>{_ABOVE})|(?P<most>{_AT_MOST})|(?P<below>{_BELOW}))\s?(?P<n>{_AMOUNT})"
_PLUS = rf"(?P<n>{_AMOUNT})(?P<plus>\+| or more| and more| or above| upwards)"
_ABOUT = rf"(?P<about>about|around|roughly|approximately|approx\.?|circa|ca\.?|~|some) ?(?P<n>{_AMOUNT})"
_LESS = rf"(?P<n>{_AMOUNT})(?P<less> or fewer| or less| at most)"
_BARE = rf"(?P<n>{_AMOUNT})"
_SHAPES = (_RANGE, _BOUND, _PLUS, _LESS, _ABOUT, _BARE)
_NEAR = 0.25  # how far 'about' reaches
# Sizes by the European Union's recommendation 2003/361/EC; micro companies are not meant by 'small'.
_SIZES = (
    (r"small (?:and|to|&) (?:medium|mid)(?:[- ]sized?)?|smes?\b", 10, 249),
    (r"medium[- ]sized?|mid[- ]sized?|mid[- ]?market", 50, 249),
    (r"small", 10, 49),
    (r"large|big", 250, None),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A range found in a sentence, both ends included: `field` 'employees' or 'revenue', and where it stands."""

    field: str
    low: float | None
    high: float | None
    currency: str
    start: int
    end: int


def amounts_in(text: str) -> list[Amount]:
    """The ranges of employees and revenue that a sentence names, in order, none within another."""
    found: list[Amount] = []
    for field, pattern in _patterns():
        for one in pattern.finditer(text):
            if any(one.start() < other.end and other.start < one.end() for other in found):
                continue
            if made := _made(field, one):
                found.append(made)
    if not any(one.field == "employees" for one in found):
        for words, low, high in _SIZES:
            if size := re.search(rf"\b(?:{words})(?=[ ,])", text, re.IGNORECASE):
                found.append(Amount("employees", low, high, "", size.start(), size.end()))
                break
    return sorted(found, key=lambda one: one.start)


def number_of(cell: str) -> tuple[float, float] | None:
    """The range that a cell of a list names: '240', '51-200', '1,000+', '1.5k', '< 50'; None where it is no number."""
    text = cell.strip().lower()
    for shape in _SHAPES:
        one = re.fullmatch(rf"(?:{_CUR})?\s?{shape}\s?(?:{_UNIT})?", text, re.IGNORECASE)
        if one is not None:
            made = _made("employees", one)
            if made is not None:
                return made.low if made.low is not None else 0.0, math.inf if made.high is None else made.high
    return None


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for shape in _SHAPES[:-1]:
        yield "revenue", re.compile(rf"\b{_MONEY}(?: is| are)?(?: of)?:? ?{shape}", re.IGNORECASE)
        yield "revenue", re.compile(rf"(?<![\w.,]){shape} (?:in |of )?{_MONEY}\b", re.IGNORECASE)
    for shape in _SHAPES:
        yield "employees", re.compile(rf"(?<![\w.,]){shape}\s?{_UNIT}\b", re.IGNORECASE)
        if shape == _RANGE:  # a range that stands alone is one of people
            yield "employees", re.compile(rf"^\s*{shape}\s*$", re.IGNORECASE)
        if shape != _BARE:
            yield "employees", re.compile(rf"\b{_UNIT}(?: of|:)? ?{shape}", re.IGNORECASE)


def _made(field: str, one: re.Match[str]) -> Amount | None:
    parts = one.groupdict()
    whole = field == "employees"
    if parts.get("a"):
        low, currency, low_unit = _value(parts["a"])
        high, other, high_unit = _value(parts["b"])
        if not low_unit and high_unit and low < high / high_unit * 1000:
            low *= high_unit  # '5 and 50 million' are five million and fifty
        if low > high:
            return None
        return Amount(field, low, high, currency or other, one.start(), one.end())
    number, currency, _ = _value(parts["n"])
    low_: float | None = None
    high_: float | None = None
    if parts.get("least") or parts.get("plus"):
        low_ = number
    elif parts.get("above"):
        low_ = number + 1 if whole else number
    elif parts.get("most") or parts.get("less"):
        high_ = number
    elif parts.get("below"):
        high_ = number - 1 if whole else number
    elif parts.get("about"):
        low_, high_ = round(number * (1 - _NEAR)), round(number * (1 + _NEAR))
    else:
        low_ = high_ = number
    return Amount(field, low_, high_, currency, one.start(), one.end())


def _value(text: str) -> tuple[float, str, float]:
    """Number, currency and unit ('million': 1e6; 0 where there is none)."""
    lower = text.lower()
    digits = re.search(_NUMBER, lower)
    number = digits[0] if digits else "0"
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        number = re.sub(r"[.,]", "", number)
    rest = re.findall(r"[a-z]+|[€$£¥]", lower[: digits.start()] + " " + lower[digits.end() :] if digits else "")
    unit = next((_TIMES[word] for word in rest if word in _TIMES), 0.0)
    currency = next((_CURRENCIES[word] for word in rest if word in _CURRENCIES), "")
    return float(number.replace(",", ".")) * (unit or 1.0), currency, unit
