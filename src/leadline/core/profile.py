"""What is known of an account or a person, each value with its source, its time and what it rests on.

Times are whole microseconds since 1970 in UTC; None where nobody said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something stored that opens: `kind` and `number` say what, `words` what a reader calls it.

    'row': data row `row` of batch `number` (0: the batch as a whole). 'signal', 'fact', 'change', 'role', 'merge',
    'consent': the entry of that number. 'account', 'person', 'deal', 'order': that object. `quote` are the words that
    it rests on and `span` where they stand in the signal's text; `signal` is the signal of a fact.
    """

    kind: str
    number: int
    words: str
    at: int | None = None
    row: int = 0
    quote: str = ""
    span: tuple[int, int] | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A value as one source stated it. `why` says why it is not the present one: 'earlier' (the same source said
    otherwise before), 'another source', 'another record' (a duplicate that was merged)."""

    value: Any
    source: str
    when: int | None
    evidence: tuple[Evidence, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One value: its name in the reader's words, who says so, when, and what it rests on. Where it rests on more than
    `evidence` holds, `more` counts the rest. `others` are values that it replaced or that contradict it."""

    name: str
    value: Any
    source: str
    when: int | None
    evidence: tuple[Evidence, ...]
    others: tuple[Stated, ...] = ()
    more: int = 0

    @property
    def disputed(self) -> bool:
        """Whether another source or record says otherwise."""
        return any(one.why != "earlier" for one in self.others)


@dataclass(frozen=True, slots=True)
class Acted:
    """One act of the timeline. `words` is its first line, `text` all that was said, `counts` whether a human did it."""

    number: int
    at: int
    act: str
    actor: str
    source: str
    counts: bool = True
    person: int | None = None
    name: str = ""
    deal: int | None = None
    consent: str = ""
    words: str = ""
    text: str = ""
    batch: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """The acts of one week from Monday 00:00 UTC: of the buyer's people and of ours, and the signals counted."""

    start: int
    theirs: int
    ours: int
    signals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the account: title and roles with what says so, and when it last acted."""

    number: int
    name: str
    title: str
    roles: tuple[ProfileField, ...] = ()
    acts: int = 0
    last: ProfileField | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A deal, an order, or a related account: its fields, and its changes in order of time."""

    kind: str
    number: int
    name: str
    fields: tuple[ProfileField, ...] = ()
    history: tuple[ProfileField, ...] = ()

    def value(self, name: str) -> Any:
        """The value of the field `name`; None where it has none."""
        return next((one.value for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact that is missing: why it matters, and whom to ask."""

    what: str
    why: str
    ask: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of an account or a person, for one reader at one time.

    `fields` come from structured sources, `understood` from texts (one field for each theme, intent, organisation, …,
    most often met first), `numbers` from acts. `kept` says of a person why what is stored about it may be kept: one
    field for each ground and source. `story` are the latest acts, `acts` counts all.
    """

    kind: str
    number: int
    name: str
    made_at: int
    fields: tuple[ProfileField, ...] = ()
    understood: tuple[ProfileField, ...] = ()
    numbers: tuple[ProfileField, ...] = ()
    kept: tuple[ProfileField, ...] = ()
    people: tuple[Member, ...] = ()
    deals: tuple[Thing, ...] = ()
    orders: tuple[Thing, ...] = ()
    related: tuple[Thing, ...] = ()
    weeks: tuple[Week, ...] = ()
    story: tuple[Acted, ...] = ()
    acts: int = 0
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    def every_field(self) -> tuple[ProfileField, ...]:
        """All fields, of things and members too, in the order of the page."""
        found = [*self.fields, *self.understood, *self.numbers, *self.kept]
        for member in self.people:
            found += [*member.roles, *([member.last] if member.last else [])]
        for thing in (*self.deals, *self.orders, *self.related):
            found += [*thing.fields, *thing.history]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is stored about a person: rows by table, each as column and value, and where else to look."""

    person: int
    made_at: int
    tables: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
