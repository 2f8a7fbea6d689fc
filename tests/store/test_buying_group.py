"""Many people to a deal, each role confirmed by a person."""

from __future__ import annotations

import pytest
from django.db import transaction

from leadline.core.errors import CallError
from leadline.core.market import BuyingRole as Role
from leadline.store import buying_group, merging
from leadline.store.models import AuditEntry, Deal, Person, Seller, User


@pytest.fixture
def user(store: str) -> User:
    made = User.objects.create_user("Sam@us.example", name="Sam")
    Seller.objects.create(user=made, name="Sam")
    assert made.seller.name == "Sam"
    return made


def test_roles_are_proposed_and_confirmed(user: User) -> None:
    deal, anna, ben = Deal.objects.create(name="D"), *(Person.objects.create(name=name) for name in ("Anna", "Ben"))
    first = buying_group.propose(deal.pk, anna.pk, Role.CHAMPION, source="mail", span="I will push this internally")
    again = buying_group.propose(deal.pk, anna.pk, Role.CHAMPION, source="crm")
    second = buying_group.propose(deal.pk, anna.pk, Role.USER, source="crm")
    third = buying_group.propose(deal.pk, ben.pk, Role.LEGAL, source="crm")
    assert first == again != second
    with transaction.atomic():
        buying_group.confirm(third, user)
        buying_group.reject(second, user)
    members = buying_group.members(deal.pk)
    assert [(m.name, m.role, m.source, m.confirmed_by) for m in members] == [
        ("Ben", Role.LEGAL, "crm", user.pk),
        ("Anna", Role.CHAMPION, "mail", None),
    ]
    assert members[1].span == "I will push this internally"
    assert [m.name for m in buying_group.members(deal.pk, confirmed_only=True)] == ["Ben"]
    assert set(AuditEntry.objects.values_list("act", flat=True)) == {"confirm role", "reject role"}


def test_a_merged_person_stands_once(user: User) -> None:
    deal, a, b = Deal.objects.create(), Person.objects.create(name="Anna"), Person.objects.create(name="A. Berg")
    with transaction.atomic():
        merging.merge("person", a.pk, b.pk)
        for one in (a, b):
            buying_group.propose(deal.pk, one.pk, Role.CHAMPION, source="crm")
    assert [m.name for m in buying_group.members(deal.pk)] == ["Anna"]


def test_unknown_numbers_say_so(user: User) -> None:
    deal = Deal.objects.create()
    with pytest.raises(CallError, match="no person 7"):
        buying_group.propose(deal.pk, 7, Role.USER, source="crm")
    with pytest.raises(CallError, match="no deal 9"):
        buying_group.propose(9, 7, Role.USER, source="crm")
    with pytest.raises(CallError, match="no role 5"):
        buying_group.confirm(5, user)
    with pytest.raises(CallError, match="no role 5"):
        buying_group.reject(5, user)
