"""The ledger is appended to only, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from leadline.core.views import HUMAN_ACTS, VIEWS
from leadline.store.models import AuditEntry, Signal, Source


def signal(**fields: object) -> Signal:
    source, _ = Source.objects.get_or_create(name="test")
    fixed = dict(key="1", at=1, recorded_at=2, act="page viewed", actor="buyer")
    return Signal.objects.create(source=source, **fixed, **fields)


def test_rows_are_never_changed_or_deleted(store: str) -> None:
    row = signal(payload='{"a": 1}')
    with pytest.raises(DatabaseError, match="appended to only"), transaction.atomic():
        Signal.objects.filter(pk=row.pk).update(payload="{}")
    with pytest.raises(DatabaseError, match="appended to only"), transaction.atomic():
        Signal.objects.filter(pk=row.pk).delete()
    assert Signal.objects.get(pk=row.pk).payload == '{"a": 1}'


def test_erasure_passes_and_leaves_its_marker(store: str) -> None:
    row = signal(payload='{"a": 1}')
    Signal.objects.filter(pk=row.pk).update(payload="", erased_at=5)
    with pytest.raises(DatabaseError, match="appended to only"), transaction.atomic():
        Signal.objects.filter(pk=row.pk).update(erased_at=6, at=9)
    assert Signal.objects.get(pk=row.pk).erased_at == 5


def test_audit_entries_may_lose_their_payload_only(store: str) -> None:
    chained = dict(digest="d", previous="", hash="h")
    AuditEntry.objects.create(seq=1, at=1, actor="1", act="x", payload="{}", salt="s", **chained)
    AuditEntry.objects.update(payload=None, salt=None)
    with pytest.raises(DatabaseError, match="appended to only"), transaction.atomic():
        AuditEntry.objects.update(hash="other")
    with pytest.raises(DatabaseError, match="appended to only"), transaction.atomic():
        AuditEntry.objects.all().delete()


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_views_have_the_columns_that_are_promised(store: str, view: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view}")
        assert [column[0] for column in cursor.description] == [name for name, _ in VIEWS[view]]


def test_only_human_acts_of_buyers_count(store: str) -> None:
    source = Source.objects.create(name="web")
    acts = [
        ("buyer", 0.9, "mail opened"),
        ("buyer", 0.1, "mail opened"),
        ("buyer", None, "meeting held"),
        ("seller", None, "meeting held"),
        ("buyer", None, "mail link clicked"),
    ]
    for number, (actor, human, act) in enumerate(acts):
        Signal.objects.create(source=source, key=str(number), at=1, recorded_at=1, act=act, actor=actor, human=human)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key FROM {HUMAN_ACTS} ORDER BY key")
        assert [row[0] for row in cursor.fetchall()] == ["0", "2"]
