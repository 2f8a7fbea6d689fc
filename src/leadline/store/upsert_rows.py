"""Rows of the market as they are written: many at once, without an object a row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from leadline.core.market import Kind
from leadline.store.models import Batch, OrderLine
from leadline.store.upsert_lookup import MODELS, columns
from leadline.store.upsert_plan import Differs, Entry, Line
from leadline.store.upsert_values import as_json, blank

HISTORY = ("stage", "amount")  # what is noted of a deal from its first day


def insert(entries: Sequence[Entry], batch: Batch, now: datetime) -> None:
    """Makes objects, with their keys and, for deals, the beginning of their history. Numbers go into the entries."""
    if not entries:
        return
    kind = entries[0].kind
    table = MODELS[kind]._meta.db_table
    names = columns(kind)
    blanks = [blank(kind, name) for name in names]
    plain = list(zip(names, blanks, strict=True))
    at = written(now)
    for entry, number in zip(entries, numbers(table, len(entries)), strict=True):
        entry.number = number
    odd = [place for place, empty in enumerate(blanks) if empty is None]  # all but text
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        values = [entry.values.get(name, empty) for name, empty in plain]
        for place in odd:
            if values[place] is not None:
                values[place] = _stored(values[place])
        extra = json.dumps(entry.extra, ensure_ascii=False) if entry.extra else "{}"
        rows.append((entry.number, *values, extra, batch.pk, entry.record.row, at, at))
    load(table, ("id", *names, "extra", "batch_id", "row", "created_at", "updated_at"), rows)
    _name(entries)
    if kind is Kind.DEAL:
        _begin(entries, batch, now)


def change(entries: Sequence[tuple[Entry, Sequence[Differs]]], batch: Batch, now: datetime) -> None:
    """Changes objects that are there, field by field, with the history and the origin of each."""
    if not entries:
        return
    kind = entries[0][0].kind
    table = MODELS[kind]._meta.db_table
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    history: list[tuple[Any, ...]] = []
    origins: list[tuple[Any, ...]] = []
    for entry, differs in entries:
        told = written(entry.record.at or now)
        columns_: list[str] = []
        values: list[Any] = []
        for one in differs:
            history.append(_row(entry, one.column, one.before, one.after, told, batch, now))
            if one.column.startswith("key "):
                continue
            columns_.append(one.column)
            values.append(_extra(entry, one) if one.column == "extra" else _stored(one.after))
            if entry.now is not None and entry.now.batch != batch.pk:
                origins.append(
                    (
                        kind.value,
                        entry.number,
                        one.column,
                        batch.source,
                        batch.pk,
                        entry.record.row,
                        told,
                        entry.record.span,
                    )
                )
        if columns_:
            groups.setdefault(tuple(columns_), []).append((*values, written(now), entry.number))
    with connection.cursor() as cursor:
        for names, rows in groups.items():
            sets = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(f"UPDATE {table} SET {sets}, updated_at = %s WHERE id = %s", rows)
    load("store_change", _CHANGE, history)
    _origins(origins)
    _name([entry for entry, _ in entries])


def lines(entries: Sequence[Entry], batch: Batch, now: datetime) -> list[Entry]:
    """Writes the lines of orders; gives the entries whose lines became others."""
    if not entries:
        return []
    held: dict[int, list[Line]] = {}
    for order, product, quantity, price in (
        OrderLine.objects.filter(order__in=[entry.number for entry in entries])
        .order_by("order_id", "number")
        .values_list("order_id", "product_id", "quantity", "price")
    ):
        held.setdefault(order, []).append((product, quantity, price))
    others = [entry for entry in entries if held.get(entry.number, []) != entry.lines]
    told = [entry for entry in others if entry.now is not None]
    OrderLine.objects.filter(order__in=[entry.number for entry in told]).delete()
    rows = [
        (entry.number, place, product, _stored(quantity), _stored(price))
        for entry in others
        for place, (product, quantity, price) in enumerate(entry.lines or [], start=1)
    ]
    load("store_orderline", ("order_id", "number", "product_id", "quantity", "price"), rows)
    history = [
        _row(
            entry,
            "lines",
            [[as_json(cell) for cell in line] for line in held.get(entry.number, [])],
            [[as_json(cell) for cell in line] for line in entry.lines or []],
            written(entry.record.at or now),
            batch,
            now,
        )
        for entry in told
    ]
    load("store_change", _CHANGE, history)
    return others


_CHANGE = (
    *("kind", "object_id", "field", "before", "after", "at", "recorded_at", "source", "batch_id", "row", "span"),
)


def _row(entry: Entry, field: str, before: Any, after: Any, at: Any, batch: Batch, now: datetime) -> tuple[Any, ...]:
    record = entry.record
    return (
        entry.kind.value,
        entry.number,
        field[:60],
        json.dumps(as_json(before), ensure_ascii=False, default=as_json),
        json.dumps(as_json(after), ensure_ascii=False, default=as_json),
        at,
        written(now),
        batch.source,
        batch.pk,
        record.row,
        record.span,
    )


def _begin(entries: Sequence[Entry], batch: Batch, now: datetime) -> None:
    """What is known of a deal's history when it is first met: when it opened and closed, its stage and amount."""
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        values = entry.values
        told = written(entry.record.at or now)
        state = values.get("state") or "open"
        if values.get("opened_at"):
            rows.append(_row(entry, "state", None, "open", written(values["opened_at"]), batch, now))
        if state != "open":
            closed = values.get("closed_at")
            before = "open" if values.get("opened_at") else None
            rows.append(_row(entry, "state", before, state, written(closed) if closed else told, batch, now))
        rows += [
            _row(entry, name, None, values[name], told, batch, now)
            for name in HISTORY
            if values.get(name) not in (None, "")
        ]
    load("store_change", _CHANGE, rows)


def _name(entries: Sequence[Entry]) -> None:
    """Writes the keys by which outside systems know objects."""
    rows = sorted((entry.kind.value, ref.space, ref.key, entry.number) for entry in entries for ref in entry.keys)
    load("store_externalkey", ("kind", "space", "key", "object_id"), rows)


def _origins(rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = ("kind", "object_id", "field", "source", "batch_id", "row", "at", "span")
    marks = ", ".join(["%s"] * len(names))
    news = ", ".join(f"{name} = excluded.{name}" for name in names[3:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO store_fieldorigin ({', '.join(names)}) VALUES ({marks}) "
            f"ON CONFLICT (object_id, kind, field) DO UPDATE SET {news}",
            rows,
        )


def _extra(entry: Entry, differs: Differs) -> str:
    before = entry.now.extra if entry.now else {}
    return json.dumps({**before, **differs.after}, ensure_ascii=False)


def numbers(table: str, many: int) -> Sequence[int]:
    """Numbers for new rows that nobody else gets."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # transactions here begin as the one writer
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            first = (cursor.fetchone() or (0,))[0] + 1
            return range(first, first + many)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, many])
        return [row[0] for row in cursor.fetchall()]


def load(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Writes rows as they are: one statement prepared once, or COPY."""
    if not rows:
        return
    listed = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)
            return
        with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def written(at: datetime) -> Any:
    """A time as the database at hand keeps it."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return str(aware.astimezone(UTC).replace(tzinfo=None)) if connection.vendor == "sqlite" else aware


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, Decimal) and connection.vendor == "sqlite":
        return format(value, "f")
    return value
