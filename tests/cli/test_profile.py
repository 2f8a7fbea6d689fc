"""`leadline profile` from the command line: summary, page, JSON, and everything about a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.core.signal import Actor, Ref, Signal
from leadline.store import ledger
from leadline.store.models import Account, AuditEntry, Person
from leadline.store.transactions import together

from .conftest import Run  # noqa: TID252  tests are imported by path


@pytest.fixture
def halden(store: str) -> Account:
    account = Account.objects.create(name="Halden Marine", domain="halden.example", city="Bergen", employees=240)
    Person.objects.create(name="Mara Lind", email="mara@halden.example", title="Head of operations", account=account)
    with together():
        ledger.append(
            [
                Signal("imap:ann", "1", "mail received", datetime(2026, 1, 5, tzinfo=UTC), Actor.BUYER,
                       Ref("email", "mara@halden.example"), consent="contract", payload={"text": "Who is liable?"}),
            ]
        )  # fmt: skip
    return account


def test_a_summary_to_read(run: Run, halden: Account) -> None:
    done = run("profile", "halden marine")
    assert done.status == 0, done.err
    for said in ("Halden Marine", "Bergen", "240", "Mara Lind", "Who is liable?", "industry is not known"):
        assert said in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_a_page_is_written(run: Run, halden: Account, tmp_path: Path) -> None:
    done = run("profile", "halden.example", "--html", "halden.html")
    assert done.status == 0, done.err
    assert "<h1>Halden Marine</h1>" in (tmp_path / "halden.html").read_text(encoding="utf-8")
    assert "halden.html" in done.out


def test_everything_about_a_person_as_json(run: Run, halden: Account) -> None:
    done = run("profile", "--person", "mara@halden.example", "--json")
    assert done.status == 0, done.err
    stored = done.record["stored"]["tables"]
    assert stored["person"][0]["email"] == "mara@halden.example"
    assert stored["signal"][0]["payload"] == {"text": "Who is liable?"}
    assert done.record["profile"]["kept"][0]["name"] == "ground: contract"
    assert AuditEntry.objects.filter(act="look at profile", subject_kind="person").count() == 1
    assert json.loads(AuditEntry.objects.get(act="look at profile").payload) == {"what": "everything stored"}


def test_wrong_calls(run: Run, halden: Account) -> None:
    run("profile").failed(2, "Say whose profile")
    run("profile", "Zebra").failed(2, "There is no account 'Zebra'")
    run("profile", "--person", "x@y.example").failed(2, "There is no person")
    run("profile", "halden", "--html", "no/x.html").failed(2, "no folder no")
    Account.objects.create(name="Halden Offshore")
    run("profile", "halden").failed(2, "may be 2 accounts", "say which by number")
