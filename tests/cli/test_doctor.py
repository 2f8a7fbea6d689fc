"""`leadline doctor`: a line a check, status 1 where something is broken, never a traceback."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from leadline.cli.main import main
from leadline.core.settings import home
from leadline.store.address import sqlite_path
from leadline.store.models import Person


@pytest.fixture(autouse=True)
def folder(store: str) -> None:
    home().mkdir(mode=0o700)


def test_all_is_well(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "audit trail  ok      nothing is recorded yet" in said
    assert "SQLite" in said or "PostgreSQL" in said
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is True
    assert {one["name"] for one in told["checks"]} >= {"disk", "journal", "invariants"}


def test_what_is_broken_is_status_1(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    Person.objects.create(email="Upper@x.example")
    assert main(["doctor"]) == 1
    assert "invariants   broken  this does not hold: mail addresses of people" in capsys.readouterr().out


def test_a_file_that_is_no_database(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a matter of SQLite")
    connection.close()
    sqlite_path().write_bytes(b"garbage" * 999)
    assert main(["doctor"]) == 1
    got = capsys.readouterr()
    assert "the database refuses: file is not a database" in got.out
    assert got.err == ""
    sqlite_path().unlink()
    connection.close()
    assert main(["doctor"]) == 1
    assert "there is no record at" in " ".join(capsys.readouterr().out.split())
