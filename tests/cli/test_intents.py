"""`leadline intents`: learns, says how good it is, and labels new messages with reasons."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .conftest import Run  # noqa: TID252  tests are imported by path

OPENERS = ("Hello, ", "Hi, ", "Dear team, ", "", "Good morning, ")
ASKS = {
    "price": ("what does the plan cost", "how much is a licence", "please send your price list", "is there a discount"),
    "meeting": ("can we meet on Tuesday", "are you free for a call", "let us set up a demo", "book a meeting soon"),
    "none": ("the weather is fine today", "my cat sleeps a lot", "the match ended in a draw", "I had soup for lunch"),
}


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rows = [[opener + ask, label] for label, asks in ASKS.items() for ask in asks for opener in OPENERS]
    return write(tmp_path / "messages.csv", [["Message", "Intent"], *rows, ["", "price"], ["no label yet", ""]])


def test_learn_then_label(run: Run, labelled: Path, tmp_path: Path) -> None:
    learn = ("intents", labelled, "--text", "Message", "--label", "Intent", "--oos", "none", "--size", "bulk")
    done = run(*learn, "--save", "kept", "--out", "judged.csv")
    assert (done.status, done.err) == (0, "")
    assert "of messages that it was not given" in done.out
    assert "Out of scope" in done.out
    judged = read(tmp_path / "judged.csv")
    assert len(judged) == 62
    assert judged[0]["Message"] == "Hello, what does the plan cost"
    assert judged[-1]["intent when left out"] == ""

    write(tmp_path / "new.csv", [["Message"], ["what would it cost us"], ["could we have a call"], [""]])
    done = run("intents", "new.csv", "--model", "kept", "--out", "out.csv")
    assert (done.status, done.err) == (0, "")
    rows = read(tmp_path / "out.csv")
    assert [row["intent"] for row in rows] == ["price", "meeting", ""]
    assert rows[0]["in scope"] == "true"
    assert "cost" in rows[0]["words"]
    assert rows[0]["its intent"] == "price"
    record = run("intents", "new.csv", "--model", "kept", "--json").record
    assert [one["intent"] for one in record["labelled"]] == ["price", "meeting", None]


def test_json_is_one_object_with_all_labels(run: Run, labelled: Path) -> None:
    done = run("intents", labelled, "--text", "Message", "--label", "Intent", "--size", "bulk", "--json")
    assert {one["label"] for one in done.record["labels"]} == set(ASKS)
    assert done.record["messages"] == 60
    assert 0 < done.record["low"] <= done.record["accuracy"] <= done.record["high"] <= 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "--text and --label"),
        (("--text", "Mesage", "--label", "Intent"), 2, "did you mean 'Message'?"),
        (("--text", "Message", "--label", "Intent", "--oos", "nope"), 2, "No message has the label 'nope'"),
        (("--model", "kept"), 2, "There is no model folder kept"),
        (("--model", "kept", "--label", "Intent"), 2, "one of the two"),
        (("--text", "Message", "--label", "Intent", "--out", "a.txt"), 2, "must end in"),
    ],
)
def test_wrong_calls(run: Run, labelled: Path, words: tuple[str, ...], status: int, said: str) -> None:
    run("intents", labelled, *words).failed(status, said)


def test_too_little_is_said_and_nothing_kept(run: Run, tmp_path: Path) -> None:
    rows = [[f"alpha{n} beta{n * 7 % 5}", "one" if n % 2 else "two"] for n in range(12)]
    write(tmp_path / "few.csv", [["Message", "Intent"], *rows])
    done = run("intents", "few.csv", "--text", "Message", "--label", "Intent", "--size", "bulk", "--save", "kept")
    done.failed(1, "are not enough", "label more messages")
    assert not (tmp_path / "kept").exists()


def test_help_has_two_examples(run: Run) -> None:
    done = run("intents", "--help")
    assert done.out.partition("examples:\n")[2].count("  leadline intents ") == 2
