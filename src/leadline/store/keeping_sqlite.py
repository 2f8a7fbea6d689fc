"""A SQLite record in backups: copied by SQLite's online backup while others write."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from leadline.core.clock import SystemClock
from leadline.core.errors import CallError, StoreUnavailable
from leadline.store import address, archive, driver
from leadline.store.inspection import facts, findings


class Sqlite:
    """The SQLite file that LEADLINE_DATABASE names."""

    record = "record.sqlite3"

    def snapshot(self, target: Path) -> dict[str, Any]:
        """See keeping.Database. One read transaction is copied: what is committed meanwhile is not in it."""
        source = address.sqlite_path()
        if not source.is_file():
            raise CallError(f"There is no record at {source}; nothing to back up")
        _copy(source, target, f"The record {source} cannot be copied")
        with closing(_open(target)) as copy:
            cursor = copy.cursor()
            told = facts(cursor)
            return told | {"version": f"SQLite {driver.version()}", "findings": [*_pages(cursor), *findings(cursor)]}

    def inspect(self, copy: Path, heads: Path | None) -> tuple[list[str], list[str]]:
        """See keeping.Database."""
        import sqlite3

        with closing(_open(copy)) as opened:
            cursor = opened.cursor()
            try:
                return [*_pages(cursor), *findings(cursor, heads)], []
            except sqlite3.DatabaseError as error:
                return [f"its record cannot be read: {error}"], []

    def place(self, copy: Path) -> list[str]:
        """See keeping.Database. The present file keeps its place and is overwritten in one transaction, so that
        programs which have it open go on with the new one; a file that is no database any more is put aside."""
        from django.db import connections

        connections.close_all()
        target = address.sqlite_path()
        if target.is_file() and target.stat().st_size:
            if _is_database(target):
                _copy(copy, target, f"The record {target} cannot be overwritten; nothing was changed")
                with closing(_open(target)) as opened:
                    opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return []
            aside = f".broken-{SystemClock().now():%Y%m%dT%H%M%S}"
            notes = [f"the file that was there is no database; it is kept as {target.name}{aside}"]
            _each(target, lambda path: path.replace(path.with_name(path.name + aside)))
        else:
            notes = []
            _each(target, Path.unlink)  # a log that stayed alone would be played into the new file
        copy.replace(target)
        archive.sync_folder(target.parent)
        return notes

    def is_empty(self) -> bool:
        """See keeping.Database."""
        import sqlite3

        path = address.sqlite_path()
        if not path.is_file() or not path.stat().st_size:
            return True
        with closing(_open(path)) as opened:
            cursor = opened.cursor()
            try:
                return not any(facts(cursor)["rows"].values())
            except sqlite3.DatabaseError:
                return False


def _open(path: Path) -> Any:
    driver.install()
    import sqlite3

    return sqlite3.connect(path, timeout=address.BUSY_SECONDS, isolation_level=None)


def _copy(source: Path, target: Path, sorry: str) -> None:
    driver.install()
    import sqlite3

    try:
        with closing(_open(source)) as one, closing(_open(target)) as other:
            other.execute("PRAGMA secure_delete = ON")
            one.backup(other, pages=-1)
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{sorry}: {error}") from error


def _pages(cursor: Any) -> list[str]:
    """What SQLite itself finds wrong in the file."""
    cursor.execute("PRAGMA integrity_check(5)")
    wrong = [f"SQLite says: {row[0]}" for row in cursor.fetchall() if row[0] != "ok"]
    cursor.execute("PRAGMA foreign_key_check")
    rows = cursor.fetchmany(5)
    return wrong + [f"{row[0]} row {row[1]} points to a row of {row[2]} that is not there" for row in rows]


def _is_database(path: Path) -> bool:
    import sqlite3

    with closing(_open(path)) as opened:
        try:
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            return True  # locked, not broken
        except sqlite3.DatabaseError:
            return False
    return True


def _each(target: Path, act: Callable[[Path], object]) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path = target.with_name(target.name + end)
        if path.exists():
            act(path)
