"""A seller's calendar over CalDAV (RFC 4791) or as an iCalendar file: meetings with companies of the consent.

Texts, places and attachments of events are not asked for. Private events, and those without anyone of the companies
that the owner named, are dropped as soon as that is seen.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from leadline.core.clock import from_micros, micros
from leadline.core.errors import DataError, UnreachableAddress
from leadline.core.ports import Connection, Page, Reply, Setting
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.understand.calendar import MOST_BYTES, Meeting, Meetings, read_meetings
from leadline.understand.correspondence import GROUND, account_of, meeting_facts
from leadline.understand.mail import digest_of
from leadline.understand.scope import Scope, read_scope
from leadline.understand.webdav import Resource, read_multistatus

MOVED = "meeting moved"
"""A meeting that was put to another time; counts for nothing by itself."""

_AHEAD = timedelta(days=366)
_AGAIN = timedelta(days=31)
_FIRST = timedelta(days=366)
_STRETCH = timedelta(days=92)
_LATE_DAY = timedelta(hours=12)
_MOST_AHEAD = 5_000
_D, _C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_OPEN = '<?xml version="1.0" encoding="utf-8"?>'
_KEPT = (
    "UID RECURRENCE-ID DTSTART DTEND DURATION RRULE RDATE EXDATE ORGANIZER ATTENDEE STATUS CLASS CATEGORIES SUMMARY "
    "SEQUENCE DTSTAMP LAST-MODIFIED"
).split()


@dataclass(slots=True)
class _State:
    """What one calendar's cursor holds; of people nothing. `ahead`: meetings that were still to come, by digest:
    start in microseconds, digest of the series, domains."""

    until: int = 0
    consent: str = ""
    ahead: dict[str, tuple[int, str, tuple[str, ...]]] = field(default_factory=dict)


class CalDav:
    """Meetings that were held, moved or cancelled, and who was asked to them."""

    name = "caldav"
    title = "Calendar"
    personal = True
    settings = (
        Setting("address", "The calendar server or calendar (CalDAV), or the address or file of an iCalendar (.ics)."),
        Setting("user", "The name to sign in with.", required=False),
        Setting(
            "password", "The password, or the access token where 'sign_in' is 'token'.", secret=True, required=False
        ),
        Setting("sign_in", "'password', or 'token' for OAuth.", required=False, default="password"),
        Setting("kind", "'caldav' or 'ics'; told from the address where it is not set.", required=False),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """Yields a page for each calendar and quarter, oldest first. A meeting is held once its end has passed.

        Raises DataError without consent or where the server refuses, UnreachableAddress where it does not answer.
        """
        scope = read_scope(
            connection.owner, connection.scope, places="calendars", what=f"The calendar '{connection.name}'"
        )
        states = _read_cursor(cursor)
        consent = digest_of(json.dumps(dict(connection.scope), sort_keys=True, default=str), connection.owner)
        for calendar in _calendars(connection, scope):
            state = states.setdefault(calendar.name, _State())
            if state.consent != consent:
                # What vanishes because less may be seen was not cancelled.
                state.ahead, state.until, state.consent = {}, 0, consent
            yield from _read_calendar(connection, scope, calendar, states, state)


connector = CalDav()


@dataclass(frozen=True, slots=True)
class _Calendar:
    """One calendar: its address, or the bytes of an iCalendar file."""

    name: str
    address: str
    content: bytes | None = None


def _read_cursor(cursor: str) -> dict[str, _State]:
    if not cursor:
        return {}
    try:
        return {
            str(name): _State(
                int(kept["until"]),
                str(kept["consent"]),
                {
                    str(key): (int(at), str(series), tuple(map(str, who)))
                    for key, (at, series, who) in kept["ahead"].items()
                },
            )
            for name, kept in json.loads(cursor)["calendars"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            "The cursor of the calendar cannot be read; reset the connection, nothing is doubled by that"
        ) from None


def _cursor(states: Mapping[str, _State]) -> str:
    kept = {name: {"until": one.until, "consent": one.consent, "ahead": one.ahead} for name, one in states.items()}
    return json.dumps({"v": 1, "calendars": kept}, sort_keys=True)


def _read_calendar(
    connection: Connection,
    scope: Scope,
    calendar: _Calendar,
    states: Mapping[str, _State],
    state: _State,
) -> Iterator[Page]:
    """Pages of one calendar; the last looks ahead and says what was moved or vanished."""
    now = connection.clock.now()
    first = max(scope.since or now - _FIRST, now - 10 * _FIRST)
    start = max(first, from_micros(state.until) - _AGAIN) if state.until else first
    found: list[Meeting] = []
    while start < now + _AHEAD:
        last = start + _STRETCH >= now
        end = now + _AHEAD if last else start + _STRETCH
        read = _meetings(connection, calendar, start, end)
        meetings = [one for one in read.meetings if _counts(one, scope)]
        signals = [signal for one in meetings for signal in _past(one, scope, f"caldav:{connection.name}", now)]
        found = meetings
        if last:
            signals += _ahead(found, scope, f"caldav:{connection.name}", now, state, whole=not read.notes)
        state.until = micros(min(end, now))
        yield Page(_cursor(states), tuple({signal.key: signal for signal in signals}.values()), notes=read.notes)
        start = end


def _counts(meeting: Meeting, scope: Scope) -> bool:
    """Whether the consent covers the meeting: not private, under its labels, someone of its companies asked."""
    if meeting.private or not scope.carries(meeting.labels) or not scope.reaches(meeting.start):
        return False
    return bool(_outside(meeting, scope))


def _outside(meeting: Meeting, scope: Scope) -> dict[str, str]:
    """The people of the consent's companies with their answers; who calls a meeting says yes to it."""
    people = {who.address: who.status for who in meeting.attendees if scope.counts(who.address)}
    if scope.counts(meeting.organiser):
        people.setdefault(meeting.organiser, "accepted")
    return people


