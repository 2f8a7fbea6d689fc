"""Calendars on a real Radicale and out of files: held, moved, cancelled, repeated, private."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadline.connectors.caldav import connector
from leadline.core.clock import FixedClock
from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection
from leadline.core.signal import Act, Actor, Ref

from .radicale_server import PASSWORD, USER, Radicale, radicale  # noqa: TID252  tests are imported by path
from .taking import Taken  # noqa: TID252

OWNER = "anna@ours.example"
SCOPE = {"calendars": ["work"], "domains": ["buyer.example"]}
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("calendars") / "radicale") as server:
        yield server


@pytest.fixture
def server(running: Radicale) -> Iterator[Radicale]:
    running.make("work")
    yield running
    running.clear()


def event(
    uid: str,
    start: str,
    end: str,
    *lines: str,
    people: tuple[str, ...] = ("bob@buyer.example ACCEPTED",),
) -> str:
    who = [f"ATTENDEE;PARTSTAT={line.split()[1]}:mailto:{line.split()[0]}" for line in people]
    return "\r\n".join(
        [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260101T000000Z",
            f"DTSTART{start}",
            f"DTEND{end}",
            f"ORGANIZER:mailto:{OWNER}",
            f"SUMMARY:Meeting {uid}",
            *who,
            *lines,
            "END:VEVENT",
        ]
    )


Make = Callable[..., Connection]


@pytest.fixture
def calendar(connect: Make, server: Radicale) -> Connection:
    settings = {"address": server.address + "/", "user": USER, "password": PASSWORD}
    return connect("anna", settings, owner=OWNER, scope=SCOPE)


def acts(taken: Taken) -> list[tuple[str, str, str]]:
    return sorted(
        (str(signal.act), signal.person.key if signal.person else "", str(signal.payload["title"]))
        for signal in taken.signals.values()
    )


def test_a_meeting_is_held_once_its_end_has_passed(server: Radicale, calendar: Connection) -> None:
    server.put("work", "a", event("a", ":20260302T070000Z", ":20260302T090000Z"))
    taken = Taken()
    taken.pull(connector, calendar)
    assert acts(taken) == []
    later = replace(calendar, clock=FixedClock(NOW + timedelta(hours=2)))
    taken.pull(connector, later)
    taken.pull(connector, later)
    ((source, _), signal) = next(iter(taken.signals.items()))
    assert acts(taken) == [("meeting held", "bob@buyer.example", "Meeting a")]
    assert (source, signal.actor, signal.account) == ("caldav:anna", Actor.BUYER, Ref("domain", "buyer.example"))
    assert signal.at == datetime(2026, 3, 2, 7, tzinfo=UTC)


PAST = (":20260210T090000Z", ":20260210T100000Z")


def test_who_came_is_told_by_their_answers(server: Radicale, calendar: Connection) -> None:
    people = (
        "bob@buyer.example ACCEPTED",
        "cy@buyer.example DECLINED",
        "di@buyer.example NEEDS-ACTION",
        "eve@other.example ACCEPTED",
    )
    server.put("work", "a", event("a", *PAST, people=people))
    server.put("work", "b", event("b", *PAST, people=("bob@buyer.example DECLINED",)))
    server.put("work", "c", event("c", *PAST, people=(f"{OWNER} DECLINED", "bob@buyer.example ACCEPTED")))
    server.put("work", "d", event("d", *PAST, people=("eve@other.example ACCEPTED",)))
    server.put(
        "work",
        "e",
        event("e", *PAST, "CLASS:PRIVATE"),
    )
    server.put("work", "f", event("f", *PAST, "STATUS:CANCELLED"))
    taken = Taken()
    taken.pull(connector, calendar)
    assert acts(taken) == [
        ("meeting cancelled", "bob@buyer.example", "Meeting f"),
        ("meeting declined", "cy@buyer.example", "Meeting a"),
        ("meeting held", "bob@buyer.example", "Meeting a"),
        ("meeting held", "di@buyer.example", "Meeting a"),
    ]
    actors = {
        signal.person.key: signal.actor
        for signal in taken.signals.values()
        if signal.act == Act.MEETING_HELD and signal.person
    }
    assert actors == {"bob@buyer.example": Actor.BUYER, "di@buyer.example": Actor.SYSTEM}


def test_texts_of_events_are_not_kept(server: Radicale, calendar: Connection) -> None:
    server.put("work", "a", event("a", *PAST, "DESCRIPTION:Doctor said", "LOCATION:At home", "COMMENT:secret"))
    server.put("work", "b", event("b", *PAST, "CLASS:CONFIDENTIAL", "X-NOTE:hidden").replace("Meeting b", "Therapy"))
    taken = Taken()
    taken.pull(connector, calendar)
    kept = repr(taken)
    assert "Meeting a" in kept
    assert not [word for word in ("Doctor", "home", "secret", "Therapy", "hidden") if word in kept]
    assert "buyer" not in taken.cursor
    assert "@" not in taken.cursor


ZONE = "\r\n".join(
    """BEGIN:VTIMEZONE
