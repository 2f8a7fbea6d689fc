"""Makes the database overwrite what it has given up, so that erased text is in no page and no log of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from leadline.store.home_files import holding

WAIT = 60
"""Seconds to wait for other transactions of a PostgreSQL server."""


def rewrite(tables: Iterable[str] = ()) -> list[str]:
    """Rewrites the SQLite file, or the tables named (all of ours where none is) on PostgreSQL; gives notes.

    It needs room for a second copy of what it rewrites, and nobody else writes meanwhile: PostgreSQL locks a table
    while it is rewritten, SQLite the file.
    """
    with connection.cursor() as cursor:
        try:
            return _sqlite(cursor) if connection.vendor == "sqlite" else _postgres(cursor, sorted(set(tables)))
        except DatabaseError as error:
            first = (str(error).strip().splitlines() or [""])[0]
            return [f"old bytes are not overwritten yet ({first}); run leadline erase --finish when nobody else writes"]


def remains(words: tuple[str, ...]) -> list[str]:
    """Files whose raw bytes still hold one of the words: the SQLite file and its log, and Leadline's folder."""
    return [str(path) for path in holding(words)]


def _sqlite(cursor: CursorWrapper) -> list[str]:
    # The copy that VACUUM makes goes to a file: in memory, where temporary tables are kept here, it may not fit.
    cursor.execute("PRAGMA temp_store = FILE")
    try:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
    finally:
        cursor.execute("PRAGMA temp_store = MEMORY")
    if busy:
        return ["the write-ahead log is in use and keeps old pages; run leadline erase --finish when nobody else reads"]
    return []


def _postgres(cursor: CursorWrapper, tables: list[str]) -> list[str]:
    if not tables:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
    quoted = connection.ops.quote_name
    seen = _seen_by_others(cursor)
    for table in tables:
        # ANALYZE: the planner's statistics hold samples of values.
        cursor.execute(f"VACUUM (FULL, ANALYZE) {quoted(table)}")
    notes = []
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        seen = _seen_by_others(cursor) or seen
        cursor.execute("VACUUM FULL pg_catalog.pg_statistic")
        cursor.execute("SELECT pg_switch_wal()")
        cursor.execute("CHECKPOINT")
    else:
        notes.append("a superuser may run VACUUM FULL pg_catalog.pg_statistic and CHECKPOINT to overwrite the rest")
    if seen:
        notes.append("other sessions' transactions still see the old rows: run leadline erase --finish when they ended")
    cursor.execute("SELECT setting FROM pg_settings WHERE name = 'max_wal_size'")
    notes.append(
        f"PostgreSQL's write-ahead log keeps old pages until it is reused (max_wal_size is {cursor.fetchone()[0]} MB), "
        "as do archives, replicas and your own backups"
    )
    return notes


def _seen_by_others(cursor: CursorWrapper) -> bool:
    """Whether rows given up until now are still seen by a transaction that outlasted a wait of WAIT seconds.

    VACUUM keeps a row as long as any transaction of the whole server is older than its deletion, those of other
    databases too: the oldest of them bounds VACUUM's own snapshot.
    """
    cursor.execute("SELECT pg_current_xact_id()::text")
    now = cursor.fetchone()[0]
    for _ in range(WAIT * 10):
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8 AND NOT EXISTS ("
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND age(backend_xmin) >= age(%s::text::xid))",
            [now, str(int(now) % 2**32)],
        )
        if cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT pg_sleep(0.1)")
    return True
