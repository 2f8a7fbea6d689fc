"""What is written is read back: any text, numbers and dates in the ways people write them."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadline.warehouse.formulas import mark, unmark
from leadline.warehouse.source import open_source
from leadline.warehouse.values import infer, parse
from leadline.warehouse.writing import Writer

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "'=x",
        "''=x",
        "-5",
        "+49 (30) 12-3",
        "@a",
        "\t=a",
        "\u00a0=a",
        "＝a",
        "a\nb",
        "a\r\nb",
        "a\rb",
        'say "x"',
        "a;b,c\td|e",
        "\\",
        '\\"',
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from([".csv", ".csv.gz"]))
@example([["=HYPERLINK(1)"], [""], ["x"]], ".csv")
@example([["a", "b"], ["\r", "\n"]], ".csv")
def test_any_text_table_comes_back_from_csv(rows: list[list[str]], ending: str) -> None:
    names = [f"name {place}" for place in range(len(rows[0]))]
    batch = pa.RecordBatch.from_arrays(
        [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))], names=names
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{ending}"
        with Writer(path, batch.schema) as writer:
            writer.write(batch)
        with open_source(path) as source:
            table, positions = source.table()
            assert source.columns == names
            assert table.to_pylist() == batch.to_pylist()
            assert positions.tolist() == list(range(len(rows)))
            assert source.rows == len(rows)
        assert [entry.name for entry in Path(folder).iterdir()] == [path.name]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8), min_size=2, max_size=2),
        min_size=1,
        max_size=4,
    )
)
def test_text_comes_back_from_a_sheet(rows: list[list[str]]) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([row[at] for row in rows]) for at in (0, 1)], names=["a", "b"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.xlsx"
        with Writer(path, batch.schema) as writer:
            writer.write(batch)
        with open_source(path) as source:
            read = source.table()[0].to_pylist()
    filled = batch.to_pylist()
    while filled and not any(filled[-1].values()):  # blank rows at the end of a sheet are no rows
        filled.pop()
    assert read == filled


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_the_mark_of_formulas_is_invertible(text: str) -> None:
    marked = mark(pa.array([text]))
    assert unmark(marked).to_pylist() == [text]


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "+SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\u00a0=1",
        "  =1",
        "＝1",
        "－1+A1",
        "'=1",
    ],
)
def test_what_a_spreadsheet_would_run_is_marked(text: str) -> None:
    assert mark(pa.array([text])).to_pylist() == ["'" + text]


@pytest.mark.parametrize("text", ["-5", "-1,234.50", "+49 (30) 123-45", "12 %", "a=b", "", "x@y.com", "-"])
def test_plain_text_is_not_marked(text: str) -> None:
    marked = mark(pa.array([text])).to_pylist()
    assert marked == [text if text != "-" else "'-"]


def _number(value: float, decimal: str, thousands: str, places: int) -> str:
    return f"{value:,.{places}f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40),
    st.sampled_from([(".", ","), (",", "."), (",", "\u00a0"), (".", "'"), (",", "\u202f"), (".", " ")]),
    st.sampled_from(["{}", "{} €", "$ {}", "{} %", "CHF {}"]),
)
def test_numbers_of_six_locales_come_back(cents: list[int], signs: tuple[str, str], shape: str) -> None:
    decimal, thousands = signs
    values = [cent / 100 for cent in [*cents, 123456789]]
    cells = [shape.format(_number(value, decimal, thousands, 2)) for value in values]
    table = pa.table({"Amount": cells})
    (found,) = infer(table)
    assert (found.kind, found.odd) == ("number", 0)
    assert parse(table, [found])["Amount"].to_pylist() == values


DATES = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(DATES, min_size=1, max_size=30),
    st.sampled_from(
        ["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%b %d, %Y", "%d-%b-%Y", "%d.%m.%y", "%Y/%m/%d", "%B %d, %Y"]
    ),
    st.booleans(),
)
def test_dates_of_nine_styles_come_back(days: list[dt.date], style: str, bare: bool) -> None:
    days = [*days, dt.date(2024, 3, 31)]  # one day above 12 settles the order
    cells = [day.strftime(style) for day in days]
    if bare and style[1] in "md" and "%Y" in style:
        cells = [cell.replace("/0", "/").removeprefix("0") for cell in cells]
    table = pa.table({"Close": cells})
    (found,) = infer(table)
    assert (found.kind, found.odd) == ("date", 0)
    assert [value.date() for value in parse(table, [found])["Close"].to_pylist()] == days


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2068, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"]),
)
def test_times_come_back(times: list[dt.datetime], style: str) -> None:
    times = [*times, dt.datetime(2024, 3, 31, 0, 30), dt.datetime(2024, 3, 30, 12, 1)]
    if "%f" not in style:
        times = [time.replace(microsecond=0) for time in times]
    table = pa.table({"Seen": [time.strftime(style) for time in times]})
    (found,) = infer(table)
    assert parse(table, [found])["Seen"].to_pylist() == times
