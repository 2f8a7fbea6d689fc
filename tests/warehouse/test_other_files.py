"""Workbooks, Parquet and JSON lines."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from leadline.core.errors import DataError, UnreadableSource
from leadline.warehouse.source import open_source
from leadline.warehouse.values import infer, parse


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "leads.xlsx"
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    time = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    book.add_worksheet("Empty")
    sheet = book.add_worksheet("Leads")
    sheet.write_string(1, 2, "Leads of May")
    sheet.write_row(3, 2, ["Name", "Größe €", "Created", "Seen", "Code", "Won"])
    for row in range(20):
        at = row + 4 + (row > 9)  # a blank row in between
        sheet.write_string(at, 2, "=HYPERLINK(1)" if row == 0 else f"Firm {row}")
        sheet.write_formula(at, 3, "=1+1", None, row + 0.5)
        sheet.write_datetime(at, 4, dt.datetime(2024, 1, row + 1), day)
        sheet.write_datetime(at, 5, dt.datetime(2024, 1, row + 1, 10, 30), time)
        sheet.write_string(at, 6, f"00{row}")
        sheet.write_boolean(at, 7, row % 2 == 0)
    other = book.add_worksheet("Other")
    other.write_column(0, 0, ["One", "a", "b"])
    book.close()
    return path


def test_the_first_sheet_with_a_table(workbook: Path) -> None:
    with open_source(workbook) as source:
        assert source.columns == ["Name", "Größe €", "Created", "Seen", "Code", "Won"]
        table, _ = source.table()
        assert source.rows == 21
        formats = infer(table)
        assert [found.kind for found in formats] == ["text", "number", "date", "date", "text", "text"]
        first = parse(table, formats).slice(0, 1).to_pylist()[0]
        assert first == {
            "Name": "=HYPERLINK(1)",
            "Größe €": 0.5,
            "Created": dt.datetime(2024, 1, 1),
            "Seen": dt.datetime(2024, 1, 1, 10, 30),
            "Code": "000",
            "Won": "true",
        }
        facts = source.facts(formats)
        assert (facts.sheet, facts.format) == ("Leads", "xlsx")
        assert "Sheet 'Leads' was read; the workbook also has 'Empty', 'Other'." in facts.notes
        assert "1 row above the header row was left out." in facts.notes


def test_a_named_sheet_of_one_column(workbook: Path) -> None:
    with open_source(workbook, sheet="Other") as source:
        assert (source.columns, source.rows) == (["One"], 2)
    with pytest.raises(UnreadableSource, match="it has 'Empty', 'Leads', 'Other'"):
        open_source(workbook, sheet="leads of June")
    with pytest.raises(UnreadableSource, match=r"Sheet 'Empty' of leads\.xlsx is empty"):
        open_source(workbook, sheet="Empty")


def test_a_packed_workbook_and_one_with_another_name(workbook: Path) -> None:
    packed = workbook.with_name("leads.xlsx.gz")
    packed.write_bytes(gzip.compress(workbook.read_bytes()))
    other = workbook.rename(workbook.with_name("leads.csv"))
    for path in (packed, other):
        with open_source(path) as source:
            assert source.rows == 21


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table(
        {
            "n": pa.array(range(1000), pa.int32()),
            "c": pa.array(["a", "b"] * 500).dictionary_encode(),
            "s": pa.array([{"x": 1, "y": [1, 2]}] * 1000),
            "l": pa.array([[1]] * 1000),
        }
    )
    pq.write_table(table, path, row_group_size=300)
    with open_source(path) as source:
        assert source.columns == ["n", "c", "s.x", "s.y", "l"]
        assert source.rows == 1000
        sample, positions = source.table(max_rows=10)
        assert sample["n"].to_pylist() == positions.tolist() == list(range(0, 1000, 100))
        assert sample["s.y"][0].as_py() == "[1,2]"
        formats = infer(sample)
        assert [found.kind for found in formats] == ["number", "text", "number", "text", "text"]
        assert [batch.num_rows for batch in source.raw_batches(400)] == [400, 400, 200]
        assert parse(next(source.raw_batches(columns=["c"])), formats[1:2]).to_pydict()["c"][:2] == ["a", "b"]


def test_parquet_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": list(range(10000))}), path)
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="broken inside"), open_source(path) as source:
        source.table()


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def test_json_lines_of_one_type_a_field(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"a": 1, "b": {"c": "x"}, "e": True}, {"a": 2.5, "d": "2024-01-05"})
    with open_source(path) as source:
        table, _ = source.table()
        assert source.columns == ["a", "b.c", "e", "d"]
        assert [found.kind for found in infer(table)] == ["number", "text", "text", "date"]


def test_json_lines_of_mixed_types_and_depth(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.ndjson", {"a": 1, "b": {"c": {"d": 1}}, "l": [1, "ö"]}, {}, {"a": "x", "b": None, "e": True}
    )
    with open_source(path) as source:
        assert source.rows == 3
        assert source.table()[0].to_pylist() == [
            {"a": "1", "b.c": '{"d":1}', "l": '[1,"ö"]', "b": None, "e": None},
            {"a": None, "b.c": None, "l": None, "b": None, "e": None},
            {"a": "x", "b.c": None, "l": None, "b": None, "e": "true"},
        ]
        assert next(source.raw_batches(columns=["e"])).to_pydict() == {"e": [None, None, "true"]}


def test_a_json_array_and_json_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"a": 1}, {"a": 2}], indent=2))
    with open_source(path) as source:
        assert source.table()[0].to_pydict() == {"a": ["1", "2"]}
    other = lines(tmp_path / "rows.txt", {"a": 1}, {"a": 2})
    with open_source(other) as source:
        assert source.facts().format == "jsonl"


def test_broken_json_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2\n{"a": 3}\n')
    with pytest.raises(UnreadableSource, match=r"Line 3 of a\.jsonl is broken JSON"):
        open_source(path)
    path.write_text('{"a": 1}\n[1]\n')
    with pytest.raises(UnreadableSource, match=r"Line 2 of a\.jsonl is no JSON object"):
        open_source(path)
    path.write_text("{}\n{}\n")
    with pytest.raises(DataError, match="no fields"):
        open_source(path)
    path.write_text('{"a": ' + "[" * 100_000 + "\n")
    with pytest.raises(UnreadableSource, match=r"Line 1 of a\.jsonl is broken JSON"):
        open_source(path)
