"""A batch taken back: what it made goes, what it changed goes back, what has been built on it stays and is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from leadline.core.clock import Clock
from leadline.core.errors import CallError
from leadline.core.market import Kind
from leadline.store import audit
from leadline.store.models import Batch, BuyingRole, Change, DealProduct, ExternalKey, FieldOrigin, OrderLine
from leadline.store.models import Signal as SignalRow
from leadline.store.transactions import together
from leadline.store.upsert_lookup import MODELS, current, in_list, listed
from leadline.store.upsert_values import as_json, from_json, same

PART = 10_000
# What rests on nothing goes first.
ORDER = (Kind.ORDER, Kind.DEAL, Kind.PERSON, Kind.PRODUCT, Kind.ACCOUNT, Kind.SELLER)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that could not be taken back: an object that others rest on, or a field that was changed since."""

    kind: str
    object_id: int
    field: str
    reason: str


@dataclass(slots=True)
class Undone:
    """What came of taking a batch back: objects removed, fields set back, signals withdrawn, and what stays."""

    removed: int = 0
    restored: int = 0
    withdrawn: int = 0
    kept: list[Kept] = field(default_factory=list)


def undo(number: int, clock: Clock) -> Undone:
    """Takes batch `number` back, in transactions of its own; a run that was cut off is completed by the next one.

    Raises CallError where there is no such batch, where it was undone before, or where it is no import.
    """
    batch = Batch.objects.filter(pk=number).first()
    if batch is None:
        raise CallError(f"There is no import {number}")
    if not batch.kind.startswith("import "):
        raise CallError(f"Batch {number} is no import but '{batch.kind}' of {batch.source}")
    if batch.undone_at is not None:
        raise CallError(f"Import {number} was undone before, on {batch.undone_at:%Y-%m-%d %H:%M} UTC")
    done = Undone()
    with together():
        _restore(batch, done, clock.now())
    for kind in ORDER:
        _remove(kind, batch, done)
    with together():
        done.withdrawn = SignalRow.objects.filter(batch=batch).count()
        batch.undone_at = clock.now()
        batch.save(update_fields=["undone_at"])
        counts = {
            "removed": done.removed,
            "restored": done.restored,
            "withdrawn": done.withdrawn,
            "kept": len(done.kept),
        }
        audit.record("undo import", kind="batch", subject=batch.pk, payload=counts)
    return done


def _restore(batch: Batch, done: Undone, now: datetime) -> None:
    """Sets the fields that the batch changed back to what they were, unless they have been changed since."""
    first: dict[tuple[str, int, str], Any] = {}
    last: dict[tuple[str, int, str], Any] = {}
    rows = (
        Change.objects.filter(batch=batch).order_by("pk").values_list("kind", "object_id", "field", "before", "after")
    )
    for kind, number, name, before, after in rows.iterator():
        first.setdefault((kind, number, name), before)
        last[kind, number, name] = after
    for kind in ORDER:
        here = [key for key in first if key[0] == kind.value]
        held = current(kind, {number for _, number, _ in here})
        for key in here:
            _, number, name = key
            now_is = held.get(number)
            if now_is is None or now_is.batch == batch.pk:
                continue  # the object itself is the batch's: it goes as a whole
            if name.startswith("key "):
                ExternalKey.objects.filter(kind=kind.value, space=name[4:], key=last[key], object_id=number).delete()
            elif name == "lines":
                _lines(number, first[key], last[key], done)
            elif name == "extra":
                _extra(kind, number, now_is.extra, first[key], last[key])
                _origin(kind, number, name, batch)
                done.restored += 1
            elif same(as_json(now_is.values.get(name)), last[key]):
                value = _standing(kind, number, name, batch, first[key])
                MODELS[kind].objects.filter(pk=number).update(**{name: from_json(kind, name, value), "updated_at": now})
                _origin(kind, number, name, batch)
                done.restored += 1
            elif not same(as_json(now_is.values.get(name)), first[key]):
                done.kept.append(Kept(kind.value, number, name, "changed since"))


def _others(kind: Kind, number: int, name: str, batch: Batch) -> Any:
    """The changes of a field that stand without the batch, newest first."""
    rows = Change.objects.filter(kind=kind.value, object_id=number, field=name).exclude(batch=batch)
    return rows.filter(Q(batch=None) | Q(batch__undone_at=None)).order_by("-pk")


def _standing(kind: Kind, number: int, name: str, batch: Batch, before: Any) -> Any:
    """What a field holds without the batch: what the newest change that stands made of it, else what it began with."""
    newest = _others(kind, number, name, batch).first()
    if newest is not None:
        return newest.after
    oldest = Change.objects.filter(kind=kind.value, object_id=number, field=name).order_by("pk").first()
    return oldest.before if oldest is not None else before


def _extra(
    kind: Kind, number: int, now_is: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    held = dict(now_is)
    for header, value in after.items():
        if held.get(header) == value:
            if header in before:
                held[header] = before[header]
            else:
                del held[header]
    MODELS[kind].objects.filter(pk=number).update(extra=held)


def _lines(number: int, before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]], done: Undone) -> None:
    rows = OrderLine.objects.filter(order=number).order_by("number")
    held = [[as_json(cell) for cell in line] for line in rows.values_list("product_id", "quantity", "price")]
    if held != [list(line) for line in after]:
        done.kept.append(Kept("order", number, "lines", "changed since"))
        return
    rows.delete()
    OrderLine.objects.bulk_create(
        [
            OrderLine(order_id=number, number=place, product_id=product, quantity=quantity, price=price)
            for place, (product, quantity, price) in enumerate(before, start=1)
        ]
    )
    done.restored += 1


