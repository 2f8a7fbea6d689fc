from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from leadline.core.clock import FixedClock
from leadline.core.market import Kind, Record
from leadline.core.signal import Ref
from leadline.store.models import Account, Change, Deal, ExternalKey, FieldOrigin, Order, Person
from leadline.store.upsert import open_batch, upsert

CLOCK = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


def put(*records: Record, source: str = "hubspot", **options: bool):
    with transaction.atomic():
        batch = open_batch(source, "import people")
        return upsert(records, batch, CLOCK, **options)


def person(key: str, row: int = 1, **values: object) -> Record:
    keys = [Ref("hubspot", key)] if key else []
    if values.get("email"):
        keys.append(Ref("email", str(values["email"])))
    return Record(Kind.PERSON, tuple(keys), values, row=row)


def test_made_once_and_then_changed(store: str) -> None:
    first = put(person("1", email="Anna@Acme.de", name="Anna"), person("2", email="bob@x.org"))
    assert (first.created, first.changed, first.unchanged) == (2, 0, 0)
    again = put(person("1", email="anna@acme.de", name="Anna"), person("2", email="bob@x.org"))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    third = put(person("1", row=7, title="CFO", email="anna@acme.de"))
    assert third.changed == 1
    anna = Person.objects.get(email="anna@acme.de")
    assert (anna.name, anna.title) == ("Anna", "CFO")
    change = Change.objects.get()
    assert (change.field, change.before, change.after, change.row) == ("title", "", "CFO", 7)
    origin = FieldOrigin.objects.get()
    assert (origin.object_id, origin.field, origin.row) == (anna.pk, "title", 7)


def test_what_another_source_made_is_met_by_address(store: str) -> None:
    put(Record(Kind.PERSON, (Ref("email", "anna@acme.de"),), {"email": "anna@acme.de"}))
    done = put(person("9", email="ANNA@acme.de", name="Anna"))
    assert (done.created, done.changed) == (0, 1)
    assert ExternalKey.objects.get(space="hubspot").object_id == Person.objects.get().pk
    # a second one of the same source with the same address is another person
    assert put(person("10", email="anna@acme.de")).created == 1


def test_relations_and_extra(store: str) -> None:
    put(
        Record(Kind.ACCOUNT, (Ref("hubspot", "77"),), {"name": "Acme", "domain": "acme.de", "revenue": Decimal("10.5")})
    )
    record = Record(
        Kind.PERSON, (Ref("hubspot", "1"),), {"name": "A"}, {"account": Ref("hubspot", "77")}, {"Shoe size": "44"}
    )
    put(record)
    anna = Person.objects.get()
    assert anna.account == Account.objects.get()
    assert anna.extra == {"Shoe size": "44"}
    assert put(record).unchanged == 1
    lost = Record(Kind.PERSON, (Ref("hubspot", "2"),), {"name": "B"}, {"account": Ref("hubspot", "78")}, row=4)
    refused = put(lost, strict=True).refused
    assert [(one.row, one.column) for one in refused] == [(4, "account")]
    assert put(lost).created == 1
    assert Account.objects.count() == 2


def test_a_deal_begins_its_history(store: str) -> None:
    opened, closed = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    values = {
        "name": "D",
        "stage": "Won",
        "state": "won",
        "amount": Decimal("5.00"),
        "opened_at": opened,
        "closed_at": closed,
    }
    put(Record(Kind.DEAL, (Ref("hubspot", "5"),), values, at=closed))
    assert Deal.objects.get().amount == Decimal("5.00")
    found = [(c.field, c.before, c.after, c.at) for c in Change.objects.order_by("id")]
    assert found == [
        ("state", None, "open", opened),
        ("state", "open", "won", closed),
        ("stage", None, "Won", closed),
        ("amount", None, "5.00", closed),
    ]


def test_orders_with_lines(store: str) -> None:
    line = {"product": Ref("code", "P1"), "quantity": Decimal(2), "price": Decimal("9.5")}
    record = Record(Kind.ORDER, (Ref("number", "A-1"),), {"number": "A-1"}, lines=(line,))
    assert put(record).created == 1
    assert put(record).unchanged == 1
    order = Order.objects.get()
    assert [(x.product.code, x.quantity) for x in order.lines.all()] == [("P1", Decimal(2))]
    more = Record(Kind.ORDER, (Ref("number", "A-1"),), {}, lines=(line, line))
    assert put(more).changed == 1
    assert order.lines.count() == 2


@pytest.mark.parametrize(
    ("values", "column"),
    [({"name": "x" * 401}, "name"), ({"email": "y" * 330}, "email")],
)
def test_what_does_not_fit_is_refused(store: str, values: dict[str, str], column: str) -> None:
    done = put(person("1", **values), person("2", name="good"))
    assert done.created == 1
    assert [one.column for one in done.refused] == [column]
    assert "shorten it" in done.refused[0].reason
