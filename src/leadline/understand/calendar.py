"""Meetings out of iCalendar (RFC 5545, invitations RFC 5546): single, repeated, moved, cancelled, in any time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

MOST_BYTES = 20_000_000
_MOST_EVENTS = 20_000
_MOST_TIMES = 5_000
_PARTS = frozenset(
    (
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
        "BYHOUR",
        "BYMINUTE",
        "BYSECOND",
        "RSCALE",
        "SKIP",
    )
)
_PRIVATE = frozenset(("PRIVATE", "CONFIDENTIAL"))
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Someone who was asked to come: address in lower case, and 'accepted', 'declined', 'tentative', 'delegated' or
    'needs-action' (RFC 5545, 3.2.12)."""

    address: str
    status: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting, or one occurrence of a repeated one. `occurrence` names which (its planned start), '' for a single
    one; times are aware, in UTC. `planned` is where an occurrence stood before it was moved, None where it was not."""

    uid: str
    occurrence: str
    start: datetime
    end: datetime
    all_day: bool
    title: str
    organiser: str
    attendees: tuple[Attendee, ...]
    cancelled: bool
    private: bool
    changed: datetime | None
    sequence: int
    planned: datetime | None = None
    labels: frozenset[str] = frozenset()

    @property
    def declined(self) -> bool:
        """Whether everyone but the organiser said no."""
        asked = [who for who in self.attendees if who.address != self.organiser]
        return bool(asked) and all(who.status == "declined" for who in asked)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar part of a mail: `method` is 'request', 'reply', 'cancel', 'counter', 'publish' …"""

    method: str
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Meetings:
    """What a calendar holds in a stretch of time, and sentences about what could not be read."""

    meetings: tuple[Meeting, ...] = ()
    notes: tuple[str, ...] = ()


def read_invitation(raw: bytes) -> Invitation | None:
    """The invitation in a mail's calendar part: its first event; None where there is none that can be read."""
    import icalendar

    try:
        calendar = icalendar.Calendar.from_ical(_tidy(raw))
        method = str(calendar.get("METHOD", "publish")).strip().lower()
        event = next(iter(calendar.walk("VEVENT")), None)
        return None if event is None else Invitation(method[:20], _meeting(event, repeated=False))
    except _BROKEN:
        return None


def read_meetings(raw: bytes, start: datetime, end: datetime) -> Meetings:
    """The meetings of a calendar file that lie in [start, end), repeated ones once for each time.

    At most 5,000 times of one meeting and 20,000 events; repetitions that never come to an end or that come more than
    daily are refused. Never raises: what cannot be read is named in the notes.
    """
    import icalendar

    if len(raw) > MOST_BYTES:
        return Meetings(notes=(f"The calendar is {len(raw):,} bytes long and at most {MOST_BYTES:,} are read.",))
    try:
        calendar = icalendar.Calendar.from_ical(_tidy(raw))
    except _BROKEN as error:
        return Meetings(notes=(f"The calendar cannot be read ({type(error).__name__}).",))
    notes: list[str] = []
    found: list[Meeting] = []
    by_uid: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        if number >= _MOST_EVENTS:
            notes.append(f"Only the first {_MOST_EVENTS:,} events of the calendar were read.")
            break
        by_uid.setdefault(str(event.get("UID", "")), []).append(event)
    zones = list(calendar.walk("VTIMEZONE"))[:200]
    for uid, events in by_uid.items():
        try:
            found += _times(uid, events, zones, start, end, notes)
        except _BROKEN as error:
            notes.append(f"The meeting {_short(uid)} cannot be read ({type(error).__name__}).")
    return Meetings(tuple(found), tuple(dict.fromkeys(notes))[:100])


def _times(
    uid: str, events: list[Any], zones: Iterable[Any], start: datetime, end: datetime, notes: list[str]
) -> list[Meeting]:
    """The occurrences of the events of one UID that meet [start, end)."""
    import icalendar
    import recurring_ical_events

    repeated = any(event.get("RRULE") or event.get("RDATE") or event.get("RECURRENCE-ID") for event in events)
    if not repeated:
        # The last of several versions counts.
        meeting = max((_meeting(event, repeated=False) for event in events), key=lambda one: one.sequence)
        return [meeting] if meeting.start < end and meeting.end >= start else []
    for event in events:
        reason = _refused(event)
        if reason:
            notes.append(f"The meeting {_short(uid)} repeats {reason} and was left out.")
            return []
    own = icalendar.Calendar()
    for part in (*zones, *events):
        own.add_component(part)
    query = recurring_ical_events.of(own, skip_bad_series=True)
    planned = {_moment(event.get("RECURRENCE-ID").dt)[0]: event for event in events if event.get("RECURRENCE-ID")}
    found: list[Meeting] = []
    for event in query.between(start, end):
        meeting = _meeting(event, repeated=True)
        found.append(meeting)
        if len(found) >= _MOST_TIMES:
            notes.append(f"Only the first {_MOST_TIMES:,} times of the meeting {_short(uid)} were read.")
            break
    # A cancelled occurrence may be told as an exception that the expansion leaves out.
    told = {meeting.occurrence for meeting in found}
    for event in planned.values():
        meeting = _meeting(event, repeated=True)
        if meeting.cancelled and meeting.occurrence not in told and meeting.start < end and meeting.end >= start:
            found.append(meeting)
    return found


