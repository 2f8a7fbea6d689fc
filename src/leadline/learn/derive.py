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

from leadline.core.roles import ColumnRole, Role

MICROSECONDS_A_DAY = 86_400_000_000
SEASON_NEEDS_DAYS = 700  # under two years season and trend are one
FREE_MAIL = (
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com msn.com aol.com icloud.com me.com gmx.de gmx.net "
    "gmx.com web.de mail.ru yandex.ru proton.me protonmail.com t-online.de orange.fr free.fr laposte.net libero.it "
    "qq.com 163.com 126.com naver.com zoho.com mail.com fastmail.com hey.com"
).split()
EDUCATION = r"(\.edu(\.[a-z]{2})?|\.ac\.[a-z]{2}|^uni-.*|.*university.*)$"

PartKind = Literal["number", "category"]
How = Literal["value", "days_before", "month", "weekday", "hour", "mail_kind", "host"]
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
    return tuple(parts)


def _date_parts(table: pa.Table, name: str, time_column: str) -> list[Part]:
    span = pc.min_max(table[name]).as_py()
    if span["min"] is None:
        return []
    days = (span["max"] - span["min"]).days
    cut_off = _days(pa.chunked_array([pa.array([span["max"]], pa.timestamp("us"))]))[0]
    parts = [Part(f"{name} weekday", name, "category", "weekday")]
    if name != time_column:
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
    return numbers(pc.cast(micro, pa.float64())) / MICROSECONDS_A_DAY


def mail_kind(column: pa.Array) -> pa.Array:
    """'free', 'education' or 'company' by the domain of each address; blank stays blank."""
    domain = pc.utf8_lower(pc.replace_substring_regex(column, r"^.*@\s*", ""))
    free = pc.is_in(domain, value_set=pa.array(FREE_MAIL))
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
