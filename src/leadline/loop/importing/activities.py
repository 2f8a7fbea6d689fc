"""Rows of a CRM's activities as signals: who acted, what was done, whom it concerned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadline.core.market import Refusal
from leadline.core.signal import Act, Actor, Ref, Signal
from leadline.loop.importing.relations import Relation
from leadline.loop.importing.repeats import Repeats
from leadline.loop.importing.sheet import Rows, Sheet

BODY = 20_000
_TYPES = (
    ("mail", ("mail",)),
    ("call", ("call", "anruf", "telefon", "phone")),
    ("meeting", ("meeting", "event", "appointment", "termin", "demo", "lunch", "besprechung", "visit")),
    ("note", ("note", "notiz")),
    ("task", ("task", "to do", "todo", "to-do", "aufgabe", "deadline")),
)
_DONE = frozenset("completed complete done yes 1 true closed held connected erledigt sent received answered".split())
_OFF = frozenset(("canceled", "cancelled", "no show", "no_show", "deleted", "abgesagt"))
_AHEAD = frozenset(
    (
        *("scheduled", "not started", "not_started", "open", "in progress", "in_progress", "planned", "0", "no"),
        *("false", "waiting", "deferred", "rescheduled", "to do", "geplant", "waiting on someone else"),
    )
)
_THEIRS = ("in", "eingehend", "received")


@dataclass(slots=True)
class Told:
    """Signals of some rows with their rows (1-based); `left` rows are not done yet, so they are no acts."""

    signals: list[Signal] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    repeated: int = 0
    left: int = 0


class Acts:
    """Makes signals of the rows of a sheet. Nothing is an act that has not happened by `now`."""

    def __init__(self, sheet: Sheet, relations: Sequence[Relation], repeats: Repeats, now: datetime) -> None:
        self._sheet = sheet
        self._relations = relations
        self._repeats = repeats
        self._now = now
        self.source = f"import:{sheet.source}"
        headers = " ".join(sheet.parsed.columns).lower()
        self._usual = next((kind for kind, words in _TYPES if f"{words[0]} " in headers), "note")

    def signals(self, rows: Rows) -> Told:
        """The signals of some rows."""
        told = Told()
        said = [relation.said(rows.values, rows.count, None) for relation in self._relations]
        for place in range(rows.count):
            row = rows.start + place
            if row in self._repeats.same:
                told.repeated += 1
                continue
            own = {name: column[place] for name, column in rows.values.items() if column[place] is not None}
            why = rows.bad.get(place) or self._repeats.refused.get(row)
            if why is None and "at" not in own:
                why = (self._header("at"), "", "It is not said when this happened; fill in the date")
            act, actor = self._act(own)
            if why is None and not act:
                told.left += 1
                continue
            refs, unknown = self._refs([one[place] for one in said])
            if why is None and not refs:
                why = unknown or ("", "", "The row names no person, account or deal; fill in one of them")
            if why is not None:
                told.refused.append(Refusal(row + 1, *why))
                continue
            payload = {name: own[name] for name in ("subject", "duration", "status", "type") if own.get(name)}
            if own.get("body"):
                payload["text"] = own["body"][:BODY]
            if own.get("owner.name"):
                payload["seller"] = own["owner.name"]
            payload |= rows.extra[place]
            key = own.get("id") or _digest(own, rows.extra[place])
            told.signals.append(
                Signal(
                    *(self.source, key, act, own["at"], actor),
                    *(refs.get("person"), refs.get("account"), refs.get("deal")),
                    payload=payload,
                )
            )
            told.rows.append(row + 1)
        return told

    def _act(self, own: Mapping[str, Any]) -> tuple[str, Actor]:
        """What was done and by whom; '' where it is not done."""
        word = str(own.get("type") or self._usual).lower()
        kind = next((kind for kind, words in _TYPES if any(one in word for one in words)), "")
        status = str(own.get("status") or "").strip().lower()
        direction = str(own.get("direction") or "").lower()
        theirs = direction.startswith(_THEIRS)
        actor = Actor.BUYER if theirs else Actor.SELLER
        ahead = status in _AHEAD or (not status and own.get("at", self._now) > self._now)
        if kind == "meeting":
            if status in _OFF:
                return Act.MEETING_CANCELLED, actor
            return (Act.MEETING_INVITED if ahead else Act.MEETING_HELD), actor
        if status in _OFF or (ahead and kind != "note"):
            return "", actor
        if kind == "task" and status and status not in _DONE:
            return "", actor
        if kind == "mail":
            return (Act.MAIL_RECEIVED if theirs else Act.MAIL_SENT), actor
        acts = {"call": Act.CALL_HELD, "note": Act.NOTE_WRITTEN, "task": Act.TASK_DONE}
        return acts.get(kind, word[:60]), actor

    def _refs(self, said: Sequence[tuple[str, ...]]) -> tuple[dict[str, Ref], tuple[str, str, str] | None]:
        refs: dict[str, Ref] = {}
        unknown: tuple[str, str, str] | None = None
        for relation, words in zip(self._relations, said, strict=True):
            if not words or relation.name not in ("person", "account", "deal"):
                continue
            met = relation.met[words]
            ref = relation.ref(words)
            if ref is not None:
                refs[relation.name] = ref
            elif unknown is None:
                value = next(word for word in words if word)
                reason = met.reason or f"There is no {relation.name} called '{value}'; import it first"
                unknown = (self._header(*relation.fields), value, reason)
        return refs, unknown

    def _header(self, *names: str) -> str:
        return next((self._sheet.headers[name][0] for name in names if name in self._sheet.headers), "")


def _digest(own: Mapping[str, Any], extra: Mapping[str, str]) -> str:
    """A key for a row without an id: its own words, so that the same row is known again."""
    parts = [f"{name}={own[name]}" for name in sorted(own)] + [f"{name}={extra[name]}" for name in sorted(extra)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
