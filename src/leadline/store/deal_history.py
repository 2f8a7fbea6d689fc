"""Deals as they were: several records of one deal, each at its time, written one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from leadline.core.clock import Clock
from leadline.core.market import Kind, Record, Upserted
from leadline.core.signal import Ref
from leadline.store.models import Batch, Change
from leadline.store.upsert import upsert
from leadline.store.upsert_lookup import lookup


def upsert_in_time(records: Sequence[Record], batch: Batch, clock: Clock) -> Upserted:
    """As `upsert`, where of several records of one deal each says how it was `at` its time, the last how it is.

    What is known of a field from that time on is not told again, so that reading the same history twice adds nothing.
    Call it inside a transaction.
    """
    last = {record.keys[0]: place for place, record in enumerate(records) if record.kind is Kind.DEAL and record.keys}
    past, now = list[Record](), list[Record]()
    for place, record in enumerate(records):
        of_the_past = record.kind is Kind.DEAL and record.keys and last[record.keys[0]] != place
        (past if of_the_past else now).append(record)
    for wave in _waves(past):
        upsert(_news(wave), batch, clock)
    return upsert(now, batch, clock)


def _waves(records: Sequence[Record]) -> list[list[Record]]:
    """First the first of each deal, then the second of each …: one call of `upsert` makes one state of a deal."""
    waves: list[list[Record]] = []
    seen: dict[Ref, int] = {}
    for record in records:
        place = seen.get(record.keys[0], 0)
        seen[record.keys[0]] = place + 1
        if place == len(waves):
            waves.append([])
        waves[place].append(record)
    return waves


def _news(records: Sequence[Record]) -> list[Record]:
    """The records without the fields of which something at least as late is known."""
    numbers = lookup(Kind.DEAL, {record.keys[0] for record in records}).found
    rows = Change.objects.filter(kind=Kind.DEAL.value, object_id__in=set(numbers.values()))
    known: dict[tuple[int, str], datetime] = {
        (number, field): at
        for number, field, at in rows.values_list("object_id", "field").annotate(last=Max("at")).order_by()
    }
    found = []
    for record in records:
        number, at = numbers.get(record.keys[0], 0), record.at
        values = {
            name: value
            for name, value in record.values.items()
            if at is None or (number, name) not in known or known[number, name] < at
        }
        if values:
            found.append(replace(record, values=values))
    return found
