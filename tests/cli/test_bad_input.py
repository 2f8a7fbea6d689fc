"""Files that are hard or hostile: a right result where they can be used, else one sentence; never half a file."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import WON, market, read, write  # noqa: TID252

OUTPUTS = ("--out", "scored.csv", "--save", "model")


def _bomb(path: Path) -> None:
    """A workbook whose one sheet unpacks to 700 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr(
            "xl/workbook.xml", '<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
        )
        book.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(700):
                sheet.write(b" " * 1_000_000)


def _same(path: Path) -> None:
    write(path, [["A", "Stage"], *[["x", "Closed Won"]] * 60])


UNREADABLE: list[tuple[str, Callable[[Path], object], int, tuple[str, ...]]] = [
    ("empty.csv", lambda path: path.write_bytes(b""), 1, ("empty.csv is empty",)),
    ("head.csv", lambda path: path.write_text("A,Stage\n"), 1, ("head.csv has a header and no rows",)),
    ("noise.csv", lambda path: path.write_bytes(np.random.default_rng(0).bytes(4000)), 2, ("noise.csv",)),
    ("picture.csv", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(400)), 2, ("a picture",)),
    ("fake.xlsx", lambda path: path.write_text("A,Stage\n1,Closed Won\n"), 2, ("fake.xlsx",)),
    ("cut.parquet", lambda path: path.write_bytes(b"PAR1" + bytes(40)), 2, ("cut.parquet",)),
    ("cut.csv.gz", lambda path: path.write_bytes(b"\x1f\x8b\x08\x00" + bytes(20)), 2, ("cut.csv.gz",)),
    ("bomb.xlsx", _bomb, 2, ("bomb.xlsx",)),
    ("folder", lambda path: path.mkdir(), 2, ("folder is a folder",)),
    ("gone.csv", str, 2, ("no file gone.csv",)),
    ("won.csv", _same, 1, ("All 60 closed rows are won", "--prior")),
]


@pytest.mark.parametrize(("name", "make", "status", "words"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_what_cannot_be_used(
    run: Run, tmp_path: Path, name: str, make: Callable[[Path], object], status: int, words: tuple[str, ...]
) -> None:
    make(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    done = run("qualify", name, "--outcome", WON, *OUTPUTS)
    done.failed(done.status if name == "bomb.xlsx" else status, *words)
    assert done.status in (1, 2)
    assert done.out == ""
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("--outcome", "Stag=Closed Won"), ("'Stag'", "did you mean 'Stage'?")),
        (("--outcome", "Stage=Closed Wno"), ("'Closed Wno' never occurs", "did you mean 'Closed Won'?")),
        (("--outcome", WON, "--lost", "Closed Won"), ("named twice",)),
        (("--outcome", WON, "--lost", "Gone"), ("'Gone' never occurs",)),
        (("--outcome", WON, "--keep", "Regoin"), ("did you mean 'Region'?",)),
        (("--outcome", WON, "--id", "Dael"), ("did you mean 'Deal'?",)),
        (("--outcome", WON, "--amount", "Source"), ("'Source'", "amount")),
        (("--outcome", WON, "--product", "Produkt"), ("'Produkt'",)),
        (("--outcome", WON, "--split", "time:Source"), ("'Source'",)),
        (("--outcome", WON, "--split", "weekly"), ("'weekly'",)),
        (("--outcome", WON, "--role", "Source=date"), ("'Source'", "row 1", "date")),
        (("--outcome", WON, "--role", "Stage=text"), ("'Stage'",)),
        (("--outcome", "Amount"), ("'Amount'",)),
    ],
)
def test_names_that_do_not_fit_the_file(
    run: Run, tmp_path: Path, call: tuple[str, ...], words: tuple[str, ...]
) -> None:
    write(tmp_path / "deals.csv", market(120))
    run("qualify", "deals.csv", *call, *OUTPUTS).failed(2, *words)
    assert [path.name for path in tmp_path.iterdir()] == ["deals.csv"]


def test_hard_columns_in_one_file(run: Run, tmp_path: Path) -> None:
    """Blank columns, mixed types, numbers that are none, formulas, control signs and markup: all of it is data."""
    lines = market(300)
    lines[0] += ["Blank", "Mixed", "Odd", "=Formula", "[red]Note[/red]"]
    for at, line in enumerate(lines[1:]):
        odd = ("inf", "-inf", "nan", "1e400")[at % 4] if at % 3 == 0 else str(at)
        note = '=HYPERLINK("http://x.example","open")' if at % 2 else "\x1b[31mred\x07"
        line += ["", "12" if at % 2 else "twelve", odd, note, "<script>[bold]x[/bold]"]
    write(tmp_path / "deals.csv", lines)
    done = run("qualify", "deals.csv", "--outcome", WON, *OUTPUTS, "--report", "r.html")
    assert done.status == 0, done.err
    assert "\x1b" not in done.out
    scored = read(tmp_path / "scored.csv")
    assert len(scored) == 300
    assert not any(cell.startswith(("=", "+", "@")) for row in scored for cell in row.values() if cell)
    assert "<script>" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_every_row_twice(run: Run, tmp_path: Path) -> None:
    lines = market(300)
    write(tmp_path / "deals.csv", [lines[0], *[line for line in lines[1:] for _ in (0, 1)]])
    done = run("qualify", "deals.csv", "--outcome", WON, "--json", "--quiet")
    assert done.status in (0, 1)
    found = json.loads(done.out)
    assert found["rows"] == 600
    repeats = [item for item in found["left_out"] if item["kind"] == "repeat"]
    assert len(repeats) == 1
    assert found["validation"]["held_out"] < 150, "copies of one row must not stand on both sides"


