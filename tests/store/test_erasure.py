"""Erasure: of one person nothing is left in any table, file or log; of the next one nothing is missing."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models, transaction

from leadline.core.clock import FixedClock
from leadline.core.errors import CallError
from leadline.store import audit, erasure, erasure_list, home_files, rewriting, suppression
from leadline.store.models import (
    Account,
    AuditEntry,
    Batch,
    BuyingRole,
    Change,
    Connection,
    Consent,
    Deal,
    Decision,
    Delivery,
    Endpoint,
    Erasure,
    ExternalKey,
    Fact,
    FieldOrigin,
    Journal,
    Lesson,
    MatchReview,
    Merge,
    Order,
    Outcome,
    Person,
    Product,
    Recommendation,
    Refused,
    Signal,
    Source,
    User,
    Visitor,
)
from leadline.store.secret import secret_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)


class Planted:
    """One person, known by marked words, with marked texts everywhere."""

    def __init__(self, name: str) -> None:
        self.name, self.markers, self._count = name, list[str](), count(1)
        self.email = f"{self.mark()}@example.org"
        self.full = f"{self.mark()} {self.mark()}"
        self.phone = "+49 30 5550" + {"anna": "17", "bert": "18"}[name]
        self.visitor, self.key = self.mark(), self.mark()
        self.source = Source.objects.get_or_create(name="web")[0]
        self.account = Account.objects.create(name=f"{name} & Co")
        self.person = self.someone(self.email, self.full)
        self.twin = self.someone(f"{self.mark()}@example.net", self.full)
        Person.objects.filter(pk=self.twin.pk).update(merged_into=self.person, root=self.person)
        for plant in (self.of_the_market, self.of_the_ledger, self.of_the_rest, self.of_others, self.of_files):
            plant()

    def mark(self) -> str:
        one = f"{self.name}q{next(self._count):04d}zq"
        self.markers.append(one)
        return one

    def about(self) -> dict[str, str]:
        """An object about the person as it may stand within others' JSON."""
        return {"email": self.email, "note": self.mark(), "näme": self.mark()}

    def texts(self, model: Any, **fixed: Any) -> dict[str, Any]:
        """A mark in every free text of a model that is not set."""
        free = {
            one.name: self.mark()
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField | models.TextField) and not one.choices and one.name not in fixed
        }
        return {name: text[: model._meta.get_field(name).max_length] for name, text in free.items()} | fixed

    def someone(self, email: str, name: str) -> Person:
        given, family = name.split(" ")
        fixed = dict(email=email, name=name, given_name=given, family_name=family, phone=self.phone, mobile="")
        return Person.objects.create(
            **self.texts(Person, **fixed), account=self.account, extra={self.mark(): [self.mark(), {"x": self.mark()}]}
        )

    def of_the_market(self) -> None:
        person = {"kind": "person", "object_id": self.person.pk}
        for field in ("email", "title", "name", "extra"):
            Change.objects.create(**self.texts(Change, **person, field=field, source="crm"), at=NOW, **self.sides())
        FieldOrigin.objects.create(**self.texts(FieldOrigin, **person, field="title", source="crm"), at=NOW)
        ExternalKey.objects.create(**person, space="hubspot", key=self.key)
        Visitor.objects.create(visitor=self.visitor, person=self.person, signal_key=self.mark(), at=1)
        merged = dict(kept_id=self.person.pk, gone_id=self.twin.pk)
        Merge.objects.create(kind="person", **merged, filled={"title": self.mark()}, reasons=[self.mark()])
        left, right = sorted(merged.values())
        MatchReview.objects.create(
            kind="person", left_id=left, right_id=right, probability=0.5, reasons=[f"{self.mark()} alike"]
        )
        self.deal = Deal.objects.create(name=f"{self.name}'s", account=self.account, person=self.person)
        BuyingRole.objects.create(deal=self.deal, person=self.person, role="champion", source="notes", span=self.mark())
        Order.objects.create(account=self.account, person=self.person, extra={"to": self.full, "by": self.about()})
        Consent.objects.create(
            purpose="mail", subject=self.email, words=self.mark(), scope={"x": self.mark()}, given_at=NOW,
            person=self.person,
        )  # fmt: skip
        User.objects.create_user(self.email, role=User.Role.BUYER, name=self.mark())

    def sides(self) -> dict[str, str]:
        return {"before": self.mark(), "after": self.mark()}

    def of_the_ledger(self) -> None:
        fixed = dict(source=self.source, at=1, recorded_at=1)
        signals = [
            Signal.objects.create(
                key=self.mark(), act="page viewed", actor="buyer", visitor=self.visitor if number % 2 else "",
                payload=json.dumps({"title": self.mark(), "to": {"x": self.mark()}}), account=self.account,
                person=None if number % 2 else (self.person, self.twin)[number % 4 // 2], **fixed,
            )
            for number in range(140)
        ]  # fmt: skip
        quoted = f"we at {self.mark()} want it"
        facts = [
            Fact.objects.create(
                key=self.mark(), kind="need", subject_kind=kind, subject_id=pk, value={"v": self.mark()}, signal=signal,
                quote=quoted if kind == "deal" else self.mark(), **fixed,
            )
            for kind, pk, signal in (
                ("person", self.person.pk, None), ("deal", self.deal.pk, signals[0]), ("signal", signals[1].pk, None),
            )
        ]  # fmt: skip
        about = dict(kind="next step", provenance={"model": "m"}, **fixed)
        own = Recommendation.objects.create(
            key=self.mark(), subject_kind="person", subject_id=self.twin.pk, action={"words": self.mark()},
            evidence=[self.mark()], human_task=self.mark(), **about,
        )  # fmt: skip
        evidence = [{"signal": signals[2].pk, "words": self.mark()}, {"fact": facts[1].pk, "quote": quoted}]
        other = Recommendation.objects.create(
            key=f"deal {self.deal.pk}", subject_kind="deal", subject_id=self.deal.pk, action={"to": [self.about()]},
            evidence=evidence, human_task=f"Call {self.full}", **about,
        )  # fmt: skip
        for advice in (own, other):
            texts = dict(reason=self.mark(), note=self.mark()) if advice == own else dict(note=f"{self.email} is right")
            Decision.objects.create(
                key=self.mark() if advice == own else f"d{other.pk}", recommendation=advice, verdict="override",
                edit={"words": self.mark()} if advice == own else {"cc": [self.email]}, **texts, **fixed,
            )  # fmt: skip
        Outcome.objects.create(
            key=self.mark(), recommendation=own, rule="reply in 7 days", met=True, signal=signals[0], **fixed
        )
        Lesson.objects.create(
            key=f"l{self.deal.pk}", subject=f"what {self.full} said", words=f"{quoted}, said {self.phone}",
            rests_on=[["signal", signals[0].pk], self.about()], **fixed,
        )  # fmt: skip

    def of_the_rest(self) -> None:
        with transaction.atomic():
            audit.record("looked", kind="person", subject=self.person.pk, payload={"name": self.mark()})
            audit.record("exported", payload={"rows": [self.about()], "n": self.full.upper()})
        event = {"type": "track", "userId": self.email, "traits": {"x": self.mark()}}
        visit = {"anonymousId": self.visitor, "url": f"/?m={self.mark()}"}
        other = {"type": "track", "userId": f"else@{self.name}.example"}
        for number, body in enumerate(({"batch": [event, visit, other]}, event, [visit, other])):
            at = dict(received_at=number, source="web", form="segment", body=json.dumps(body).encode())
            Journal.objects.create(**at, facts=json.dumps({"by": self.about()}))
            Refused.objects.create(**at, reason=f"'{self.email}' is no date")
        Refused.objects.create(received_at=1, source="w", form="x", reason="no JSON", body=f"<{self.email}>".encode())
        endpoint = Endpoint.objects.create(url=f"https://{self.name}.example/?who={self.email.replace('@', '%40')}")
        told = json.dumps({"type": "person changed", "data": {"person": self.about()}})
        Delivery.objects.create(endpoint=endpoint, message=self.name, body=told, next_at=1, made_at=1)
        Connection.objects.create(
            name=f"crm of {self.name}", connector="hubspot", cursor=f"after:{self.email}", error=f"no {self.email}"
        )
        Batch.objects.create(
            source="import", kind="people", name=f"{self.email}.csv", mapping={"e": {"sample": self.email}},
            counts={"first": {"email": self.email, "refused": self.mark()}},
        )  # fmt: skip

    def of_others(self) -> None:
        """What texts that are not the person's own say of it."""
        Source.objects.create(name=f"imap:{self.email}")
        self.account.extra = {"Contact": self.full.upper(), "all": [self.about(), {"keep": "this"}]}
        self.account.phone = f"{self.phone} (direct)"
        self.account.save()
        Product.objects.create(name="Pump", description=f"Made for {self.full}, {self.email.title()}.")
        who = {"who": {"id": self.key, "x": self.mark()}}
        Deal.objects.create(name="d", lost_reason=f"{self.email} left", extra=who)
        body = {"text": f"Dear all,\n{self.email} wrote", "cc": [self.about(), {"email": "third@example.org"}]}
        self.neighbour = Person.objects.create(name=f"third of {self.name}", email=f"third@{self.name}.example")
        Signal.objects.create(
            source=self.source, key=f"mail:{self.email}", at=2, recorded_at=2, act="mail received", actor="buyer",
            person=self.neighbour, payload=json.dumps(body),
        )  # fmt: skip

    def of_files(self) -> None:
        folder = home_files.home() / "imports"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f'{self.mark()};"{self.email}\n{self.mark()}";x', "1;other@example.org;y"]
        (folder / f"{self.name}.csv").write_text("a;b;c\n" + "\n".join(lines) + "\n", encoding="utf-8")
        (folder / f"{self.name}.jsonl").write_text(json.dumps(self.about()) + '\n{"keep": 1}\n', encoding="utf-8")
        told = {"keep": "x", "first": [self.about()], "words": f"by {self.full}"}
        (folder / f"{self.name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
        (folder / f"{self.name}.log").write_text(f"keep\nread {self.email} {self.mark()}\n", encoding="utf-8")


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
