"""The journal on SQLite: write-ahead log, synchronous FULL, one statement for one commit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from leadline.store import address, driver
from leadline.store.group_commit import COLUMNS, Entry
from leadline.store.turns import WRITING, beside


class Connection(Protocol):
    """What pysqlite3 and apsw have in common."""

    def execute(self, statement: str, bindings: Any = ...) -> Any:
        """Runs one statement."""
        ...

    def close(self) -> None:
        """Closes it."""
        ...


class SqliteSink:
    """Takes entries on a connection in autocommit mode.

    With synchronous NORMAL a power cut takes acknowledged rows, so it is FULL. Each group is one INSERT, which is a
    transaction of its own: nothing is begun that would have to be rolled back, and the interpreter's lock is given up
    and taken again once, not once for a row.
    """

    def __init__(self, connection: Connection, turn: Path | None = None) -> None:
        """`turn` is the file on which processes take turns at the database; None where no other one writes."""
        self.connection, self._turn = connection, turn
        for setting in (f"busy_timeout={address.BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}")

    def write(self, entries: Sequence[Entry]) -> None:
        """Writes all or none, durable on return."""
        values = ",".join(["(?,?,?,?,?)"] * len(entries))
        statement = f"INSERT INTO store_journal ({COLUMNS}) VALUES {values}"
        with WRITING.taken(address.BUSY_SECONDS, self._turn):
            self.connection.execute(statement, tuple(chain.from_iterable(entries)))

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


def connect() -> SqliteSink:
    """A sink on the configured file. Used by one thread."""
    driver.install()
    import sqlite3

    file = address.sqlite_path()
    return SqliteSink(sqlite3.connect(file, isolation_level=None, check_same_thread=False), beside(file))
