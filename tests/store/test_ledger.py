"""Writing to the ledger: once for each source and key, whoever is meant, whatever the text holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.core.ledger import Decision, Fact, Lesson, Outcome
from leadline.core.signal import Actor, Appended, Ref, Signal
from leadline.store import ledger, models
from leadline.store.suppression import digest

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def signal(key: str, **fields: object) -> Signal:
    return Signal(**{"source": "web", "key": key, "act": "page viewed", "at": AT, "actor": Actor.BUYER, **fields})


def append(*signals: Signal, batch: models.Batch | None = None) -> Appended:
    with transaction.atomic():
        return ledger.append(signals, batch=batch)


def seen(columns: str = "key, person_id, account_id") -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM signals_v1 ORDER BY id")
        return cursor.fetchall()


def test_a_signal_is_written_once(store: str) -> None:
    assert append(signal("1"), signal("2"), signal("1")) == Appended(2, 1)
    assert append(signal("2"), signal("3"), signal("3", source="mail")) == Appended(2, 1)
    assert models.Signal.objects.count() == 4
    assert models.Signal.objects.get(key="1").at == 1772366400123456


def test_many_at_once_are_written_once(store: str) -> None:
    first = [signal(str(number)) for number in range(1200)]
    assert append(*first) == Appended(1200, 0)
    assert append(*first[600:], *(signal(str(number)) for number in range(1200, 1900))) == Appended(700, 600)


def test_whoever_is_named_is_found_or_made(store: str) -> None:
    anna = Ref("email", "Anna@Firm.example")
    append(
        signal("1", person=anna),
        signal("2", person=Ref("email", "anna@firm.example"), account=Ref("domain", "firm.example")),
        signal("3", person=Ref("user", "u1"), account=Ref("group", "g1")),
        signal("4", person=Ref("user", "u1"), deal=Ref("hubspot", "unknown")),
        signal("5", person=Ref("email", "someone@gmail.com")),
    )
    rows = seen()
    assert rows[0][1] == rows[1][1] != rows[2][1] == rows[3][1]
    assert rows[0][2] == rows[1][2] is not None
    assert rows[4][2] is None  # an address at a free mail provider says nothing about a company
    assert models.Person.objects.count() == 3
    assert set(models.Person.objects.values_list("email", flat=True)) == {"anna@firm.example", "", "someone@gmail.com"}


def test_signals_of_whom_was_erased_are_withheld(store: str) -> None:
    digests = [digest("gone@firm.example"), digest("v9", "visitor"), digest("9", "crm")]
    models.Erasure.objects.create(person_id=1, at=1, by="test", digests=digests)
    seen_again = signal("1", person=Ref("email", "Gone@firm.example"))
    assert append(seen_again, signal("2"), signal("3", visitor="v9"), signal("4", person=Ref("crm", "9"))) == Appended(
        1, 0, 3
    )
    assert models.Person.objects.count() == 0


def test_a_signal_stands_while_one_of_its_batches_does(store: str) -> None:
    first, second = (models.Batch.objects.create(source="import", kind="activities") for _ in range(2))
    append(signal("1"), batch=first)
    first.undone_at = AT
    first.save()
    assert seen() == []
    append(signal("1"), batch=second)
    assert [row[0] for row in seen()] == ["1"]
    second.undone_at = AT
    second.save()
    assert seen() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text(max_size=600), st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4))
def test_any_text_is_taken(store: str, key: str, act: str, payload: dict[str, object]) -> None:
    with transaction.atomic():
        made = ledger.append([signal(key, act=act, payload=payload, visitor=key, source="any")])
        assert made.added == 1
        again = ledger.append([signal(key, act=act, payload=payload, visitor=key, source="any")])
        assert again.known == 1
        transaction.set_rollback(True)


def test_long_keys_stay_apart() -> None:
    a, b = ("x" * 500 + end for end in "ab")
    assert ledger.fitting(a, 400) != ledger.fitting(b, 400)
    assert len(ledger.fitting(a, 400)) == 400


def test_the_rest_of_the_spine_is_written_once(store: str) -> None:
    append(signal("1"))
    row = models.Signal.objects.get()
    fact = Fact("judge", "1", "human", ("signal", row.pk), None, AT, signal=row.pk, confidence=0.03, made_by="human 1")
    with transaction.atomic():
        assert ledger.append_facts([fact]).added == 1
        assert ledger.append_facts([fact]).known == 1
    assert seen("human") == [(pytest.approx(0.03),)]
    advice = models.Recommendation.objects.create(
        source=row.source, key="r", at=1, recorded_at=1, kind="call", subject_kind="person", subject_id=1, action={},
        evidence=[], provenance={},
    )  # fmt: skip
    decision = Decision("web", "d", advice.pk, "accept", AT)
    outcome = Outcome("verify", "o", advice.pk, "reply within 7 days", True, AT, signal=row.pk)
    lesson = Lesson("teach", "l", "calls", "Call sooner", AT, rests_on=[("decision", 1)])
    for write, record in (
        (ledger.append_decision, decision),
        (ledger.append_outcome, outcome),
        (ledger.append_lesson, lesson),
    ):
        assert write(record)
        assert not write(record)