def test_one_row_a_hundred_times(run: Run, tmp_path: Path) -> None:
    row = market(1)[1]
    lines = [[*row[:-1], "Closed Won" if at % 2 else "Closed Lost"] for at in range(100)]
    write(tmp_path / "deals.csv", [market(1)[0], *lines])
    done = run("qualify", "deals.csv", "--outcome", WON, *OUTPUTS)
    assert done.status == 1
    assert done.err.count("\n") == 1
    assert "fault of Leadline" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["deals.csv"]


@pytest.mark.slow
def test_five_thousand_columns(run: Run, tmp_path: Path) -> None:
    lines = market(120)
    lines[0] += [f"Extra {at}" for at in range(5_000)]
    for number, line in enumerate(lines[1:]):
        line += [str((number * at) % 7) for at in range(5_000)]
    write(tmp_path / "deals.csv", lines)
    done = run("qualify", "deals.csv", "--outcome", WON, "--quiet", "--report", "r.html")
    assert done.status in (0, 1)
    assert "fault of Leadline" not in done.err
    assert (tmp_path / "r.html").stat().st_size < 5_000_000


@pytest.mark.slow
def test_a_large_file_is_streamed(run: Run, tmp_path: Path, made: Path) -> None:
    """60 MB, the size from which text is read in passes; a file of 2 GB takes the same way, only longer."""
    head, *rest = (made / "deals.csv").read_bytes().splitlines(keepends=True)
    body, times = b"".join(rest), 60_000_000 // sum(map(len, rest)) + 1
    with (tmp_path / "large.csv").open("wb") as file:
        file.write(head)
        for _ in range(times):
            file.write(body)
    done = run("score", "large.csv", "--model", made / "model", "--out", "a.parquet", "--reasons", "0", "--json")
    assert done.status == 0, done.err
    assert done.record["rows"] == times * len(rest)


# ---- models ----------------------------------------------------------------------------------------------------------


def _copy(made: Path, folder: Path) -> Path:
    folder.mkdir()
    for path in (made / "model").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("command", ["score", "explain", "compare"])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "foreign", "file", "missing"])
def test_a_model_that_is_none(run: Run, made: Path, tmp_path: Path, command: str, harm: str) -> None:
    folder = tmp_path / "model"
    if harm == "foreign":
        folder.mkdir()
        (folder / "model.pkl").write_bytes(b"\x80\x04.")
    elif harm == "file":
        folder.write_text("no folder")
    elif harm != "missing":
        _copy(made, folder)
        target = folder / "model.json"
        whole = target.read_bytes()
        {
            "changed": lambda: target.write_bytes(whole.replace(b"0.", b"1.", 1)),
            "cut": lambda: target.write_bytes(whole[:-10]),
            "gone": target.unlink,
        }[harm]()
    before = sorted(tmp_path.rglob("*"))
    call = {
        "score": ("score", made / "deals.csv", "--model", "model", "--out", "scored.csv"),
        "explain": ("explain", made / "deals.csv", "--model", "model", "--row", "1"),
        "compare": ("compare", made / "model", "model", made / "deals.csv"),
    }[command]
    done = run(*call)
    done.failed(2, "model")
    assert done.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_to_score(run: Run, made: Path, tmp_path: Path) -> None:
    write(tmp_path / "new.csv", market(50)[:1])
    run("score", "new.csv", "--model", made / "model", "--out", "scored.csv").failed(1, "new.csv", "no rows")
    run("explain", "new.csv", "--model", made / "model", "--row", "1").failed(2, "new.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


def test_a_column_that_the_model_needs(run: Run, made: Path, tmp_path: Path) -> None:
    lines = market(50)
    lines[0][4] = "Answers"
    write(tmp_path / "new.csv", lines)
    done = run("score", "new.csv", "--model", made / "model", "--out", "scored.csv")
    done.failed(2, "'Replies'")
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(run: Run, made: Path, tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    run("score", made / "deals.csv", "--model", made / "model", "--out", "shut/a.csv").failed(2, "may not be written")


def test_a_disk_that_is_full(run: Run, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leadline.warehouse.writing.Writer.write", full)
    call = ("score", made / "deals.csv", "--model", made / "model", "--out", "scored.csv")
    run(*call).failed(1, "no space left on device")
    assert list(tmp_path.iterdir()) == []
