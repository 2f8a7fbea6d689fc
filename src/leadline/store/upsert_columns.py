"""Objects that nobody knows yet, column by column: no object a row between the file and the database.

Only text is told so. What needs a closer look goes through `upsert_plan` instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, repeat
from operator import itemgetter
from typing import Any

from leadline.core.market import Kind, Record
from leadline.store.models import Batch
from leadline.store.suppression import suppressed
from leadline.store.upsert_lookup import MODELS, NATURAL, by_column, columns, external
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


def strange(told: Columns) -> set[int]:
    """The places of objects that the record may know, or that do not fit, or that are kept out."""
    found: set[int] = set()
    most = lengths(told.kind)
    for name, column in told.values.items():
        limit = most[name]
        if limit and max(map(len, column), default=0) > limit:
            found.update(place for place, cell in enumerate(column) if len(cell) > limit)
        if "\x00" in "".join(column):
            found.update(place for place, cell in enumerate(column) if "\x00" in cell)
    banned = suppressed() if told.kind is Kind.PERSON else None
    for space, keys in ((told.space, told.ids), *told.names.items()):
        if max(map(len, keys), default=0) > KEY_LENGTH:
            found.update(place for place, key in enumerate(keys) if len(key) > KEY_LENGTH)
        if "\x00" in "".join(keys):
            found.update(place for place, key in enumerate(keys) if "\x00" in key)
        if banned is not None:
            found.update(place for place, key in enumerate(keys) if banned(key, space))
        here = [key for key in keys if key]
        if not here:
            continue
        known = external(told.kind, space, here).keys() | by_column(told.kind, NATURAL[told.kind].get(space), here)
        if known:
            found.update(place for place, key in enumerate(keys) if key in known)
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
