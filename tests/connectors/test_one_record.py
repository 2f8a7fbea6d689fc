"""All ways in feed one record: the same buyer by mail, calendar, news, CRM and web is one person of one account."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.db import connection as database

from leadline.core.clock import FixedClock
from leadline.core.signal import Act
from leadline.loop import connections, intake
from leadline.store import models
from leadline.warehouse.egress import AllowList, Client
from serving import running

from .dovecot import PASSWORD, USER, dovecot  # noqa: TID252  tests are imported by path
from .fake_hubspot import TOKEN, FakeHubSpot, iso  # noqa: TID252
from .feed_server import feed_server  # noqa: TID252
from .radicale_server import PASSWORD as CALENDAR_PASSWORD  # noqa: TID252
from .radicale_server import USER as CALENDAR_USER  # noqa: TID252
from .radicale_server import radicale  # noqa: TID252

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists()), reason="Dovecot is not here"
    ),
]
CLOCK = FixedClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
EGRESS = Client(AllowList.read("127.0.0.1"), limit=20)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nordwind</title>
<item><title>Nordwind opens a plant</title><guid>n1</guid><link>https://nordwind.example/1</link>
<pubDate>Mon, 02 Feb 2026 09:00:00 +0100</pubDate></item></channel></rss>"""
MEETING = "\r\n".join(
    [
        "BEGIN:VEVENT",
        "UID:m1",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260210T090000Z",
        "DTEND:20260210T100000Z",
        f"ORGANIZER:mailto:{USER}",
        "SUMMARY:Pumps",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:max@nordwind.example",
        "END:VEVENT",
    ]
)


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Max Roth <Max@Nordwind.example>", USER, "Offer"
    message["Date"], message["Message-ID"] = "Mon, 02 Feb 2026 09:00:00 +0100", "<1@nordwind.example>"
    message.set_content("Please send the offer.")
    return bytes(message)


def read(name: str) -> connections.Reading:
    reading = connections.read(name, CLOCK, EGRESS)
    assert not reading.error, reading
    return reading


def rows() -> list[tuple[str, str, str]]:
    """Act, mail address of the person, domain of the account: as the views tell them."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT s.act, p.email, a.domain FROM signals_v1 s LEFT JOIN people_v1 p ON p.id = s.person_id "
            "LEFT JOIN accounts_v1 a ON a.id = s.account_id"
        )
        return sorted(cursor.fetchall(), key=str)


def test_one_buyer_by_six_ways(store: str, tmp_path: Path) -> None:
    folder = tmp_path / "radicale"
    with FakeHubSpot() as crm, dovecot() as mailbox, radicale(folder) as calendar, feed_server() as press:
        crm.put("companies", 1, name="Nordwind", domain="www.nordwind.example")
        crm.put("contacts", 11, email="Max@Nordwind.example", firstname="Max", lastname="Roth", associatedcompanyid="1")
        crm.put("deals", 21, dealname="Pumps", dealstage="contractsent", amount="1000", pipeline="default")
        crm.link("deals", 21, "companies", 1, primary=True)
        crm.link("deals", 21, "contacts", 11)
        crm.put("notes", 31, hs_note_body="Wants a quote", hs_timestamp=iso(int(crm.now * 1000)))
        crm.link("notes", 31, "contacts", 11)
        mailbox.put(mail())
        calendar.make("work")
        calendar.put("work", "m1", MEETING)
        press.pages = {"/rss": FEED.encode()}

        settings = {"host": "127.0.0.1", "port": str(mailbox.port), "user": USER, "security": "none"}
        connections.set_up("crm", "hubspot", {"token": TOKEN, "address": crm.url})
        connections.set_up("mail", "imap", settings | {"password": PASSWORD}, USER)
        connections.set_up(
            "dates",
            "caldav",
            {"address": calendar.address + "/", "user": CALENDAR_USER, "password": CALENDAR_PASSWORD},
            USER,
        )
        connections.set_up("press", "feed", {"feeds": f"{press.address}/rss nordwind.example"})
        scope = {"folders": ["INBOX"], "domains": ["nordwind.example"]}
        connections.consent("mail", scope, "I agree", CLOCK)
        connections.consent("dates", {"calendars": ["work"], "domains": ["nordwind.example"]}, "I agree", CLOCK)
        first = {name: read(name).added for name in ("crm", "mail", "dates", "press")}
        assert all(first.values()), first

        with running() as served, served.client() as client:
            traits = {"email": "max@nordwind.example"}
            batch = [
                {"type": "track", "event": "Form Submitted", "anonymousId": "v1", "messageId": "web-1"},
                {"type": "identify", "userId": "max", "anonymousId": "v1", "traits": traits, "messageId": "web-2"},
            ]
            assert client.post("/v1/batch", json={"batch": batch}).status_code == 200
            event = {"specversion": "1.0", "id": "7", "source": "/shop", "type": "com.example.order.completed"}
            event["data"] = {"userId": "max"}  # type: ignore[assignment]
            kind = {"content-type": "application/cloudevents+json"}
            assert client.post("/v1/events", json=event, headers=kind).status_code in (200, 202)
        intake.unpack_all(clock=CLOCK)

        found = rows()
        acts = {act for act, _, _ in found}
        expected = (
            Act.MAIL_RECEIVED,
            Act.MEETING_HELD,
            Act.NEWS_PUBLISHED,
            Act.NOTE_WRITTEN,
            Act.FORM_SUBMITTED,
            Act.IDENTIFIED,
            Act.ORDER_PLACED,
        )
        assert {act.value for act in expected} <= acts, found
        people = {email for act, email, _ in found if act != Act.NEWS_PUBLISHED}
        assert people == {"max@nordwind.example"}, found
        assert {domain for _, _, domain in found} == {"nordwind.example"}, found
        assert models.Deal.objects.get().stage

        before = models.Signal.objects.count()
        again = {name: read(name).added for name in first}
        assert again == dict.fromkeys(first, 0)
        assert models.Signal.objects.count() == before

        assert connections.revoke("mail", CLOCK) == first["mail"]
        assert not models.Signal.objects.filter(source__name="imap:mail").exclude(payload="").exists()
