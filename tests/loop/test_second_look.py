"""A second look: a mail whose links are all fetched at once was read by no one, whatever each fetch looked like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection as database
from django.db import transaction

from leadline.core.clock import FixedClock
from leadline.core.origin import AgentFacts
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.core.views import HUMAN_ACTS
from leadline.loop.second_look import look_again
from leadline.store import ledger, models

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENT = AgentFacts("browser", "chrome", "desktop", 145, "fine")


def click(number: int, seconds: float, mail: str, who: str, human: float = 0.9, **properties: object) -> Signal:
    told = {"email_id": mail, "link_url": f"https://us.example/{number}", "sent_at": AT.timestamp(), **properties}
    payload = {"name": "Email Link Clicked", "properties": told, "reader": {"agent": list(AGENT), "language": True}}
    return Signal(
        "mailtool",
        f"{mail}-{who}-{number}",
        Act.MAIL_CLICKED,
        AT + timedelta(seconds=seconds),
        Actor.BUYER,
        Ref("email", who),
        human=human,
        payload=payload,
    )


def counted() -> set[str]:
    with database.cursor() as cursor:
        cursor.execute(f"SELECT key FROM {HUMAN_ACTS}")
        return {row[0] for row in cursor.fetchall()}


def test_all_links_at_once_are_a_machine(store: str) -> None:
    burst = [click(n, 40 + n / 10, "m1", "anna@firm.example", links=8) for n in range(8)]
    person = [click(0, 5400, "m2", "ben@firm.example", links=8)]
    with transaction.atomic():
        ledger.append([*burst, *person])
    assert len(counted()) == 9
    clock = FixedClock(AT + timedelta(hours=6))
    looked = look_again(clock)
    assert looked.acts == 9
    assert counted() == {person[0].key}
    told = models.Fact.objects.filter(kind="human", signal__key=burst[0].key).get()
    assert told.value["reasons"]
    assert told.value["before"] == 0.9
    assert models.Signal.objects.get(key=burst[0].key).human == 0.9  # the first judgement stays
    assert look_again(clock).changed == 0


def test_old_acts_and_strangers_payloads_are_left_alone(store: str) -> None:
    odd = click(1, 0, "m1", "anna@firm.example")
    odd = Signal(odd.source, "odd", odd.act, odd.at, odd.actor, human=0.5, payload={"reader": 7, "properties": [1]})
    with transaction.atomic():
        ledger.append([click(1, 0, "m1", "anna@firm.example"), odd])
    assert look_again(FixedClock(AT + timedelta(days=9))).acts == 0
    assert look_again(FixedClock(AT + timedelta(hours=1))).acts == 2


def test_what_is_not_judged_is_not_looked_at(store: str) -> None:
    with transaction.atomic():
        ledger.append([Signal("crm", "1", Act.FORM_SUBMITTED, AT, Actor.BUYER)])
    assert look_again(FixedClock(AT + timedelta(hours=1))).acts == 0