TZID:Berlin by hand
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE""".splitlines()
)


def test_a_repeated_meeting_with_exceptions_in_a_zone(server: Radicale, calendar: Connection) -> None:
    here = ";TZID=Berlin by hand:"
    series = event(
        "w",
        f"{here}20260105T100000",
        f"{here}20260105T110000",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        f"EXDATE{here}20260112T100000",
    )
    moved = event(
        "w",
        f"{here}20260120T150000",
        f"{here}20260120T160000",
        f"RECURRENCE-ID{here}20260119T100000",
        "LAST-MODIFIED:20260118T120000Z",
    )
    off = event(
        "w",
        f"{here}20260126T100000",
        f"{here}20260126T110000",
        f"RECURRENCE-ID{here}20260126T100000",
        "STATUS:CANCELLED",
    )
    server.put("work", "w", ZONE, series, moved, off)
    taken = Taken()
    taken.pull(connector, calendar)
    held = sorted(signal.at for signal in taken.signals.values() if signal.act == Act.MEETING_HELD)
    assert held == [
        datetime(2026, 1, 5, 9, tzinfo=UTC),
        datetime(2026, 1, 20, 14, tzinfo=UTC),
        datetime(2026, 2, 2, 9, tzinfo=UTC),
    ]
    others = [(str(signal.act), signal.at) for signal in taken.signals.values() if signal.act != Act.MEETING_HELD]
    assert sorted(others)[1] == ("meeting moved", datetime(2026, 1, 18, 12, tzinfo=UTC))
    assert min(others)[0] == "meeting cancelled"
    before = dict(taken.signals)
    taken.pull(connector, calendar)
    assert taken.signals == before


def test_whole_days_end_late(server: Radicale, calendar: Connection) -> None:
    server.put("work", "fair", event("fair", ";VALUE=DATE:20260228", ";VALUE=DATE:20260302"))
    taken = Taken()
    taken.pull(connector, calendar)
    assert acts(taken) == []
    taken.pull(connector, replace(calendar, clock=FixedClock(NOW + timedelta(hours=5))))
    assert acts(taken) == [("meeting held", "bob@buyer.example", "Meeting fair")]
    assert next(iter(taken.signals.values())).payload["all_day"] is True


def test_what_is_moved_or_vanishes_is_told(server: Radicale, calendar: Connection) -> None:
    server.put("work", "a", event("a", ":20260310T090000Z", ":20260310T100000Z"))
    server.put("work", "b", event("b", ":20260311T090000Z", ":20260311T100000Z"))
    server.put("work", "s", event("s", ":20260312T090000Z", ":20260312T100000Z", "RRULE:FREQ=WEEKLY"))
    taken = Taken()
    taken.pull(connector, calendar)
    assert acts(taken) == []
    server.put("work", "a", event("a", ":20260313T090000Z", ":20260313T100000Z"))
    server.drop("work", "b")
    taken.pull(connector, calendar)
    taken.pull(connector, calendar)
    told = {str(signal.act): signal for signal in taken.signals.values()}
    assert sorted(told) == ["meeting cancelled", "meeting moved"]
    assert told["meeting moved"].payload["planned"] == "2026-03-10T09:00:00+00:00"
    assert told["meeting cancelled"].account == Ref("domain", "buyer.example")


def test_a_smaller_consent_cancels_nothing(server: Radicale, calendar: Connection) -> None:
    server.put("work", "b", event("b", ":20260311T090000Z", ":20260311T100000Z"))
    taken = Taken()
    taken.pull(connector, calendar)
    taken.pull(connector, replace(calendar, scope=SCOPE | {"domains": ["else.example"]}))
    assert acts(taken) == []


def test_a_crash_between_pages_loses_and_doubles_nothing(server: Radicale, calendar: Connection) -> None:
    server.put("work", "w", event("w", ":20250601T090000Z", ":20250601T100000Z", "RRULE:FREQ=WEEKLY"))
    whole = Taken()
    pages = whole.pull(connector, calendar)
    assert pages > 3
    for dies in range(1, pages):
        taken = Taken()
        taken.pull(connector, calendar, dies_after=dies)
        taken.pull(connector, calendar)
        assert taken.signals == whole.signals


def test_only_calendars_of_the_consent(server: Radicale, calendar: Connection) -> None:
    server.make("family")
    server.put("family", "a", event("a", *PAST))
    taken = Taken()
    taken.pull(connector, calendar)
    assert acts(taken) == []
    every = replace(calendar, scope=SCOPE | {"calendars": ["*"]})
    taken.pull(connector, every)
    assert len(acts(taken)) == 1
    with pytest.raises(DataError, match="it has 'family', 'work'"):
        Taken().pull(connector, replace(calendar, scope=SCOPE | {"calendars": ["sport"]}))
    with pytest.raises(DataError, match="no scope"):
        Taken().pull(connector, replace(calendar, scope={}))
    with pytest.raises(DataError, match="no owner"):
        Taken().pull(connector, replace(calendar, owner=""))


def test_a_wrong_password_is_one_sentence(server: Radicale, calendar: Connection) -> None:
    wrong = replace(calendar, settings=dict(calendar.settings) | {"password": "s3cret"})
    with pytest.raises(DataError, match="refused to sign in") as error:
        Taken().pull(connector, wrong)
    assert "s3cret" not in str(error.value)


def test_a_calendar_file(connect: Make, tmp_path: Path) -> None:
    file = tmp_path / "anna.ics"
    file.write_text(
        "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", event("a", *PAST), "END:VCALENDAR"]), encoding="utf-8"
    )
    made = connect("anna", {"address": str(file)}, owner=OWNER, scope=SCOPE | {"calendars": ["anna"]})
    taken = Taken()
    taken.pull(connector, made)
    assert acts(taken) == [("meeting held", "bob@buyer.example", "Meeting a")]
    with pytest.raises(DataError, match=r"does not cover the calendar 'anna\.ics'"):
        Taken().pull(connector, replace(made, scope=SCOPE))
    gone = replace(made, settings={"address": str(tmp_path / "gone.ics")}, scope=SCOPE | {"calendars": ["*"]})
    with pytest.raises(DataError, match="cannot be read"):
        Taken().pull(connector, gone)


def test_links_to_other_hosts_are_not_followed(connect: Make, server: Radicale) -> None:
    class Bent:
        def __init__(self, inner: object) -> None:
            self.inner = inner

        def send(self, method: str, url: str, **more: object) -> object:
            reply = self.inner.send(method, url, **more)  # type: ignore[attr-defined]
            return replace(reply, body=reply.body.replace(b"<href>/anna/", b"<href>http://thief.example/anna/"))

    settings = {"address": server.address + "/", "user": USER, "password": PASSWORD}
    made = connect("anna", settings, owner=OWNER, scope=SCOPE)
    with pytest.raises(DataError, match=r"thief\.example, which is not followed"):
        Taken().pull(connector, replace(made, egress=Bent(made.egress)))  # type: ignore[arg-type]


def test_the_cursor_of_another_is_refused(calendar: Connection) -> None:
    for cursor in ("x", "[]", '{"calendars": 3}', json.dumps({"calendars": {"a": {}}})):
        with pytest.raises(DataError, match="reset the connection"):
            list(connector.read(calendar, cursor))


def test_no_calendar_server(connect: Make) -> None:
    made = connect("anna", {"address": "http://127.0.0.1:9/"}, owner=OWNER, scope=SCOPE)
    with pytest.raises(UnreachableAddress):
        Taken().pull(connector, made)
