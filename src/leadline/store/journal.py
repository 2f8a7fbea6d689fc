"""The journal: what is acknowledged is on disk first. Written in groups, read oldest first, then deleted."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.core.journal import JournalRow
from leadline.store import address
from leadline.store.group_commit import COLUMNS, Writer
from leadline.store.journal_body import unpacked

__all__ = ["Writer", "finish", "lag", "pending", "writer"]


def writer() -> Writer:
    """A writer for the configured database."""
    if address.is_sqlite():
        from leadline.store import journal_sqlite

        return Writer(journal_sqlite.connect)
    from leadline.store import journal_postgres

    return Writer(journal_postgres.connect)


def pending(rows: int = 1_000, limit_bytes: int = 16 << 20, after: int = 0) -> list[JournalRow]:
    """The oldest rows with an id over `after`: at most `rows`, and no more once they hold `limit_bytes` (at least one).

    Start from 0 each time: what is done is deleted, and under several writers on PostgreSQL a lower id may be
    committed after a higher one.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, length(body) FROM store_journal WHERE id > %s ORDER BY id LIMIT %s", [after, max(rows, 1)]
        )
        last, total = 0, 0
        for row, size in cursor.fetchall():
            if last and total + size > limit_bytes:
                break
            last, total = row, total + size
        if not last:
            return []
        cursor.execute(f"SELECT id, {COLUMNS} FROM store_journal WHERE id > %s AND id <= %s ORDER BY id", [after, last])
        return [
            JournalRow(number, at, source, form, facts, unpacked(bytes(body)))
            for number, at, source, form, facts, body in cursor.fetchall()
        ]


def finish(ids: Iterable[int]) -> int:
    """Deletes rows whose signals go to the ledger, inside the caller's transaction; gives how many were there."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM store_journal WHERE id = %s", [(row,) for row in ids])
        return int(cursor.rowcount)


def is_quiet(now: int, since: int = 1_000_000) -> bool:
    """Whether nothing has come in the last `since` microseconds before `now`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT received_at FROM store_journal ORDER BY id DESC LIMIT 1")
        newest = cursor.fetchone()
    return newest is None or now - newest[0] > since


def lag() -> tuple[int, int | None]:
    """How many rows are not unpacked yet, and when the oldest came (microseconds since 1970; None where none is)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM store_journal")
        count = cursor.fetchone()[0]
        cursor.execute("SELECT received_at FROM store_journal ORDER BY id LIMIT 1")
        oldest = cursor.fetchone()
        return count, oldest[0] if oldest else None
