"""The journal: what is acknowledged is there, in order, once; failures reach everyone; the queue is bounded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.db import DatabaseError

from leadline.core.errors import StoreUnavailable
from leadline.store import journal_postgres, journal_sqlite
from leadline.store.journal import finish, lag, pending, writer
from leadline.store.transactions import together


def test_what_is_acknowledged_is_pending_in_order(store: str) -> None:
    journal = writer()
    futures = [journal.submit("segment:web", "segment", "{}", b"body %d" % i, 1_000 + i) for i in range(500)]
    for future in futures:
        assert future.result(timeout=30) is None
    journal.close()
    rows = pending(rows=1_000)
    assert [row.body for row in rows] == [b"body %d" % i for i in range(500)]
    assert lag() == (500, 1_000)
    finish(row.id for row in rows[:499])
    assert lag() == (1, 1_499)


def test_a_coroutine_waits_until_it_is_on_disk(store: str) -> None:
    async def collect() -> None:
        journal = writer()
        await asyncio.gather(*(journal.keep("s", "segment", "{}", b"\x00\xff", i) for i in range(300)))
        journal.close()

    asyncio.run(collect())
    assert lag() == (300, 0)
    assert {row.body for row in pending()} == {b"\x00\xff"}


def test_pending_is_bounded_by_rows_and_bytes_and_always_gives_one(store: str) -> None:
    journal = writer()
    for size in (900, 50, 60, 70):
        journal.submit("s", "segment", "", b"x" * size, size).result(timeout=30)
    journal.close()
    assert [len(row.body) for row in pending(rows=2)] == [900, 50]
    assert [len(row.body) for row in pending(limit_bytes=100)] == [900]
    first = pending(rows=1)[0]
    assert [len(row.body) for row in pending(limit_bytes=110, after=first.id)] == [50, 60]
    assert pending(after=pending()[-1].id) == []


def test_finishing_is_undone_with_the_callers_transaction(store: str) -> None:
    journal = writer()
    journal.submit("s", "segment", "", b"x", 5).result(timeout=30)
    journal.close()
    with pytest.raises(StoreUnavailable):
        _finish_and_fail()
    assert lag() == (1, 5)


def _finish_and_fail() -> None:
    with together():
        finish(row.id for row in pending())
        assert lag() == (0, None)
        raise DatabaseError("the ledger does not take it")


def test_an_id_is_never_given_twice(store: str) -> None:
    """Who deletes what it read by id must not hit a later row."""
    seen: list[int] = []
    journal = writer()
    for number in range(3):
        journal.submit("s", "segment", "", b"x", number).result(timeout=30)
        rows = pending()
        assert len(rows) == 1
        seen.append(rows[0].id)
        finish(seen[-1:])
    journal.close()
    assert seen == sorted(set(seen))


def test_the_connection_syncs_before_it_says_done(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if store.startswith("sqlite"):
        sink = journal_sqlite.connect()
        assert sink.connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert sink.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        sink.close()
        return
    careless = f"{store}?options=-c%20synchronous_commit%3Doff"
    monkeypatch.setenv("LEADLINE_DATABASE", careless)
    other = journal_postgres.connect()
    assert other.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    other.close()


def test_a_database_that_is_not_there_is_told(store: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path / 'none' / 'x'}" if store.startswith("sqlite") else "postgresql://x@127.0.0.1:1/x"
    monkeypatch.setenv("LEADLINE_DATABASE", away)
    journal = writer()
    with pytest.raises(StoreUnavailable, match="send it again later"):
        journal.submit("s", "segment", "", b"x", 1).result(timeout=30)
    journal.close()
