"""CSV in any dialect and encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from leadline.core.errors import ColumnNotFound, UnreadableSource
from leadline.warehouse import delimited
from leadline.warehouse.headers import unique_names
from leadline.warehouse.source import open_source


def rows(path: Path) -> list[list[str]]:
    with open_source(path) as source:
        table = source.table()[0]
        return [source.columns, *([row[name] for name in source.columns] for row in table.to_pylist())]


def notes(path: Path) -> str:
    with open_source(path) as source:
        source.table()
        return " ".join(source.facts().notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, line_end: str) -> None:
    path = tmp_path / "a.csv"
    lines = [["Name", "Amount", "Note"], ["Ada", "1,5", 'x "y"'], ["Bo", "2,25", "a b"]]
    path.write_text(
        line_end.join(delimiter.join(f'"{c}"' if delimiter in c else c for c in line) for line in lines) + line_end,
        newline="",
    )
    assert rows(path) == lines
    with open_source(path) as source:
        assert source.facts().delimiter == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    text = "Firma;Betrag;Ort\nMüller & Söhne;5 €;Köln\nCafé Noël;6 €;Besançon\n"
    path.write_bytes(text.encode(encoding))
    assert rows(path) == [line.split(";") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Компания,Город\nРомашка и партнёры,Москва\nЗаря востока,Новосибирск\n" * 20),
        ("shift_jis", "会社,都市\n株式会社テスト,東京\n日本電気,大阪\n" * 20),
    ],
)
def test_other_scripts(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert rows(path)[0] == text.splitlines()[0].split(",")


def test_a_broken_byte_far_down_does_not_change_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("a,b\n" + "é,ü\n" * 300_000).encode() + b"\xff,x\n")
    with open_source(path) as source:
        assert source.rows == 300_001
        assert source.table()[0]["a"][0].as_py() == "é"
        assert "1 byte could not be read as utf-8" in " ".join(source.facts().notes)


def test_a_late_byte_of_cp1252(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x,y\n" * 400_000 + "Müller,1\n".encode("cp1252") * 3)
    with open_source(path) as source:
        assert source.table()[0]["a"][-1].as_py() == "Müller"
        assert source.facts().encoding == "cp1252"


def test_gzip_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert rows(packed) == [["a", "b"], ["1", "2"]]
    for content in (b"a,b\n1,2\n", packed.read_bytes()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        with open_source("-") as source:
            assert (source.name, source.columns, source.rows) == ("standard input", ["a", "b"], 1)


def test_headers_are_made_unique_and_blanks_named() -> None:
    assert unique_names(["x", "x", "", " y ", "x (2)", "x"]) == ["x", "x (3)", "column 3", "y", "x (2)", "x (4)"]
    assert unique_names(["", "column 1"]) == ["column 1 (2)", "column 1"]


def test_lines_above_the_header_and_sep(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Report of leads\n\nName,Amount\nAda,5\nBo,6\n")
    assert rows(path) == [["Name", "Amount"], ["Ada", "5"], ["Bo", "6"]]
    assert "1 line above the header row was left out" in notes(path)
    path.write_text("sep=;\nName;Amount\nAda, B;5\n")
    assert rows(path) == [["Name", "Amount"], ["Ada, B", "5"]]


def test_no_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Ada,2024-01-05,5\nBo,2024-01-06,6\n")
    assert rows(path) == [["column 1", "column 2", "column 3"], ["Ada", "2024-01-05", "5"], ["Bo", "2024-01-06", "6"]]
    assert "no header row" in notes(path)
    path.write_text("Name,2019,2020\nAda,5,6\n")
    assert rows(path)[0] == ["Name", "2019", "2020"]


def test_rows_of_another_width_keep_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n\n9,10,11,12\n13,14,15,\n,,,,\n16\n")
    assert rows(path)[1:] == [
        *(["1", "2", "3"], ["4", "5", ""], ["6", "7", "8"], ["9", "10", "11"], ["13", "14", "15"], ["16", "", ""]),
    ]
    said = notes(path)
    assert "3 rows do not have 3 cells (row 2 has 2, row 4 has 4" in said
    assert "2 were filled up with blanks, 1 lost the cells past the last column" in said
    with open_source(path) as source:
        assert source.rows == 6
        assert [batch.to_pydict() for batch in source.raw_batches(columns=["c"])] == [
            {"c": ["3", "", "8", "11", "15", ""]}
        ]


def test_rows_of_another_width_in_a_stream_of_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "HOLD", 0)
    monkeypatch.setattr(delimited, "BLOCKS", (64, 1 << 20))
    path = tmp_path / "a.csv"
    path.write_text(
        "n,t\n" + "".join(f"{n}\n" if n % 7 == 3 else f"{n},x\n" for n in range(500)) + f'500,"{"y" * 300}"\n'
    )
    with open_source(path) as source:
        table, positions = source.table(max_rows=100)
        assert source.rows == 501
        assert table["n"].to_pylist() == [str(n) for n in positions]
        read = pa.Table.from_batches(source.raw_batches(batch_rows=33))
        assert read["n"].to_pylist() == [str(n) for n in range(501)]
        assert [len(batch) for batch in source.raw_batches(batch_rows=33)][:-1] == [33] * 15
        assert read["t"][500].as_py() == "y" * 300
        assert read["t"][3].as_py() == ""


def test_trailing_delimiters_and_row_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2,\n3,4,\n")
    assert rows(path) == [["a", "b", "column 3"], ["1", "2", ""], ["3", "4", ""]]
    path.write_text('"a","b"\n"1",x,y\n"2",z,w\n')
    assert rows(path) == [["column 1", "a", "b"], ["1", "x", "y"], ["2", "z", "w"]]


def test_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x\ny, ""z""",5" pipe\n1,2\n', newline="")
    assert rows(path)[1:] == [['x\ny, "z"', '5" pipe'], ["1", "2"]]
    path.write_text("a,b\n'x,y',1\n'z',2\n")
    assert rows(path)[1:] == [["x,y", "1"], ["z", "2"]]
    path.write_text('a,b\n"x \\"y\\", z",1\n"w",2\n')
    assert rows(path)[1:] == [['x "y", z', "1"], ["w", "2"]]


