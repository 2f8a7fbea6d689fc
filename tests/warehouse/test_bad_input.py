"""Input that is no table: one clear sentence each, in bounded time, and nothing left behind."""

from __future__ import annotations

import gzip
import random
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leadline.core.errors import CallError, DataError, LeadlineError, UnreadableSource
from leadline.warehouse.source import open_source
from leadline.warehouse.values import infer, parse
from leadline.warehouse.writing import Writer


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    assert not any(scratch.iterdir())


def refused(path: Path | str, **options: str) -> str:
    with pytest.raises(LeadlineError) as caught, open_source(path, **options) as source:
        source.table()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("a\n1\n")
    assert refused(tmp_path / "laeds.csv").endswith("laeds.csv; did you mean 'leads.csv'?")
    assert refused(tmp_path / "x" / "y.csv") == f"There is no file {tmp_path}/x/y.csv"
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b" \n\n  \n", b"\xef\xbb\xbf"])
def test_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.csv is empty"):
        open_source(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (random.Random(1).randbytes(5000), "binary data"),
        (b"%PDF-1.7\n...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        (b"BZh91AY" + bytes(50), "bzip2"),
        (b"PK\x03\x04rubbish", "broken"),
        (b"PAR1rubbish", "Parquet"),
        (b"\x1f\x8brubbish", "gzip"),
        (gzip.compress(b"a,b\n" * 1000, mtime=0)[:-20], "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook"),
        (bytes(4000), "binary data"),
    ],
)
def test_rubbish(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert words in refused(path)


def test_a_source_that_nobody_closes_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("a,b\né,2\n".encode("cp1252")))
    source = open_source(path)
    assert len(list(Path(tempfile.gettempdir()).iterdir())) == 2
    del source


def test_names_that_lie(tmp_path: Path) -> None:
    archive = tmp_path / "a.csv"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("b.csv", "a,b\n1,2\n")
    assert "ZIP archive; unpack it" in refused(archive)
    text = tmp_path / "a.xlsx"
    text.write_text("a,b\n1,2\n")
    assert "not a xlsx file" in refused(text)


def test_options_that_do_not_belong(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    assert "sheet" in refused(path, sheet="x")
    assert "query" in refused(path, query="SELECT 1")
    assert "mysql://h/d names no database" in refused("mysql://u:secret@h/d").replace("u@", "")


def test_nul_bytes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 100 + b"x\0,y\n")
    with open_source(path) as source:
        assert source.table()[0]["a"][-1].as_py() == "x"
        assert "1 NUL byte" in " ".join(source.facts().notes)


def test_a_field_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"' + "z" * 10_000_000 + '"\n5,6\n')
    with open_source(path) as source:
        assert source.rows == 3
        assert len(source.table()[0]["b"][1].as_py()) == 10_000_000


def test_a_first_line_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("z" * 10_000_000)
    assert "header" in refused(path)


@pytest.mark.slow
def test_five_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = ",".join(str(number) for number in range(5000))
    path.write_text(",".join(f"c{number}" for number in range(5000)) + "\n" + f"{row}\n" * 2000)
    with open_source(path) as source:
        table, _ = source.table()
        formats = infer(table)
        assert {found.kind for found in formats} == {"number"}
        assert parse(table, formats).shape == (2000, 5000)


def test_duplicate_headers_null_columns_and_non_finite_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,x,,n\n1,,,inf\n2,,,5\n3,,,nan\n")
    with open_source(path) as source:
        assert source.columns == ["x", "x (2)", "column 3", "n"]
        table, _ = source.table()
        formats = infer(table)
        assert [found.kind for found in formats] == ["number", "empty", "empty", "number"]
        assert parse(table, formats)["n"].to_pylist() == [None, 5.0, None]


def _sheet(path: Path, sheet: bytes = b"<worksheet/>", extra: int = 0) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
        file.writestr("xl/worksheets/sheet1.xml", sheet)
        for number in range(extra):
            file.writestr(f"xl/x{number}", b"")


def test_zip_bombs(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    _sheet(path, bytes(80 << 20))
    assert "as harmful files do" in refused(path)
    _sheet(path, extra=10_001)
    assert "parts" in refused(path)
    _sheet(path)
    assert "cannot be read as a workbook" in refused(path)


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    _sheet(path, bytes(60 << 20))
    content = bytearray(path.read_bytes())
    real = struct.pack("<I", 60 << 20)
    at = content.find(real)
    while at >= 0:
        content[at : at + 4] = struct.pack("<I", 1000)
        at = content.find(real)
    path.write_bytes(content)
    assert "more than it declares" in refused(path)


def test_a_sheet_of_huge_extent_is_stopped_by_the_cell(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    batch = pa.record_batch({"a": ["x"], "b": ["y"]})
    with Writer(good, batch.schema) as writer:
        writer.write(batch)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = content.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            target.writestr(entry, content)
    assert "memory" in refused(path) or "seconds" in refused(path)


def test_writing_where_it_cannot_be_written(tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.string())])
    for target in (tmp_path / "a.txt", tmp_path / "none" / "a.csv", tmp_path):
        with pytest.raises(CallError):
            Writer(target, schema)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".xlsx"])
def test_an_error_while_writing_leaves_what_was_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text("before")
    batch = pa.record_batch({"a": ["x"] * 10, "n": np.arange(10.0)})

    def fail() -> None:
        with Writer(path, batch.schema) as writer:
            writer.write(batch)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with Writer(path, batch.schema) as writer:
        writer.write(batch)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with open_source(path) as source:
        assert source.rows == 10


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    batch = pa.record_batch({"a": ["x"] * 10, "n": np.arange(10.0)})
    written = []
    for name in ("a.csv.gz", "b.csv.gz"):
        with Writer(tmp_path / name, batch.schema) as writer:
            writer.write(batch)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_too_many_rows_for_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.warehouse.writing.SHEET_ROWS", 5)
    batch = pa.record_batch({"a": ["x"] * 6})
    with (
        pytest.raises(DataError, match=r"write \.csv or \.parquet"),
        Writer(tmp_path / "a.xlsx", batch.schema) as writer,
    ):
        writer.write(batch)
    assert not any(tmp_path.iterdir())


def test_a_broken_row_is_refused_with_its_place_or_read(tmp_path: Path) -> None:
    rng = random.Random(7)
    alphabet = ['"', "'", ",", ";", "\n", "\r", "a", "1", "\\", " ", "=", "\t"]
    path = tmp_path / "a.csv"
    for _ in range(150):
        path.write_text("a,b\n" + "".join(rng.choices(alphabet, k=rng.randint(1, 60))), newline="")
        try:
            with open_source(path) as source:
                table, positions = source.table()
                parse(table, infer(table))
                assert table.num_rows == source.rows == len(positions)
        except UnreadableSource as error:
            assert "a.csv" in str(error)
