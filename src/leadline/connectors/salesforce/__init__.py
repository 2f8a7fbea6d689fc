"""Salesforce: users, accounts, contacts, leads, opportunities with their history, tasks and events.

Each object is read in the order of (SystemModstamp, Id) from behind the last row that was read, deleted and merged rows
included (queryAll), so that any page can be the last before a crash. Source: Salesforce, REST API and SOQL reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadline.connectors.salesforce.rows import FIELDS, account, deal, person, ref, seller, signals, state_of, worth
from leadline.core.errors import CallError
from leadline.core.market import Kind, Record
from leadline.core.ports import Connection, Page, Setting
from leadline.core.signal import Signal
from leadline.warehouse.api_values import iso, moment, text
from leadline.warehouse.rest import Answer, Refused, Rest

VERSION = "v62.0"
# A transaction is seen only once it is over, under the time at which it wrote.
OVERLAP = timedelta(minutes=10)
AT_ONCE = 200  # ids in one IN (…)

STREAMS = ("User", "Account", "Contact", "Lead", "Opportunity", "Task", "Event", "held")


@dataclass(slots=True)
class _Cursor:
    """Where a sweep stands: `marks` up to when each stream was read, `began` when this sweep began, `stream` the one
    that is being read, (`time`, `id`) the last row of it."""

    marks: dict[str, str] = field(default_factory=dict)
    began: str = ""
    stream: str = ""
    time: str = ""
    id: str = ""

    @classmethod
    def read(cls, words: str) -> _Cursor:
        try:
            given = json.loads(words or "{}")
            marks = {name: iso(_sure(mark)) for name, mark in given.get("marks", {}).items()}
            stream, number = str(given.get("stream", "")), str(given.get("id", ""))
            began, time = (iso(_sure(given[name])) if given.get(name) else "" for name in ("began", "time"))
            if number and not number.isalnum():
                raise ValueError(number)
        except (ValueError, TypeError, AttributeError) as error:
            raise CallError("The cursor of this Salesforce connection cannot be read; reset it to read all") from error
        return cls(marks, began, stream if stream in STREAMS and began else "", time, number)

    def write(self) -> str:
        kept = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in kept.items() if value}, sort_keys=True)

    def enter(self, stream: str) -> None:
        self.stream, self.time, self.id = stream, self.marks.get(stream, ""), ""

    def go_on(self) -> None:
        """To the next stream, or to the end of the sweep."""
        self.marks[self.stream] = iso(_sure(self.began) - OVERLAP)
        following = STREAMS.index(self.stream) + 1
        self.enter(STREAMS[following] if following < len(STREAMS) else "")


class Salesforce:
    """Reads a Salesforce org as the user of a connected app."""

    name = "salesforce"
    title = "Salesforce"
    personal = False
    settings = (
        Setting("address", "your org's own address, as https://company.my.salesforce.com"),
        Setting("client_id", "the consumer key of a connected app"),
        Setting("client_secret", "its consumer secret", secret=True),
        Setting("refresh_token", "only where the app does not allow client credentials", secret=True, required=False),
    )

    def read(self, connection: Connection, cursor: str) -> Iterator[Page]:
        """All objects at first, then what changed; each page of opportunities with their history and people."""
        gone = [one.name for one in self.settings if one.required and not connection.settings.get(one.name, "").strip()]
        if gone:
            raise CallError(f"Salesforce needs {' and '.join(gone)}; set it with leadline connect salesforce")
        at = _Cursor.read(cursor)
        yield from _Sweep(connection, at, f"{self.name}:{connection.name}").pages()


class _Sweep:
    """One go through all streams, from where the cursor stands."""

    def __init__(self, connection: Connection, at: _Cursor, source: str) -> None:
        self._connection, self._at, self._source = connection, at, source
        self._fields: dict[str, tuple[str, ...]] = {}
        self._rest = self._enter()
        stages = self._all("SELECT MasterLabel, IsClosed, IsWon FROM OpportunityStage")
        self._states = {text(one.get("MasterLabel")): state_of(one) for one in stages}
        if not at.stream:
            at.began = iso(self._rest.now)
            at.enter(STREAMS[0])

    def _enter(self) -> Rest:
        """A fresh token (OAuth 2.0: client credentials, or a refresh token), and the address that goes with it."""
        given = {name: value.strip() for name, value in self._connection.settings.items()}
        secrets = [given["client_secret"], given.get("refresh_token", "")]
        egress, clock = self._connection.egress, self._connection.clock
        mend = "check the consumer key and secret, and the user and policies of the connected app"
        door = Rest("Salesforce", given["address"], egress, clock, secrets=secrets, mend=mend)
        form = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
        if given.get("refresh_token"):
            form |= {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        else:
            form |= {"grant_type": "client_credentials"}
        try:
            answer = door.post_form("/services/oauth2/token", form)
        except Refused as error:
            said = f"{error}; {mend}" if error.status == 400 else str(error)
            raise Refused(said, error.status, error.reason) from error
        token, instance = answer.get("access_token"), answer.get("instance_url")
        if not (isinstance(token, str) and token.isascii() and token.isprintable() and isinstance(instance, str)):
            raise door.nonsense("a token that is none")
        if given["address"].startswith("https:") and not instance.startswith("https:"):
            raise door.nonsense("an instance that is asked without encryption")
        headers = {"authorization": f"Bearer {token}"}
        return Rest("Salesforce", instance, egress, clock, headers=headers, secrets=[token, *secrets], mend=mend)

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        try:
            return self._rest.get(path, query)
        except Refused as error:
            if error.status != 401:
                raise
        self._rest = self._enter()  # a token lives shorter than a long sweep
        return self._rest.get(path, query)

    def _batches(self, soql: str) -> Iterator[list[Answer]]:
        answer = self._get(f"/services/data/{VERSION}/queryAll", {"q": soql})
        while True:
            rows = self._rest.rows(answer, "records")
            following = answer.get("nextRecordsUrl")
            if rows:
                yield rows
            if answer.get("done") is not False or not rows or not isinstance(following, str):
                return
            answer = self._get(following)

    def _all(self, soql: str) -> list[Answer]:
        return [row for rows in self._batches(soql) for row in rows]

    def _of(self, ids: Sequence[str], fields: str, table: str, more: str = "", order: str = "Id") -> list[Answer]:
        found: list[Answer] = []
        for start in range(0, len(ids), AT_ONCE):
            names = ", ".join(f"'{one}'" for one in ids[start : start + AT_ONCE])
            where = f"WHERE OpportunityId IN ({names}){more}"
            # Ids are letters and digits, and the rest is ours.
            found += self._all(f"SELECT {fields} FROM {table} {where} ORDER BY {order}")  # noqa: S608
        return found

    def pages(self) -> Iterator[Page]:
        """Each page as soon as it is read; its cursor resumes behind it."""
        at = self._at
        while at.stream:
            if at.stream == "held" and not at.marks.get("held"):
                at.go_on()  # what was over before the first sweep came with its event
                continue
            table = "Event" if at.stream == "held" else at.stream
            fields = self._known(table)
            if not fields:
                at.go_on()
                yield Page(at.write(), notes=(f"Salesforce does not show {table} to this user, so it was left out",))
                continue
            before = at.id
            try:
                for rows in self._batches(self._query(table, fields)):
                    acts, records = self._understood(table, rows)
                    self._move(rows)
                    yield Page(at.write(), tuple(acts), tuple(records))
            except Refused as error:
                if error.reason != "INVALID_QUERY_LOCATOR" or at.id == before:
                    raise
                continue  # the result was held too long: it is asked anew from behind the last row
            at.go_on()
        yield Page(at.write())

    def _known(self, table: str) -> tuple[str, ...]:
        """Those of our fields that this user may see."""
        if table not in self._fields:
            try:
                answer = self._get(f"/services/data/{VERSION}/sobjects/{table}/describe")
            except Refused as error:
                if error.status not in (403, 404):
                    raise
                answer = {}
            there = {text(one.get("name")) for one in self._rest.rows(answer, "fields")}
            wanted = tuple(name for name in FIELDS[table] if name in there)
            self._fields[table] = ("Id", "SystemModstamp", *wanted) if {"Id", "SystemModstamp"} <= there else ()
        return self._fields[table]

    def _query(self, table: str, fields: Sequence[str]) -> str:
        at, time = self._at, "EndDateTime" if self._at.stream == "held" else "SystemModstamp"
        behind = f"{time} > {at.time}"
        if at.id:
            behind = f"({behind} OR ({time} = {at.time} AND Id > '{at.id}'))"
        elif at.time:
            behind = f"{time} >= {at.time}"
        rules = ([behind] if at.time else []) + ([f"{time} <= {at.began}"] if at.stream == "held" else [])
        where = f" WHERE {' AND '.join(rules)}" if rules else ""
        return f"SELECT {', '.join(fields)} FROM {table}{where} ORDER BY {time}, Id"  # noqa: S608  as above

    def _move(self, rows: Sequence[Answer]) -> None:
        last = rows[-1]
        when = moment(last.get("EndDateTime" if self._at.stream == "held" else "SystemModstamp"))
        number = last.get("Id")
        if when is None or not isinstance(number, str) or not number.isalnum():
            raise self._rest.nonsense("a row without its id or the time of its last change")
        self._at.time, self._at.id = iso(when), number

    def _understood(self, table: str, rows: Sequence[Answer]) -> tuple[list[Signal], list[Record]]:
        if table in ("Task", "Event"):
            return [one for row in rows for one in signals(self._source, table, row, self._rest.now)], []
        if table == "Opportunity":
            return [], self._deals(rows)
        make = {"User": seller, "Account": account, "Contact": person, "Lead": person}[table]
        return [], [make(row) for row in rows]

    def _deals(self, rows: Sequence[Answer]) -> list[Record]:
        """Each deal as it was after each change that we have not read yet, then as it is."""
        ids = [number for row in rows if isinstance(number := row.get("Id"), str) and number.isalnum()]
        mark = self._at.marks.get("Opportunity", "")
        since = f" AND CreatedDate >= {mark}" if mark else ""
        fields = "OpportunityId, StageName, Amount, CloseDate, Probability, CreatedDate"
        history = self._of(ids, fields, "OpportunityHistory", since, "CreatedDate, Id")
        roles = self._of(ids, "OpportunityId, ContactId, Role, IsPrimary", "OpportunityContactRole")
        found: list[Record] = []
        for row in rows:
            number = text(row.get("Id"))
            last = moment(row.get("SystemModstamp"))
            for step in history:
                at = moment(step.get("CreatedDate"))
                if text(step.get("OpportunityId")) == number and at and last and at < last:
                    stage = text(step.get("StageName"), 200)
                    values = worth(step, stage, self._states.get(stage, "open"))
                    found.append(Record(Kind.DEAL, (ref(number),), values, at=at))
            found.append(deal(row, [one for one in roles if text(one.get("OpportunityId")) == number]))
        return found


def _sure(value: str) -> datetime:
    found = moment(value)
    if found is None:
        raise ValueError(value)
    return found


connector = Salesforce()
