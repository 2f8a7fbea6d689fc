"""Numbers as people write them: which sign is the decimal one is decided from the whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadline.warehouse.arrow import pa, pc

FITS = 0.95  # share of distinct cells that must be numbers
CODE = 0.005  # share of distinct cells with a leading zero (00123) or over 15 digits that makes a column one of codes
SAMPLE = 2000  # distinct cells that are enough for a first or a rough answer
LONGEST = 15  # digits that a float holds exactly

_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|AUD|CAD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|BRL|MXN|ARS|CLP|COP"
    "|PEN|ZAR|KRW|SGD|HKD|TWD|THB|MYR|IDR|PHP|VND|AED|SAR|QAR|KWD|ILS|EGP|NGN|KES|MAD|PKR|BDT|LKR"
)
_SIGNS = "US\\$|A\\$|C\\$|R\\$|\\$|€|£|¥|₹|₽|₩|₺|₴|₫|₪|₦|฿|zł|Kč|kr\\.?|Fr\\.?|Rs\\.?"
_UNIT = rf"(?:{_SIGNS}|{_CODES})"
# decimal sign, thousands sign; earlier ones win where as many cells fit
_CONVENTIONS = ((".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
_PHONE_NAME = re.compile(r"(?:^|[^a-z])(?:tele)?(?:phone|fon|tel|fax|mobile|cell|handy)(?:[^a-z]|$)", re.IGNORECASE)
_CODE_NAME = re.compile(
    r"(?:^|[^a-z])(?:zip|zip ?code|post ?code|postal ?code|plz|iban|bic|duns|vat ?(?:id|no|number))(?:[^a-z]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NumberReading:
    """How a column's numbers are written. `ambiguous` when '1,234' could be either and nothing in the column tells;
    `hint` is 'us', 'eu' or '' for what it says about its neighbours; `mixed` names a second unit."""

    decimal: str
    thousands: str
    unit: str
    ambiguous: bool = False
    hint: str = ""
    mixed: str = ""


def normal(cells: pa.Array) -> pa.Array:
    """Signs that only look different made one: minus, spaces, apostrophes (pa.string() in and out)."""
    if pc.all(pc.string_is_ascii(cells), min_count=0).as_py():
        return cells
    for pattern, plain in (("[−–‒﹣－]", "-"), (r"[\x{a0}\x{202f}\x{2007}\x{2009}]", " "), ("[’‘´`]", "'")):
        cells = pc.replace_substring_regex(cells, pattern, plain)
    return pc.utf8_trim_whitespace(cells)


def _body(decimal: str, thousands: str) -> str:
    point = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        sign = re.escape(thousands)
        whole = rf"(?:[1-9]\d{{0,2}}(?:{sign}\d{{2,3}})*{sign}\d{{3}}|\d+)"
    return rf"(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d{{1,3}})?"


def _pattern(decimal: str, thousands: str) -> str:
    """Groups: s sign or parenthesis, u unit before, t sign after it, n the number, v unit after, e trailing sign."""
    return (
        rf"^(?P<s>[-+(]?)\s*(?P<u>{_UNIT}|)\s*(?P<t>[-+]?)\s*(?P<n>{_body(decimal, thousands)})"
        rf"\s*(?P<v>%|{_UNIT}|)\s*(?P<e>[-)]?)$"
    )


_LOOSE = (
    rf"^[-+(]?\s*(?:{_UNIT})?\s*[-+]?\s*[\d.,][\d.,' ]*(?:[eE][-+]?\d{{1,3}})?\s*(?:%|{_UNIT})?\s*[-)]?$"
    r"|^[-+]?(?i:inf(?:inity)?)$"
)
_PLAIN = r"^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?$"
_NON_FINITE = r"^[-+]?(?i:inf(?:inity)?|nan)$"


def share(cells: pa.Array, pattern: str) -> float:
    """Share of cells that match."""
    return (pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0) / max(len(cells), 1)


def could_be_numbers(cells: pa.Array) -> bool:
    """Whether a sample of distinct, filled, `normal` cells is worth a full look."""
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        pass  # not all are plain numbers
    else:
        return True
    return share(cells, _LOOSE) >= 0.7


def judge_numbers(cells: pa.Array, name: str) -> NumberReading | None:
    """Reads distinct, filled, `normal` cells of a whole column as numbers, or says None: it is text."""
    try:
        pc.cast(cells, pa.float64())  # the usual case, and the fastest test of it
    except pa.ArrowInvalid:
        finite = cells.filter(pc.invert(pc.match_substring_regex(cells, _NON_FINITE)))
    else:
        return None if _is_code(cells, name) else _judged_plain(cells)
    if share(finite, _LOOSE) < FITS or _is_code(finite, name):
        return None
    sample = finite.slice(0, SAMPLE)
    guess = {signs: share(sample, _pattern(*signs)) for signs in _CONVENTIONS}
    likely = max(guess.values()) - 0.1  # all cells decide among those that a sample leaves
    fits = {
        signs: share(finite, _pattern(*signs)) if guess[signs] >= likely and len(finite) > len(sample) else guess[signs]
        for signs in _CONVENTIONS
    }
    best = max(fits.values())
    if best < FITS:
        return None
    decimal, thousands = next(convention for convention in _CONVENTIONS if fits[convention] >= best - 1e-12)
    unit, mixed = _units(finite, decimal, thousands)
    ambiguous = False
    for sign in ",.":
        other = "." if sign == "," else ","
        if (decimal, thousands) in ((sign, ""), (other, sign)) and fits[(sign, "")] >= best - 1e-12 <= fits[
            (other, sign)
        ]:
            groups = share(finite, rf"\d{re.escape(sign)}\d")
            if groups > 0:
                ambiguous = True
                decimal, thousands = (".", ",") if sign == "," else (".", "")
    hint = ""
    if not ambiguous:
        if thousands == "," or (decimal == "." and unit in ("$", "US$", "USD")):
            hint = "us"
        elif decimal == "," or thousands == ".":
            hint = "eu"
    elif unit in ("€", "EUR", "kr", "zł", "Kč"):
        hint = "eu"
    if thousands in (" ", ".") and _like_phones(finite):
        return None
    return NumberReading(decimal, thousands, unit, ambiguous, hint, mixed)


def _judged_plain(cells: pa.Array) -> NumberReading:
    """Only digits and points: '1.234' alone is a decimal, unless each has three places and whole numbers stay small."""
    points = pc.match_substring(cells, ".")
    if not pc.any(points, min_count=0).as_py():
        return NumberReading(".", "", "")
    pointed = cells.filter(points)
    if share(pointed, r"^[-+]?[1-9]\d{0,2}\.\d{3}$") < 1.0:
        return NumberReading(".", "", "", hint="")
    whole = cells.filter(pc.invert(pc.match_substring(cells, ".")))
    grouped = len(pointed) >= 20 and len(whole) > 0 and share(whole, r"^[-+]?\d{1,3}$") == 1.0
    return NumberReading(",", ".", "") if grouped else NumberReading(".", "", "", ambiguous=True)


def resolved(reading: NumberReading, locale: str) -> NumberReading:
    """An ambiguous reading settled by its neighbours: `locale` is 'us', 'eu' or ''."""
    if not reading.ambiguous:
        return reading
    grouped_by_comma = reading.thousands == ","
    if grouped_by_comma:
        eu = locale == "eu"
        decimal, thousands = (",", "") if eu else (".", ",")
    else:
        eu = locale == "eu" or reading.hint == "eu"
        decimal, thousands = (",", ".") if eu else (".", "")
    return NumberReading(decimal, thousands, reading.unit, True, reading.hint, reading.mixed)


def _is_code(cells: pa.Array, name: str) -> bool:
    named = _PHONE_NAME.search(name) or _CODE_NAME.search(name)
    if not named and share(cells, rf"^0\d|^\+\d|\d{{{LONGEST + 1}}}") <= CODE:
        return False
    if share(cells, r"^0\d*[1-9]\d*$|^0\d{1,3}[ /]\d") > CODE or share(cells, rf"^[-+]?\d{{{LONGEST + 1},}}$") > CODE:
        return True
    if share(cells, r"^\+\d[\d ]{6,}$") > 0.5:
        return True
    spaced = bool(_PHONE_NAME.search(name)) and share(cells, r"^[-+(]?\d[\d ()./-]{5,}$") > 0.5
    return spaced or (bool(_CODE_NAME.search(name)) and share(cells, r"^\d{3,}$") > 0.5)


def _like_phones(cells: pa.Array) -> bool:
    """555 123 456: grouped, all of nine digits or more and of one length, none with decimals."""
    digits = pc.utf8_length(pc.replace_substring_regex(cells, r"\D", ""))
    bounds = pc.min_max(digits).as_py()
    return bool(bounds["min"] >= 9 and bounds["min"] == bounds["max"] and len(cells) > 5) and share(cells, r"[,']") == 0


def _units(cells: pa.Array, decimal: str, thousands: str) -> tuple[str, str]:
    """The commonest unit, and the next where one cell in twenty has it."""
    parts = pc.extract_regex(cells.slice(0, SAMPLE), _pattern(decimal, thousands)).drop_null()
    units = pc.if_else(pc.equal(parts.field("u"), ""), parts.field("v"), parts.field("u"))
    counted = sorted(
        ((entry["counts"], entry["values"]) for entry in pc.value_counts(units).to_pylist()),
        key=lambda pair: (-pair[0], pair[1]),
    )
    named = [(count, unit) for count, unit in counted if unit]
    if not named or named[0][0] < 0.05 * len(parts):
        return "", ""
    mixed = named[1][1] if len(named) > 1 and named[1][0] >= 0.05 * len(parts) else ""
    return str(named[0][1]), str(mixed)


def read_numbers(cells: pa.Array, decimal: str, thousands: str, unit: str) -> pa.Array:
    """float64 for `normal` cells (pa.string()); null where a cell is null, is no number or is not finite."""
    if decimal == "." and not thousands and not unit:
        try:
            return _finite(pc.cast(cells, pa.float64()))
        except pa.ArrowInvalid:
            plain = pc.match_substring_regex(cells, _PLAIN)
            if pc.all(pc.or_(plain, pc.match_substring_regex(cells, _NON_FINITE)), min_count=0).as_py():
                return _finite(pc.cast(pc.if_else(plain, cells, None), pa.float64()))
    parts = pc.extract_regex(cells, _pattern(decimal, thousands))
    number, first, last = parts.field("n"), parts.field("s"), parts.field("e")
    opened, closed = pc.equal(first, "("), pc.equal(last, ")")
    good = pc.and_(parts.is_valid(), pc.equal(opened, closed))
    if thousands:
        number = pc.replace_substring(number, thousands, "")
    if decimal != ".":
        number = pc.replace_substring(number, decimal, ".")
    value = pc.cast(pc.if_else(good, number, None), pa.float64())
    minus = pc.or_(pc.or_(opened, pc.equal(first, "-")), pc.or_(pc.equal(parts.field("t"), "-"), pc.equal(last, "-")))
    return _finite(pc.if_else(minus, pc.negate(value), value))


def _finite(values: pa.Array) -> pa.Array:
    finite = pc.is_finite(values)
    if pc.all(finite, min_count=0).as_py():
        return values
    return pc.if_else(finite, values, None)
