"""Merges: nothing moves, every one can be undone, in any order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.store import identity, ledger, merging
from leadline.store.models import MatchReview, Merge, Person, Visitor

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def people(*fields: dict[str, str]) -> list[int]:
    return [Person.objects.create(**given).pk for given in fields]


def values() -> list[tuple[object, ...]]:
    columns = ("pk", "name", "phone", "title", "merged_into_id", "root_id")
    return list(Person.objects.order_by("pk").values_list(*columns))


def merge(kept: int, gone: int) -> Merge | None:
    with transaction.atomic():
        return merging.merge("person", kept, gone)


def undo(number: int) -> None:
    with transaction.atomic():
        merging.undo(number)


def view(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_what_the_gone_one_knew_fills_blanks_and_goes_again(store: str) -> None:
    a, b = people({"name": "Anna"}, {"name": "A. Berg", "phone": "1"})
    done = merge(a, b)
    assert done is not None
    assert done.reasons == []
    assert view("SELECT id, name, phone FROM people_v1") == [(a, "Anna", "1")]
    undo(done.pk)
    assert values() == [(a, "Anna", "", "", None, None), (b, "A. Berg", "1", "", None, None)]


def test_history_follows_the_merge_and_returns(store: str) -> None:
    with transaction.atomic():
        ledger.append(
            [
                Signal("web", str(n), "page viewed", AT, Actor.BUYER, person=Ref("user", user))
                for n, user in enumerate(("u1", "u2", "u2"))
            ]
        )
    a, b = Person.objects.order_by("pk").values_list("pk", flat=True)
    done = merge(a, b)
    assert done is not None
    assert view("SELECT DISTINCT person_id FROM signals_v1") == [(a,)]
    undo(done.pk)
    assert view("SELECT person_id, COUNT(*) FROM signals_v1 GROUP BY 1 ORDER BY 1") == [(a, 1), (b, 2)]


def test_a_later_change_by_a_person_is_kept(store: str) -> None:
    a, b = people({"name": "Anna"}, {"phone": "1"})
    done = merge(a, b)
    Person.objects.filter(pk=a).update(phone="2")
    assert done is not None
    undo(done.pk)
    assert Person.objects.get(pk=a).phone == "2"


def test_undoing_the_first_lets_the_second_fill(store: str) -> None:
    a, b, c = people({"name": "Anna"}, {"phone": "1"}, {"phone": "2"})
    first = merge(a, b)
    merge(a, c)
    assert first is not None
    undo(first.pk)
    assert Person.objects.get(pk=a).phone == "2"


FIELDS = st.fixed_dictionaries({name: st.sampled_from(["", "x", "y"]) for name in ("name", "phone", "title")})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(FIELDS, min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_merges_undone_in_any_order_leave_nothing(
    store: str, given_fields: list[dict[str, str]], pairs: list[tuple[int, int]], order: object
) -> None:
    with transaction.atomic():
        numbers = people(*given_fields)
        before = values()
        done = [
            merging.merge("person", numbers[a % len(numbers)], numbers[b % len(numbers)]) for a, b in pairs if a != b
        ]
        left = [one.pk for one in done if one]
        for row in Person.objects.filter(merged_into__isnull=False):
            assert row.root is not None
            assert row.root.merged_into_id is None
        order.shuffle(left)  # type: ignore[attr-defined]
        for number in left:
            merging.undo(number)
        assert values() == before
        transaction.set_rollback(True)


def test_what_cannot_be_merged_or_undone_says_so(store: str) -> None:
    (a,) = people({"name": "Anna"})
    with pytest.raises(CallError, match="no person 99"):
        merge(a, 99)
    with pytest.raises(CallError, match="no merge 5"):
        undo(5)
    with pytest.raises(CallError, match="kind 'order'"), transaction.atomic():
        merging.merge("order", 1, 2)
    assert merge(a, a) is None


def test_a_visitor_is_known_once_it_says_who_it_is(store: str) -> None:
    signals = [
        Signal("web", "1", "page viewed", AT, Actor.BUYER, visitor="v1"),
        Signal("web", "2", Act.IDENTIFIED, AT, Actor.BUYER, visitor="v1", person=Ref("user", "anna")),
        Signal("web", "3", Act.IDENTIFIED, AT, Actor.BUYER, visitor="v1", person=Ref("user", "ben")),
        Signal("web", "4", "page viewed", AT, Actor.BUYER, visitor="v2"),
    ]
    with transaction.atomic():
        ledger.append(signals[:1] + signals[3:])
    assert view("SELECT DISTINCT person_id FROM signals_v1") == [(None,)]
    with transaction.atomic():
        ledger.append(signals)
        assert identity.link_visitors(signals) == 1
        assert identity.link_visitors(signals) == 0
    anna = Visitor.objects.get().person_id
    assert view("SELECT key, person_id FROM signals_v1 WHERE key IN ('1', '4') ORDER BY key") == [
        ("1", anna),
        ("4", None),
    ]


def test_a_person_judges_what_is_uncertain(store: str) -> None:
    a, b, c = people({}, {}, {})
    pairs = [(b, a, 0.7, ["same phone"]), (a, c, 0.6, [])]
    assert identity.keep_for_review("person", pairs) == 2
    assert identity.keep_for_review("person", pairs) == 0
    first, second = identity.waiting("person")
    with transaction.atomic():
        identity.answer(first.pk, True)
        identity.answer(second.pk, False)
    assert identity.judged_different("person") == {(a, c)}
    assert Person.objects.get(pk=b).root_id == a
    assert identity.waiting() == []
    with pytest.raises(CallError, match="judged before"):
        identity.answer(first.pk, True)
    undo(Merge.objects.get().pk)
    assert merging.kept_apart("person") == {(a, b)}
    assert MatchReview.objects.count() == 2
