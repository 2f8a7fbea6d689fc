"""Cells as values: each column is read at once; a cell that does not fit gives `Bad`, with the mend in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from leadline.core.formats import ColumnFormat
from leadline.warehouse.parsed import Typed

# What exports write where nothing is known. 'NA' stays: it is a country.
BLANKS = frozenset(
    ("", "NULL", "Null", "null", "\\N", "#N/A", "N/A", "n/a", "(null)", "<null>", "-", "--", "–", "—", "nan", "NaN")
)
CURRENCIES = frozenset(
    (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
        "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
        "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
        "TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
    ).split()
)
_NAMED = {
    "€": "EUR", "euro": "EUR", "$": "USD", "us$": "USD", "us dollar": "USD", "u.s. dollar": "USD", "£": "GBP",
    "pound sterling": "GBP", "british pound": "GBP", "swiss franc": "CHF", "fr.": "CHF", "yen": "JPY", "zł": "PLN",
    "canadian dollar": "CAD", "australian dollar": "AUD",
}  # fmt: skip
_MAIL = re.compile(r"[^@\s\"(),:;<>\[\]]+@(?:[^@\s\"(),:;<>\[\].]+\.)+[^@\s\"(),:;<>\[\].]{2,}")
_PLAIN_MAIL = re.compile(r"[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}")  # nearly all of them, in less time
_IN_BRACKETS = re.compile(r"^(.*?)\s*[<(]([^<>()\s]+@[^<>()\s]+)[>)]$")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
STATES: Mapping[str, str] = {
    **dict.fromkeys(("open", "new", "active", "in progress", "pending", "proposed"), "open"),
    **dict.fromkeys(("offen", "abierto", "ouvert", "draft", "on hold", "working", "qualified", "reopened"), "open"),
    **dict.fromkeys(("won", "closed won", "closedwon", "gewonnen", "ganado", "gagné", "win", "converted"), "won"),
    **dict.fromkeys(
        ("lost", "closed lost", "closedlost", "verloren", "perdido", "perdu", "canceled", "cancelled"), "lost"
    ),
    **dict.fromkeys(("deleted", "abandoned", "no decision", "loss", "disqualified"), "lost"),
}
YES = frozenset(("1", "true", "yes", "y", "ja", "oui", "sí", "si", "x", "wahr", "vrai", "done", "won"))
NO = frozenset(("0", "false", "no", "n", "nein", "non", "falsch", "faux", "open"))


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that was not taken, and why: one sentence that names the mend."""

    reason: str


Values = Sequence[Any]


def read(kind: str, text: Sequence[str], typed: Sequence[Any] | None, form: ColumnFormat | None) -> Values:
    """The values of a column, None for blanks. `typed` are its cells as numbers or times, read as `form` says."""
    if kind in ("money", "price", "quantity"):
        return _decimals(text, typed, 2 if kind == "money" else 4)
    if kind == "whole":
        return [
            None if cell in BLANKS else _whole(number) for cell, number in zip(text, typed or _none(text), strict=True)
        ]
    if kind == "share":
        return [
            None if cell in BLANKS else _share(number) for cell, number in zip(text, typed or _none(text), strict=True)
        ]
    if kind == "date":
        return _dates(text, typed, form)
    reader = _READERS.get(kind)
    if reader is None:
        return [None if cell in BLANKS else cell for cell in text]
    return [None if cell in BLANKS else reader(cell) for cell in text]


def needs(kind: str) -> Typed | None:
    """How the cells of a field are read first; None as text."""
    if kind == "date":
        return "date"
    return "number" if kind in ("money", "price", "quantity", "whole", "share") else None


def mail(cell: str) -> str | Bad:
    """An e-mail address in lower case; 'Anna <anna@acme.de>' and 'mailto:' are understood."""
    text = cell.lower()
    if len(text) <= 320 and _PLAIN_MAIL.fullmatch(text):
        return text
    text = cell.strip().removeprefix("mailto:").strip("<>").lower()
    if found := _IN_BRACKETS.match(cell):
        text = found[2].lower()
    if len(text) <= 320 and _MAIL.fullmatch(text):
        return text
    return Bad("It is no e-mail address; mend it, or leave the cell blank")