def test_a_quote_that_is_not_closed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"4\n5,6\n7,8\n')
    with open_source(path) as source, pytest.raises(UnreadableSource, match=r"Row 2 of a\.csv opens a quote"):
        source.table()


def test_one_column_and_commas_in_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Company\nFoo, Inc\nBar\nBaz GmbH\n")
    assert rows(path) == [["Company"], ["Foo, Inc"], ["Bar"], ["Baz GmbH"]]


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b;c\n" + "x;1,5;2,5\n" * 9)
    assert rows(path)[1] == ["x", "1,5", "2,5"]


def test_header_only_and_bom_only_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"a,b")
    with open_source(path) as source:
        table, positions = source.table()
        assert (source.columns, source.rows, table.num_rows, len(positions)) == (["a", "b"], 0, 0, 0)
        assert table.column_names == ["a", "b"]


def test_the_sample_is_evenly_spaced_and_streams_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,m\n" + "".join(f"{n},{n}\n" for n in range(1000)))
    with open_source(path) as source:
        table, positions = source.table(max_rows=100)
        assert positions.tolist() == list(range(0, 1000, 10))
        assert table["n"].to_pylist() == [str(n) for n in positions]
        assert sum(batch.num_rows for batch in source.raw_batches()) == 1000
        assert next(source.raw_batches(batch_rows=7, columns=["m"])).to_pydict() == {"m": [*map(str, range(7))]}
        assert source.facts().sampled == 100
        with pytest.raises(ColumnNotFound, match="did you mean 'n'"):
            list(source.raw_batches(columns=["N"]))
