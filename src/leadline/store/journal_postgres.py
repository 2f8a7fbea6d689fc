"""The journal on PostgreSQL: one COPY for one commit."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from leadline.store import address
from leadline.store.group_commit import COLUMNS, Entry

CONNECT_SECONDS = 5
TYPES = ("int8", "varchar", "varchar", "text", "bytea")


class PostgresSink:
    """Takes entries on a connection in autocommit mode, where a COPY is a transaction of its own."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        setting = connection.execute("SELECT current_setting('synchronous_commit')").fetchone()
        if setting == ("off",):
            connection.execute("SET synchronous_commit = on")

    def write(self, entries: Sequence[Entry]) -> None:
        """Writes all or none, durable on return; where the connection breaks the outcome is unknown."""
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY store_journal ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(TYPES)
            for entry in entries:
                copy.write_row(entry)

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


def connect() -> PostgresSink:
    """A sink on the configured database. Used by one thread."""
    return PostgresSink(psycopg.connect(address.url(), autocommit=True, connect_timeout=CONNECT_SECONDS))
