"""Which objects are meant by keys, many at a time: external keys, own numbers, and columns that name an object."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from leadline.core.market import FIELDS, RELATIONS, Kind
from leadline.core.signal import Ref
from leadline.store import models

MODELS: Mapping[Kind, Any] = {
    Kind.ACCOUNT: models.Account,
    Kind.PERSON: models.Person,
    Kind.DEAL: models.Deal,
    Kind.PRODUCT: models.Product,
    Kind.ORDER: models.Order,
    Kind.SELLER: models.Seller,
}
# Spaces that are columns of the object itself. A name counts only where one object alone has it.
NATURAL: Mapping[Kind, Mapping[str, str]] = {
    Kind.ACCOUNT: {"domain": "domain", "name": "name"},
    Kind.PERSON: {"email": "email", "name": "name"},
    Kind.DEAL: {"name": "name"},
    Kind.PRODUCT: {"code": "code", "name": "name"},
    Kind.ORDER: {"number": "number"},
    Kind.SELLER: {"email": "email", "name": "name"},
}
LOWER = {"email", "domain"}
PART = 10_000
LONGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Lookup:
    """Objects by key; `several` are names that more than one object has, which therefore name none."""

    found: Mapping[Ref, int]
    several: frozenset[Ref] = frozenset()


@dataclass(slots=True)
class Current:
    """An object as it stands: values by column, what sources say beyond our columns, and its origin."""

    values: dict[str, Any]
    extra: dict[str, Any]
    batch: int | None
    keys: set[tuple[str, str]] = field(default_factory=set)  # by which outside systems know it: space and key


def plain(ref: Ref) -> Ref:
    """The key as it is compared: addresses and domains mean the same in any case."""
    key = ref.key.strip()
    if ref.space in LOWER:
        key = key.lower()
    return ref if key == ref.key else Ref(ref.space, key)


def columns(kind: Kind) -> tuple[str, ...]:
    """The columns of a kind that records can set: its fields, and relations as 'account_id'."""
    own = {column.attname for column in MODELS[kind]._meta.concrete_fields}
    return (*FIELDS[kind], *(f"{name}_id" for name in RELATIONS[kind] if f"{name}_id" in own))


def lookup(kind: Kind, refs: Collection[Ref]) -> Lookup:
    """Numbers of the objects that `refs` name, by each one as it is given."""
    asked: dict[Ref, list[Ref]] = {}
    for ref in refs:
        asked.setdefault(plain(ref), []).append(ref)
    spaces: dict[str, list[str]] = {}
    for ref in asked:
        if ref.key:
            spaces.setdefault(ref.space, []).append(ref.key)
    found: dict[Ref, int] = {}
    several: set[Ref] = set()
    for space, keys in spaces.items():
        if space == "id":
            numbers = [key for key in keys if key.isdecimal() and int(key) <= LONGEST]
            here = {str(number): number for number in numbers_there(kind, [int(key) for key in numbers])}
        else:
            here = external(kind, space, keys)
            column = NATURAL[kind].get(space)
            if column:
                by_column, doubled = _by_column(kind, column, [key for key in keys if key not in here])
                here |= by_column
                if space == "name":
                    several |= {ref for key in doubled for ref in asked[Ref(space, key)]}
                    here = {key: number for key, number in here.items() if key not in doubled}
        for key, number in here.items():
            found.update(dict.fromkeys(asked[Ref(space, key)], number))
    return Lookup(found, frozenset(several))


def current(kind: Kind, numbers: Collection[int]) -> dict[int, Current]:
    """The objects with these numbers as they stand."""
    names = columns(kind)
    found: dict[int, Current] = {}
    for part in _parts(sorted(numbers)):
        rows = MODELS[kind].objects.filter(pk__in=part).values_list("pk", "extra", "batch_id", *names)
        for number, extra, batch, *values in rows:
            found[number] = Current(dict(zip(names, values, strict=True)), extra, batch)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT object_id, space, key FROM store_externalkey WHERE kind = %s AND object_id {in_list()}",
                [kind.value, listed(part)],
            )
            for number, space, key in cursor.fetchall():
                if number in found:
                    found[number].keys.add((space, key))
    return found


def signals_known(source: str, keys: Sequence[str]) -> int:
    """How many of the signals that `source` calls so stand in the ledger."""
    known = 0
    with connection.cursor() as cursor:
        for part in _parts(list(dict.fromkeys(keys))):
            cursor.execute(
                "SELECT COUNT(*) FROM store_signal s JOIN store_source o ON o.id = s.source_id "
                "LEFT JOIN store_batch b ON b.id = s.batch_id "
                f"WHERE o.name = %s AND s.key {in_list()} AND (b.undone_at IS NULL OR EXISTS ("
                "SELECT 1 FROM store_restated r JOIN store_batch rb ON rb.id = r.batch_id "
                "WHERE r.signal_id = s.id AND rb.undone_at IS NULL))",
                [source, listed(part)],
            )
            known += int(cursor.fetchone()[0])
    return known


def external(kind: Kind, space: str, keys: Sequence[str]) -> dict[str, int]:
    """Numbers of objects by the keys that one outside system has for them."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for part in _parts(keys):
            cursor.execute(
                f"SELECT key, object_id FROM store_externalkey WHERE kind = %s AND space = %s AND key {in_list()}",
                [kind.value, space, listed(part)],
            )
            found.update(cursor.fetchall())
    return found


def numbers_there(kind: Kind, numbers: Sequence[int]) -> list[int]:
    """Those of the numbers that objects have which were not erased."""
    found: list[int] = []
    for part in _parts(numbers):
        found += MODELS[kind].objects.filter(pk__in=part, erased_at__isnull=True).values_list("pk", flat=True)
    return found


def by_column(kind: Kind, column: str | None, keys: Sequence[str]) -> set[str]:
    """Those of the values that objects have in a column of their own."""
    return set(_by_column(kind, column, keys)[0]) if column else set()


def _by_column(kind: Kind, column: str, keys: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Of several objects with one value the one that stands for itself counts, then the oldest."""
    best: dict[str, tuple[bool, int]] = {}
    standing: dict[str, int] = {}
    table = MODELS[kind]._meta.db_table
    with connection.cursor() as cursor:
        for part in _parts(keys):
            cursor.execute(
                f"SELECT {column}, id, merged_into_id IS NOT NULL FROM {table} "
                f"WHERE erased_at IS NULL AND {column} {in_list()}",
                [listed(part)],
            )
            for key, number, gone in cursor.fetchall():
                best[key] = min(best.get(key, (True, LONGEST)), (bool(gone), number))
                standing[key] = standing.get(key, 0) + (not gone)
    return {key: number for key, (_, number) in best.items()}, {key for key, many in standing.items() if many > 1}


def in_list() -> str:
    """What stands after a column that must be among the values of one parameter, made by `listed`."""
    return "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s)"


def listed(values: Sequence[str] | Sequence[int]) -> Any:
    """The parameter for `in_list`."""
    return json.dumps(values, ensure_ascii=False) if connection.vendor == "sqlite" else list(values)


def _parts(items: Sequence[Any] | Iterable[Any], size: int = PART) -> list[Sequence[Any]]:
    every = list(items)
    return [every[start : start + size] for start in range(0, len(every), size)]
