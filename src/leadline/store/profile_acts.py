"""The acts and facts of an account or a person, as the views show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from leadline.core.views import HUMAN_FROM, MACHINES_DO

MOST = 200_000  # acts that are counted; the latest
_AT_ONCE = 900


class SignalRow(NamedTuple):
    """A signal without its payload; `human` is as it is judged now."""

    id: int
    at: int
    act: str
    actor: str
    source: str
    person: int | None
    deal: int | None
    human: float | None
    consent: str

    @property
    def counts(self) -> bool:
        """Whether somebody did it: all acts but those of buyers that a machine did, or mostly would."""
        if self.actor != "buyer":
            return True
        return self.act not in MACHINES_DO if self.human is None else self.human >= HUMAN_FROM


class FactRow(NamedTuple):
    """A fact of a text or of the object itself."""

    id: int
    kind: str
    value: Any
    signal: int | None
    quote: str
    start: int | None
    end: int | None
    confidence: float | None
    made_by: str
    at: int


def signals(kind: str, number: int) -> list[SignalRow]:
    """The acts of an account or person that stands for itself, newest first, at most MOST."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, act, actor, source, person_id, deal_id, human, consent FROM signals_v1 "
            f"WHERE {kind}_id = %s AND id IN ({among(kind, number)}) ORDER BY at DESC, id DESC LIMIT {MOST}",
            [number],
        )
        return [SignalRow(*row) for row in cursor.fetchall()]


def among(kind: str, number: int) -> str:
    """A SELECT of the numbers of all signals that may be those of an account or person: each of its parts is found by
    an index, where the view alone would be gone through."""
    tree = _numbers(f"SELECT id FROM store_{kind} WHERE id = {number:d} OR root_id = {number:d}")
    people, parts = tree, list[str]()
    if kind == "account":
        people = _numbers(
            f"SELECT id FROM store_person WHERE account_id IN ({tree}) OR root_id IN "
            f"(SELECT id FROM store_person WHERE account_id IN ({tree}))"
        )
        deals = _numbers(f"SELECT id FROM store_deal WHERE account_id IN ({tree})")
        parts = [f"account_id IN ({tree})", f"deal_id IN ({deals})"]
    parts.append(f"person_id IN ({people})")
    # as the partial index has it, else SQLite does not use it
    parts.append(f"visitor IN (SELECT visitor FROM store_visitor WHERE person_id IN ({people})) AND NOT (visitor = '')")
    return " UNION ".join(f"SELECT id FROM store_signal WHERE {part}" for part in parts)


def _numbers(query: str) -> str:
    """What a query gives, as a list for IN; NULL where it gives nothing."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return ", ".join(str(int(row[0])) for row in cursor.fetchall()) or "NULL"


def payloads(numbers: Iterable[int]) -> Mapping[int, tuple[Mapping[str, Any], int | None, int]]:
    """The payload, batch and row of signals."""
    found: dict[int, tuple[Mapping[str, Any], int | None, int]] = {}
    for part in _parts(numbers):
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f'SELECT id, payload, batch_id, "row" FROM store_signal WHERE id IN ({marks})', part)
            for number, payload, batch, row in cursor.fetchall():
                found[number] = (_object(payload), batch, row)
    return found


def facts(kind: str, number: int, among: Sequence[int]) -> list[FactRow]:
    """The facts about the object, and those understood of the signals `among`; newest first."""
    columns = "id, kind, value, signal_id, quote, span_start, span_end, confidence, made_by, at"
    found: dict[int, FactRow] = {}
    with connection.cursor() as cursor:
        tree = f"SELECT id FROM store_{kind} WHERE id = %s OR root_id = %s"
        cursor.execute(
            f"SELECT {columns} FROM facts_v1 WHERE id IN (SELECT id FROM store_fact "
            f"WHERE subject_kind = '{kind}' AND subject_id IN ({tree}))",
            [number, number],
        )
        rows = cursor.fetchall()
        for part in _parts(among):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT {columns} FROM facts_v1 WHERE id IN (SELECT id FROM store_fact WHERE signal_id IN ({marks}) "
                f"UNION SELECT id FROM store_fact WHERE subject_kind = 'signal' AND subject_id IN ({marks}))",
                [*part, *part],
            )
            rows += cursor.fetchall()
    for row in rows:
        found[row[0]] = FactRow(row[0], row[1], _value(row[2]), *row[3:])
    return sorted(found.values(), key=lambda one: (-one.at, -one.id))


def _parts(numbers: Iterable[int]) -> Iterable[list[int]]:
    every = list(numbers)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _object(text: str) -> Mapping[str, Any]:
    value = _value(text) if text else {}
    return value if isinstance(value, dict) else {}


def _value(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
