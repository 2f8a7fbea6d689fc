"""`leadline match-target` from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leadline.store.models import Account, Person

from .conftest import Run  # noqa: TID252  tests are imported by path
from .deals import write  # noqa: TID252

WORDS = "pump makers in Austria, 50+ employees, someone in purchasing, not distributors"
LIST = [
    ["Company", "Industry", "Employees", "Country", "Job Title"],
    ["Alpha", "Pumps", "240", "Austria", "Einkaufsleiter"],
    ["Beta", "Pumps", "", "AT", "Buyer"],
    ["Gamma", "Hotels", "90", "AT", "Buyer"],
    ["Delta", "Pump distributor", "90", "AT", "Buyer"],
]


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    return write(tmp_path / "contacts.csv", LIST)


def test_words_are_shown_as_rules_and_read_back(run: Run, contacts: Path, tmp_path: Path) -> None:
    shown = run("match-target", WORDS, "--show")
    assert shown.status == 0, shown.err
    assert 'field = "country"\nis = ["AT"]' in shown.out
    (tmp_path / "target.toml").write_text(shown.out, encoding="utf-8")
    one = run("match-target", "target.toml", "contacts.csv", "--json").record
    two = run("match-target", WORDS, "contacts.csv", "--json").record
    assert one["matched"] == two["matched"]
    assert one["bands"] == {"fits": 1, "may fit": 1, "does not fit": 2}
    assert [row["row"] for row in one["matched"]][:2] == [1, 2]


def test_a_list_with_its_reasons(run: Run, contacts: Path, tmp_path: Path) -> None:
    done = run("match-target", WORDS, "contacts.csv", "--out", "matched.csv")
    assert done.status == 0, done.err
    for said in ("industry is like pump makers", "Alpha", "employees is not known"):
        assert said in " ".join(done.out.split())
    with (tmp_path / "matched.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["Company"] for row in rows[:2]] == ["Alpha", "Beta"]
    assert rows[0]["band"] == "fits"
    assert rows[1]["unknown or unsure"] == "employees is not known"
    gone = next(row for row in rows if row["Company"] == "Delta")
    assert gone["band"] == "does not fit"
    assert "Pump distributor" in gone["does not fit"]


def test_the_record(run: Run, store: str) -> None:
    account = Account.objects.create(name="Alpha", industry="Pumps", employees=240, country="Austria")
    Person.objects.create(name="Eva", title="Einkaufsleiterin", account=account)
    Person.objects.create(name="Bo", title="Planner", account=account)
    other = Account.objects.create(name="Beta", industry="Pumps", employees=240, country="AT")
    Person.objects.create(name="Cy", title="Planner", account=other)
    done = run("match-target", WORDS, "--from-store", "--json").record
    assert [row["band"] for row in done["matched"]] == ["fits", "may fit"]
    assert "nobody who is known there" in done["matched"][1]["answers"][3]["words"]


def test_wrong_calls(run: Run, contacts: Path) -> None:
    run("match-target", WORDS).failed(2, "Say what to match")
    run("match-target", WORDS, "contacts.csv", "--show").failed(2, "Say what to match")
    run("match-target", "no.toml", "contacts.csv").failed(2, "no target group in no.toml")
    run("match-target", "", "contacts.csv").failed(2, "Describe the target group")
    run("match-target", WORDS, "contacts.csv", "--map", "Company=colour").failed(2, "no field of a target")
    run("match-target", WORDS, "contacts.csv", "--out", "contacts.csv").failed(2, "is the file that is read")
