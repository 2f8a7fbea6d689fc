"""Each invariant of the record holds in a fresh one and fails on the very thing that it forbids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leadline.store.invariants import INVARIANTS, ODD, broken
from leadline.store.models import (
    Account,
    BuyingRole,
    Deal,
    Erasure,
    ExternalKey,
    Fact,
    Merge,
    Person,
    Recommendation,
    Signal,
    Source,
    User,
    Visitor,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def made(count: int = 4) -> list[Account]:
    return [Account.objects.create(name=str(number)) for number in range(count)]


def signal(**fields: object) -> Signal:
    source, _ = Source.objects.get_or_create(name="test")
    fixed = dict(key=str(Signal.objects.count()), at=1, recorded_at=2, act="page viewed", actor="buyer")
    return Signal.objects.create(source=source, **fixed, **fields)


def merged_in_a_circle() -> None:
    one, two, three, _ = made()
    Account.objects.filter(pk=one.pk).update(merged_into=two, root=three)
    Account.objects.filter(pk=two.pk).update(merged_into=one, root=three)
    for gone, kept in ((one, two), (two, one)):
        Merge.objects.create(kind="account", kept_id=kept.pk, gone_id=gone.pk)


def root_that_fell() -> None:
    one, two, three, _ = made()
    Account.objects.filter(pk=one.pk).update(merged_into=two, root=two)
    Account.objects.filter(pk=two.pk).update(merged_into=three, root=three)
    for gone, kept in ((one, two), (two, three)):
        Merge.objects.create(kind="account", kept_id=kept.pk, gone_id=gone.pk)


def merge_without_row() -> None:
    one, two, *_ = made()
    Merge.objects.create(kind="account", kept_id=one.pk, gone_id=two.pk)


def row_without_merge() -> None:
    one, two, *_ = made()
    Account.objects.filter(pk=one.pk).update(merged_into=two, root=two)


def erased_and_full() -> Person:
    one = Person.objects.create(name="A B", erased_at=NOW)
    Erasure.objects.create(person_id=one.pk, at=1, by="1")
    return one


def erased() -> Person:
    one = Person.objects.create(erased_at=NOW)
    Erasure.objects.create(person_id=one.pk, at=1, by="1")
    return one


def quoted() -> None:
    gone = signal(person=erased(), erased_at=1)
    Fact.objects.create(
        source=gone.source, key="f", at=1, recorded_at=1, kind="need", subject_kind="deal", subject_id=1, signal=gone,
        quote="we want it", erased_at=None,
    )  # fmt: skip


def advice(**fields: object) -> None:
    source = Source.objects.create(name="r")
    fixed = dict(key="1", at=1, recorded_at=1, kind="k", subject_kind="deal", subject_id=1)
    Recommendation.objects.create(source=source, **fixed, action={}, evidence={}, provenance={}, **fields)


def fact_span() -> None:
    one = signal()
    fixed = dict(source=one.source, key="f", at=1, recorded_at=1, kind="need", subject_kind="deal", subject_id=1)
    Fact.objects.create(**fixed, signal=one, span_start=9, span_end=3)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (lambda: signal(human=1.2), "a signal's likelihood of a human lies between 0 and 1"),
        (lambda: signal(human=-0.1), "a signal's likelihood of a human lies between 0 and 1"),
        (lambda: Person.objects.create(email="A@x.example"), "mail addresses of people are in lower case"),
        (lambda: Deal.objects.create(state="gone"), "a deal's state is open, won or lost"),
        (
            lambda: Visitor.objects.create(visitor="v", person=erased(), signal_key="1", at=1),
            "a visitor is one standing person",
        ),
        (erased_and_full, "an erased person's row is empty"),
        (lambda: signal(person=erased(), payload="{}", erased_at=1), "an erased person's signals are empty"),
        (lambda: signal(person=erased()), "an erased person's signals are empty"),
        (quoted, "nothing quotes a signal that was erased"),
        (
            lambda: ExternalKey.objects.create(kind="person", space="s", key="k", object_id=erased().pk),
            "an erased person has no outside key",
        ),
        (lambda: Erasure.objects.create(person_id=77, at=1, by="1"), "an erasure is of a person that was erased"),
        (fact_span, "a fact's words lie within its signal"),
        (lambda: advice(probability=0.5, low=0.6, high=0.7), "a probability lies within its interval"),
        (merged_in_a_circle, "merged accounts lead to their root and in no circle"),
        (root_that_fell, "the account that stands for merged ones stands itself"),
        (row_without_merge, "an account that is merged has a merge that stands, and the other way round"),
        (merge_without_row, "an account that is merged has a merge that stands, and the other way round"),
        (
            lambda: ExternalKey.objects.create(kind="deal", space="s", key="k", object_id=99),
            "outside keys lead to a deal",
        ),
    ],
)
def test_each_invariant_can_fail(store: str, breaks: Callable[[], object], words: str) -> None:
    with connection.cursor() as cursor:
        assert list(broken(cursor)) == []
        breaks()
        assert words in [name for name, _ in broken(cursor)]


def test_invariants_of_relations_need_broken_keys(store: str) -> None:
    """The database refuses these itself; a file that was changed from outside may still have them."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL cannot be made to hold them")
    one = signal()
    Deal.objects.create()
    connection.close()
    sql("PRAGMA foreign_keys = OFF")
    sql("DROP TRIGGER store_signal_fixed")
    sql(f"UPDATE store_signal SET source_id = 99 WHERE id = {one.pk}", "UPDATE store_deal SET owner_id = 9")
    with connection.cursor() as cursor:
        assert {name for name, _ in broken(cursor)} == {"every signal has a source", "the owner of a deal is there"}


def test_what_cannot_be_is_said_of_sources_only(store: str) -> None:
    Deal.objects.create(opened_at=NOW, closed_at=NOW - timedelta(1), state="open")
    with connection.cursor() as cursor:
        assert [name for name, _ in broken(cursor, ODD)] == [
            "a deal closes after it was opened",
            "a deal that is open has not closed",
        ]
        assert list(broken(cursor, INVARIANTS)) == []


def test_a_role_without_a_day(store: str) -> None:
    person, deal = Person.objects.create(), Deal.objects.create()
    user = User.objects.create_user("u@x.example")
    BuyingRole.objects.create(person=person, deal=deal, role="champion", source="s", confirmed_by=user)
    with connection.cursor() as cursor:
        assert [name for name, _ in broken(cursor)] == ["a role is confirmed by someone on some day"]
