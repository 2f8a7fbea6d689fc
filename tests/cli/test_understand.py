"""`leadline understand` and `leadline mask`: files in, findings and clean files out, mistakes in one sentence."""

from __future__ import annotations

import csv
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.cli.main import main
from leadline.core.signal import Act, Actor, Signal
from leadline.store import ledger
from leadline.store.models import Fact
from leadline.store.transactions import together

MAIL = (
    "Hi Anna,\n\nwhat would 40 seats cost? It must not be above €30k.\n\nBest regards,\nPeter Novak\n+49 89 1234567\n"
)
EML = (
    "From: Peter Novak <peter@firm.example>\nTo: anna@ours.example\nSubject: Licences\n"
    "Date: Mon, 2 Mar 2026 10:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    rows = [("id", "text", "owner"), ("1", MAIL, "Mia"), ("2", "", "Jo"), ("3", "Please unsubscribe me.", "Mia")]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_text_is_shown_with_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.txt"
    path.write_text(MAIL, encoding="utf-8")
    assert main(["understand", str(path)]) == 0
    shown = capsys.readouterr().out
    for word in ("language en", "price", "€30k", "30,000.00 EUR", "Peter Novak", "phone"):
        assert word in shown


def test_a_mail_is_read_by_its_own_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.eml"
    path.write_text(
        EML + MAIL + "\nOn Mon, Anna wrote:\n> we hate this and would like to unsubscribe\n", encoding="utf-8"
    )
    assert main(["understand", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["intent"] for one in found if one["kind"] == "intent"] == ["price"]


def test_a_table_gives_every_finding(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "findings.csv"
    assert main(["understand", str(table), "--out", str(out)]) == 0
    assert "3 texts in 'text'" in capsys.readouterr().out
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    intents = {(row["row"], row["found"]) for row in rows if row["kind"] == "intent"}
    assert intents == {("1", "price"), ("3", "unsubscribe")}
    money = next(row for row in rows if row["found"] == "money")
    assert json.loads(money["details"]) == {"text": "€30k", "amount": 30_000, "currency": "EUR"}
    assert MAIL[int(money["start"]) : int(money["end"])] == "€30k"


def test_known_names_are_given_as_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, known = tmp_path / "mail.txt", tmp_path / "known.txt"
    path.write_text("We at Quendelwerk would like to see it.", encoding="utf-8")
    known.write_text("Quendelwerk\n", encoding="utf-8")
    assert main(["understand", str(path), "--known", str(known), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["entity"], one["text"]) for one in found if one["kind"] == "entity"] == [
        ("organisation", "Quendelwerk")
    ]


def test_a_table_is_masked_and_the_rest_stays(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, kept = tmp_path / "masked.csv", tmp_path / "map.json"
    call = ["mask", str(table), "--column", "text", "--out", str(out), "--keep", str(kept), "--size", "bulk"]
    assert main(call) == 0
    assert "name" in capsys.readouterr().out
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["owner"] for row in rows] == ["Mia", "Jo", "Mia"]
    assert "Novak" not in rows[0]["text"]
    assert rows[2]["text"] == "Please unsubscribe me."
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    marks = json.loads(kept.read_text(encoding="utf-8"))
    text = rows[0]["text"]
    for mark, data in marks.items():
        text = text.replace(mark, data)
    assert text.split() == MAIL.split()
    assert main(call) == 2  # no older map is written over


def test_a_text_is_masked_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.txt"
    path.write_text(MAIL, encoding="utf-8")
    assert main(["mask", str(path), "--size", "bulk"]) == 0
    shown = capsys.readouterr().out
    assert "[phone 1]" in shown
    assert "1234567" not in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["understand", "{table}", "--column", "txet"], "did you mean 'text'"),
        (["understand", "{folder}/none.txt"], "cannot be read"),
        (["mask", "{table}"], "--out"),
        (["mask", "{table}", "--out", "{table}"], "is the file that is read"),
        (["mask", "{table}", "--column", "text", "--column", "nope", "--out", "{folder}/m.csv"], "no column 'nope'"),
    ],
)
def test_mistakes_are_one_sentence(
    words: list[str], says: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(table=table, folder=tmp_path) for word in words]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_texts_of_the_record_are_read_once(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = {"subject": "Licences", "words": "What would 40 licences cost per year?"}
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with together():
        ledger.append([Signal("imap:anna", "m1", Act.MAIL_RECEIVED, at, Actor.BUYER, payload=said)])
    assert main(["understand", "--from-store", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["texts"], told["facts"]) == (1, Fact.objects.count())
    assert Fact.objects.filter(kind="intent", value__intent="price").count() == 1
    assert main(["understand", "--from-store"]) == 0
    assert "No text is new" in capsys.readouterr().out
    assert main(["understand", "--from-store", "mail.txt"]) == 2
    assert "Name one FILE" in capsys.readouterr().err
