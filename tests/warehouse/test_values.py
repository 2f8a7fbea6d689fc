"""What columns mean, decided from the whole column."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from leadline.core.formats import ColumnFormat
from leadline.warehouse.values import infer, parse, text_of


def reading(cells: list[str | None], name: str = "x", **others: list[str]) -> ColumnFormat:
    return infer(pa.table({name: pa.array(cells, pa.string()), **others}))[0]


def values(cells: list[str | None], name: str = "x", **others: list[str]) -> list[object]:
    table = pa.table({name: pa.array(cells, pa.string()), **others})
    return parse(table, infer(table)[:1])[name].to_pylist()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234", "12,5"], [1.234, 12.5]),
        (["1,234", "1,234,567"], [1234.0, 1234567.0]),
        (["1,234", "0,123"], [1.234, 0.123]),
        (["1,234", "2,345"], [1234.0, 2345.0]),
        (["1.234", "2.345"], [1.234, 2.345]),
        (["1.234,5", "2"], [1234.5, 2.0]),
        (["1.234.567", "1.234"], [1234567.0, 1234.0]),
        (["1 234,50", "7"], [1234.5, 7.0]),
        (["1’234.50", "7"], [1234.5, 7.0]),
        (["1,00,000", "12,34,567.5"], [100000.0, 1234567.5]),
        (["25 %", "7.5%"], [25.0, 7.5]),
        (["(1,234)", "5"], [-1234.0, 5.0]),
        (["($1,234.50)", "$5"], [-1234.5, 5.0]),
        (["-$5", "$-6", "7-"], [-5.0, -6.0, -7.0]),
        (["€ 5", "6 €"], [5.0, 6.0]),
        (["USD 5", "6 USD"], [5.0, 6.0]),
        (["1e5", "1.5E-3"], [100000.0, 0.0015]),
        (["−5", "5"], [-5.0, 5.0]),
        (["inf", "5", "-Infinity"], [None, 5.0, None]),
        ([".5", "5."], [0.5, 5.0]),
        (["5", "", "NA", "n/a", "-", "#N/A", None, " 6 "], [5.0, None, None, None, None, None, None, 6.0]),
    ],
)
def test_numbers(cells: list[str | None], expected: list[float | None]) -> None:
    assert values(cells) == expected


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("code", ["00123", "01234", "55555"]),
        ("id", ["12345678901234567", "12345678901234568"]),
        ("Phone", ["+49 30 1234567", "+1 555 123 4567"]),
        ("Phone", ["5551234567", "5551234568"]),
        ("ZIP code", ["10115", "94107"]),
        ("x", ["555 123 456", "555 123 457", "555 999 888", "555 111 222", "555 111 223", "555 111 224"]),
        ("x", ["12", "abc", "13"]),
        ("x", ["1-2", "3-4"]),
        ("x", ["250K to 500K", "10K or less"]),
        ("ip", ["10.0.0.1", "10.0.0.2"]),
        ("x", ["None", "Unknown"]),
    ],
)
def test_codes_and_mixtures_stay_text(name: str, cells: list[str]) -> None:
    assert reading(list(cells), name).kind == "text"
    assert values(list(cells), name) == cells


def test_running_numbers_and_years_are_numbers() -> None:
    assert reading(["1658010", "1692390"], "Opportunity Number").kind == "number"
    assert reading(["1996", "2005"], "Founded").kind == "number"
    assert reading(["20240105", "20231231"], "Reference").kind == "number"


def test_units_are_kept() -> None:
    assert reading(["25 %", "30 %"]).unit == "%"
    assert reading(["$1,234.00", "$7.00"]).unit == "$"
    assert reading(["1.234,00 €", "7,00 €"]) == ColumnFormat("x", "number", ",", ".", "€")
    mixed = reading(["5 EUR", "6 USD", "7 EUR"])
    assert mixed.unit == "EUR"
    assert "USD" in mixed.note


def test_an_ambiguous_number_asks_its_neighbours() -> None:
    assert values(["1.234", "2.345"], other=["1,5", "2,25"]) == [1234.0, 2345.0]
    assert values(["1,234", "2,345"], other=["1,5", "2,25"]) == [1.234, 2.345]
    assert values(["1,234", "2,345"], other=["1,234.50", "2.5"]) == [1234.0, 2345.0]
    assert "thousands or decimals" in reading(["1,234", "2,345"]).note
    assert reading(["1,234", "12,5"]).note == ""


def test_odd_cells_are_counted_and_the_first_is_named() -> None:
    cells: list[str | None] = [str(number) for number in range(100)]
    cells[41] = "n/k"
    cells.append("n/k")
    found = reading(cells)
    assert (found.kind, found.odd, found.example_odd, found.odd_row) == ("number", 2, "n/k", 42)
    assert values(cells)[41] is None
    assert reading([*cells, *"abcdefgh"]).kind == "text"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3/1/2017", "10/20/2016"], [dt.datetime(2017, 3, 1), dt.datetime(2016, 10, 20)]),
        (["3/1/2017", "20/10/2016"], [dt.datetime(2017, 1, 3), dt.datetime(2016, 10, 20)]),
        (["3.1.2017", "4.5.2016"], [dt.datetime(2017, 1, 3), dt.datetime(2016, 5, 4)]),
        (["Jan 5, 2024", "December 31 2023"], [dt.datetime(2024, 1, 5), dt.datetime(2023, 12, 31)]),
        (["05-Jan-2024", "31-Mai-2024"], [dt.datetime(2024, 1, 5), dt.datetime(2024, 5, 31)]),
        (["5. März 2024", "1. Oktober 2023"], [dt.datetime(2024, 3, 5), dt.datetime(2023, 10, 1)]),
        (["Fri, 5 Jan 2024", "6 January 2024"], [dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 6)]),
        (
            ["2024-01-05T10:00:00Z", "2024-01-05T10:00:00+02:00"],
            [dt.datetime(2024, 1, 5, 10), dt.datetime(2024, 1, 5, 8)],
        ),
        (["2024-01-05T10:00:00.1234567Z"], [dt.datetime(2024, 1, 5, 10, 0, 0, 123456)]),
        (["2024-01-05 10:00:00-0330", "2024-01-05"], [dt.datetime(2024, 1, 5, 13, 30), dt.datetime(2024, 1, 5)]),
        (["1/13/24 1:05 PM", "1/14/24 12:00 am"], [dt.datetime(2024, 1, 13, 13, 5), dt.datetime(2024, 1, 14)]),
        (["2024-01", "2024-12"], [dt.datetime(2024, 1, 1), dt.datetime(2024, 12, 1)]),
        (["29/02/2024", "1/1/2024"], [dt.datetime(2024, 2, 29), dt.datetime(2024, 1, 1)]),
    ],
)
def test_dates(cells: list[str | None], expected: list[dt.datetime]) -> None:
    assert values(cells) == expected


def test_a_date_that_is_none_is_odd() -> None:
    cells: list[str | None] = [f"{day:02}.03.2024" for day in range(1, 31)] + ["31.02.2024"]
    found = reading(cells)
    assert (found.kind, found.odd, found.example_odd) == ("date", 1, "31.02.2024")


def test_compact_dates_need_a_name() -> None:
    assert reading(["20240105", "20231231"], "close_date").pattern == "%Y%m%d"
    assert values(["20240105"], "created_at") == [dt.datetime(2024, 1, 5)]


def test_zones_are_named_and_brought_to_utc() -> None:
    found = reading(["2024-01-05T10:00:00+02:00"])
    assert (found.time_zone, found.pattern) == ("UTC", "%Y-%m-%dT%H:%M:%S%z")


def test_day_and_month_settled_by_order_span_or_money() -> None:
    in_order = [f"{month}/{day}/2024" for month in range(1, 13) for day in (1, 5, 9)]
    assert reading(in_order).pattern == "%m/%d/%Y"
    assert reading([f"{day}/{month}/2024" for month in range(1, 13) for day in (1, 5, 9)]).pattern == "%d/%m/%Y"
    one_week = ["3/5/2024", "5/5/2024", "4/5/2024", "7/5/2024", "6/5/2024", "2/5/2024"]
    assert reading(one_week).pattern == "%d/%m/%Y"
    unclear = ["3/5/2024", "5/9/2024", "9/2/2023"]
    found = reading(unclear)
    assert found.pattern == "%d/%m/%Y"
    assert "could be day/month or month/day" in found.note
    american = reading(unclear, money=["$1,234.00", "$5.00", "$7.50"])
    assert american.pattern == "%m/%d/%Y"
    assert "American" in american.note


def test_versions_are_no_dates() -> None:
    assert reading(["1.2.13", "1.3.14", "2.0.1"], "Version").kind == "text"


def test_text_is_stripped_and_null_words_are_null() -> None:
    assert values([" a ", "NULL", "None", "Unknown", "\u00a0b", "", "nan"]) == [
        "a",
        None,
        "None",
        "Unknown",
        "b",
        None,
        None,
    ]


def test_an_empty_column() -> None:
    assert reading(["", "NA", None]).kind == "empty"
    assert values(["", "NA", None]) == [None, None, None]


def test_typed_columns() -> None:
    table = pa.table(
        {
            "i": pa.array([1, None], pa.int64()),
            "big": pa.array([2**60, 5]),
            "f": pa.array([1.5, float("nan")]),
            "d": pa.array([dt.date(2024, 1, 5), None]),
            "t": pa.array([dt.datetime(2024, 1, 5, 10, tzinfo=dt.UTC), None], pa.timestamp("ns", "Europe/Berlin")),
            "b": pa.array([True, None]),
            "m": pa.array([Decimal("1.50"), None]),
            "c": pa.array(["a", "b"]).dictionary_encode(),
            "n": pa.array([None, None]),
            "l": pa.array([[1, 2], None]),
            "s": pa.array(["1,5", "2,5"], pa.large_string()),
        }
    )
    formats = infer(table)
    assert [found.kind for found in formats] == [
        *("number", "text", "number", "date", "date", "text", "number", "text", "empty", "text", "number"),
    ]
    parsed = parse(table, formats)
    assert parsed.schema.types == [
        {"number": pa.float64(), "date": pa.timestamp("us")}.get(found.kind, pa.string()) for found in formats
    ]
    first = parsed.slice(0, 1).to_pylist()[0]
    assert first["t"] == dt.datetime(2024, 1, 5, 10)
    assert (first["big"], first["b"], first["m"], first["s"]) == (str(2**60), "true", 1.5, 1.5)
    assert json.loads(first["l"]) == [1, 2]
    assert parsed["f"].to_pylist() == [1.5, None]


def test_parse_keeps_the_order_asked_for_and_fills_what_is_missing() -> None:
    batch = pa.record_batch({"a": ["1", "x"], "b": ["y", ""]})
    formats = [ColumnFormat("gone", "date"), ColumnFormat("b", "text"), ColumnFormat("a", "number")]
    parsed = parse(batch, formats)
    assert isinstance(parsed, pa.RecordBatch)
    assert parsed.to_pydict() == {"gone": [None, None], "b": ["y", None], "a": [1.0, None]}
    assert parse(batch.slice(0, 0), formats).num_rows == 0


def test_parse_of_a_batch_equals_parse_of_the_table() -> None:
    table = pa.table({"a": [f"{number:,}.5 €" for number in range(3000)], "b": ["x", "", "NA"] * 1000})
    formats = infer(table)
    whole = parse(table, formats)
    parts = pa.Table.from_batches([parse(batch, formats) for batch in table.to_batches(max_chunksize=700)])
    assert whole.to_pydict() == parts.to_pydict()


def test_canonical_text() -> None:
    assert text_of(pa.array([1.0, 2.5, None, 1e15, -0.0])).to_pylist() == ["1", "2.5", None, "1000000000000000", "0"]
    assert text_of(pa.chunked_array([[1, 2], [3]])).to_pylist() == ["1", "2", "3"]
    times = pa.array([dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 5, 10, 30), dt.datetime(2024, 1, 5, 0, 0, 0, 5)])
    assert text_of(times).to_pylist() == ["2024-01-05", "2024-01-05T10:30:00", "2024-01-05T00:00:00.000005"]
    assert text_of(pa.array([True, None])).to_pylist() == ["true", None]
    assert text_of(pa.array(["a", None]).dictionary_encode()).to_pylist() == ["a", None]
