"""A few of the changes that an import makes, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadline.core.market import RELATIONS
from leadline.loop.importing.relations import Relation
from leadline.loop.importing.result import Example
from leadline.store.upsert_lookup import current
from leadline.store.upsert_plan import Differs, Entry
from leadline.store.upsert_values import as_json

MOST = 8
FIELDS = 3


def of(entries: Iterable[tuple[Entry, Sequence[Differs]]], relations: Sequence[Relation]) -> list[Example]:
    """The first changes of each entry, field by field."""
    found: list[Example] = []
    for entry, differs in entries:
        values = {**(entry.now.values if entry.now else {}), **entry.values}
        name = str(values.get("name") or values.get("email") or values.get("number") or values.get("code") or "")
        for one in differs[:FIELDS]:
            before, after = (_shown(entry, one.column, value, relations) for value in (one.before, one.after))
            found.append(Example(entry.record.row, name, one.column.removesuffix("_id"), before, after))
    return found


def _shown(entry: Entry, column: str, value: object, relations: Sequence[Relation]) -> str:
    if value in (None, ""):
        return ""
    if column == "extra" and isinstance(value, dict):
        return ", ".join(f"{header}: {cell}" for header, cell in list(value.items())[:FIELDS])
    if not column.endswith("_id") or not isinstance(value, int):
        return str(as_json(value))
    name = column.removesuffix("_id")
    if value < 0:
        fresh = next(one.fresh for one in relations if one.name == name)[-1 - value]
        return f"{fresh.values.get('name') or fresh.keys[0].key} (new)"
    held = current(RELATIONS[entry.kind][name], [value])
    told = held[value].values if value in held else {}
    return str(told.get("name") or told.get("domain") or told.get("email") or value)
