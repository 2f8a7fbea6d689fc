"""Which SQLite runs: one that is free of the write-ahead-log corruption of 3.7.0 to 3.51.2, for this whole process.

Two copies of SQLite in one process cancel each other's POSIX locks, so `sqlite3` itself becomes the newer one, before
Django loads it.
"""

from __future__ import annotations

import sys

SAFE = (3, 51, 3)


def install() -> None:
    """Makes `import sqlite3` give the SQLite that is shipped with pysqlite3. May be called again."""
    import pysqlite3
    import pysqlite3.dbapi2

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def version() -> str:
    """The version of SQLite that this process uses, as '3.53.4'."""
    import sqlite3

    return str(sqlite3.sqlite_version)


def is_safe() -> bool:
    """Whether more than one process may write to one file with this SQLite."""
    import sqlite3

    return tuple(sqlite3.sqlite_version_info) >= SAFE
