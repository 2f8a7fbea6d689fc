"""What a column's cells mean: decided once from the whole column, then applied to any batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from leadline.core.formats import ColumnFormat
from leadline.warehouse.arrow import pa, pc
from leadline.warehouse.date_format import could_be_dates, judge_dates, named_like_a_date, read_dates
from leadline.warehouse.nesting import bare, json_text, plain
from leadline.warehouse.number_format import (
    SAMPLE,
    NumberReading,
    could_be_numbers,
    judge_numbers,
    normal,
    read_numbers,
    resolved,
    share,
)

# 'None' and 'Unknown' may be answers of their own ('Competitor: None'), so they stay.
NULL_WORDS = (
    *(
        "",
        "NA",
        "N/A",
        "n/a",
        "na",
        "NULL",
        "Null",
        "null",
        "nan",
        "NaN",
        "NAN",
        "NaT",
        "<NA>",
        "<null>",
        "(null)",
        "\\N",
    ),
    *("#N/A", "#NULL!", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "-", "--", "---", "–", "—"),
)
_NULLS = pa.array(NULL_WORDS)
PROBE = 400  # rows of a column that are looked at before all of it is
PROBE_DISTINCT = 20
EXACT = 2**53  # whole numbers above are not exact as floats, so they are identifiers

T = TypeVar("T", pa.RecordBatch, pa.Table)


@dataclass(slots=True)
class _Column:
    """A column of text while it is looked at: distinct filled cells and where they occur."""

    name: str
    cells: pa.Array
    codes: np.ndarray[Any, np.dtype[np.int64]]  # per row, place in `cells`, -1 for blank

    def in_order(self, most: int = 5000) -> pa.Array:
        filled = self.codes[self.codes >= 0][:most]
        return self.cells.take(pa.array(filled))


def infer(table: pa.Table) -> tuple[ColumnFormat, ...]:
    """The reading of each column, in the table's order.

    Text is looked at as a whole: a column is one of numbers or dates where 95 % of its distinct filled cells are. What
    could be read in two ways is settled by the other columns. Odd cells are counted in the table that is given.
    """
    found: dict[str, ColumnFormat] = {}
    numbers: dict[str, tuple[_Column, NumberReading]] = {}
    later: list[_Column] = []
    us = eu = 0
    for name, typed in zip(table.column_names, table.columns, strict=True):
        chunked = bare(typed)
        native = _native(name, chunked)
        if native is not None:
            found[name] = native
            continue
        column = _looked_at(name, chunked)
        if isinstance(column, ColumnFormat):
            found[name] = column
            continue
        cells = normal(column.cells)
        if named_like_a_date(name) and could_be_dates(cells, name):
            later.append(column)
            continue
        reading = judge_numbers(cells, name)
        if reading is None:
            later.append(column)
            continue
        numbers[name] = (column, reading)
        us += reading.hint == "us"
        eu += reading.hint == "eu"
    us += any("USD" in name or "US$" in name or "($)" in name for name in table.column_names) and not eu
    locale = "us" if us > eu else "eu" if eu > us else ""
    for name, (column, reading) in numbers.items():
        found[name] = _number_format(column, resolved(reading, locale))
    for column in later:
        found[column.name] = _date_or_text(column, locale)
    return tuple(found[name] for name in table.column_names)


def _native(name: str, chunked: pa.ChunkedArray) -> ColumnFormat | None:
    """The reading of a typed column; None for text."""
    kind = chunked.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if chunked.null_count == len(chunked):
        return ColumnFormat(name, "empty")
    if pa.types.is_integer(kind):
        bounds = pc.min_max(chunked).as_py()
        exact = bounds["min"] >= -EXACT and bounds["max"] <= EXACT
        return ColumnFormat(name, "number" if exact else "text")
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ColumnFormat(name, "number")
    if pa.types.is_date(kind):
        return ColumnFormat(name, "date", pattern="%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        zone = "UTC" if kind.tz else ""
        return ColumnFormat(name, "date", pattern="%Y-%m-%dT%H:%M:%S.%f", time_zone=zone)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return None
    return ColumnFormat(name, "text")


def _looked_at(name: str, chunked: pa.ChunkedArray) -> _Column | ColumnFormat:
    """A quick look that settles plain text and empty columns, else all distinct cells."""
    step = len(chunked) // PROBE
    if step > 10:
        probe = _trimmed(plain(chunked.take(pa.array(np.arange(0, len(chunked), step))))).drop_null().unique()
        if len(probe) >= PROBE_DISTINCT and not _maybe(probe, name):
            return ColumnFormat(name, "text")
    encoded = plain(chunked).dictionary_encode()
    cells = _trimmed(encoded.dictionary)
    again = cells.dictionary_encode()  # cells that differ in blanks around them only are one
    places = pc.fill_null(again.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    rows = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    codes = np.where(rows >= 0, places[rows] if len(places) else -1, -1)
    distinct = again.dictionary.drop_null() if again.dictionary.null_count else again.dictionary
    if len(distinct) == 0:
        return ColumnFormat(name, "empty")
    if not _maybe(distinct, name):
        return ColumnFormat(name, "text")
    return _Column(name, distinct, codes)


def _maybe(cells: pa.Array, name: str) -> bool:
    tidy = normal(cells.slice(0, SAMPLE))
    if share(tidy, r"\d|(?i:inf)") < 0.5:
        return False
    return could_be_numbers(tidy) or could_be_dates(tidy, name)


def _trimmed(cells: pa.Array) -> pa.Array:
    """Blanks around cells taken off; null words made null."""
    cells = pc.utf8_trim_whitespace(pc.cast(cells, pa.string()) if not pa.types.is_string(cells.type) else cells)
    nulls = pc.is_in(cells, value_set=_NULLS)
    return pc.if_else(nulls, None, cells) if pc.any(nulls, min_count=0).as_py() else cells


def _number_format(column: _Column, reading: NumberReading) -> ColumnFormat:
    note = ""
    if reading.ambiguous:
        sign = reading.thousands or reading.decimal
        shown = "thousands" if reading.thousands else "decimals"
        sign = {",": "comma", ".": "point"}.get(sign, sign)
        note = f"The {sign} in '{column.name}' could mark thousands or decimals; it was read as {shown}."
    if reading.mixed:
        note = (
            f"Column '{column.name}' mixes {reading.unit} and {reading.mixed}; the numbers were read as they stand, "
            "not converted."
        )
    made = ColumnFormat(column.name, "number", reading.decimal, reading.thousands, reading.unit, note=note)
    return _with_odd(column, made)


def _date_or_text(column: _Column, locale: str) -> ColumnFormat:
    cells = normal(column.cells)
    reading = None
    if could_be_dates(cells.slice(0, SAMPLE), column.name):
        reading = judge_dates(cells, column.name, normal(column.in_order()), locale)
    if reading is None:
        number = judge_numbers(cells, column.name) if named_like_a_date(column.name) else None
        if number is not None:
            return _number_format(column, resolved(number, locale))
        return ColumnFormat(column.name, "text")
    made = ColumnFormat(column.name, "date", pattern=reading.pattern, time_zone=reading.time_zone, note=reading.note)
    return _with_odd(column, made)


def _with_odd(column: _Column, made: ColumnFormat) -> ColumnFormat:
    """Counts cells that do not fit and names the first."""
    unfit = _typed(column.cells, made).is_null().to_numpy(zero_copy_only=False)
    if not unfit.any():
        return made
    rows = (column.codes >= 0) & unfit[column.codes]
    first = int(np.argmax(rows))
    example = str(column.cells[int(column.codes[first])].as_py())
    return replace(made, odd=int(rows.sum()), example_odd=example[:80], odd_row=first + 1)


def _typed(cells: pa.Array, made: ColumnFormat) -> pa.Array:
    """Trimmed text cells in the column's type."""
    if made.kind == "number":
        return read_numbers(normal(cells), made.decimal, made.thousands, made.unit)
    return read_dates(normal(cells), made.pattern)


