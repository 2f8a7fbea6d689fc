"""From columns as they are in a file to the few plain quantities that a model can use.

Every feature column becomes one or more *parts*: a number (float64, NaN is blank) or a category (string, null is
blank). A date becomes its distance to the row's own cut-off and, when the history spans two years, its season. An
e-mail becomes the kind of its domain and a URL its host: never the address itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.core.mail_domains import FREE
from leadline.core.roles import ColumnRole, Role

MICROSECONDS_A_DAY = 86_400_000_000
RATIOS, RATIO_COLUMNS, RATIO_ROWS = 10, 40, 5_000
RATIO_FEWEST, RATIO_VALUES, MOSTLY = 50, 30, 0.95
LIKE_SIZE = float(np.log(20.0))  # of the middle ratio, either way
RISE_TOGETHER = 0.6  # rank correlation
SEASON_NEEDS_DAYS = 700  # under two years season and trend are one
EDUCATION = r"(\.edu(\.[a-z]{2})?|\.ac\.[a-z]{2}|^uni-.*|.*university.*)$"

PartKind = Literal["number", "category"]
How = Literal["value", "days_before", "month", "weekday", "hour", "mail_kind", "host", "ratio", "moment"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """One quantity taken from `column`. `how` says which; `against` is the cut-off column of 'days_before'."""

    name: str
    column: str
    kind: PartKind
    how: How
    against: str = ""
    cut_off: float = 0.0  # days since 1970, used by 'days_before' where the row has no cut-off of its own


def plan(table: pa.Table, roles: Sequence[ColumnRole], time_column: str = "") -> tuple[Part, ...]:
    """Choose the parts of each feature column; `time_column` orders the rows and is each row's own cut-off."""
    parts: list[Part] = []
    for role in roles:
        name = role.column
        if role.role in (Role.NUMBER, Role.MONEY):
            parts.append(Part(name, name, "number", "value"))
        elif role.role is Role.CATEGORY:
            parts.append(Part(name, name, "category", "value"))
        elif role.role is Role.EMAIL:
            parts.append(Part(f"{name} kind", name, "category", "mail_kind"))
        elif role.role is Role.URL:
            parts.append(Part(f"{name} site", name, "category", "host"))
        elif role.role is Role.DATE and pa.types.is_timestamp(table.schema.field(name).type):
            parts.extend(_date_parts(table, name, time_column))
    parts.extend(_ratios(table, [p.column for p in parts if p.how == "value" and p.kind == "number"]))
    return tuple(parts)


