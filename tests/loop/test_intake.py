"""From the journal to the ledger, and from a connector's pages: once each, whatever is interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from leadline.core.clock import FixedClock, micros
from leadline.core.errors import CallError, DataError
from leadline.core.journal import JournalRow
from leadline.core.market import Kind, Record
from leadline.core.ports import Connection, Egress, Page, Reply
from leadline.core.signal import Actor, Ref, Signal
from leadline.loop import intake
from leadline.store import connections, models

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)


def journal(*events: dict[str, object], kind: str = "batch") -> None:
    body = {"batch": events, "sentAt": "2026-11-20T12:00:00.000Z"} if kind == "batch" else events[0]
    models.Journal.objects.create(
        received_at=micros(NOW),
        source="collect:web",
        form="segment",
        facts=json.dumps({"kind": kind}),
        body=json.dumps(body).encode(),
    )


def track(number: int, **more: object) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Form Submitted",
        "messageId": f"m{number}",
        "userId": "u1",
        "timestamp": "2026-11-20T11:59:00.000Z",
        **more,
    }


def test_what_was_acknowledged_arrives_once(store: str) -> None:
    journal(track(1), track(2), {"type": "nonsense"})
    journal(track(2), track(3))
    done = intake.unpack(clock=CLOCK)
    assert (done.bodies, done.added, done.known, done.refused) == (2, 3, 1, 1)
    assert models.Journal.objects.count() == 0
    assert models.Refused.objects.count() == 1
    journal(track(1))
    assert intake.unpack_all(clock=CLOCK).known == 1
    assert intake.unpack(clock=CLOCK) == intake.Unpacked()


def test_a_body_that_is_no_json_is_kept_as_refused(store: str) -> None:
    models.Journal.objects.create(received_at=1, source="collect:web", form="segment", facts="{}", body=b"\xff\x00{")
    models.Journal.objects.create(received_at=1, source="collect:web", form="unknown", facts="{}", body=b"{}")
    assert intake.unpack(clock=CLOCK).refused == 2
    assert models.Journal.objects.count() == 0


def test_a_body_that_cannot_be_written_is_put_aside(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in one body does not keep the others waiting for ever."""
    write = intake.write

    def fail(signals: list[Signal], clock: object) -> object:
        if any(signal.key == "m2" for signal in signals):
            raise OverflowError("too large")
        return write(signals, CLOCK)

    monkeypatch.setattr(intake, "write", fail)
    for number in (1, 2, 3):
        journal(track(number))
    done = intake.unpack_all(clock=CLOCK)
    assert (done.bodies, done.added, done.refused) == (3, 2, 1)
    assert models.Refused.objects.get().reason == "It cannot be written: OverflowError."
    assert models.Journal.objects.count() == 0