def _signal(
    source: str, act: str, actor: Actor, address: str, at: datetime, key: str, facts: Mapping[str, Any]
) -> Signal:
    return Signal(
        source=source,
        key=f"{key}:{digest_of(address)[:16]}",
        act=act,
        at=at,
        actor=actor,
        person=Ref("email", address),
        account=account_of(address),
        consent=GROUND,
        payload=facts,
    )


def _past(meeting: Meeting, scope: Scope, source: str, now: datetime) -> Iterator[Signal]:
    """What a meeting says of each outside person by itself: cancelled, moved, held, declined."""
    facts = meeting_facts(meeting)
    key = str(facts["meeting"])
    people = _outside(meeting, scope)
    if meeting.cancelled:
        at = min(meeting.changed or now, now)
        for address in people:
            yield _signal(source, Act.MEETING_CANCELLED, Actor.SYSTEM, address, at, f"{key}:cancelled", facts)
        return
    if meeting.planned is not None:
        yield from _moved(meeting, people, source, meeting.planned, now)
    # A day without a zone ends at another hour elsewhere.
    ended = meeting.end + (_LATE_DAY if meeting.all_day else timedelta(0)) <= now
    absent = any(who.address == scope.owner and who.status == "declined" for who in meeting.attendees)
    if not ended or absent or meeting.declined:
        return
    ours = sum(1 for who in meeting.attendees if scope.is_own(who.address) and who.status != "declined")
    for address, status in people.items():
        if status == "declined":
            yield _signal(source, Act.MEETING_DECLINED, Actor.BUYER, address, min(meeting.start, now), key, facts)
            continue
        told = facts | {"answer": status, "outside": len(people), "ours": ours}
        # Who never answered may not have come: the meeting is kept, but as no act of that buyer.
        actor = Actor.BUYER if status == "accepted" else Actor.SYSTEM
        yield _signal(source, Act.MEETING_HELD, actor, address, meeting.start, key, told)


