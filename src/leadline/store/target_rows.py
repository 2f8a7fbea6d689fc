"""Accounts as a target group is matched against them: their own columns and the job titles of their people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection

_COLUMNS = ("name", "industry", "employees", "revenue", "currency", "city", "region", "country", "website", "domain")


def accounts() -> tuple[Sequence[int], Mapping[str, Sequence[str | None]]]:
    """The numbers of all accounts that stand for themselves, and their cells as text; blank is None. `title` holds the
    titles of the people who are known there, parted by '; '."""
    titles: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, title, department FROM people_v1 WHERE account_id IS NOT NULL "
            "AND (title <> '' OR department <> '') ORDER BY account_id, id"
        )
        for account, title, department in cursor.fetchall():
            titles[account].append(f"{title} {department}".strip().replace(";", ","))
        cursor.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM accounts_v1 ORDER BY id")
        rows = cursor.fetchall()
    numbers = [row[0] for row in rows]
    cells: dict[str, Sequence[str | None]] = {
        name: [None if row[at] in (None, "") else _text(row[at]) for row in rows] for at, name in enumerate(_COLUMNS, 1)
    }
    cells["title"] = ["; ".join(titles[number]) or None for number in numbers]
    return numbers, cells


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
