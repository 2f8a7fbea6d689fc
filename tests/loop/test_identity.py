"""Duplicates in the record: joined, queued, parted again, and then left apart."""

from __future__ import annotations

import pytest

from leadline.core.clock import SystemClock
from leadline.core.errors import CallError
from leadline.loop import identity
from leadline.store.models import Account, MatchReview, Merge, Person

CLOCK = SystemClock()


def fill() -> None:
    firms = [Account.objects.create(name=f"Firm {n}", domain=f"firm{n}.example") for n in range(40)]
    for n, firm in enumerate(firms):
        fields = dict(account=firm, city="Berlin" if n % 2 else "Wien", title="Buyer" if n % 3 else "CFO")
        name = dict(given_name=f"Given{chr(97 + n % 26)}{n}", family_name=f"Family{chr(97 + n % 7)}{n}")
        Person.objects.create(email=f"p{n}@firm{n}.example", phone=f"+49 30 5550{n:03}", **name, **fields)
        if n % 4 == 0:
            Person.objects.create(email=f"p{n}@firm{n}.example", phone="", **name, **fields)


def test_duplicates_are_joined_undone_and_then_left_apart(store: str) -> None:
    fill()
    found = identity.find("person")
    assert len(found.certain) == 10
    assert Merge.objects.count() == 0
    done = identity.join("person", found, CLOCK)
    assert done.joined == 10
    assert Person.objects.filter(merged_into__isnull=True).count() == 40
    assert MatchReview.objects.count() == done.queued
    assert not identity.find("person").certain
    assert identity.part(done.batch) == 10
    assert Person.objects.filter(merged_into__isnull=True).count() == 50
    again = identity.find("person")
    assert (len(again.certain), again.apart) == (0, 10)
    with pytest.raises(CallError, match="undone before"):
        identity.part(done.batch)


def test_accounts_too(store: str) -> None:
    for n in range(30):
        Account.objects.create(name=f"Company {chr(97 + n % 26)} {n} GmbH", domain=f"c{n}.example", city="Wien")
    Account.objects.create(name="Company a 0", domain="c0.example")
    done = identity.join("account", identity.find("account"), CLOCK)
    assert done.joined == 1


def test_only_people_and_accounts_are_compared(store: str) -> None:
    with pytest.raises(CallError, match="not 'deal'"):
        identity.find("deal")


def test_an_empty_record_has_no_duplicates(store: str) -> None:
    assert identity.find("person").certain == ()