def _moved(
    meeting: Meeting, people: Mapping[str, str], source: str, before: datetime, now: datetime
) -> Iterator[Signal]:
    facts = meeting_facts(meeting) | {"planned": before.isoformat()}
    at = min(meeting.changed or now, now)
    key = f"{facts['meeting']}:{micros(meeting.start)}:moved"
    for address in people:
        yield _signal(source, MOVED, Actor.SYSTEM, address, at, key, facts)


def _ahead(
    meetings: list[Meeting], scope: Scope, source: str, now: datetime, state: _State, *, whole: bool
) -> list[Signal]:
    """What became of the meetings that were still to come; `whole` says that the calendar was read without gaps."""
    signals: list[Signal] = []
    coming: dict[str, tuple[int, str, tuple[str, ...]]] = {}
    here = {digest_of(meeting.uid) for meeting in meetings}
    for meeting in meetings:
        facts = meeting_facts(meeting)
        people = _outside(meeting, scope)
        before = state.ahead.get(str(facts["meeting"]))
        if before and before[0] != micros(meeting.start) and meeting.planned is None and not meeting.cancelled:
            signals += _moved(meeting, people, source, from_micros(before[0]), now)
        if meeting.end > now and not meeting.cancelled and len(coming) < _MOST_AHEAD:
            domains = sorted({ref.key for address in people if (ref := account_of(address))})[:20]
            coming[str(facts["meeting"])] = (micros(meeting.start), str(facts["series"]), tuple(domains))
    if not whole:
        state.ahead = state.ahead | coming
        return signals
    for key, (start, series, firms) in state.ahead.items():
        gone = series not in here and micros(now) < start < micros(now + _AHEAD - timedelta(days=1))
        for domain in firms if gone else ():
            signals.append(
                Signal(
                    source=source,
                    key=f"{key}:gone:{digest_of(domain)[:16]}",
                    act=Act.MEETING_CANCELLED,
                    at=now,
                    actor=Actor.SYSTEM,
                    account=Ref("domain", domain),
                    consent=GROUND,
                    payload={"meeting": key, "series": series, "start": from_micros(start).isoformat()},
                )
            )
    state.ahead = coming
    return signals


# ---- the server ------------------------------------------------------------------------------------------------------


def _meetings(connection: Connection, calendar: _Calendar, start: datetime, end: datetime) -> Meetings:
    """The meetings of a calendar in a stretch of time."""
    if calendar.content is not None:
        return read_meetings(calendar.content, start, end)
    wanted = "".join(f'<C:prop name="{name}"/>' for name in _KEPT)
    body = (
        f'{_OPEN}<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data>'
        f'<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT">{wanted}</C:comp>'
        '<C:comp name="VTIMEZONE"><C:allprop/><C:allcomp/></C:comp></C:comp></C:calendar-data></D:prop>'
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )
    found: list[Meeting] = []
    notes: list[str] = []
    for resource in _ask(connection, "REPORT", calendar.address, body, "1"):
        read = read_meetings(resource.text(f"{_C}calendar-data").encode(), start, end)
        found += read.meetings
        notes += read.notes
    return Meetings(tuple(found), tuple(dict.fromkeys(notes))[:100])


def _calendars(connection: Connection, scope: Scope) -> list[_Calendar]:
    """The calendars of the consent. An iCalendar file is one calendar, named after the file."""
    address = connection.settings.get("address", "").strip()
    kind = connection.settings.get("kind", "") or (
        "ics" if urlsplit(address).path.lower().endswith(".ics") else "caldav"
    )
    if kind not in ("caldav", "ics"):
        raise DataError(f"'{kind}' is no kind of calendar; use caldav or ics")
    if kind == "ics":
        name = unquote(urlsplit(address).path.rpartition("/")[2])
        if not {"*", name, name.rpartition(".")[0]} & set(scope.places):
            raise DataError(
                f"The consent of {scope.owner} does not cover the calendar '{name}'; name it among 'calendars'"
            )
        return [_Calendar(digest_of(address)[:16], address, _file(connection, address))]
    found = [resource for resource in _collections(connection, address) if f"{_C}calendar" in resource.kinds()]
    names = {_title(resource): resource for resource in sorted(found, key=_title)}
    chosen = [name for name in names if name in scope.places or "*" in scope.places]
    if not chosen:
        there = ", ".join(f"'{name}'" for name in list(names)[:8]) or "none"
        raise DataError(f"No calendar of the consent is at {urlsplit(address).hostname}; it has {there}")
    calendars = [_Calendar(digest_of(names[name].href)[:16], _inside(address, names[name].href)) for name in chosen]
    return calendars


