"""Acts of an account are found by indexes: nobody goes through all signals for one profile."""

from __future__ import annotations

import pytest
from django.db import connection

from leadline.store.models import Account, Deal, Person, Signal, Source, Visitor
from leadline.store.profile_acts import among, signals


@pytest.fixture
def account(store: str) -> Account:
    source = Source.objects.create(name="web")
    one, other = Account.objects.create(name="A"), Account.objects.create(name="B")
    person = Person.objects.create(name="Eva", account=one)
    twin = Person.objects.create(name="Eva S.", root=person, merged_into=person)
    deal = Deal.objects.create(name="D", account=one)
    Visitor.objects.create(visitor="v1", person=person, signal_key="k", at=1)
    common = dict(source=source, recorded_at=1, act="page viewed", actor="buyer", payload="{}")
    for at, whose in enumerate(
        ({"account": one}, {"person": person}, {"person": twin}, {"deal": deal}, {"visitor": "v1"}, {"account": other})
    ):
        Signal.objects.create(key=str(at), at=at, **common, **whose)
    return one


def test_all_of_them_and_no_other(account: Account) -> None:
    assert [row.at for row in signals("account", account.pk)] == [4, 3, 2, 1, 0]
    person = Person.objects.get(name="Eva")
    assert [row.at for row in signals("person", person.pk)] == [4, 2, 1]
    assert signals("account", Account.objects.create(name="empty").pk) == []


@pytest.mark.parametrize("kind", ["account", "person"])
def test_no_signal_is_scanned(account: Account, kind: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by the size of tables, which are small here")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN SELECT * FROM signals_v1 WHERE id IN ({among(kind, account.pk)})")
        plan = [row[3] for row in cursor.fetchall()]
    assert not [line for line in plan if line in ("SCAN s", "SCAN store_signal")]
    assert any("signal_visitor" in line for line in plan)
