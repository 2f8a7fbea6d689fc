"""Words of new signals become facts once, with the words that they rest on; what is erased takes its facts along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.db import transaction

from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.loop import reading as loop
from leadline.loop.reading import read_new
from leadline.store import erasure, ledger, models
from leadline.understand import reading
from leadline.understand.signal_text import text_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUESTION = "What would 40 licences cost per year, about €30k? We worry that the rollout is too expensive for us."
ANSWER = "Thank you, Anna. I hate our old price list, it is awful. Peter Novak at Velmora Systems GmbH will call you."


def mail(number: int, act: str, actor: Actor, who: str, words: str, subject: str = "Licences") -> Signal:
    at = AT + timedelta(minutes=number)
    payload = {"subject": subject, "words": words, "thread": "t", "message": f"m{number}"}
    return Signal("imap:anna", f"m{number}", act, at, actor, Ref("email", who), payload=payload)


def append(*signals: Signal) -> None:
    with transaction.atomic():
        ledger.append(signals)


def kinds(key: str) -> dict[str, list[models.Fact]]:
    found: dict[str, list[models.Fact]] = {}
    for fact in models.Fact.objects.filter(signal__key=key).order_by("pk"):
        found.setdefault(fact.kind, []).append(fact)
    return found


def test_a_buyers_mail_is_understood_with_its_words(store: str) -> None:
    append(mail(1, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", QUESTION))
    read = read_new()
    assert (read.signals, read.texts) == (1, 1)
    found = kinds("m1")
    assert found["language"][0].value == {"language": "en"}
    assert {one.value["intent"] for one in found["intent"]} == {"price", "objection"}
    assert found["sentiment"][0].value["sentiment"] == "negative"
    money = next(one for one in found["entity"] if one.value["entity"] == "money")
    assert (money.value["amount"], money.value["currency"]) == (30_000, "EUR")
    signal = models.Signal.objects.get(key="m1")
    text = text_of(signal.act, {"subject": "Licences", "words": QUESTION})
    for facts in found.values():
        for fact in facts:
            assert fact.at == signal.at
            assert fact.made_by.startswith("reading ")
            if fact.quote:
                assert text[fact.span_start : fact.span_end].startswith(fact.quote)


def test_of_our_own_mails_no_mood_and_no_wish_is_told(store: str) -> None:
    append(mail(1, Act.MAIL_SENT, Actor.SELLER, "eva@firm.example", ANSWER))
    append(mail(2, Act.NOTE_WRITTEN, Actor.BUYER, "eva@firm.example", "They hate the price. Could we meet?"))
    read_new()
    for key in ("m1", "m2"):
        assert not {"sentiment", "intent"} & set(kinds(key))
    assert {one.value["entity"] for one in kinds("m1")["entity"]} >= {"person", "organisation"}
    assert {one.value["personal"] for one in kinds("m1")["personal data"]} == {"name"}


def test_what_was_read_is_not_read_again_until_the_rules_change(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    append(mail(1, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", QUESTION))
    first = read_new()
    assert first.facts
    assert read_new().texts == 0
    append(
        mail(2, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", "Thanks, that is all clear now to everyone here.")
    )
    assert (read_new().texts, read_new(after=0).texts) == (1, 0)
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)
    again = read_new()
    assert (again.texts, again.facts >= first.facts) == (2, True)
    assert {one.made_by.partition(" bulk")[0] for one in kinds("m1")["language"]} == {"reading 1", "reading 2"}


def test_a_signal_that_is_seen_late_is_still_read(store: str) -> None:
    append(*(mail(n, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", QUESTION) for n in range(3)))
    last = models.Signal.objects.latest("pk").pk  # as if all were passed while their transactions were still open
    assert read_new(after=last).texts == 3


def test_few_at_a_time_read_all(store: str) -> None:
    append(*(mail(n, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", QUESTION) for n in range(7)))
    after, texts = None, 0
    for _ in range(4):
        read = read_new(limit=2, after=after)
        after, texts = read.last, texts + read.texts
    assert texts == 7


def test_absences_and_labels(store: str) -> None:
    append(
        mail(1, Act.OUT_OF_OFFICE, Actor.SYSTEM, "eva@firm.example", "Back on Monday.", "Absent"),
        Signal("web", "p", Act.PAGE_VIEWED, AT, Actor.BUYER, visitor="v", payload={"page": {"title": "Price"}}),
    )
    assert read_new().texts == 1
    assert [one.value for one in kinds("m1")["intent"]] == [{"intent": "out of office"}]


def test_names_of_the_record_are_known(store: str) -> None:
    models.Account.objects.create(name="Quendel Werke AG", domain="quendel.example")
    models.Product.objects.create(name="Flowdesk Pro", code="F1")
    models.Seller.objects.create(name="Anna", email="anna@ours.example")
    words = "We at Quendel Werke would like the Flowdesk Pro. Please copy anna@ours.example and me@quendel.example."
    append(mail(1, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", words))
    read_new()
    named = {(one.value["entity"], one.value["text"]) for one in kinds("m1")["entity"]}
    assert {("organisation", "Quendel Werke"), ("product", "Flowdesk Pro")} <= named
    assert len(kinds("m1")["personal data"]) == 1  # our own address is not the buyer's


def test_erasure_takes_what_was_understood_and_leaves_others_their_words(store: str) -> None:
    append(
        mail(1, Act.MAIL_RECEIVED, Actor.BUYER, "peter.novak@firm.example", QUESTION + "\nBest regards,\nPeter Novak"),
        mail(2, Act.MAIL_SENT, Actor.SELLER, "eva@other.example", ANSWER),
        mail(3, Act.MAIL_RECEIVED, Actor.BUYER, "eva@other.example", "Is Velmora Systems GmbH a customer of yours?"),
    )
    read_new()
    person = models.Person.objects.get(email="peter.novak@firm.example")
    models.Person.objects.filter(pk=person.pk).update(name="Peter Novak")
    erasure.erase(person.pk, apply=True)
    own = models.Fact.objects.filter(signal__person=person)
    assert own
    assert all(one.quote == "" and one.value is None for one in own)
    with database.cursor() as cursor:
        cursor.execute("SELECT value, quote FROM store_fact")
        said = str(cursor.fetchall())
    assert "Novak" not in said
    assert "Velmora Systems GmbH" in said
    assert read_new(after=0).texts == 0


@pytest.mark.slow
def test_a_child_process_reads_the_same(store: str) -> None:
    append(mail(1, Act.MAIL_RECEIVED, Actor.BUYER, "eva@firm.example", QUESTION))
    assert loop.read_new(apart=True).facts
    apart = [(one.kind, one.value, one.span_start) for one in models.Fact.objects.order_by("pk")]
    text = text_of(Act.MAIL_RECEIVED, {"subject": "Licences", "words": QUESTION})
    here = [(one.kind.value, dict(one.value), one.span[0] if one.span else None) for one in reading.read(text)]
    assert apart == here