def _title(resource: Resource) -> str:
    return resource.text(f"{_D}displayname") or unquote(resource.href.rstrip("/").rpartition("/")[2])


def _file(connection: Connection, address: str) -> bytes:
    if urlsplit(address).scheme in ("http", "https", "webcal"):
        reply = _send(connection, "GET", address.replace("webcal://", "https://", 1), "", "0")
        return reply.body
    try:
        with Path(address).expanduser().open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"The calendar file {address} cannot be read: {error.strerror}") from None


def _collections(connection: Connection, address: str) -> list[Resource]:
    """The resource at the address if it is a calendar, else all of whoever signs in (RFC 4791, 6.2; RFC 5397)."""
    body = (
        f'{_OPEN}<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/>'
        "<D:displayname/><D:current-user-principal/><C:calendar-home-set/></D:prop></D:propfind>"
    )
    found = _ask(connection, "PROPFIND", address, body, "0")[:1]
    if any(f"{_C}calendar" in resource.kinds() for resource in found):
        return found
    principal = next((link for resource in found if (link := resource.link(f"{_D}current-user-principal"))), "")
    home = next((link for resource in found if (link := resource.link(f"{_C}calendar-home-set"))), "")
    if not home and principal:
        asked = _ask(connection, "PROPFIND", _inside(address, principal), body, "0")
        home = next((link for resource in asked if (link := resource.link(f"{_C}calendar-home-set"))), "")
    return _ask(connection, "PROPFIND", _inside(address, home) if home else address, body, "1")


def _inside(address: str, href: str) -> str:
    """The full address of a link. One that leads to another firm's host is refused: the password would go there."""
    whole = urljoin(address, href)
    here, there = urlsplit(address), urlsplit(whole)
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    siblings = (
        there.scheme == "https" and (there.hostname or "").split(".")[-2:] == (here.hostname or "").split(".")[-2:]
    )
    if not same and not siblings:
        raise DataError(f"The calendar server {here.hostname} leads to {there.hostname}, which is not followed")
    return whole


def _ask(connection: Connection, method: str, address: str, body: str, depth: str) -> list[Resource]:
    reply = _send(connection, method, address, body, depth)
    try:
        return read_multistatus(reply.body)
    except ValueError:
        host = urlsplit(address).hostname
        raise DataError(
            f"What {host} answers to {method} is no CalDAV; check the address, or set 'kind' to ics"
        ) from None


def _send(connection: Connection, method: str, address: str, body: str, depth: str) -> Reply:
    settings = connection.settings
    headers = (
        {"depth": depth, "content-type": "application/xml; charset=utf-8"} if body else {"accept": "text/calendar"}
    )
    if settings.get("user") or settings.get("password"):
        if settings.get("sign_in") == "token":
            headers["authorization"] = f"Bearer {settings.get('password', '')}"
        else:
            pair = f"{settings.get('user', '')}:{settings.get('password', '')}".encode()
            headers["authorization"] = f"Basic {b64encode(pair).decode()}"
    reply = connection.egress.send(
        method, address, headers=headers, body=body.encode() if body else None, most=MOST_BYTES
    )
    host = urlsplit(address).hostname
    if reply.status in (401, 403):
        raise DataError(f"The calendar server {host} refused to sign in; check user, password and 'sign_in'")
    if reply.status not in (200, 207):
        raise UnreachableAddress(f"The calendar server {host} answered {reply.status} to {method}")
    return reply