def _ratios(table: pa.Table, columns: Sequence[str]) -> list[Part]:
    """The log-ratios of like quantities: a price beside a cost or last time's price tells more than either alone.

    Chosen without the outcome: two positive columns of like size that rise together.
    """
    step = max(1, table.num_rows // RATIO_ROWS)
    sample = table.select(list(columns[:RATIO_COLUMNS])).take(pa.array(np.arange(0, table.num_rows, step)))
    logs = {}
    for name in sample.column_names:
        values = numbers(sample[name])
        known = values[~np.isnan(values)]
        if len(known) >= RATIO_FEWEST and np.mean(known > 0) >= MOSTLY and len(np.unique(known)) > RATIO_VALUES:
            logs[name] = np.log(np.where(values > 0, values, np.nan))
    found: list[tuple[float, str, str]] = []
    names = list(logs)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            both = ~np.isnan(logs[one]) & ~np.isnan(logs[other])
            a, b = logs[one][both], logs[other][both]
            if len(a) < RATIO_FEWEST or abs(float(np.median(a - b))) > LIKE_SIZE or not np.ptp(a - b):
                continue
            together = _rank_correlation(a, b)
            if together >= RISE_TOGETHER:
                found.append((together, one, other))
    found.sort(key=lambda f: (-f[0], f[1], f[2]))
    # The one that is blank more often comes first: a ratio that is blank is its news, and reasons name it.
    blank = {name: int(np.isnan(values).sum()) for name, values in logs.items()}
    ordered = [(a, b) if blank[a] >= blank[b] else (b, a) for _, a, b in found[:RATIOS]]
    return [Part(f"{a} / {b}", a, "number", "ratio", b) for a, b in ordered]


def _rank_correlation(a: Array, b: Array) -> float:
    """Spearman's, ties in order of place."""
    ranks = [np.argsort(np.argsort(v, kind="stable"), kind="stable").astype(np.float64) for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _date_parts(table: pa.Table, name: str, time_column: str) -> list[Part]:
    span = pc.min_max(table[name]).as_py()
    if span["min"] is None:
        return []
    days = (span["max"] - span["min"]).days
    cut_off = _days(pa.chunked_array([pa.array([span["max"]], pa.timestamp("us"))]))[0]
    parts = [Part(f"{name} weekday", name, "category", "weekday")]
    if name == time_column:
        parts.append(Part(f"{name} itself", name, "number", "moment"))
    else:
        against = time_column if time_column in table.column_names else ""
        parts.append(Part(f"days since {name}", name, "number", "days_before", against, cut_off))
    if days >= SEASON_NEEDS_DAYS:
        parts.append(Part(f"{name} month", name, "category", "month"))
    hours = pc.hour(table[name])
    if pc.sum(pc.not_equal(hours, 0)).as_py():
        parts.append(Part(f"{name} hour", name, "number", "hour"))
    return parts


def take(batch: pa.Table | pa.RecordBatch, parts: Sequence[Part]) -> list[Array | pa.Array]:
    """The quantities of `batch`, one array a part: float64 with NaN for numbers, Arrow strings for categories."""
    cache: dict[str, Array] = {}
    return [_one(batch, part, cache) for part in parts]


def _one(batch: pa.Table | pa.RecordBatch, part: Part, cache: dict[str, Array]) -> Array | pa.Array:
    column = whole(batch.column(part.column))
    if part.how == "value":
        return numbers(column) if part.kind == "number" else texts(column)
    if part.how == "mail_kind":
        return mail_kind(texts(column))
    if part.how == "host":
        return host(texts(column))
    if part.how == "month":
        return pc.strftime(column, format="%B")
    if part.how == "weekday":
        return pc.strftime(column, format="%A")
    if part.how == "hour":
        return numbers(pc.cast(pc.hour(column), pa.float64()))
    if part.how == "ratio":
        above, below = numbers(column), numbers(batch.column(part.against))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((above > 0) & (below > 0), np.log(above) - np.log(below), np.nan)
    if part.how == "moment":
        return _days(column)
    for name in (part.column, part.against):
        if name and name not in cache:
            cache[name] = _days(whole(batch.column(name)))
    end: Array | float = cache[part.against] if part.against else part.cut_off
    return np.asarray(end - cache[part.column], dtype=np.float64)


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of a column."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def numbers(column: pa.Array | pa.ChunkedArray) -> Array:
    """Float64 with NaN for null and for what is not finite."""
    column = whole(column)
    if not pa.types.is_float64(column.type):
        column = pc.cast(column, pa.float64())
    values = np.array(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def texts(column: pa.Array) -> pa.Array:
    """Strings, null where blank; numbers that are codes read as the text that people see ('1', not '1.0')."""
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_floating(column.type):
        whole = pc.equal(column, pc.round(column))
        if pc.all(pc.fill_null(whole, True)).as_py():
            return pc.cast(pc.cast(column, pa.int64(), safe=False), pa.string())
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "true", "false")
    return pc.cast(column, pa.string())


def _days(column: pa.Array | pa.ChunkedArray) -> Array:
    column = whole(column)
    micro = pc.cast(pc.cast(column, pa.timestamp("us")), pa.int64())
    return numbers(pc.cast(micro, pa.float64(), safe=False)) / MICROSECONDS_A_DAY


def mail_kind(column: pa.Array) -> pa.Array:
    """'free', 'education' or 'company' by the domain of each address; blank stays blank."""
    domain = pc.utf8_lower(pc.replace_substring_regex(column, r"^.*@\s*", ""))
    free = pc.is_in(domain, value_set=pa.array(sorted(FREE)))
    school = pc.match_substring_regex(domain, EDUCATION)
    valid = pc.match_substring(column, "@")
    kind = pc.if_else(free, "free", pc.if_else(school, "education", "company"))
    return pc.if_else(valid, kind, "not an address")


def host(column: pa.Array) -> pa.Array:
    """The host of each URL, without 'www.'."""
    bare = pc.replace_substring_regex(pc.utf8_lower(column), r"^[a-z]+://(www\.)?", "")
    return pc.replace_substring_regex(bare, r"[/?#:].*$", "")


def columns_read(parts: Sequence[Part]) -> list[str]:
    """The source columns that `parts` need."""
    names: Mapping[str, None] = {n: None for part in parts for n in (part.column, part.against) if n}
    return list(names)