def test_what_another_process_took_is_not_written_twice(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(track(1), {"type": "nonsense"})
    pending = intake.journal.pending
    late = pending()

    def stale(*given: int) -> list[JournalRow]:
        monkeypatch.setattr(intake.journal, "pending", pending)
        intake.unpack(clock=CLOCK)
        return late

    monkeypatch.setattr(intake.journal, "pending", stale)
    assert intake.unpack(clock=CLOCK) == intake.Unpacked()
    assert (models.Signal.objects.count(), models.Refused.objects.count()) == (1, 1)


def test_steps_hold_as_many_events_as_they_may(store: str) -> None:
    for start in range(0, 30, 10):
        journal(*(track(number) for number in range(start, start + 10)))
    assert intake.unpack(events=15, clock=CLOCK).bodies == 2
    assert intake.unpack(events=1, clock=CLOCK).bodies == 1


def test_whoever_identifies_itself_gets_its_history(store: str) -> None:
    journal(
        track(1, userId=None, anonymousId="v1"),
        {
            "type": "identify",
            "messageId": "m2",
            "userId": "u1",
            "anonymousId": "v1",
            "traits": {"email": "Anna@Firm.example", "firstName": "Anna", "title": "Head of Purchasing"},
        },
        {
            "type": "group",
            "messageId": "m3",
            "userId": "u1",
            "groupId": "g1",
            "traits": {"name": "Firm", "industry": "Steel"},
        },
    )
    intake.unpack(clock=CLOCK)
    person = models.Person.objects.get()
    assert (person.email, person.given_name, person.title) == ("anna@firm.example", "Anna", "Head of Purchasing")
    assert person.batch is not None
    assert person.batch.source == "collect:web"
    assert models.Visitor.objects.get().person == person
    account = models.Account.objects.get(name="Firm")
    assert account.industry == "Steel"
    assert person.account == account


def test_strangers_fill_blanks_and_overwrite_nothing(store: str) -> None:
    firm = models.Account.objects.create(name="Firm")
    models.Person.objects.create(email="anna@firm.example", given_name="Anna", account=firm)
    traits = {"email": "anna@firm.example", "firstName": "Mallory", "title": "Chief of all"}
    journal({"type": "identify", "messageId": "m1", "userId": "u9", "traits": traits, "context": {"groupId": "evil"}})
    intake.unpack(clock=CLOCK)
    person = models.Person.objects.get(email="anna@firm.example")
    assert (person.given_name, person.title, person.account) == ("Anna", "Chief of all", firm)
    again = {"email": "anna@firm.example", "firstName": "Mallory", "title": "Chief of most"}
    journal({"type": "identify", "messageId": "m2", "userId": "u9", "traits": again})
    intake.unpack(clock=CLOCK)
    person.refresh_from_db()
    assert (person.given_name, person.title) == ("Anna", "Chief of most")  # what it said itself it may say anew


class Fake:
    """A system with ten changes, three a page; it may fail at any of them."""

    name, title, settings, personal = "fake", "Fake", (), False

    def __init__(self, fails_before: int = 99) -> None:
        self.fails_before = fails_before

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        for start in range(int(cursor or 0), 10, 3):
            if start >= self.fails_before:
                raise DataError("The system is away; try again later")
            numbers = range(start, min(start + 3, 10))
            yield Page(
                cursor=str(min(start + 3, 10)),
                signals=tuple(
                    Signal("fake", str(n), "note written", NOW, Actor.SELLER, Ref("fake", f"p{n}")) for n in numbers
                ),
                records=tuple(
                    Record(Kind.PERSON, (Ref("fake", f"p{n}"),), {"name": f"Person {n}"}, at=NOW) for n in numbers
                ),
            )


class Nowhere(Egress):
    def send(self, *_: object, **__: object) -> Reply:
        raise AssertionError

    def resolve(self, host: str) -> str:
        raise AssertionError


def connection(**more: object) -> Connection:
    return Connection("crm", {}, Nowhere(), CLOCK, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("fails_before", [0, 3, 6, 9])
def test_a_failure_between_pages_loses_and_doubles_nothing(store: str, fails_before: int) -> None:
    with transaction.atomic():
        connections.make("crm", "fake", {}, {})
    with pytest.raises(DataError, match="away"):
        list(intake.pull("crm", Fake(fails_before), connection()))
    assert connections.state("crm").error == "The system is away; try again later"
    assert models.Signal.objects.count() == fails_before
    list(intake.pull("crm", Fake(), connection()))
    assert models.Signal.objects.count() == models.Person.objects.count() == 10
    assert {p.name for p in models.Person.objects.all()} == {f"Person {n}" for n in range(10)}
    assert (connections.state("crm").error, connections.state("crm").cursor) == ("", "10")
    assert list(intake.pull("crm", Fake(), connection())) == []


def test_a_page_that_cannot_be_written_leaves_the_cursor(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        connections.make("crm", "fake", {}, {})

    def fail(*_: object) -> None:
        raise DataError("No more")

    monkeypatch.setattr(connections, "advance", fail)
    with pytest.raises(DataError):
        list(intake.pull("crm", Fake(), connection()))
    assert models.Signal.objects.count() == models.Person.objects.count() == 0


def test_personal_reading_needs_consent(store: str) -> None:
    with transaction.atomic():
        connections.make("crm", "fake", {}, {}, "anna@us.example")
    personal = Fake()
    personal.personal = True  # type: ignore[misc]
    with pytest.raises(CallError, match=r"anna@us\.example; record the consent first"):
        list(intake.pull("crm", personal, connection(owner="anna@us.example")))
    assert len(list(intake.pull("crm", personal, connection(scope={"folders": ["INBOX"]})))) == 4
