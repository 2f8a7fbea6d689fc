"""HubSpot: owners, companies, contacts, deals with the history of their stage and amount, and what was said and done.

The first sweep lists each kind of object by id; later ones search for what changed since. A search ends at 10,000
results and counts from the front while objects move, so each page asks anew from the last time seen, and where a whole
page carries one time, by id within it. Source: HubSpot, CRM API v3 (objects, search, owners, pipelines) and v4
(associations).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from leadline.connectors.hubspot.acts import signal
from leadline.connectors.hubspot.objects import HISTORY, PROPERTIES, Pipelines, company, contact, owner
from leadline.core.errors import CallError
from leadline.core.market import Record
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Signal
from leadline.warehouse.api_values import millis, moment, text, whole
from leadline.warehouse.rest import Answer, Rest

# Objects show up in the search only some time after their change.
OVERLAP = timedelta(minutes=5)
PAGE = 100
PAGE_WITH_HISTORY = 50

OBJECTS = ("companies", "contacts", "deals")
ACTS = ("calls", "meetings", "emails", "notes", "tasks")
STREAMS = ("owners", *OBJECTS, *ACTS, *(f"archived {name}" for name in OBJECTS))


@dataclass(slots=True)
class _Cursor:
    """Where a sweep stands: `marks` up to when each stream was read (ms), `began` when this sweep began, `stream` the
    one that is being read, and in it `after` (an id of a list), or `since` and `tie` (a time, and an id within it)."""

    marks: dict[str, int] = field(default_factory=dict)
    began: int = 0
    stream: str = ""
    after: str = ""
    since: int = 0
    tie: str = ""

    @classmethod
    def read(cls, words: str) -> _Cursor:
        try:
            given = json.loads(words or "{}")
            marks = {str(name): int(mark) for name, mark in given.get("marks", {}).items()}
            numbers = int(given.get("began", 0)), int(given.get("since", 0))
            stream, after, tie = (str(given.get(name, "")) for name in ("stream", "after", "tie"))
        except (ValueError, TypeError, AttributeError) as error:
            raise CallError("The cursor of this HubSpot connection cannot be read; reset it to read all") from error
        return cls(marks, numbers[0], stream if stream in STREAMS else "", after, numbers[1], tie)

    def write(self) -> str:
        kept = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in kept.items() if value}, sort_keys=True)

    def go_on(self) -> None:
        """To the next stream, or to the end of the sweep."""
        self.marks[self.stream] = max(self.marks.get(self.stream, 0), self.began - int(OVERLAP.total_seconds() * 1000))
        following = STREAMS.index(self.stream) + 1
        self.stream = STREAMS[following] if following < len(STREAMS) else ""
        self.after, self.tie, self.since = "", "", self.marks.get(self.stream, 0)


class HubSpot:
    """Reads a HubSpot account with the token of a private app."""

    name = "hubspot"
    title = "HubSpot"
    personal = False
    settings = (
        Setting("token", "the access token of a private app that may read CRM objects and owners", secret=True),
        Setting("address", "where HubSpot's API is", required=False, default="https://api.hubapi.com"),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """All owners and objects at first, then what changed; each page of objects with what hangs on it."""
        token = connection.settings.get("token", "").strip()
        if not token:
            raise CallError("HubSpot needs the token of a private app; set it with leadline connect hubspot")
        rest = Rest(
            self.title,
            connection.settings.get("address", "") or "https://api.hubapi.com",
            connection.egress,
            connection.clock,
            headers={"authorization": f"Bearer {token}"},
            secrets=[token],
            mend="give the private app the scopes that the guide names, or set its new token",
        )
        yield from _Sweep(rest, _Cursor.read(cursor), f"{self.name}:{connection.name}").pages()


class _Sweep:
    """One go through all streams, from where the cursor stands."""

    def __init__(self, rest: Rest, at: _Cursor, source: str) -> None:
        self._rest, self._at, self._source = rest, at, source
        lines = rest.rows(rest.get("/crm/v3/pipelines/deals"), "results")
        stages = [stage for line in lines for stage in rest.rows(line, "stages")]
        self._pipelines = Pipelines(
            {text(line.get("id")): text(line.get("label")) for line in lines},
            {text(stage.get("id")): stage for stage in stages},
        )
        if not at.stream:
            at.began, at.stream, at.since = millis(rest.now), STREAMS[0], at.marks.get(STREAMS[0], 0)

    def pages(self) -> Iterator[Page]:
        """Each page as soon as it is read; its cursor resumes behind it."""
        at = self._at
        while at.stream:
            stream, notes = at.stream, list[str]()
            if stream == "owners" or stream.startswith("archived") or not at.marks.get(stream):
                rows = self._listed(stream)
            else:
                rows = self._changed(stream, notes)
            if rows is None:
                at.go_on()
                continue
            signals, records = self._understood(stream, rows, notes)
            yield Page(at.write(), tuple(signals), tuple(records), tuple(notes))
        yield Page(at.write())

    def _listed(self, stream: str) -> list[Answer] | None:
        """The next page in order of id; None where the list is over. An `after` of '-' says that it is."""
        at = self._at
        archived = stream.startswith("archived ")
        if at.after == "-" or (archived and not at.marks.get(stream)):
            return None  # what was archived before we first looked was never here
        name = stream.removeprefix("archived ")
        query: dict[str, Any] = {"limit": PAGE, **({"after": at.after} if at.after else {})}
        path = "/crm/v3/owners"
        if name != "owners":
            path = f"/crm/v3/objects/{name}"
            query |= {"properties": ",".join(PROPERTIES[name])} | ({"archived": "true"} if archived else {})
            if name == "deals" and not archived:
                query |= {"propertiesWithHistory": ",".join(HISTORY), "limit": PAGE_WITH_HISTORY}
        answer = self._rest.get(path, query)
        rows = self._rest.rows(answer, "results")
        following = text(((answer.get("paging") or {}).get("next") or {}).get("after"))
        if following and following == at.after:
            raise self._rest.nonsense(f"a page of {name} that is followed by itself")
        at.after = following or "-"
        if archived:
            rows = [row for row in rows if (gone := moment(row.get("archivedAt"))) and millis(gone) >= at.since]
        return rows

    def _changed(self, stream: str, notes: list[str]) -> list[Answer] | None:
        """The next page of what changed since `since`; moves the cursor behind it. None where there is no more."""
        at = self._at
        if at.after == "-":
            return None
        time = "lastmodifieddate" if stream == "contacts" else "hs_lastmodifieddate"
        limit = PAGE_WITH_HISTORY if stream == "deals" else PAGE
        if at.tie:
            filters = [_filter(time, "EQ", at.since), _filter("hs_object_id", "GT", at.tie)]
        else:
            filters = [_filter(time, "GTE", at.since)]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id" if at.tie else time, "direction": "ASCENDING"}],
            "properties": list(PROPERTIES[stream]),
            "limit": limit,
        }
        rows = self._rest.rows(self._rest.post(f"/crm/v3/objects/{stream}/search", body), "results")
        times = [moment((row.get("properties") or {}).get(time) or row.get("updatedAt")) for row in rows]
        if any(when is None for when in times):
            raise self._rest.nonsense(f"{stream} without the time of their last change")
        last = max((millis(when) for when in times if when), default=at.since)
        if at.tie:
            ids = [whole(row.get("id")) or 0 for row in rows]
            if len(rows) < limit:
                at.tie, at.since = "", at.since + 1
            elif max(ids) <= int(at.tie):
                raise self._rest.nonsense(f"{stream} that it was not asked for")
            else:
                at.tie = str(max(ids))
        elif len(rows) < limit:
            at.after = "-"
        elif last > at.since:
            at.since = last
        else:
            at.tie = "0"
            return []  # a whole page of one time: it is read again, in order of id
        if stream == "deals" and rows:
            rows = self._with_history(rows, notes)
        return rows

    def _with_history(self, rows: Sequence[Answer], notes: list[str]) -> list[Answer]:
        body = {
            "inputs": [{"id": text(row.get("id"))} for row in rows],
            "properties": list(PROPERTIES["deals"]),
            "propertiesWithHistory": list(HISTORY),
        }
        answer = self._rest.post("/crm/v3/objects/deals/batch/read", body)
        whole_rows = {text(row.get("id")): row for row in self._rest.rows(answer, "results")}
        gone = [text(row.get("id")) for row in rows if text(row.get("id")) not in whole_rows]
        if gone:
            notes.append(f"HubSpot gave no history of deals {', '.join(gone[:5])}{' …' if len(gone) > 5 else ''}")
        return [whole_rows.get(text(row.get("id")), row) for row in rows]

    def _linked(self, stream: str, rows: Sequence[Answer], to: str) -> dict[str, list[str]]:
        """The ids of `to` on each object, its primary one first."""
        inputs = [{"id": text(row.get("id"))} for row in rows]
        if not inputs:
            return {}
        answer = self._rest.post(f"/crm/v4/associations/{stream}/{to}/batch/read", {"inputs": inputs})
        found: dict[str, list[str]] = {}
        for line in self._rest.rows(answer, "results"):
            ends = sorted(self._rest.rows(line, "to"), key=lambda end: not _is_primary(end))
            found[text((line.get("from") or {}).get("id"))] = [text(end.get("toObjectId")) for end in ends]
        return found

    def _understood(self, stream: str, rows: Sequence[Answer], notes: list[str]) -> tuple[list[Signal], list[Record]]:
        name = stream.removeprefix("archived ")
        if odd := sum(1 for row in rows if not text(row.get("id"))):
            notes.append(f"HubSpot gave {odd} of {name} without an id, which were left out")
        rows = [row for row in rows if text(row.get("id"))]
        if name == "owners":
            return [], [owner(row) for row in rows]
        if name == "companies":
            return [], [company(row) for row in rows]
        if name == "contacts":
            return [], [contact(row) for row in rows]
        linked = {to: self._linked(name, rows, to) for to in ("companies", "contacts", "deals") if to != name}
        if name == "deals":
            since = self._at.marks.get("deals", 0)
            return [], [record for row in rows for record in self._pipelines.deal(row, linked, since)]
        return [told for row in rows if (told := signal(self._source, name, row, linked))], []


def _filter(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _is_primary(end: Answer) -> bool:
    kinds = end.get("associationTypes")
    return isinstance(kinds, list) and any(
        isinstance(kind, dict) and text(kind.get("label")).startswith("Primary") for kind in kinds
    )


connector = HubSpot()
