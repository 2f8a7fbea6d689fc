"""Pipedrive: users, organisations, persons, deals with what changed in them, and activities.

Lists are read in the order of their last change. Each page is asked anew from the last time seen; only where a whole
page carries one second, by Pipedrive's own cursor. Source: Pipedrive, API v2 (and v1 for users and the changelog of a
deal).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leadline.connectors.pipedrive.rows import Names, account, person, seller, signal
from leadline.core.errors import CallError
from leadline.core.market import Record
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Signal
from leadline.warehouse.api_values import moment, text
from leadline.warehouse.rest import Answer, Refused, Rest

OVERLAP = timedelta(minutes=5)
PAGE = 200
CHANGES = 500
MOST = 100_000  # rows of one list that is read whole

STREAMS = ("users", "organizations", "persons", "deals", "activities")
TRACKED = ("stage_id", "pipeline_id", "value", "status")


@dataclass(slots=True)
class _Cursor:
    """Where a sweep stands: `marks` up to when each stream was read, `began` when this sweep began, `stream` the one
    that is being read, `since` the last time seen in it, `next` Pipedrive's cursor."""

    marks: dict[str, str] = field(default_factory=dict)
    began: str = ""
    stream: str = ""
    since: str = ""
    next: str = ""

    @classmethod
    def read(cls, words: str) -> _Cursor:
        try:
            given = json.loads(words or "{}")
            marks = {str(name): _written(_sure(mark)) for name, mark in given.get("marks", {}).items()}
            began, since = (_written(_sure(given[name])) if given.get(name) else "" for name in ("began", "since"))
            stream, following = str(given.get("stream", "")), str(given.get("next", ""))
        except (ValueError, TypeError, AttributeError) as error:
            raise CallError("The cursor of this Pipedrive connection cannot be read; reset it to read all") from error
        return cls(marks, began, stream if stream in STREAMS and began else "", since, following)

    def write(self) -> str:
        kept = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in kept.items() if value}, sort_keys=True)

    def enter(self, stream: str) -> None:
        self.stream, self.since, self.next = stream, self.marks.get(stream, ""), ""

    def go_on(self) -> None:
        """To the next stream, or to the end of the sweep."""
        self.marks[self.stream] = _written(_sure(self.began) - OVERLAP)
        following = STREAMS.index(self.stream) + 1
        self.enter(STREAMS[following] if following < len(STREAMS) else "")


