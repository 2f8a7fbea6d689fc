"""Erasure: of one person nothing is left in any table, file or log; of the next one nothing is missing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models

from leadline.core.clock import FixedClock
from leadline.core.errors import CallError
from leadline.store import audit, erasure, erasure_list, home_files, rewriting, suppression
from leadline.store.models import (
    AuditEntry,
    Erasure,
    Journal,
    Person,
    Refused,
    Signal,
)
from leadline.store.secret import secret_key

from .planted import NOW, Planted  # noqa: TID252  tests are imported by path

CLOCK = FixedClock(NOW)


def everything() -> bytes:
    """Every byte that the record keeps: files, and of PostgreSQL what a dump tells."""
    found = [path.read_bytes() for path in home_files.files()]
    if connection.vendor == "sqlite":
        found += [path.read_bytes() for path in home_files.database_files() if path.exists()]
    else:
        url = os.environ["LEADLINE_DATABASE"]
        found.append(subprocess.run(["pg_dump", url], check=True, capture_output=True).stdout)
        found += [bytes(one.body) for model in (Journal, Refused) for one in model.objects.all()]
    return b"\n".join(found)


def tables_on_disk() -> bytes:
    """The files in which PostgreSQL keeps this database's tables, as they lie on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        folder = cursor.fetchone()[0]
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        base = Path(folder) / "base" / str(cursor.fetchone()[0])
        cursor.execute("CHECKPOINT")
    if not os.access(base, os.R_OK | os.X_OK):
        pytest.skip("PostgreSQL's data folder cannot be read")
    return b"".join(path.read_bytes() for path in sorted(base.iterdir()))


def left(planted: Planted, where: bytes) -> list[str]:
    text = where.lower()
    return [one for one in planted.markers if one.encode() in text]


@pytest.fixture
def two(store: str) -> tuple[Planted, Planted]:
    return Planted("anna"), Planted("bert")


@pytest.mark.slow
def test_nothing_of_one_is_left_and_nothing_of_the_other_is_missing(two: tuple[Planted, Planted]) -> None:
    anna, bert = two
    assert left(anna, everything()) == anna.markers
    told = erasure.erase(anna.twin.pk, apply=True, by="7", clock=CLOCK)
    notes = rewriting.rewrite(told.tables)
    assert not [note for note in notes if "still see" in note]
    after = everything()
    assert left(anna, after) == []
    assert anna.email.encode() not in after.lower()
    assert anna.phone.encode() not in after
    assert rewriting.remains(told.words) == []
    assert len(bert.markers) >= 500
    assert left(bert, after) == bert.markers
    assert audit.check() == []
    for who in two:  # what is beside the person in the same texts stays
        assert who.name.encode() + b" & Co" in after
    assert after.count(b"keep") == 8
    assert sorted(told.people) == sorted([anna.person.pk, anna.twin.pk])
    if connection.vendor == "postgresql":
        on_disk = tables_on_disk()
        assert left(anna, on_disk) == []
        assert left(bert, on_disk)[:490] == bert.markers[:490]


