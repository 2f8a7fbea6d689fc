"""Calendars: what may hold a reader up, and what is left of broken ones."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from leadline.understand.calendar import read_invitation, read_meetings

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def calendar(*lines: str, start: str = "DTSTART:20260105T090000Z") -> bytes:
    event = [
        "BEGIN:VEVENT",
        "UID:u",
        start,
        "DURATION:PT1H",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:B@x.example",
        *lines,
        "END:VEVENT",
    ]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR"]).encode()


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("FREQ=WEEKLY;COUNT=5", 5),
        ("FREQ=DAILY;UNTIL=20260110T090000Z", 6),
        ("FREQ=MONTHLY;BYDAY=1MO", 12),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 12),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 0),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", 26),
    ],
)
def test_repetitions(rule: str, times: int) -> None:
    read = read_meetings(calendar(f"RRULE:{rule}"), START, END)
    assert not read.notes
    # A first time that the rule does not name is a time all the same (RFC 5545, 3.8.5.3).
    assert len([one for one in read.meetings if one.start > datetime(2026, 1, 5, 9, tzinfo=UTC)]) + (times > 0) in (
        times,
        times + 1,
    )


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=1,2,3",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=5",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=40",
        "FREQ=YEARLY;BYWEEKNO=60",
        "FREQ=YEARLY;BYDAY=99MO",
    ],
)
def test_rules_without_end_or_sense_are_refused(rule: str) -> None:
    read = read_meetings(calendar(f"RRULE:{rule}"), START, END)
    assert not read.meetings
    assert read.notes


def test_a_rule_from_the_year_one_is_refused() -> None:
    assert read_meetings(calendar("RRULE:FREQ=DAILY", start="DTSTART:00010101T090000Z"), START, END).notes


def test_people_and_rooms() -> None:
    raw = calendar(
        "ATTENDEE;CUTYPE=ROOM:mailto:room@x.example",
        "ATTENDEE:mailto:b@x.example",
        "ATTENDEE;EMAIL=c@x.example:urn:uuid:1",
        "ORGANIZER:MAILTO:Anna@ours.example",
    )
    (meeting,) = read_meetings(raw, START, END).meetings
    assert [who.address for who in meeting.attendees] == ["b@x.example", "c@x.example"]
    assert meeting.organiser == "anna@ours.example"


@pytest.mark.slow
def test_mutated_calendars_never_raise() -> None:
    rng = np.random.default_rng(2)
    seeds = [
        calendar("RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20260112T090000Z", "SUMMARY:Hi", "CLASS:PUBLIC"),
        calendar(
            "RDATE:20260112T090000Z",
            "STATUS:CANCELLED",
            "SEQUENCE:2",
            start="DTSTART;TZID=Europe/Berlin:20260105T090000",
        ),
        calendar("RRULE:FREQ=MONTHLY;BYDAY=2TU", "LAST-MODIFIED:20260101T000000Z", start="DTSTART;VALUE=DATE:20260105"),
    ]
    for number in range(600):
        raw = bytearray(seeds[number % len(seeds)])
        for _ in range(int(rng.integers(1, 10))):
            at = int(rng.integers(len(raw)))
            raw[at : at + int(rng.integers(0, 6))] = bytes(
                rng.integers(32, 127, int(rng.integers(0, 5)), dtype=np.uint8)
            )
        read_meetings(bytes(raw), START, END)
        read_invitation(bytes(raw))