def mail_and_name(cell: str) -> tuple[str, str]:
    """'Anna Schmidt (anna@acme.de)' as name and address; ('', address) or (name, '') where one is missing."""
    if "@" not in cell:
        return cell, ""
    if found := _IN_BRACKETS.match(cell):
        return found[1].strip(" \"'"), found[2].lower()
    return ("", cell.lower()) if _MAIL.fullmatch(cell.lower()) else (cell, "")


def domain(cell: str) -> str | Bad:
    """The domain in a domain or address of a page, lower case, without 'www.'."""
    text = re.sub(r"^[a-z][a-z+.-]*://", "", cell.strip().lower())
    text = re.split(r"[/?#:]", text.rpartition("@")[2], maxsplit=1)[0].removeprefix("www.").strip(".")
    if len(text) <= 253 and _DOMAIN.fullmatch(text):
        return text
    return Bad("It is no domain such as acme.com; mend it, or leave the cell blank")


def currency(cell: str) -> str | Bad:
    """An ISO 4217 code."""
    code = cell.strip().upper()
    found = code if code in CURRENCIES else _NAMED.get(cell.strip().lower(), "")
    return found or Bad("It is no currency; write its three letters, as EUR")


def state(cell: str) -> str | Bad:
    """'open', 'won' or 'lost'."""
    found = STATES.get(" ".join(re.findall(r"[^\W_]+", cell.lower())))
    return found or Bad("It says neither open, won nor lost; map the column to 'stage' or mend the cell")


def outcome(stage: str) -> str:
    """What a stage says of the deal: won and lost by their words in it, else open."""
    words = re.findall(r"[^\W\d_]+", stage.lower())
    joined = " ".join(words)
    if STATES.get(joined) in ("won", "lost"):
        return STATES[joined]
    if any(word in ("won", "gewonnen", "closedwon") for word in words) and "not" not in words:
        return "won"
    return "lost" if any(word in ("lost", "verloren", "closedlost") for word in words) else "open"


def yes(cell: str) -> bool | Bad:
    """Yes or no."""
    word = cell.strip().lower()
    if word in YES:
        return True
    return False if word in NO else Bad("It says neither yes nor no; write yes or no")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "email": mail,
    "domain": lru_cache(50_000)(domain),
    "currency": lru_cache(1_000)(currency),
    "state": lru_cache(1_000)(state),
    "yes": lru_cache(100)(yes),
}


def _none(text: Sequence[str]) -> Sequence[None]:
    return [None] * len(text)


def _decimals(text: Sequence[str], typed: Sequence[Any] | None, places: int) -> Values:
    step = Decimal(1).scaleb(-places)
    found: list[Any] = []
    for cell, number in zip(text, typed or _none(text), strict=True):
        if cell in BLANKS:
            found.append(None)
        elif number is None or abs(number) >= 1e15:
            found.append(Bad("It is no amount that can be kept; write digits, as 1234.50"))
        else:
            found.append(Decimal(repr(number)).quantize(step))
    return found


def _whole(number: float | None) -> int | Bad:
    if number is None or number != int(number) or abs(number) > 2**53:
        return Bad("It is no whole number; write digits only")
    return int(number)


def _share(number: float | None) -> float | Bad:
    if number is None or not 0 <= number <= 100:
        return Bad("It is no probability from 0 to 100; mend it, or leave the cell blank")
    return number


def _dates(text: Sequence[str], typed: Sequence[Any] | None, form: ColumnFormat | None) -> Values:
    words = shown(form.pattern) if form else ""
    mend = f"write it as the others, {words}, or as 2026-01-31" if words else "write it as 2026-01-31"
    bad = Bad(f"It is no date that can be read here; {mend}")
    return [
        None if cell in BLANKS else bad if at is None or at.year < 1900 else at.replace(tzinfo=UTC)
        for cell, at in zip(text, typed or _none(text), strict=True)
    ]


def shown(pattern: str) -> str:
    """A strptime pattern as people write it: '%d.%m.%Y' is 'day.month.year'."""
    words = {"%d": "day", "%m": "month", "%b": "month", "%Y": "year", "%y": "year", "%H": "hour", "%I": "hour"}
    words |= {"%M": "minute", "%S": "second", "%f": "fraction", "%p": "am or pm", "%z": "zone"}
    return re.sub(
        r"%[a-zA-Z]", lambda sign: words.get(sign[0], sign[0]), pattern.partition(" %H")[0].partition("T%H")[0]
    )


def at_midnight(at: datetime) -> bool:
    """Whether a time names a day only."""
    return not (at.hour or at.minute or at.second or at.microsecond)
