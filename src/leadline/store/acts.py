"""Acts of buyers as the judge of humans looks at them again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection


class ActRow(NamedTuple):
    """One act: `at` in microseconds since 1970, `human` as it is judged now, `payload` as it was kept."""

    signal: int
    at: int
    act: str
    visitor: str
    person: int | None
    human: float
    network: str
    payload: dict[str, Any]


def judged(acts: Sequence[str], since: int, until: int) -> Iterator[ActRow]:
    """Judged acts of buyers of these kinds between two times (microseconds, the end excluded), oldest first."""
    marks = ", ".join(["%s"] * len(acts))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, act, visitor, person_id, human, network, payload FROM signals_v1 "
            "WHERE actor = 'buyer' AND human IS NOT NULL AND at >= %s AND at < %s "
            f"AND act IN ({marks}) ORDER BY at, id",
            [since, until, *acts],
        )
        while rows := cursor.fetchmany(5_000):
            for signal, at, act, visitor, person, human, network, payload in rows:
                yield ActRow(signal, at, act, visitor, person, human, network, json.loads(payload) if payload else {})
