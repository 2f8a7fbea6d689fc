"""Money, percentages and dates by rule: what a model of names misses ('€1.2M', '30k EUR', '1.250,00 €')."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "US$": "USD", "A$": "AUD", "C$": "CAD"}
_SYMBOLS |= {"CA$": "CAD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL", "$": "USD"}
_CODES = "EUR USD GBP CHF JPY CNY SEK NOK DKK PLN CZK HUF RON CAD AUD NZD INR SGD HKD BRL MXN ZAR TRY AED SAR KRW"
_WORDS = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pound": "GBP", "pounds": "GBP"}
_WORDS |= {"franken": "CHF", "francs": "CHF", "yen": "JPY", "rupees": "INR", "pfund": "GBP", "us-dollar": "USD"}
_SCALES = {"k": 1e3, "tsd": 1e3, "thousand": 1e3, "tausend": 1e3, "grand": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6}
_SCALES |= {"mio": 1e6, "million": 1e6, "millions": 1e6, "millionen": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9}
_SCALES |= {"mrd": 1e9, "milliarden": 1e9, "milliarde": 1e9}

_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,12}(?:[.,]\d{1,3})?(?!\d)"
_SCALE = r"(?:k|tsd|thousand|tausend|mio|mrd|millionen|millions?|milliarden?|billion|bn|mn|mm|m|b)\b"
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SYMBOLS, key=len, reverse=True))
_CODE = "|".join(_CODES.split())
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_BEFORE = re.compile(
    rf"(?<![\w.,])(?:(?P<sign>{_SIGN})|(?P<code>{_CODE})\b)[ \u00a0]?(?P<number>{_NUMBER})"
    rf"(?:[ \u00a0]?(?P<scale>{_SCALE}))?(?:,-|\.-)?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER})(?:[ \u00a0]?(?P<scale>{_SCALE})\.?)?[ \u00a0]?"
    rf"(?:(?P<sign>{_SIGN})|(?P<code>{_CODE})\b|(?P<word>{_WORD})\b)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER})[ \u00a0]?(?:%|(?:percent|per cent|prozent|pct)\b)", re.IGNORECASE
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan januar jänner", "february feb februar", "march mar märz", "april apr", "may mai"),
            *("june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober okt"),
            *("november nov", "december dec dezember dez"),
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d{2})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.[ ]?(?P<m>\d{1,2})\.[ ]?(?P<y>(?:19|20)\d{2})\b"),
    re.compile(r"(?<![\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>(?:19|20)?\d{2})(?![\d/])"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[ ](?:of[ ])?(?P<name>{_MONTH})\b\.?"
        r"(?:,?[ ](?P<y>(?:19|20)\d{2})\b)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<name>{_MONTH})\b\.?[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,?[ ](?P<y>(?:19|20)\d{{2}})\b)?",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<name>{_MONTH})\b\.?,?[ ](?P<y>(?:19|20)\d{{2}})\b", re.IGNORECASE),
    re.compile(r"\b(?:Q[1-4]|H[12])[ /-]?(?:(?:19|20)\d{2}|FY\d{2})\b"),
    re.compile(
        r"\b(?:in|since|until|by|of|for|from|seit|bis|im jahr) (?P<only>(?:19|20)\d{2})\b(?![.,]\d)", re.IGNORECASE
    ),
)


class Amount(NamedTuple):
    """'money', 'percent' or 'date', where it stands, and what it is worth: amount and currency, number, or ISO date."""

    kind: str
    start: int
    end: int
    value: Mapping[str, Any]


def amounts_in(text: str) -> Iterator[Amount]:
    """Money, percentages and dates; spans of different kinds may overlap, money comes first."""
    for pattern in (_BEFORE, _AFTER):
        for found in pattern.finditer(text):
            yield Amount("money", found.start(), found.end(), _money(found))
    for found in _PERCENT.finditer(text):
        yield Amount("percent", found.start(), found.end(), {"percent": number(found["number"])})
    for pattern in _DATES:
        for found in pattern.finditer(text):
            told = found.groupdict()
            if "only" in told:
                yield Amount("date", found.start("only"), found.end("only"), {})
                continue
            whole = _date(told)
            if whole is not None:
                yield Amount("date", found.start(), found.end(), whole)


def number(words: str) -> float:
    """The value of a number as English or German writes it: of '1.250,00', '1,250.00', '1 250' and '1.250' 1250."""
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", words)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return float(plain)
    head, tail = plain[:last], plain[last + 1 :]
    kinds = {sign for sign in plain if sign in ".,"}
    grouping = len(kinds) == 1 and (plain.count(plain[last]) > 1 or (len(tail) == 3 and head != "0"))
    if grouping:
        return float(head.replace(plain[last], "") + tail)
    return float(re.sub(r"[.,]", "", head) + "." + tail)


def _money(found: re.Match[str]) -> dict[str, Any]:
    told = found.groupdict()
    sign, code, word = told.get("sign"), told.get("code"), told.get("word")
    currency = _SYMBOLS.get(sign.upper() if sign and sign.upper() in _SYMBOLS else sign or "", "")
    currency = currency or (code or "").upper() or _WORDS.get((word or "").lower(), "")
    scale = (told.get("scale") or "").lower().rstrip(".")
    worth = told["number"]
    if scale and re.fullmatch(r"\d{1,3}[.,]\d{3}", worth):
        amount = float(worth.replace(",", "."))  # '1.250 million'
    else:
        amount = number(worth)
    return {"amount": round(amount * _SCALES.get(scale, 1.0), 2), "currency": currency}


def _date(told: Mapping[str, str | None]) -> dict[str, Any] | None:
    """{'date': '2026-05-12'} where day, month and year are told beyond doubt, {} where not; None for none at all."""
    day, month, year = told.get("d"), told.get("m"), told.get("y")
    if told.get("name"):
        month = str(_MONTHS[str(told["name"]).lower()])
    if told.get("a"):
        first, second = int(told["a"] or 0), int(told["b"] or 0)
        if first > 31 or second > 31 or (first > 12 and second > 12) or not first or not second:
            return None
        if first <= 12 and second <= 12 and first != second:
            return {}
        day, month = (str(first), str(second)) if second <= 12 else (str(second), str(first))
    if day and month:
        if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
            return None
        if year and len(year) == 4:
            try:
                return {"date": date(int(year), int(month), int(day)).isoformat()}
            except ValueError:
                return None
    return {}
