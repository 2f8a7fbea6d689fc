"""One person of whom everything is planted with marked words, so that erasure can be looked at byte by byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db import models, transaction

from leadline.store import audit, home_files
from leadline.store.models import (
    Account,
    Batch,
    BuyingRole,
    Change,
    Connection,
    Consent,
    Deal,
    Decision,
    Delivery,
    Endpoint,
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

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


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
