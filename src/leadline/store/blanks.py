"""What strangers say of themselves fills blanks only: a write key is no secret, and whoever has it must not overwrite
what a person or a system of ours has written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from leadline.core.market import FIELDS, RELATIONS, Kind, Record
from leadline.store import resolving
from leadline.store.bulk import chunks
from leadline.store.merging import MODELS
from leadline.store.models import FieldOrigin


def only_blanks(records: Sequence[Record], source: str) -> list[Record]:
    """The records of people and accounts without what their objects have already from another source than this one."""
    found = list(records)
    for kind in (Kind.PERSON, Kind.ACCOUNT):
        here = [place for place, record in enumerate(found) if record.kind is kind]
        numbers = resolving.known(kind.value, {ref for place in here for ref in found[place].keys})
        there = _values(kind, set(numbers.values()), source)
        for place in here:
            record = found[place]
            number = next((numbers[ref] for ref in record.keys if ref in numbers), None)
            if number is not None and number in there:
                found[place] = _blank(record, there[number])
    return found


def _blank(record: Record, there: dict[str, object]) -> Record:
    return replace(
        record,
        values={field: value for field, value in record.values.items() if there.get(field) in ("", None)},
        relations={name: ref for name, ref in record.relations.items() if there.get(f"{name}_id") is None},
    )


def _values(kind: Kind, numbers: Collection[int], source: str) -> dict[int, dict[str, object]]:
    """What each object has from others: its own values, less those that came from `source`."""
    model = MODELS[kind.value]
    columns = [name for name in (*FIELDS[kind], *(f"{name}_id" for name in RELATIONS[kind])) if hasattr(model, name)]
    found: dict[int, dict[str, object]] = {}
    for part in chunks(list(numbers)):
        for row in model.objects.filter(pk__in=part).values("pk", "batch__source", *columns):
            found[row["pk"]] = {} if row["batch__source"] == source else row
        origins = FieldOrigin.objects.filter(kind=kind.value, object_id__in=part)
        for number, field, told_by in origins.values_list("object_id", "field", "source"):
            if told_by == source:
                found[number].pop(field, None)
            else:
                found[number][field] = told_by
    return found
