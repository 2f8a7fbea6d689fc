from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest

from leadline.core.errors import LeadlineError, UnreadableSource
from leadline.warehouse.cell import Limits
from leadline.warehouse.parsed import parsed
from leadline.warehouse.refusals import write_refused

TEXT = "Id;When;Amount\n1;03.02.2026;1.234,50\n2;2026-03-01;abc\n3;31.12.2025 10:30;99,00\n4;;\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("scratch")))


def left_behind() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).glob("leadline-import-*")]


def test_read_in_a_child_and_given_piece_by_piece(tmp_path: Path) -> None:
    before = left_behind()
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-16")
    with parsed(path) as table:
        assert (table.name, table.rows, table.columns) == ("a.csv", 4, ["Id", "When", "Amount"])
        typed = {"When": table.reading("When", "date"), "Amount": table.reading("Amount", "number")}
        (chunk,) = table.chunks(typed={name: form for name, form in typed.items() if form})
        assert chunk.text["Amount"] == ["1.234,50", "abc", "99,00", ""]
        assert chunk.typed["Amount"] == [1234.5, None, 99.0, None]
        assert [at and at.isoformat() for at in chunk.typed["When"]] == [
            "2026-02-03T00:00:00",
            "2026-03-01T00:00:00",
            "2025-12-31T10:30:00",
            None,
        ]
        assert list(table.raw([1, 3])) == [(1, ["2", "2026-03-01", "abc"]), (3, ["4", "", ""])]
        assert table.reading("Id", "date") is None
        write_refused(table, tmp_path / "out.csv", {2: "It is no amount"})
    assert '"2","2026-03-01","abc",2,"It is no amount"' in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert left_behind() == before


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n" * 50, b"PK\x03\x04broken", b"%PDF-1.7"])
def test_what_is_no_table_is_told_in_one_sentence(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(body)
    before = left_behind()
    with pytest.raises(LeadlineError) as told, parsed(path):
        pass
    assert "a.csv" in str(told.value)
    assert left_behind() == before


def test_limits_hold(tmp_path: Path) -> None:
    path = tmp_path / "big.csv.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(f"{place},{place * 7919 % 99991},{'x' * (place % 50)}\n" for place in range(200_000))
    with pytest.raises(UnreadableSource, match="big"), parsed(path, limits=Limits(written=100_000)):
        pass
