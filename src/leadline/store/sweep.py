"""Goes through every text of every table for what names a person, also through tables that came later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from leadline.store.guards import LEDGER
from leadline.store.redaction import Traces
from leadline.store.suppression import digest

# The trail has its own way; the list of erasures holds digests only; users and sellers are your own people.
APART = ("auditentry", "user", "seller")
_BODIES = {"journal": "facts", "refused": "reason"}
_KEYED = "redacted:"  # not the mark of an erased row: its own person is still there
_AT_ONCE = 200  # patterns in one query


class Swept:
    """Which rows were touched, each counted once."""

    def __init__(self) -> None:
        self._rows: dict[str, set[Any]] = {}

    def add(self, table: str, keys: Iterable[Any]) -> None:
        """Notes rows of a table by their primary keys."""
        if found := set(keys):
            self._rows.setdefault(table, set()).update(found)

    @property
    def rows(self) -> dict[str, int]:
        """Counts by table."""
        return {table: len(keys) for table, keys in sorted(self._rows.items())}


def sweep(traces: Traces, now: int, swept: Swept, only: tuple[str, ...] = ()) -> None:
    """Takes the person out of all texts, JSON and bodies; `only` names tables (without their prefix) to stay within."""
    for model in apps.get_app_config("store").get_models():
        name = model._meta.model_name
        if name in APART or (only and name not in only) or not traces.likes:
            continue
        if name in _BODIES:
            _bodies(model, traces, now, swept)
        else:
            _table(model, traces, now, swept)


def _table(model: Any, traces: Traces, now: int, swept: Swept) -> None:
    table, fields = model._meta.db_table, _fields(model)
    unique = {name for one in model._meta.total_unique_constraints for name in one.fields}
    unique |= {one.name for one in fields if one.unique}
    changes = []
    for row, *texts in _rows(model, fields, traces):
        after = [
            text if text is None else _mended(one, text, traces, one.name in unique)
            for one, text in zip(fields, texts, strict=True)
        ]
        if after != texts:
            changes.append((*after, row))
    if not changes:
        return
    setting = [f"{one.column} = {_placeholder(one)}" for one in fields]
    if model._meta.model_name in LEDGER:
        setting.append(f"erased_at = COALESCE(erased_at, {now:d})")
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {', '.join(setting)} WHERE {model._meta.pk.column} = %s", changes)
    swept.add(table, (row for *_, row in changes))


def _bodies(model: Any, traces: Traces, now: int, swept: Swept) -> None:
    """Requests that were not unpacked or not taken: single events go out of them, the rest stays to be taken."""
    beside = _BODIES[model._meta.model_name]
    for one in model.objects.all().iterator(500):
        body = bytes(one.body)
        kept, words = traces.out_of_body(body), traces.out_of(getattr(one, beside))
        if kept == body and words == getattr(one, beside):
            continue
        swept.add(model._meta.db_table, [one.pk])
        if not kept and model._meta.model_name == "journal":
            model.objects.filter(pk=one.pk).delete()
            continue
        marked = {"erased_at": now} if model._meta.model_name == "refused" else {}
        model.objects.filter(pk=one.pk).update(body=kept, **{beside: words}, **marked)


def _fields(model: Any) -> list[Any]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [one for one in model._meta.concrete_fields if isinstance(one, kinds) and not one.choices]


def _rows(model: Any, fields: list[Any], traces: Traces) -> Iterator[tuple[Any, ...]]:
    """Rows that may name the person: the primary key and every text."""
    if not fields:
        return
    is_postgres = connection.vendor == "postgresql"
    columns = {one.name: f"{one.column}::text" if is_postgres else one.column for one in fields}
    key, table = model._meta.pk.column, model._meta.db_table
    # One text a row: a test for each pattern and column would be deeper than SQLite takes.
    every = " || ' ' || ".join(f"COALESCE({column}, '')" for column in columns.values())
    tests = [(f"all_texts {'ILIKE' if is_postgres else 'LIKE'} %s ESCAPE '\\'", [like]) for like in traces.likes]
    if model._meta.model_name == "recommendation" and traces.signals:
        tests.append((f"""{columns["evidence"]} LIKE '%%"signal%%'""", []))
    seen: set[Any] = set()
    for start in range(0, len(tests), _AT_ONCE):
        part = tests[start : start + _AT_ONCE]
        with connection.cursor() as cursor:
            source = f"(SELECT *, {every} AS all_texts FROM {table}) AS rows"
            cursor.execute(
                f"SELECT {key}, {', '.join(columns.values())} FROM {source} WHERE {' OR '.join(t for t, _ in part)}",
                [like for _, likes in part for like in likes],
            )
            for row in cursor.fetchall():
                if row[0] not in seen:
                    seen.add(row[0])
                    yield row


def _mended(one: Any, text: str, traces: Traces, unique: bool) -> str:
    if isinstance(one, models.JSONField):
        read = json.loads(text)
        kept = traces.out_of_json(read)
        return text if kept == read else json.dumps(kept)
    if unique:
        return _KEYED + digest(text, one.name)[:48] if traces.among(text) else text
    mended = traces.out_of(text)
    return mended if mended == text or one.max_length is None else mended[: one.max_length]


def _placeholder(one: Any) -> str:
    return "%s::jsonb" if connection.vendor == "postgresql" and isinstance(one, models.JSONField) else "%s"
