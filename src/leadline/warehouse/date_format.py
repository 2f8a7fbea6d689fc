"""Dates as people write them: the order of day and month is decided from the whole column.

A pattern is a strptime one ('%m/%d/%Y', '%d-%b-%Y'); the time of day and the zone may be missing from some cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.number_format import FITS, share

_MONTHS = {
    1: "jan january januar janvier janv enero ene januari gennaio gen janeiro jän jänner",
    2: "feb february februar février févr fév febrero februari febbraio fevereiro fev fevr fevrier",
    3: "mar march märz mär mrz mars marzo maart mrt março marco maerz",
    4: "apr april avril avr abril abr aprile",
    5: "may mai mayo mei maggio mag maio maj",
    6: "jun june juni juin junio giugno giu junho",
    7: "jul july juli juillet juil julio luglio lug julho",
    8: "aug august août aout agosto ago augustus augusti",
    9: "sep sept september septembre septiembre settembre set setembro",
    10: "oct october oktober okt octobre octubre ottobre ott outubro out",
    11: "nov november novembre noviembre novembro",
    12: "dec december dezember dez décembre déc diciembre dic dicembre dezembro desember des decembre",
}
_WORDS = [(word, number) for number, words in _MONTHS.items() for word in words.split()]
_WORD_LIST = pa.array([word for word, _ in _WORDS])
_WORD_MONTH = np.array([*(number for _, number in _WORDS), 0], dtype=np.int64)

_TIME = (
    r"(?:(?:\s*[Tt]|,?\s+(?:at\s+)?)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<p>[AaPp]\.?[Mm]\.?|)\s*(?P<z>Z|z|UTC|GMT|[-+]\d{2}(?::?\d{2})?|))?"
)
_LETTER = r"[A-Za-z\x{c0}-\x{17f}]"  # all letters (\pL) would take 5 ms to compile each time
_WEEKDAY = r"(?:[A-Za-z]{2,10}\.?,\s*)?"
_NUMERIC = rf"^{_WEEKDAY}(?P<a>\d{{1,4}})(?P<s>[-/.])(?P<b>\d{{1,2}})(?P<r>[-/.])(?P<c>\d{{1,4}})\.?{_TIME}$"
_DAY_NAME = (
    rf"^{_WEEKDAY}(?P<a>\d{{1,2}})(?:st|nd|rd|th|\.)?(?P<s>[-/ .])\s*(?:de |of )?(?P<b>{_LETTER}{{3,10}})\.?,?"
    rf"(?P<r>[-/ .])\s*(?:de )?'?(?P<c>\d{{4}}|\d{{2}}){_TIME}$"
)
_NAME_DAY = (
    rf"^{_WEEKDAY}(?P<a>{_LETTER}{{3,10}})\.?(?P<s>[-/ .])\s*(?P<b>\d{{1,2}})(?:st|nd|rd|th)?,?(?P<r>[-/ .])\s*"
    rf"(?P<c>\d{{4}}){_TIME}$"
)
_COMPACT = rf"^(?P<a>(?:19|20)\d{{2}})(?P<b>0[1-9]|1[0-2])(?P<c>0[1-9]|[12]\d|3[01])(?P<s>)(?P<r>){_TIME}$"
_MONTHLY = rf"^(?P<a>(?:19|20)\d{{2}})(?P<s>[-/])(?P<b>0?[1-9]|1[0-2])(?P<c>)(?P<r>){_TIME}$"
_SHAPES = {"numeric": _NUMERIC, "day name": _DAY_NAME, "name day": _NAME_DAY, "compact": _COMPACT, "monthly": _MONTHLY}
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?$"
_LOOSE = (
    rf"^{_WEEKDAY}\d{{1,4}}[-/. ]+(?:\d{{1,2}}|(?:de |of )?{_LETTER}{{3,10}}\.?)(?:[-/. ,]|$)"
    rf"|^{_WEEKDAY}{_LETTER}{{3,10}}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
)
_DATE_NAME = re.compile(
    r"date|datum|fecha|(?:^|[^a-z])(?:day|time|timestamp|created|closed|updated|modified|since|until|dt|tag|jour|fech)(?:[^a-z]|$)"
    r"|_(?:at|on)$|(?:At|On|Day|Dt)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """`pattern` in strptime's words; `time_zone` 'UTC' where cells name an offset (they are brought to UTC);
    `ambiguous` when day and month could be either way round and nothing in the column tells."""

    pattern: str
    time_zone: str = ""
    ambiguous: bool = False
    note: str = ""


def named_like_a_date(name: str) -> bool:
    """Whether a column's name says that it holds dates."""
    return _DATE_NAME.search(name) is not None


