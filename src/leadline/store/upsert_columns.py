"""Objects that nobody knows yet, column by column: no object a row between the file and the database.

Only text is told so. What needs a closer look goes through `upsert_plan` instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, repeat
from operator import itemgetter
from typing import Any

from django.db import connection

from leadline.core.market import Kind, Record
from leadline.store.models import Batch
from leadline.store.suppression import suppressed
from leadline.store.upsert_lookup import MODELS, NATURAL, PART, by_column, columns, external, in_list, listed
from leadline.store.upsert_plan import KEY_LENGTH
from leadline.store.upsert_rows import load, numbers, written
from leadline.store.upsert_values import blank, lengths


@dataclass(slots=True)
class Columns:
    """Objects of one kind, one a place. `values` are trimmed texts by column, '' where nothing is said; `space` and
    `ids` the source's keys, `names` what names them in columns of their own, '' where that does not count; `related`
    numbers by column; `extra` JSON."""

    kind: Kind
    rows: list[int]
    values: dict[str, list[str]]
    space: str
    ids: list[str]
    names: dict[str, list[str]]
    related: dict[str, list[Any]]
    extra: list[str]

    def without(self, places: set[int]) -> Columns:
        """The others."""
        if not places:
            return self
        keep = [place not in places for place in range(len(self.rows))]

        def kept(column: list[Any]) -> list[Any]:
            return list(compress(column, keep))

        return Columns(
            self.kind,
            kept(self.rows),
            {name: kept(column) for name, column in self.values.items()},
            self.space,
            kept(self.ids),
            {space: kept(column) for space, column in self.names.items()},
            {name: kept(column) for name, column in self.related.items()},
            kept(self.extra),
        )


def strange(told: Columns) -> tuple[set[int], dict[int, int]]:
    """The places of objects that do not fit, are kept out or may be known by a column of their own; and the numbers of
    objects that are known by the source's key, by their places."""
    found: set[int] = set()
    most = lengths(told.kind)
    for name, column in told.values.items():
        found |= _long(column, most[name])
    for keys in (told.ids, *told.names.values()):
        found |= _long(keys, KEY_LENGTH)
    if told.kind is Kind.PERSON:
        banned = suppressed()
        for space, keys in ((told.space, told.ids), *told.names.items()):
            found.update(place for place, key in enumerate(keys) if banned(key, space))
    numbers_ = external(told.kind, told.space, [key for key in told.ids if key])
    known = {place: numbers_[key] for place, key in enumerate(told.ids) if key in numbers_} if numbers_ else {}
    for space, keys in told.names.items():
        here = [key for place, key in enumerate(keys) if key and place not in known]
        if here:
            there = external(told.kind, space, here).keys() | by_column(told.kind, NATURAL[told.kind][space], here)
            found.update(place for place, key in enumerate(keys) if key in there and place not in known)
    return found, known


def unchanged(told: Columns, known: Mapping[int, int]) -> set[int]:
    """Those of the places with known objects of which nothing else is told than what stands there."""
    names = [*told.values, *told.related]
    table = MODELS[told.kind]._meta.db_table
    standing: dict[int, tuple[Any, ...]] = {}
    every = sorted(set(known.values()))
    with connection.cursor() as cursor:
        for start in range(0, len(every), PART):
            cursor.execute(
                f"SELECT id, extra, {', '.join(names)} FROM {table} WHERE id {in_list()}",
                [listed(every[start : start + PART])],
            )
            standing.update((row[0], row[1:]) for row in cursor.fetchall())
    found: set[int] = set()
    cells = list(zip(*told.values.values(), *told.related.values(), strict=True))
    for place, number in known.items():
        held = standing.get(number)
        if held is None or any(said and said != cell for said, cell in zip(cells[place], held[1:], strict=True)):
            continue
        if told.extra[place] != "{}":
            before = json.loads(held[0]) if isinstance(held[0], str) else held[0]
            if any(before.get(name) != value for name, value in json.loads(told.extra[place]).items()):
                continue
        found.add(place)
    return found


def _long(cells: list[str], most: int) -> set[int]:
    """The places of texts that do not fit as they are."""
    found: set[int] = set()
    if most and max(map(len, cells), default=0) > most:
        found.update(place for place, cell in enumerate(cells) if len(cell) > most)
    if "\x00" in "".join(cells):
        found.update(place for place, cell in enumerate(cells) if "\x00" in cell)
    return found


def of_records(kind: Kind, space: str, records: Sequence[Record]) -> Columns:
    """Records that hold text only, with keys of one outside system or of columns of their own."""
    natural = NATURAL[kind]
    keys = [dict(record.keys) for record in records]
    names = {name: [str(record.values.get(name) or "").strip() for record in records] for name in natural.values()}
    return Columns(
        kind,
        [record.row for record in records],
        names,
        space,
        [one.get(space, "").strip() for one in keys],
        {name: [one.get(name, "").strip() for one in keys] for name in natural},
        {},
        ["{}"] * len(records),
    )


def insert(told: Columns, batch: Batch, now: datetime) -> Sequence[int]:
    """Makes the objects and writes their keys; gives their numbers. Call it inside a transaction."""
    many = len(told.rows)
    if not many:
        return ()
    table = MODELS[told.kind]._meta.db_table
    fresh = numbers(table, many)
    given = {**told.values, **told.related}
    names = columns(told.kind)
    at = written(now)
    cells: list[Iterable[Any]] = [
        fresh,
        *(given.get(name) or repeat(blank(told.kind, name)) for name in names),
        told.extra,
        repeat(batch.pk),
        told.rows,
        repeat(at),
        repeat(at),
    ]
    load(table, ("id", *names, "extra", "batch_id", "row", "created_at", "updated_at"), list(zip(*cells, strict=False)))
    kind = told.kind.value
    keyed = [(kind, told.space, key, number) for key, number in zip(told.ids, fresh, strict=True) if key]
    keyed.sort(key=itemgetter(2))  # neighbours in the index are written one after the other
    load("store_externalkey", ("kind", "space", "key", "object_id"), keyed)
    return fresh


def extra_text(extra: dict[str, str]) -> str:
    """What a source says beyond our columns, as it is kept."""
    return json.dumps(extra, ensure_ascii=False) if extra else "{}"
