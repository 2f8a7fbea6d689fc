"""`leadline match`: the summary, the files, the object for machines, and calls that cannot be answered."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.csv as pa_csv
import pytest

from leadline.testing.world import doubles

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import read  # noqa: TID252


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Six hundred people, some of them twice."""
    path = tmp_path / "people.csv"
    pa_csv.write_csv(doubles.people(4, 600).drop_columns(["person"]), path)
    return path


def test_the_summary_counts_and_shows(run: Run, people: Path) -> None:
    done = run("match", people.name)
    assert done.status == 0, done.err
    assert "600 rows, read as people" in done.out
    assert "Fellegi-Sunter" in done.out
    for words in ("duplicates", "Sure", "--out pairs.csv", "--clusters grouped.csv"):
        assert words in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 100


def test_the_files_hold_every_pair_and_every_row(run: Run, people: Path, tmp_path: Path) -> None:
    done = run("match", people.name, "--out", "pairs.csv", "--clusters", "grouped.csv", "--json")
    assert done.status == 0, done.err
    found = done.record
    pairs, grouped, rows = (read(tmp_path / name) for name in ("pairs.csv", "grouped.csv", "people.csv"))
    assert len(pairs) == found["joined"] + found["for_review"]
    assert [row["id"] for row in grouped] == [row["id"] for row in rows]
    for pair in pairs:
        assert pair["id 1"] == rows[int(pair["row 1"]) - 1]["id"]
        assert pair["id 2"] == rows[int(pair["row 2"]) - 1]["id"]
        if pair["band"] == "join":
            assert grouped[int(pair["row 1"]) - 1]["group"] == grouped[int(pair["row 2"]) - 1]["group"]
    several = [row for row in grouped if int(row["rows in group"]) > 1]
    assert len(several) - len({row["group"] for row in several}) == found["duplicates"]
    assert found["pairs"][0]["agreements"][0].keys() == {"field", "words", "left", "right", "weight"}


def test_two_lists(run: Run, tmp_path: Path) -> None:
    table = doubles.people(6, 500).drop_columns(["person"])
    pa_csv.write_csv(table.slice(0, 300), tmp_path / "crm.csv")
    pa_csv.write_csv(table.slice(200), tmp_path / "fair.csv")
    done = run("match", "crm.csv", "fair.csv", "--as", "people", "--out", "pairs.csv", "--clusters", "both.csv")
    assert done.status == 0, done.err
    assert "300 rows and 300 rows" in done.out
    same = [row for row in read(tmp_path / "pairs.csv") if row["id 1"] == row["id 2"]]
    assert len(same) >= 97
    assert [row["list"] for row in read(tmp_path / "both.csv")] == ["1"] * 300 + ["2"] * 300


def test_a_higher_threshold_joins_fewer(run: Run, people: Path) -> None:
    usual, strict = (run("match", people.name, "--json", *more).record for more in ((), ("--threshold", "0.9999")))
    assert strict["joined"] < usual["joined"]
    assert strict["joined"] + strict["for_review"] == usual["joined"] + usual["for_review"]


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("id,note\n1,\n2,\n", 1, "No column can be compared"),
        ("name\nAnna Berg\n", 0, ""),
        ("name,city\n", 0, ""),
    ],
)
def test_small_files(run: Run, tmp_path: Path, text: str, status: int, words: str) -> None:
    (tmp_path / "few.csv").write_text(text, encoding="utf-8")
    done = run("match", "few.csv")
    if status:
        done.failed(status, words)
    else:
        assert done.status == 0, done.err
        assert "0 rows" in done.out or "1 row" in done.out


def test_wrong_calls(run: Run, people: Path) -> None:
    run("match", people.name, "--threshold", "40").failed(2, "--threshold takes a probability from 0.5 to 1")
    run("match", people.name, "--as", "things").failed(2, "things")
    run("match", people.name, "--out", people.name).failed(2, "is the file that is read")
    run("match", people.name, "--clusters", "grouped.txt").failed(2, "--clusters grouped.txt must end in")
    run("match", people.name, "--out", "a.csv", "--clusters", "a.csv").failed(2, "name the same place")
    run("match", "-", "-").failed(2, "standard input")
    run("match", "gone.csv").failed(2, "gone.csv")


def test_cells_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    rows = [
        {"given_name": f"\x1b[31mAnna {i}", "surname": "Berg\nBerg", "email": f"a{i // 2}@x.example"} for i in range(8)
    ]
    with (tmp_path / "odd.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = run("match", "odd.csv", "--as", "people")
    assert done.status == 0, done.err
    assert "\x1b" not in done.out