def could_be_dates(cells: pa.Array, name: str) -> bool:
    """Whether a sample of distinct, filled cells is worth a full look."""
    return share(cells, _LOOSE) >= 0.5 or (named_like_a_date(name) and share(cells, _COMPACT) >= 0.9)


def judge_dates(cells: pa.Array, name: str, in_order: pa.Array, locale: str) -> DateReading | None:
    """Reads distinct, filled cells of a whole column as dates, or says None.

    `in_order` are cells in row order (sortedness tells day from month where nothing else does); `locale` is 'us', 'eu'
    or ''.
    """
    if share(cells, _ISO) == 1.0:
        return DateReading(_with_time("%Y-%m-%d", cells))
    shapes = ["numeric", "day name", "name day", "monthly"]
    if named_like_a_date(name):
        shapes.append("compact")
    shape = max(shapes, key=lambda kind: share(cells, _SHAPES[kind]))
    if share(cells, _SHAPES[shape]) < FITS * (FITS if shape == "numeric" else 1.0):
        return None
    if shape == "numeric":
        return _judge_numeric(cells, in_order, locale, name)
    if shape in ("compact", "monthly"):
        base = "%Y%m%d" if shape == "compact" else "%Y-%m"
        return _if_fit(cells, base)
    parts = pc.extract_regex(cells, _SHAPES[shape]).drop_null()
    sign = _commonest(parts.field("s")) or " "
    if shape == "name day":
        return _if_fit(cells, "%b %d, %Y" if sign == " " else f"%b{sign}%d{sign}%Y")
    year = "%y" if pc.all(pc.equal(pc.utf8_length(parts.field("c")), 2)).as_py() else "%Y"
    return _if_fit(cells, f"%d{sign}%b{sign}{year}")


def _if_fit(cells: pa.Array, pattern: str) -> DateReading | None:
    values = read_dates(cells, pattern)
    if len(cells) - values.null_count < FITS * len(cells):
        return None
    return DateReading(_with_time(pattern, cells), _zone(cells))


def _judge_numeric(cells: pa.Array, in_order: pa.Array, locale: str, name: str) -> DateReading | None:
    parts = pc.extract_regex(cells, _NUMERIC).drop_null()
    sign = _commonest(parts.field("s"))
    year_first = pc.mean(pc.equal(pc.utf8_length(parts.field("a")), 4)).as_py() > 0.5
    if year_first:
        return _if_fit(cells, f"%Y{sign}%m{sign}%d")
    short = pc.mean(pc.equal(pc.utf8_length(parts.field("c")), 2)).as_py() > 0.5
    year = "%y" if short else "%Y"
    if short and sign != "/" and not named_like_a_date(name) and share(cells, r"^\d{2}.\d{2}.\d{2}(?:\D|$)") < FITS:
        return None  # 1.2.13 is a version sooner than a day
    day_first, month_first = f"%d{sign}%m{sign}{year}", f"%m{sign}%d{sign}{year}"
    by_day, by_month = read_dates(cells, day_first), read_dates(cells, month_first)
    fits_day, fits_month = len(cells) - by_day.null_count, len(cells) - by_month.null_count
    if max(fits_day, fits_month) < FITS * len(cells):
        return None
    ambiguous = False
    note = ""
    if fits_day != fits_month:
        pattern = day_first if fits_day > fits_month else month_first
    else:
        chosen = _by_order(in_order, day_first, month_first) or _by_span(by_day, by_month, day_first, month_first)
        if chosen:
            pattern = chosen
        elif sign == ".":
            pattern = day_first
        elif pc.all(pc.equal(by_day, by_month)).as_py():
            pattern = month_first if locale == "us" else day_first
        else:
            ambiguous = True
            pattern = month_first if locale == "us" else day_first
            shown = "month/day" if pattern == month_first else "day/month"
            why = (
                "as the money and numbers of this file are written the American way" if locale == "us" else "as most do"
            )
            note = f"Dates in '{name}' could be day/month or month/day; they were read as {shown}, {why}."
    return DateReading(_with_time(pattern, cells), _zone(cells), ambiguous, note)


