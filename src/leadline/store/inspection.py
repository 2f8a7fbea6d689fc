"""What any copy of the record tells of itself, by a plain cursor: counts, schema, head of the trail, what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadline.store import audit
from leadline.store.invariants import broken

# Rows that every fresh record has.
_FRESH = ("django_migrations", "django_content_type", "auth_permission")


def facts(cursor: Any) -> dict[str, Any]:
    """'rows' by table, 'schema' (the migrations that were applied), 'audit_head' (None where nothing was recorded)."""
    names = [name for name in tables(cursor) if name not in _FRESH]
    rows = {}
    for name in names:
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        rows[name] = cursor.fetchone()[0]
    schema: list[str] = []
    if "django_migrations" in tables(cursor):
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        schema = [f"{app}.{name}" for app, name in cursor.fetchall()]
    head = None
    if "store_auditentry" in rows:
        cursor.execute("SELECT seq, hash, at FROM store_auditentry ORDER BY seq DESC LIMIT 1")
        last = cursor.fetchone()
        head = None if last is None else {"seq": last[0], "hash": last[1], "at": last[2]}
    return {"rows": rows, "schema": schema, "audit_head": head}


def findings(cursor: Any, heads: Path | None = None) -> list[str]:
    """Sentences on invariants and the audit trail; `heads` are those that were exported with the copy."""
    there = tables(cursor)
    if "store_auditentry" not in there:
        return ["it holds no record of Leadline"]
    wrong = [f"this does not hold: {words} (rows {', '.join(map(str, rows))})" for words, rows in broken(cursor)]
    cursor.execute(f"SELECT {audit.COLUMNS} FROM store_auditentry ORDER BY seq")
    bound, unread = audit.heads(heads) if heads else ([], [])
    chain = (audit.Entry(*row) for row in iter(cursor.fetchone, None))
    return wrong + [finding.words for finding in (*unread, *audit.verify(chain, bound))]


def tables(cursor: Any) -> list[str]:
    """The names of all tables, on SQLite and PostgreSQL."""
    if type(cursor).__module__.partition(".")[0] == "psycopg":
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1")
    return [row[0] for row in cursor.fetchall()]
