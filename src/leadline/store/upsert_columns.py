"""Objects that nobody knows yet, column by column: no object a row between the file and the database.

Only for people, whose own columns are all text. What needs a closer look goes through `upsert_plan` instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, repeat
from operator import itemgetter
from typing import Any

from leadline.core.market import Kind
from leadline.store.models import Batch
from leadline.store.suppression import suppressed
from leadline.store.upsert_lookup import MODELS, NATURAL, by_column, columns, external
from leadline.store.upsert_plan import KEY_LENGTH
from leadline.store.upsert_rows import load, numbers, written
from leadline.store.upsert_values import blank, lengths


@dataclass(slots=True)
class Columns:
    """Objects of one kind, one a place. `values` are trimmed texts by column, '' where nothing is said; `space` and
    `ids` the source's keys, `natural` and `names` what names them in a column of their own, '' where that does not
    count; `related` numbers by column; `extra` JSON."""

    kind: Kind
    rows: list[int]
    values: dict[str, list[str]]
    space: str
    ids: list[str]
    natural: str
    names: list[str]
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
            self.natural,
            kept(self.names),
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
    banned = suppressed()
    for space, keys in ((told.space, told.ids), (told.natural, told.names)):
        if max(map(len, keys), default=0) > KEY_LENGTH:
            found.update(place for place, key in enumerate(keys) if len(key) > KEY_LENGTH)
        if "\x00" in "".join(keys):
            found.update(place for place, key in enumerate(keys) if "\x00" in key)
        found.update(place for place, key in enumerate(keys) if banned(key, space))
        here = [key for key in keys if key]
        known = external(told.kind, space, here).keys() | by_column(told.kind, NATURAL[told.kind].get(space), here)
        if known:
            found.update(place for place, key in enumerate(keys) if key in known)
    return found


def insert(told: Columns, batch: Batch, now: datetime) -> None:
    """Makes the objects and writes their keys; call it inside a transaction."""
    many = len(told.rows)
    if not many:
        return
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


def extra_text(extra: dict[str, str]) -> str:
    """What a source says beyond our columns, as it is kept."""
    return json.dumps(extra, ensure_ascii=False) if extra else "{}"