def _by_order(in_order: pa.Array, day_first: str, month_first: str) -> str:
    """The order in which rows are nearly sorted, when the other is not."""
    if len(in_order) < 10:
        return ""
    sorted_shares = []
    for pattern in (day_first, month_first):
        values = _micros(read_dates(in_order, pattern))
        steps = np.diff(values)
        steps = steps[steps != 0]
        if len(steps) < 8:
            return ""
        sorted_shares.append(max((steps > 0).mean(), (steps < 0).mean()))
    by_day, by_month = sorted_shares
    if max(by_day, by_month) >= 0.9 and abs(by_day - by_month) >= 0.1:
        return day_first if by_day > by_month else month_first
    return ""


def _by_span(by_day: pa.Array, by_month: pa.Array, day_first: str, month_first: str) -> str:
    """The reading under which the dates lie close together (an export covers a week or a month), when the other
    spreads them over several months."""
    if len(by_day) < 5:
        return ""
    spans = [float(np.ptp(_micros(values))) for values in (by_day, by_month)]
    if min(spans) < 0.34 * max(spans):
        return day_first if spans[0] < spans[1] else month_first
    return ""


def _micros(values: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    found: np.ndarray[Any, np.dtype[np.int64]] = values.drop_null().cast(pa.int64()).to_numpy(zero_copy_only=False)
    return found


def _with_time(pattern: str, cells: pa.Array) -> str:
    """Adds the time of day as the first cell that has one writes it."""
    with_time = cells.filter(pc.match_substring_regex(cells, r"\d{1,2}:\d{2}"))
    if len(with_time) == 0:
        return pattern
    cell = with_time[0].as_py()
    joint = "T" if re.search(r"\dT\d", cell) else " "
    half = re.search(r"[ap]\.?m\.?", cell, re.IGNORECASE)
    time = "%I:%M" if half else "%H:%M"
    if re.search(r"\d:\d{2}:\d{2}", cell):
        time += ":%S"
        if re.search(r":\d{2}[.,]\d", cell):
            time += ".%f"
    return f"{pattern}{joint}{time}{' %p' if half else ''}{'%z' if _zone(with_time) else ''}"


def _zone(cells: pa.Array) -> str:
    zoned = pc.any(
        pc.match_substring_regex(
            cells, r":\d{2}(?:[.,]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|z|UTC|GMT|[-+]\d{2}(?::?\d{2})?)$"
        )
    )
    return "UTC" if zoned.as_py() else ""


def _commonest(values: pa.Array) -> str:
    counts = pc.value_counts(values).to_pylist()
    return str(max(counts, key=lambda entry: (entry["counts"], entry["values"]))["values"])


def read_dates(cells: pa.Array, pattern: str) -> pa.Array:
    """timestamp[us], naive (offsets brought to UTC), for trimmed cells (pa.string()); null where one does not fit."""
    if pattern.startswith("%Y-%m-%d") and "%z" not in pattern and "%p" not in pattern:
        try:
            return pc.cast(cells, pa.timestamp("us"))
        except pa.ArrowInvalid:
            pass  # some cells are odd: the slower way tells which
    day_part = re.split(r"[T ]%[HI]", pattern, maxsplit=1)[0]
    shape = {"%Y%m%d": "compact", "%Y-%m": "monthly"}.get(day_part)
    if shape is None:
        shape = "numeric" if "%b" not in day_part else ("name day" if day_part.startswith("%b") else "day name")
    parts = pc.extract_regex(cells, _SHAPES[shape])
    good = _bools(parts.is_valid())
    fields = {"compact": "Ymd", "monthly": "Ym"}.get(shape) or "".join(re.findall(r"%([YymdbB])", day_part))
    values: dict[str, np.ndarray[Any, np.dtype[np.int64]]] = {"d": np.ones(len(cells), dtype=np.int64)}
    for group, field in zip("abc", fields, strict=False):
        column = parts.field(group)
        if field == "b":
            values["m"] = _months(column)
        else:
            values[field] = _whole(column)
            if field in "Yy" and shape in ("numeric", "day name"):
                good &= _bools(pc.equal(pc.utf8_length(column), 4 if field == "Y" else 2))
    if shape != "compact" and shape != "monthly":
        good &= _bools(pc.equal(parts.field("s"), parts.field("r"))) | (shape == "name day") | (shape == "day name")
    if "y" in values:  # POSIX: 69 to 99 are of the 1900s
        values["Y"] = values["y"] + np.where(values["y"] >= 69, 1900, 2000)
    years, months, days = values["Y"], values["m"], values["d"]
    good &= (years >= 1000) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    years, months, days = (np.where(good, part, 1) for part in (years, months, days))
    month = (years - 1970) * 12 + months - 1
    day = month.astype("datetime64[M]").astype("datetime64[D]") + (days - 1)
    good &= day.astype("datetime64[M]") == month.astype("datetime64[M]")
    micros = day.astype("datetime64[us]").astype(np.int64)
    if len(cells) and pc.any(pc.greater(pc.utf8_length(parts.field("H")), 0), min_count=0).as_py():
        micros, good = _add_time(parts, micros, good)
    return pa.array(micros, mask=~good).cast(pa.timestamp("us"))


def _add_time(
    parts: pa.Array, micros: np.ndarray[Any, np.dtype[np.int64]], good: np.ndarray[Any, np.dtype[np.bool_]]
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.bool_]]]:
    hours, minutes, seconds = (_whole(parts.field(group)) for group in "HMS")
    half = pc.utf8_lower(pc.utf8_slice_codeunits(pc.fill_null(parts.field("p"), ""), start=0, stop=1))
    after, before = _bools(pc.equal(half, "p")), _bools(pc.equal(half, "a"))
    hours = np.where(after & (hours < 12), hours + 12, np.where(before & (hours == 12), 0, hours))
    good = good & (hours <= 23) & (minutes <= 59) & (seconds <= 60)
    fraction = _whole(
        pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(parts.field("f"), ""), 6, "0"), start=0, stop=6)
    )
    zone = pc.fill_null(parts.field("z"), "")
    digits = pc.utf8_rpad(pc.replace_substring_regex(zone, r"\D", ""), 4, "0")
    offset = _whole(pc.utf8_slice_codeunits(digits, 0, 2)) * 60 + _whole(pc.utf8_slice_codeunits(digits, 2, 4))
    offset = np.where(_bools(pc.starts_with(zone, "-")), -offset, offset)
    clock = ((hours * 60 + minutes - offset) * 60 + seconds) * 1_000_000 + fraction
    return micros + clock, good


def _whole(digits: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Integers of strings of digits; 0 for '' and null."""
    filled = pc.if_else(pc.equal(pc.fill_null(digits, ""), ""), "0", digits)
    found: np.ndarray[Any, np.dtype[np.int64]] = pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False)
    return found


def _months(words: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    places = pc.fill_null(pc.index_in(pc.utf8_lower(words), value_set=_WORD_LIST), -1)
    found: np.ndarray[Any, np.dtype[np.int64]] = _WORD_MONTH[places.to_numpy(zero_copy_only=False)]
    return found


def _bools(values: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    found: np.ndarray[Any, np.dtype[np.bool_]] = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    return found
