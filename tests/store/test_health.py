"""What doctor looks at: a fresh record is well, and each check sees the very thing that it is there for."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from leadline.core.clock import FixedClock, micros
from leadline.core.settings import home
from leadline.store import audit, driver, erasure, erasure_list, health, keeping
from leadline.store.address import sqlite_path
from leadline.store.guards import guards
from leadline.store.models import (
    Batch,
    Connection,
    Deal,
    Journal,
    Person,
    Refused,
)
from leadline.store.secret import secret_key

NOW = datetime.now(UTC)


def found() -> dict[str, tuple[str, str]]:
    return {one.name: (one.state, one.words) for one in health.checks(FixedClock(NOW))}


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def unguarded(table: str) -> None:
    """What somebody does who is after the record itself."""
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    sql(*[f"DROP TRIGGER {table}_{end}{on}" for end in ("kept", "fixed")])


@pytest.fixture
def well(store: str, tmp_path: Path) -> str:
    """A record with a little in it and a backup of today."""
    secret_key()
    home().chmod(0o700)
    with transaction.atomic():
        Person.objects.create(email="a@x.example")
        audit.record("imported")
    keeping.backup(tmp_path / "b", clock=FixedClock(NOW))
    return store


def test_a_good_record_is_well(well: str) -> None:
    states = {name: state for name, (state, _) in found().items() if name not in ("disk", "durability")}
    assert set(states.values()) == {"ok"}, found()
    assert health.is_well(health.checks())
    assert len(states) == 15


def break_trail() -> None:
    unguarded("store_auditentry")
    sql("UPDATE store_auditentry SET actor = 'nobody' WHERE seq = 1")
    sql(*[one for one in guards(connection.vendor) if "store_auditentry" in one])


def break_heads() -> None:
    audit.heads_path().unlink()


def break_guards() -> None:
    unguarded("store_signal")


def break_schema() -> None:
    sql("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'store')")


def break_schema_newer() -> None:
    sql("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_flying', CURRENT_TIMESTAMP)")


def break_invariant() -> None:
    Person.objects.create(email="Upper@x.example")


def break_sources() -> None:
    Deal.objects.create(state="won")


def break_erasure_list() -> None:
    erasure.erase(Person.objects.get().pk, apply=True)
    erasure_list.path().unlink()


def break_erasure_secret() -> None:
    erasure.erase(Person.objects.get().pk, apply=True)
    (home() / "secret").write_text("0" * 64)


def break_journal() -> None:
    waiting = micros(NOW - timedelta(minutes=20))
    Journal.objects.create(received_at=waiting, source="w", form="segment", body=b"{}")


def break_journal_badly() -> None:
    Journal.objects.create(received_at=micros(NOW - timedelta(hours=3)), source="w", form="segment", body=b"{}")


def break_refused() -> None:
    Refused.objects.create(received_at=1, source="w", form="segment", reason="'x' is no date", body=b"{}")


def break_connection() -> None:
    Connection.objects.create(name="crm", connector="hubspot", error="The key is not taken")


def break_batch() -> None:
    made = Batch.objects.create(source="import", kind="people", name="a.csv")
    Batch.objects.filter(pk=made.pk).update(started_at=NOW - timedelta(hours=2))


def break_import() -> None:
    made = Batch.objects.create(source="hubspot", kind="import people", name="a.csv")
    Batch.objects.filter(pk=made.pk).update(started_at=NOW - timedelta(hours=2))


def break_backup_age() -> None:
    path = home() / keeping.LAST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"at": (NOW - timedelta(days=5)).isoformat()}))


def break_backup_size() -> None:
    last = keeping.last()
    assert last is not None
    path = Path(last["target"])
    path.write_bytes(path.read_bytes()[:-5])


def break_backup_none() -> None:
    (home() / keeping.LAST).unlink()


def break_modes() -> None:
    (home() / "secret").chmod(0o644)


def break_folder_mode() -> None:
    home().chmod(0o755)


@pytest.mark.parametrize(
    ("breaks", "name", "state", "words"),
    [
        (break_trail, "audit trail", "broken", "entry 1 was changed: its hash is another"),
        (break_heads, "audit trail", "look", "2 came after the last exported head; was audit-heads.jsonl removed"),
        (break_guards, "guards", "broken", "trigger store_signal_fixed is gone (2 in all)"),
        (break_schema, "schema", "broken", "1 changes of the schema wait (store.0"),
        (break_schema_newer, "schema", "broken", "a newer Leadline has changed the schema (store.9999_flying)"),
        (break_invariant, "invariants", "broken", "does not hold: mail addresses of people are in lower case (rows 2)"),
        (break_sources, "sources", "look", "a deal that is decided has a day on which it closed (rows 1)"),
        (break_erasure_list, "erasures", "broken", "1 erasures are not in erasures.jsonl; run `leadline erase"),
        (break_erasure_secret, "erasures", "broken", "made under another secret"),
        (break_journal, "journal", "look", "1 requests wait, the oldest since 20 minutes"),
        (break_journal_badly, "journal", "broken", "the oldest since 3 hours; `leadline up` unpacks them"),
        (break_refused, "refused", "look", "1 events were not taken, the last because: 'x' is no date"),
        (break_connection, "connections", "look", "1 did not answer well (crm: The key is not taken)"),
        (break_batch, "batches", "look", "never ended; undo it and import again"),
        (break_import, "batches", "look", "of a.csv never ended; run the same `leadline import` with --apply"),
        (break_backup_age, "backup", "look", "5 days ago"),
        (break_backup_size, "backup", "broken", "has another size since"),
        (break_backup_none, "backup", "look", "none was made yet"),
        (break_modes, "secret files", "broken", "others can read secret in"),
        (break_folder_mode, "folder", "look", "others on this machine can look into"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_check_sees_what_it_is_for(
    well: str, breaks: Callable[[], None], name: str, state: str, words: str
) -> None:
    breaks()
    told = found()
    assert told[name][0] == state, told
    assert words in told[name][1], told
    others = {other: told[other] for other in told if other not in (name, "disk", "durability")}
    assert {state for state, _ in others.values()} <= {"ok"}, others


def test_the_disk_and_a_folder_that_cannot_be_written(well: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024  as shutil gives it
    for free, state in ((50 << 20, "broken"), (500 << 20, "look"), (5 << 30, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: usage(0, 0, free))
        assert found()["disk"][0] == state
    if os.geteuid() == 0:
        monkeypatch.setenv("LEADLINE_HOME", "/proc/nothing")
    else:
        home().chmod(0o500)
    assert found()["folder"][0] == "broken"


def test_sqlite_is_of_a_safe_version_and_set_to_last(well: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a matter of SQLite")
    assert found()["durability"] == ("ok", "write-ahead log, synchronous FULL")
    sql("PRAGMA synchronous = NORMAL")
    assert found()["durability"][0] == "broken"
    assert "synchronous is 1, not 2" in found()["durability"][1]
    monkeypatch.setattr(driver, "SAFE", (4, 0, 0))
    assert found()["database"][0] == "broken"
    assert "run one process only" in found()["database"][1]


def test_postgres_is_of_a_known_version_and_set_to_last(well: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a matter of PostgreSQL")
    assert found()["database"][1].startswith("PostgreSQL 1")
    assert found()["durability"][0] == "look"  # a test's server has no checksums
    sql("SET synchronous_commit = off")
    assert found()["durability"][0] == "broken"
    assert "synchronous_commit" in found()["durability"][1]


def test_broken_pages_are_seen(well: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a matter of SQLite")
    with transaction.atomic():
        Person.objects.bulk_create([Person(email=f"p{one}@x.example") for one in range(3000)])
    sql("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA foreign_keys = OFF", "UPDATE store_person SET account_id = 7777")
    connection.close()
    assert found()["pages"][0] == "broken"
    assert "store_account that is not there" in found()["pages"][1]
    connection.close()
    path = sqlite_path()
    whole = bytearray(path.read_bytes())
    whole[4096 * 40 : 4096 * 60] = b"\xff" * 4096 * 20
    path.write_bytes(whole)
    told = health.checks(FixedClock(NOW))
    assert not health.is_well(told)
    assert {one.name: one.state for one in told}["pages"] == "broken"
    connection.close()
    path.write_bytes(b"garbage" * 9999)
    told = health.checks(FixedClock(NOW))
    assert "the database refuses: file is not a database" in {one.words for one in told}


def test_no_record_is_said_and_none_is_made(store: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a matter of SQLite")
    monkeypatch.setenv("LEADLINE_DATABASE", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    (one,) = health.checks()
    assert (one.name, one.state) == ("record", "broken")
    assert not (tmp_path / "none.sqlite3").exists()