def _meeting(event: Any, *, repeated: bool) -> Meeting:
    get = event.get
    start, all_day = _moment(get("DTSTART").dt)
    if get("DTEND") is not None:
        end, _ = _moment(get("DTEND").dt)
    elif get("DURATION") is not None:
        end = start + get("DURATION").dt
    else:
        end = start + (timedelta(days=1) if all_day else timedelta(0))
    occurrence, planned = "", None
    recurrence = get("RECURRENCE-ID")
    if recurrence is not None:
        at, _ = _moment(recurrence.dt)
        occurrence, planned = at.strftime("%Y%m%dT%H%M%SZ"), at if at != start else None
    elif repeated:
        occurrence = start.strftime("%Y%m%dT%H%M%SZ")
    changed = next(
        (_moment(get(name).dt)[0] for name in ("LAST-MODIFIED", "DTSTAMP") if hasattr(get(name), "dt")), None
    )
    people = get("ATTENDEE") or []
    labels = get("CATEGORIES") or []
    return Meeting(
        uid=str(get("UID", ""))[:500],
        occurrence=occurrence,
        start=start,
        end=max(start, end),
        all_day=all_day,
        title=re.sub(r"\s+", " ", str(get("SUMMARY", ""))).strip()[:300],
        organiser=_address(get("ORGANIZER")),
        attendees=_attendees(people if isinstance(people, list) else [people]),
        cancelled=str(get("STATUS", "")).strip().upper() == "CANCELLED",
        private=str(get("CLASS", "")).strip().upper() in _PRIVATE,
        changed=changed,
        sequence=_whole(get("SEQUENCE", 0)),
        planned=planned,
        labels=frozenset(
            str(label)[:100]
            for group in (labels if isinstance(labels, list) else [labels])
            for label in getattr(group, "cats", [group])
        ),
    )


def _attendees(values: Iterable[Any]) -> tuple[Attendee, ...]:
    """People, each once; rooms and equipment are nobody."""
    found: dict[str, Attendee] = {}
    for value in list(values)[:500]:
        parameters = getattr(value, "params", {})
        address = _address(value)
        if not address or str(parameters.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
            continue
        found[address] = Attendee(address, str(parameters.get("PARTSTAT", "NEEDS-ACTION")).strip().lower()[:20])
    return tuple(found.values())


def _address(value: object) -> str:
    text = str(value or "").strip().lower()
    if text.startswith("mailto:"):
        text = text[7:]
    else:
        text = str(getattr(value, "params", {}).get("EMAIL", text)).strip().lower()
    return text if re.fullmatch(r"[^\s@<>]{1,100}@[^\s@<>]{3,200}", text) else ""


def _moment(value: date | datetime) -> tuple[datetime, bool]:
    """A time in UTC and whether it is a whole day. A time without a zone, and a day, count as UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC), False
    return datetime(value.year, value.month, value.day, tzinfo=UTC), True


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _short(uid: str) -> str:
    return f"'{uid[:40]}'" if uid else "without a UID"


def _tidy(raw: bytes) -> bytes:
    """The calendar without what no reader needs and every reader stumbles over."""
    return raw.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf \r\n\t")


def _refused(event: Any) -> str:
    """Why a repetition is not followed, in words that complete 'it repeats …'; '' where it is."""
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        parts = {
            str(name).upper(): [str(value) for value in (values if isinstance(values, list) else [values])]
            for name, values in rule.items()
        }
        reason = _refused_rule(
            tuple((name, tuple(values)) for name, values in sorted(parts.items())),
            _moment(event.get("DTSTART").dt)[0].date(),
        )
        if reason:
            return reason
    return ""


@lru_cache(maxsize=1_000)
def _refused_rule(rule: tuple[tuple[str, tuple[str, ...]], ...], first: date) -> str:
    """As _refused. A rule that never comes true would be followed to the year 9999, one of seconds as far."""
    parts = dict(rule)
    often = (parts.get("FREQ") or ("",))[0]
    if often not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or any(
        len(parts.get(name, ())) > 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")
    ):
        return "more than once a day"
    if set(parts) - _PARTS or first.year < 1970 or len(parts.get("BYSETPOS", ())) > 4:
        return "in a way that is not followed"
    try:
        months = {int(value) for value in parts.get("BYMONTH", ())}
        days = {int(value) for value in parts.get("BYMONTHDAY", ())}
        places = [abs(int(value)) for value in parts.get("BYSETPOS", ())]
        weekdays = [(value[-2:], int(value[:-2] or 0)) for value in parts.get("BYDAY", ())]
    except ValueError:
        return "in a way that is not followed"
    if any(
        abs(nth) > (53 if often == "YEARLY" and not months else 4 + (not days and not places)) for _, nth in weekdays
    ):
        return "in a way that is not followed"
    names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    wanted = {names.index(name) for name, _ in weekdays if name in names}
    if weekdays and not wanted:
        return "in a way that is not followed"
    each: dict[tuple[int, ...], int] = {}
    for offset in range(3_000):
        day = first + timedelta(days=offset)
        to_end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - day
        if (months and day.month not in months) or (days and day.day not in days and -to_end.days not in days):
            continue
        if wanted and day.weekday() not in wanted:
            continue
        period = {
            "DAILY": (offset,),
            "WEEKLY": day.isocalendar()[:2],
            "MONTHLY": (day.year, day.month),
            "YEARLY": (day.year,),
        }[often]
        each[period] = each.get(period, 0) + 1
    if not each:
        return "on days that never come"
    if places and max(places) > (1 if any(nth for _, nth in weekdays) else max(each.values())):
        return "on days that never come"
    return ""