def test_a_transaction_of_another_database_that_keeps_old_rows_is_told(
    two: tuple[Planted, Planted], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a matter of PostgreSQL")
    monkeypatch.setattr(rewriting, "WAIT", 1)
    anna, _ = two
    with psycopg.connect(os.environ["LEADLINE_TEST_POSTGRES"]) as other:
        other.execute("SELECT pg_current_xact_id()")
        told = erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
        assert [note for note in rewriting.rewrite(told.tables) if "still see" in note]
        assert left(anna, tables_on_disk()) != []
    monkeypatch.setattr(rewriting, "WAIT", 60)
    assert not [note for note in rewriting.rewrite() if "still see" in note]
    assert left(anna, tables_on_disk()) == []


def test_every_table_with_texts_is_planted(two: tuple[Planted, Planted]) -> None:
    """A table that is added must be planted too, or named here with the reason."""
    no_person = {
        "erasure": "holds digests",
        "seller": "your own people",
        "team": "no person",
        "territory": "no person",
        "writekey": "names a site",
    }
    for model in apps.get_app_config("store").get_models():
        texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
        if any(isinstance(one, texts) for one in model._meta.concrete_fields):
            assert model.objects.exists() != (model._meta.model_name in no_person), model


def test_a_dry_run_tells_the_same_and_changes_nothing(two: tuple[Planted, Planted]) -> None:
    anna, _ = two
    before = {model: list(model.objects.values()) for model in apps.get_app_config("store").get_models()}
    secret_key()
    files = {path: path.read_bytes() for path in home_files.files()}
    dry = erasure.erase(anna.person.pk, apply=False, clock=CLOCK)
    assert {model: list(model.objects.values()) for model in before} == before
    assert {path: path.read_bytes() for path in home_files.files()} == files
    assert not erasure_list.path().exists()
    real = erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    assert (dry.rows, dry.files, dry.notes) == (real.rows, real.files, real.notes)
    assert dry.rows["store_signal"] == 141
    assert dry.files == ("imports/anna.csv", "imports/anna.json", "imports/anna.jsonl", "imports/anna.log")


def test_markers_stay_and_a_second_time_says_so(two: tuple[Planted, Planted]) -> None:
    anna, bert = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    for one in Person.objects.filter(pk__in=(anna.person.pk, anna.twin.pk)):
        assert (one.erased_at, one.name, one.extra, one.account_id) == (NOW, "", {}, anna.account.pk)
    with pytest.raises(CallError, match=f"Person {anna.twin.pk} was erased before, on 2026-03-01"):
        erasure.erase(anna.twin.pk, apply=True)
    with pytest.raises(CallError, match="There is no person 999"):
        erasure.erase(999, apply=True)
    assert Person.objects.get(pk=bert.person.pk).erased_at is None


def test_views_keep_the_acts_and_not_the_person(two: tuple[Planted, Planted]) -> None:
    anna, _ = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(person_id) FROM signals_v1 WHERE account_id = %s", [anna.account.pk])
        assert cursor.fetchone() == (140, 0)
        cursor.execute("SELECT person_id FROM signals_v1 WHERE act = 'mail received' ORDER BY person_id")
        # of another one's mail only the words go
        assert anna.neighbour.pk in [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM people_v1 WHERE id IN (%s, %s)", [anna.person.pk, anna.twin.pk])
        assert cursor.fetchone()[0] == 0


def test_one_who_stood_beside_another_goes_as_wholly_later(two: tuple[Planted, Planted]) -> None:
    anna, _ = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    (mail,) = Signal.objects.filter(person=anna.neighbour)
    assert (mail.erased_at is not None, "wrote" in mail.payload) == (True, True)
    erasure.erase(anna.neighbour.pk, apply=True, clock=CLOCK)
    mail.refresh_from_db()
    assert (mail.payload, mail.key[:7]) == ("", "erased:")


def test_whoever_was_erased_is_known_again(two: tuple[Planted, Planted]) -> None:
    anna, bert = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    assert suppression.is_erased(f" {anna.email.upper()}")
    assert suppression.is_erased(anna.twin.email)
    assert suppression.is_erased(anna.key, "hubspot")
    assert suppression.is_erased(anna.visitor, suppression.VISITOR)
    assert not suppression.is_erased(bert.email)
    assert not suppression.is_erased("")
    assert suppression.erased_among({anna.email, bert.email}) == {anna.email}
    for told in (erasure_list.path().read_text(), json.dumps(list(Erasure.objects.values("digests")))):
        assert anna.email not in told
    assert oct(erasure_list.path().stat().st_mode & 0o777) == "0o600"


def test_an_erasure_that_a_crash_kept_from_the_list_is_found(two: tuple[Planted, Planted]) -> None:
    anna, _ = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    assert erasure_list.missing() == []
    path = erasure_list.path()
    path.write_bytes(path.read_bytes()[:-20])
    assert len(erasure_list.missing()) == 1
    erasure_list.append(erasure_list.missing())
    assert erasure_list.missing() == []


def test_the_trail_keeps_its_chain_and_loses_what_it_said(two: tuple[Planted, Planted]) -> None:
    anna, _ = two
    erasure.erase(anna.person.pk, apply=True, clock=CLOCK)
    assert audit.check() == []
    assert [(one.payload is None, one.salt is None) for one in AuditEntry.objects.order_by("seq")] == [
        *[(True, True)] * 2, *[(False, False)] * 2, (False, False),
    ]  # fmt: skip


def test_shared_words_stay_with_the_one_who_bears_them_too(store: str) -> None:
    first = Person.objects.create(name="Jo Doe", email="office@x.example", phone="030 11111")
    second = Person.objects.create(name="Jo Doe", email="jo@x.example", phone="030 11111", extra={"of": "Jo Doe"})
    told = erasure.erase(first.pk, apply=True, clock=CLOCK)
    kept = Person.objects.get(pk=second.pk)
    assert (kept.name, kept.phone, kept.extra) == ("Jo Doe", "030 11111", {"of": "Jo Doe"})
    assert [note.split(",")[0] for note in told.notes] == [
        f"its telephone number is also that of person {second.pk}",
        f"its name is also that of person {second.pk}",
    ]
