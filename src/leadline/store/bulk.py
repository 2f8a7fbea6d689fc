"""Many rows at once, each only if its key is new: executemany on SQLite, COPY through a temporary table elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")

COPY_FROM = 200  # rows; below that a statement a row is quicker than a temporary table


def insert_new(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], unique: str) -> int:
    """Inserts rows whose `unique` columns ('key, source_id') are new and leaves the others; gives how many were new.

    `table` and `columns` are our own names. Call it inside a transaction.
    """
    if not rows:
        return 0
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({unique}) DO NOTHING"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" or len(rows) < COPY_FROM:
            cursor.executemany(insert, rows)
            return int(cursor.rowcount)
        held = f"held_{table}"
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {held} (LIKE {table}) ON COMMIT DELETE ROWS")
        cursor.execute(f"ALTER TABLE {held} ALTER COLUMN id DROP NOT NULL")
        cursor.execute(f"TRUNCATE {held}")
        with cursor.copy(f"COPY {held} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        # The order of arrival is kept: of two rows with one key the first one counts.
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {held} ON CONFLICT ({unique}) DO NOTHING")
        return int(cursor.rowcount)


def chunks(items: Sequence[T], size: int = 500) -> list[Sequence[T]]:
    """Slices of at most `size`: a statement takes only so many parameters."""
    return [items[start : start + size] for start in range(0, len(items), size)]