class Pipedrive:
    """Reads a Pipedrive account with a user's API token."""

    name = "pipedrive"
    title = "Pipedrive"
    personal = False
    settings = (
        Setting("token", "the API token of a user who may see all", secret=True),
        Setting("address", "where its API is", required=False, default="https://api.pipedrive.com"),
        Setting("history", "no, to save a request for each deal", required=False, default="yes"),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """All rows at first, then what changed; each page of deals with what changed in them."""
        token = connection.settings.get("token", "").strip()
        if not token:
            raise CallError("Pipedrive needs the API token of a user; set it with leadline connect pipedrive")
        rest = Rest(
            self.title,
            connection.settings.get("address", "") or "https://api.pipedrive.com",
            connection.egress,
            connection.clock,
            headers={"x-api-token": token},
            secrets=[token],
            mend="set the API token that the user's personal preferences show",
        )
        history = connection.settings.get("history", "").strip().lower() not in ("no", "off", "false", "0")
        yield from _Sweep(rest, _Cursor.read(cursor), f"{self.name}:{connection.name}", history).pages()


class _Sweep:
    """One go through all streams, from where the cursor stands."""

    def __init__(self, rest: Rest, at: _Cursor, source: str, history: bool) -> None:
        self._rest, self._at, self._source, self._history = rest, at, source, history
        self._rejected = ""
        self._last = ("", "")  # of the page that was read last: its last time, and Pipedrive's cursor behind it
        stages, pipelines = (self._all(f"/api/v2/{name}") for name in ("stages", "pipelines"))
        self._names = Names(
            {text(one.get("id")): text(one.get("name"), 200) for one in stages},
            {text(one.get("id")): text(one.get("name"), 200) for one in pipelines},
        )
        if not at.stream:
            at.began = _written(rest.now)
            at.enter(STREAMS[0])

    def pages(self) -> Iterator[Page]:
        """Each page as soon as it is read; its cursor resumes behind it."""
        at = self._at
        while at.stream:
            if at.stream == "users":
                records = tuple(seller(row) for row in self._rest.rows(self._rest.get("/v1/users"), "data"))
                at.go_on()
                yield Page(at.write(), records=records)
                continue
            notes: list[str] = []
            stream, rows = at.stream, self._rows()
            signals, found = self._understood(stream, rows, notes)
            self._move()
            yield Page(at.write(), tuple(signals), tuple(found), tuple(notes))
        yield Page(at.write())

    def _rows(self) -> Sequence[Answer]:
        at = self._at
        query: dict[str, Any] = {"limit": PAGE, "sort_by": "update_time", "sort_direction": "asc"}
        query |= {"updated_since": at.since} if at.since else {}
        query |= {"status": "open,won,lost,deleted"} if at.stream == "deals" else {}
        try:
            answer = self._rest.get(f"/api/v2/{at.stream}", query | ({"cursor": at.next} if at.next else {}))
        except Refused as error:
            if error.status != 400 or at.next in ("", self._rejected):
                raise
            self._rejected, at.next = at.next, ""  # a cursor does not live for ever
            answer = self._rest.get(f"/api/v2/{at.stream}", query)
        rows = self._rest.rows(answer, "data")
        following = _following(answer)
        if following and following == at.next:
            raise self._rest.nonsense(f"a page of {at.stream} that is followed by itself")
        if any(not text(row.get("id")) for row in rows):
            raise self._rest.nonsense(f"{at.stream} without an id")
        self._last = (max((_changed(row) for row in rows), default=""), following)
        return rows

    def _move(self) -> None:
        """Behind the page: to a later time where there is one, else by Pipedrive's cursor, else to the next stream."""
        at, (last, following) = self._at, self._last
        if not following:
            at.go_on()
        elif last > at.since:
            at.since, at.next = last, ""
        else:
            at.next = following

    def _understood(self, stream: str, rows: Sequence[Answer], notes: list[str]) -> tuple[list[Signal], list[Record]]:
        if stream == "activities":
            return [told for row in rows if (told := signal(self._source, row))], []
        if stream != "deals":
            make = {"organizations": account, "persons": person}[stream]
            return [], [make(row) for row in rows]
        mark = moment(self._at.marks.get("deals", ""))
        return [], [one for row in rows for one in self._names.deal(row, self._changes(row, notes), mark)]

    def _changes(self, row: Answer, notes: list[str]) -> list[Answer]:
        """What changed in a deal, of the fields whose history is kept. A user who may not see it is told once."""
        if not self._history or row.get("update_time") == row.get("add_time"):
            return []
        try:
            found = self._all(f"/v1/deals/{text(row.get('id'))}/changelog", CHANGES)
        except Refused as error:
            if error.status == 401:
                raise
            if error.status == 403:
                self._history = False
            notes.append(f"Pipedrive does not show what changed in deal {text(row.get('id'))} (HTTP {error.status})")
            return []
        return [one for one in found if text(one.get("field_key")) in TRACKED]

    def _all(self, path: str, limit: int = 500) -> list[Answer]:
        found: list[Answer] = []
        following = ""
        while True:
            answer = self._rest.get(path, {"limit": limit, **({"cursor": following} if following else {})})
            found += self._rest.rows(answer, "data")
            before, following = following, _following(answer)
            if not following or following == before or len(found) > MOST:
                return found


def _following(answer: Mapping[str, Any]) -> str:
    more = answer.get("additional_data")
    return text(more.get("next_cursor"), 2000) if isinstance(more, dict) else ""


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _sure(value: Any) -> datetime:
    found = moment(value)
    if found is None:
        raise ValueError(value)
    return found


def _changed(row: Answer) -> str:
    found = moment(row.get("update_time"))
    return _written(found) if found else ""


connector = Pipedrive()