def parse(batch: T, formats: Sequence[ColumnFormat]) -> T:
    """The columns that `formats` name, in that order: numbers as float64 (null where not finite), dates as
    timestamp[us] (naive, UTC where the cells name an offset), all else as trimmed text with null for blanks and null
    words. A column that the batch has not is all null; cells that do not fit are null."""
    there = {name: at for at, name in enumerate(batch.schema.names)}
    columns = [
        _parsed(batch.column(there[f.column]), f) if f.column in there else pa.nulls(batch.num_rows, _type_of(f))
        for f in formats
    ]
    schema = pa.schema([(f.column, _type_of(f)) for f in formats])
    made: T = type(batch).from_arrays(columns, schema=schema)
    return made


def _type_of(format_: ColumnFormat) -> pa.DataType:
    return {"number": pa.float64(), "date": pa.timestamp("us")}.get(format_.kind, pa.string())


def _parsed(column: pa.Array | pa.ChunkedArray, made: ColumnFormat) -> pa.Array:
    kind = column.type
    if made.kind == "number":
        if pa.types.is_floating(kind) and kind.bit_width == 64 and not isinstance(column, pa.ChunkedArray):
            return finite(column)
        if (
            pa.types.is_integer(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_decimal(kind)
            or pa.types.is_boolean(kind)
        ):
            return finite(pc.cast(plain(column), pa.float64(), safe=False))
    elif made.kind == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return _naive(plain(column))
    if made.kind == "empty" or pa.types.is_null(kind):
        return pa.nulls(len(column), _type_of(made))
    text = plain(text_of(column))
    encoded = text.dictionary_encode()
    words = _trimmed(encoded.dictionary)
    if made.kind in ("number", "date"):
        return _typed(words, made).take(encoded.indices)
    return words.take(encoded.indices)


def finite(column: pa.Array) -> pa.Array:
    """Numbers with null for what is infinite or no number."""
    good = pc.is_finite(column)
    return column if pc.all(good, min_count=0).as_py() else pc.if_else(good, column, None)


def _naive(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.cast(column, pa.timestamp(column.type.unit, "UTC"))
    return pc.cast(pc.cast(column, pa.timestamp("us"), safe=False), pa.timestamp("us"))


def text_of(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Canonical text (pa.string()) of any column: 1.0 is '1', days '2024-01-05', times ISO 8601, null stays null."""
    values = plain(column)
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        return _float_text(values)
    if pa.types.is_timestamp(kind):
        return _time_text(_naive(values))
    if pa.types.is_nested(kind):
        return pa.array([None if value is None else json_text(value) for value in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array(
            [None if value is None else value.decode("utf-8", "replace") for value in values.to_pylist()], pa.string()
        )
    if pa.types.is_decimal(kind):
        return _float_text(pc.cast(values, pa.float64(), safe=False))
    try:
        return pc.cast(values, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())


def _float_text(values: pa.Array) -> pa.Array:
    text = pc.cast(values, pa.string())
    whole = pc.and_(pc.equal(values, pc.trunc(values)), pc.less(pc.abs(values), float(EXACT)))
    if not pc.any(whole, min_count=0).as_py():
        return text
    exact = pc.cast(pc.cast(pc.if_else(whole, values, None), pa.int64()), pa.string())
    return pc.if_else(pc.fill_null(whole, False), exact, text)


def _time_text(values: pa.Array) -> pa.Array:
    """'2024-01-05' at midnight, else '2024-01-05T10:30:00', with microseconds where there are any."""
    text = pc.replace_substring(pc.cast(values, pa.string()), " ", "T")
    text = pc.replace_substring_regex(text, r"\.0+$", "")
    return pc.replace_substring_regex(text, r"T00:00:00$", "")
