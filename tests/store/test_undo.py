from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from leadline.core.clock import FixedClock
from leadline.core.errors import CallError
from leadline.core.market import Kind, Record
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.store import ledger
from leadline.store.models import Account, Change, ExternalKey, FieldOrigin, OrderLine, Person
from leadline.store.undo import undo
from leadline.store.upsert import open_batch, upsert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)


def put(*records: Record, source: str = "hubspot") -> int:
    with transaction.atomic():
        batch = open_batch(source, "import people")
        upsert(records, batch, CLOCK)
    return int(batch.pk)


def person(key: str, **values: object) -> Record:
    return Record(Kind.PERSON, (Ref("hubspot", key),), values, {"account": Ref("domain", "acme.de")}, row=1)


def test_what_was_made_goes_with_all_that_names_it(store: str) -> None:
    number = put(person("1", name="Anna"), person("2", name="Bob"))
    done = undo(number, CLOCK)
    assert (done.removed, done.restored, done.kept) == (3, 0, [])
    assert not Person.objects.exists()
    assert not Account.objects.exists()
    assert not ExternalKey.objects.exists()
    with pytest.raises(CallError, match="undone before"):
        undo(number, CLOCK)


def test_what_was_changed_goes_back(store: str) -> None:
    first = put(person("1", name="Anna", title="CTO"))
    second = put(
        Record(Kind.PERSON, (Ref("hubspot", "1"), Ref("erp", "9")), {"title": "CFO"}, extra={"Shoe": "44"}, row=3)
    )
    third = put(person("1", title="CEO"))
    done = undo(second, CLOCK)
    assert [(one.field, one.reason) for one in done.kept] == [("title", "changed since")]
    anna = Person.objects.get()
    assert (anna.title, anna.extra) == ("CEO", {})
    assert not ExternalKey.objects.filter(space="erp").exists()
    undo(third, CLOCK)
    assert Person.objects.get().title == "CTO"  # what stands without both
    assert FieldOrigin.objects.count() == 0
    assert undo(first, CLOCK).removed == 2
    assert not Change.objects.exists()


def test_an_object_that_another_import_changed_stays(store: str) -> None:
    first = put(person("1", name="Anna"))
    put(person("1", title="CEO"))
    kept = undo(first, CLOCK).kept
    assert [(one.kind, one.reason) for one in kept] == [
        ("person", "it was changed since"),
        ("account", "a person belongs to it"),
    ]


def test_what_others_rest_on_stays(store: str) -> None:
    number = put(person("1", name="Anna"), person("2", name="Bob"))
    with transaction.atomic():
        ledger.append([Signal("segment:web", "m1", Act.PAGE_VIEWED, NOW, Actor.BUYER, person=Ref("hubspot", "1"))])
    done = undo(number, CLOCK)
    assert Person.objects.get().name == "Anna"
    assert {(one.kind, one.reason) for one in done.kept} == {
        ("person", "signals name it"),
        ("account", "a person belongs to it"),
    }


def test_lines_go_back(store: str) -> None:
    def order(*codes: str) -> Record:
        lines = tuple({"product": Ref("code", code), "quantity": Decimal(1), "price": None} for code in codes)
        return Record(Kind.ORDER, (Ref("number", "A"),), {"number": "A"}, lines=lines)

    put(order("x"))
    number = put(order("x", "y"))
    undo(number, CLOCK)
    assert [line.product.code for line in OrderLine.objects.all()] == ["x"]
    assert not Change.objects.filter(kind="product").exists()
