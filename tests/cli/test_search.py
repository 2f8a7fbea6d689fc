"""`leadline search`: plain files without any record, the record, and one sentence where nothing is found."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leadline.core.settings import index

if TYPE_CHECKING:
    from .conftest import Run  # noqa: TID252

MAIL = b"""From: Anna <anna@acme.example>
To: us@ours.example
Date: Tue, 3 Mar 2026 10:00:00 +0000
Subject: Warranty
Content-Type: text/plain

Could the warranty be prolonged to five years?
"""


@pytest.fixture(autouse=True)
def home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "notes"
    place.mkdir()
    (place / "plant.md").write_text("# Graz\n\nThey say that our delivery times are too long.\n")
    (place / "page.html").write_text("<p>Our pumps are <b>quiet</b>.</p><script>var hidden = 1</script>")
    (place / "mail.eml").write_bytes(MAIL)
    (place / "calls.csv").write_text("id,remark\n1,They want a discount on the valves\n2,The fork lift was broken\n")
    (place / "lines.jsonl").write_text('{"note": "The auditor asked for the certificate of origin"}\n')
    (place / ".hidden.txt").write_text("delivery times delivery times")
    (place / "picture.png").write_bytes(b"\x89PNG")
    return place


def hits(run: Run, *words: str | Path) -> list[dict[str, object]]:
    done = run("search", *words, "--json")
    return list(json.loads(done.out)["hits"])


def test_plain_files_need_no_record(run: Run, folder: Path) -> None:
    done = run("search", "delivery", "times", "--in", folder)
    assert done.status == 0
    assert "plant.md" in done.out.split("\n2 ")[0]
    assert "by words 1" in done.out
    assert ".hidden" not in done.out
    first = hits(run, "prolonged warranty", "--in", folder)[0]
    assert (first["key"], first["who"], first["kind"]) == ("mail.eml", "anna@acme.example", "mail")
    assert first["at"] == 1772532000000000
    assert hits(run, "discount on valves", "--in", folder)[0]["key"] == "calls.csv#1"
    assert hits(run, "certificate of origin", "--in", folder)[0]["key"] == "lines.jsonl#1"
    assert hits(run, "quiet", "--in", folder)[0]["text"] == "Our pumps are quiet."
    assert not [hit for hit in hits(run, "hidden", "--in", folder) if hit["words_rank"]]
    assert hits(run, "fork lift", "--in", folder / "calls.csv")[0]["key"] == "calls.csv#2"


def test_only_what_changed_is_read_again(run: Run, folder: Path) -> None:
    assert json.loads(run("search", "pump", "--in", folder, "--json").out)["searched"]["read"] == 5
    assert json.loads(run("search", "pump", "--in", folder, "--json").out)["searched"]["read"] == 0
    (folder / "plant.md").write_text("Now about gaskets.")
    (folder / "calls.csv").unlink()
    (folder / "new.txt").write_text("And flanges.")
    done = json.loads(run("search", "gaskets", "--in", folder, "--json").out)
    assert done["searched"]["read"] == 2
    assert done["hits"][0]["text"] == "Now about gaskets."
    every = {hit["key"] for hit in hits(run, "delivery discount fork flanges", "--in", folder)}
    assert "calls.csv#1" not in every
    assert "new.txt" in every


def test_a_file_that_cannot_be_read_is_named(run: Run, folder: Path) -> None:
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    done = run("search", "delivery", "--in", folder)
    assert done.status == 0
    assert "broken.xlsx was left out" in done.out


def test_nothing_found_is_one_sentence_and_status_1(run: Run, folder: Path) -> None:
    done = run("search", "qwyjibo", "--in", folder)
    assert done.status == 1
    assert "has anything to do with 'qwyjibo'" in " ".join(done.out.split())
    done = run("search", "delivery", "--in", folder, "--until", "1999-01-01")
    assert done.status == 1
    assert "within these limits" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x", "--in", "nowhere"), ("no file or folder nowhere",)),
        (("x", "--in", "picture.png"), ("cannot be searched", ".eml")),
        (("x", "--in", "empty"), ("holds nothing that can be searched",)),
        (("x", "--in", "notes", "--account", "Acme"), ("--account", "--in")),
        (("x", "-k", "0"), ("1 to 1,000",)),
        (("x", "--since", "soon"), ("--since", "2026-01-31", "'soon'")),
        ((" ",), ("what to look for",)),
        (("x", "--model", "best"), ("--model belongs to --in",)),
    ],
)
def test_a_wrong_call_is_one_sentence(
    run: Run, folder: Path, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    run("search", *words).failed(2, *said)


def test_an_index_that_others_cannot_read(run: Run, folder: Path) -> None:
    run("search", "pump", "--in", folder)
    (one,) = index().iterdir()
    assert one.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in one.glob("passages.sqlite3"))


def test_the_terminal_is_not_steered(run: Run, folder: Path) -> None:
    (folder / "evil.txt").write_text("pump \x1b[31mred\x07 \u202e evil")
    assert "\x1b[31m" not in run("search", "pump red evil", "--in", folder).out


def test_the_record(run: Run, store: str) -> None:
    from datetime import UTC, datetime

    from leadline.core.signal import Act, Actor, Ref, Signal
    from leadline.store import ledger
    from leadline.store.transactions import together

    os.environ["LEADLINE_HOME"] = os.environ["LEADLINE_HOME"]
    done = run("search", "delivery")
    assert done.status == 1
    assert "holds no texts yet" in done.out
    at = datetime(2026, 3, 1, tzinfo=UTC)
    mail = {"subject": "Hello", "words": "The delivery times are too long."}
    with together():
        ledger.append(
            [
                Signal(
                    "imap:s",
                    "1",
                    Act.MAIL_RECEIVED,
                    at,
                    Actor.BUYER,
                    person=Ref("email", "anna@acme.example"),
                    account=Ref("domain", "acme.example"),
                    payload=mail,
                )
            ]
        )
    done = run("search", "delivery", "times", "--account", "acme.example", "--since", "2026-02-28")
    assert done.status == 0
    assert "mail received, 2026-03-01, anna@acme.example, acme.example" in done.out
    assert "by words 1, by meaning 1" in done.out
    run("search", "x", "--account", "nobody").failed(2, "no account 'nobody'")