def _origin(kind: Kind, number: int, name: str, batch: Batch) -> None:
    """The origin that a field had before: the newest change by a batch that stands, else that of its row."""
    FieldOrigin.objects.filter(kind=kind.value, object_id=number, field=name, batch=batch).delete()
    one = _others(kind, number, name, batch).first()
    if (
        one is not None
        and one.batch_id is not None
        and one.batch_id != MODELS[kind].objects.values_list("batch_id", flat=True).get(pk=number)
    ):
        FieldOrigin.objects.update_or_create(
            kind=kind.value,
            object_id=number,
            field=name,
            defaults={"source": one.source, "batch": one.batch, "row": one.row, "at": one.at, "span": one.span},
        )


def _remove(kind: Kind, batch: Batch, done: Undone) -> None:
    """Removes the objects that the batch made, in pieces; those that others rest on stay."""
    model = MODELS[kind]
    after = 0
    while True:
        with together():
            rows = model.objects.filter(batch=batch, pk__gt=after).order_by("pk").values_list("pk", flat=True)
            numbers = list(rows[:PART])
            if not numbers:
                return
            after = numbers[-1]
            resting = _resting(kind, numbers, batch)
            done.kept += [Kept(kind.value, number, "", reason) for number, reason in sorted(resting.items())]
            going = [number for number in numbers if number not in resting]
            _erase_rows(kind, going)
            done.removed += len(going)


def _resting(kind: Kind, numbers: Collection[int], batch: Batch) -> dict[int, str]:
    """Those of the objects on which something of another origin rests, and what."""
    found: dict[int, str] = {}
    for reason, query, values in _questions(kind, batch):
        for (number,) in _ask(query, [*values, listed(list(numbers))]):
            found.setdefault(number, reason)
    return found


def _questions(kind: Kind, batch: Batch) -> Iterable[tuple[str, str, list[Any]]]:
    """What can rest on an object: the reason, and a query for the numbers of those on which it does."""
    among = in_list()
    table = MODELS[kind]._meta.db_table
    if kind in (Kind.PERSON, Kind.ACCOUNT, Kind.DEAL):
        column = f"{kind.value}_id"
        yield "signals name it", f"SELECT DISTINCT {column} FROM store_signal WHERE {column} {among}", []
    yield (
        "it was changed since",
        "SELECT DISTINCT object_id FROM store_change WHERE kind = %s AND (batch_id IS NULL OR batch_id IN "
        f"(SELECT id FROM store_batch WHERE undone_at IS NULL AND id <> %s)) AND object_id {among}",
        [kind.value, batch.pk],
    )
    yield (
        "another object was merged into it",
        f"SELECT DISTINCT merged_into_id FROM {table} WHERE merged_into_id {among}",
        [],
    )
    yield (
        "it was merged into another one",
        f"SELECT id FROM {table} WHERE merged_into_id IS NOT NULL AND id {among}",
        [],
    )
    if kind in (Kind.PERSON, Kind.ACCOUNT, Kind.DEAL):
        for entry in ("fact", "recommendation"):
            yield (
                f"a {entry} speaks of it",
                f"SELECT DISTINCT subject_id FROM store_{entry} WHERE subject_kind = %s AND subject_id {among}",
                [kind.value],
            )
    for other, column in _pointing(kind):
        named = other._meta.model_name
        if any(one.name == "batch" for one in other._meta.concrete_fields):
            # what the same batch made and could not take back keeps what it points to as well
            yield (
                f"a {named} belongs to it",
                f"SELECT DISTINCT {column} FROM {other._meta.db_table} WHERE {column} {among}",
                [],
            )
        else:
            yield (
                f"a {named} names it",
                f"SELECT DISTINCT {column} FROM {other._meta.db_table} WHERE {column} {among}",
                [],
            )


def _pointing(kind: Kind) -> list[tuple[Any, str]]:
    """Tables and columns that point to objects of a kind, beyond what goes with them."""
    found: list[tuple[Any, str]] = []
    for other in MODELS[kind]._meta.get_fields(include_hidden=True):
        if not (other.one_to_many or other.one_to_one) or other.auto_created is False:
            continue
        model, column = other.related_model, other.field.attname
        if model._meta.model_name == "signal" or column in ("merged_into_id", "root_id"):
            continue
        if (kind is Kind.ORDER and model is OrderLine) or (model in (DealProduct, BuyingRole) and kind is Kind.DEAL):
            continue
        if model is MODELS[kind] and column == "parent_id":
            continue  # set to nothing before
        found.append((model, column))
    return found


def _erase_rows(kind: Kind, numbers: Sequence[int]) -> None:
    among, table = in_list(), MODELS[kind]._meta.db_table
    if not numbers:
        return
    own = listed(list(numbers))
    with connection.cursor() as cursor:
        if kind is Kind.ORDER:
            cursor.execute(f"DELETE FROM store_orderline WHERE order_id {among}", [own])
        if kind is Kind.DEAL:
            cursor.execute(f"DELETE FROM store_dealproduct WHERE deal_id {among}", [own])
            cursor.execute(f"DELETE FROM store_buyingrole WHERE deal_id {among}", [own])
        if kind is Kind.ACCOUNT:
            cursor.execute(f"UPDATE {table} SET parent_id = NULL WHERE parent_id {among}", [own])
        for other in ("externalkey", "change", "fieldorigin"):
            cursor.execute(f"DELETE FROM store_{other} WHERE kind = %s AND object_id {among}", [kind.value, own])
        cursor.execute(f"DELETE FROM {table} WHERE id {among}", [own])


def _ask(query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
