"""The profile of an account or a person: what sources say, what was understood, what was done, what is missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from leadline.core.clock import Clock, micros
from leadline.core.market import Kind
from leadline.core.profile import Acted, Evidence, Export, Member, Profile, ProfileField, Week
from leadline.core.signal import Act
from leadline.core.understanding import FactKind
from leadline.loop import profile_gaps
from leadline.store import profile as kept
from leadline.store import profile_export
from leadline.store.profile_acts import MOST, FactRow, SignalRow, facts, payloads, signals
from leadline.store.profile_values import fields_of
from leadline.understand.signal_text import text_of

DAY = 86_400_000_000
WEEK = 7 * DAY
_MONDAY = 4 * DAY  # 1970-01-05, the first Monday
WEEKS = 26
STORY = 120  # acts that are told one by one
RESTS_ON = 60  # pieces of evidence that a field lists; the rest is counted
READ = 5_000  # acts whose facts are gathered, the latest
_MEETINGS = (Act.MEETING_HELD, Act.CALL_HELD)
_KEYS = {
    FactKind.THEME: "theme",
    FactKind.INTENT: "intent",
    FactKind.SENTIMENT: "sentiment",
    FactKind.LANGUAGE: "language",
    FactKind.PERSONAL: "personal",
}
_ORDER = [FactKind.INTENT, FactKind.THEME, FactKind.SENTIMENT, FactKind.ENTITY, FactKind.LANGUAGE, FactKind.PERSONAL]
# What we wrote ourselves says nothing of them; notes of calls and meetings do.
_OURS = frozenset({Act.MAIL_SENT, Act.CHAT_SAID, Act.CALL_SAID})


def of_account(text: str, clock: Clock, *, by: str = "command line", number: int | None = None) -> Profile:
    """The profile of the account that `text` means; the look goes into the trail. Raises CallError."""
    found = kept.find_account(text) if number is None else number
    made = _Maker(Kind.ACCOUNT, found, clock).make()
    kept.looked(Kind.ACCOUNT, found, by, "profile")
    return made


def of_person(text: str, clock: Clock, *, account: str = "", by: str = "command line") -> Profile:
    """The profile of a person; with `account` the person must belong to it. The look goes into the trail."""
    found = kept.find_person(text, kept.find_account(account) if account else None)
    made = _Maker(Kind.PERSON, found, clock).make()
    kept.looked(Kind.PERSON, found, by, "profile")
    return made


def export(text: str, clock: Clock, *, account: str = "", by: str = "command line") -> tuple[Profile, Export]:
    """The profile of a person and everything that is stored about it, for its request for access."""
    found = kept.find_person(text, kept.find_account(account) if account else None)
    made = _Maker(Kind.PERSON, found, clock).make()
    told = profile_export.everything(found, clock)
    kept.looked(Kind.PERSON, found, by, "everything stored")
    return made, told


class _Maker:
    def __init__(self, kind: Kind, number: int, clock: Clock) -> None:
        self._kind = kind
        self._number = number
        self._now = micros(clock.now())
        self._rows = signals(kind.value, number)
        self._by_id = {row.id: row for row in self._rows}
        # news and calendars tell of what is to come; the past is what has happened
        self._human = [row for row in self._rows if row.counts and row.at <= self._now]
        self._names = kept.names_of(row.person for row in self._rows if row.person is not None)

    def make(self) -> Profile:
        """All of it."""
        kind, number = self._kind, self._number
        people, many = kept.people_of(number) if kind is Kind.ACCOUNT else ({}, 0)
        deals, deal_count = kept.deals_of(kind, number)
        orders, order_count = kept.orders_of(kind, number)
        read = facts(kind.value, number, [row.id for row in self._rows[:READ]])
        notes = [
            f"{shown:,} of {all_:,} {what} are shown"
            for shown, all_, what in (
                (len(people), many, "people"),
                (len(deals), deal_count, "deals"),
                (len(orders), order_count, "orders"),
            )
            if shown < all_
        ]
        if len(self._rows) >= MOST:
            notes.append(f"Acts are counted among the latest {MOST:,}")
        made = Profile(
            kind=kind.value,
            number=number,
            name=kept.named(kind, number),
            made_at=self._now,
            fields=fields_of(kind, [number]).get(number, ()),
            understood=understood(read, self._by_id),
            numbers=tuple(self._numbers()),
            kept=(*kept.consents_of(number), *self._grounds()) if kind is Kind.PERSON else (),
            people=self._people(people) if kind is Kind.ACCOUNT else self._own_roles(),
            deals=deals,
            orders=orders,
            related=kept.related_to(number) if kind is Kind.ACCOUNT else (),
            weeks=self._weeks(),
            story=self._story(),
            acts=len(self._rows),
            notes=tuple(notes),
        )
        return profile_gaps.filled_in(made, read)

    # ---- acts --------------------------------------------------------------------------------------------------------

    def _numbers(self) -> Iterable[ProfileField]:
        """What acts tell: last contact both ways, breadth, meetings, acts of 90 days."""
        theirs = [row for row in self._human if row.actor == "buyer"]
        ours = [row for row in self._human if row.actor == "seller"]
        recent = [row for row in theirs if row.at > self._now - 90 * DAY]
        for name, rows in (("last act of theirs", theirs), ("last act of ours", ours)):
            if rows:
                yield self._counted(name, rows[0].act, rows[:1])
        first = self._human[-1:]
        if first:
            yield self._counted("first act", first[0].act, first)
        yield self._counted("acts of theirs in 90 days", len(recent), recent)
        if self._kind is Kind.ACCOUNT:
            last: dict[int, SignalRow] = {}
            for row in recent:
                if row.person is not None:
                    last.setdefault(row.person, row)
            yield self._counted("people active in 90 days", len(last), list(last.values()))
        met = [row for row in self._human if row.act in _MEETINGS]
        yield self._counted("meetings and calls held", len(met), met)
        machine = [row for row in self._rows if not row.counts]
        if machine:
            yield self._counted("acts that machines did, not counted", len(machine), machine)

    def _counted(self, name: str, value: object, rows: Sequence[SignalRow]) -> ProfileField:
        """A number, resting on the acts it counts; zero rests on nothing, which is what it says."""
        sources = sorted({row.source for row in rows})
        shown = tuple(self._seen(row) for row in rows[:RESTS_ON])
        said = ", ".join(sources[:4]) + (" …" if len(sources) > 4 else "")
        when = rows[0].at if rows else None
        return ProfileField(name, value, said or "no act", when, shown, more=len(rows) - len(shown))

    def _seen(self, row: SignalRow) -> Evidence:
        who = self._names.get(row.person, "") if row.person is not None else ""
        return Evidence("signal", row.id, f"{row.act}{f', {who}' if who else ''}", row.at)

    def _grounds(self) -> Iterable[ProfileField]:
        """Why what is stored about a person may be kept: acts by source and ground."""
        groups: dict[tuple[str, str], list[SignalRow]] = defaultdict(list)
        for row in self._rows:
            groups[row.consent, row.source].append(row)
        for (consent, source), rows in sorted(groups.items()):
            name = f"ground: {consent}" if consent else "no ground noted"
            many = f"{len(rows):,} {'act' if len(rows) == 1 else 'acts'}"
            yield self._counted(name, f"{many} from {source}", rows)

    def _weeks(self) -> tuple[Week, ...]:
        """The last weeks, those without an act among them."""
        this = (self._now - _MONDAY) // WEEK
        found: dict[int, list[SignalRow]] = defaultdict(list)
        for row in self._human:
            found[(row.at - _MONDAY) // WEEK].append(row)
        made = []
        for week in range(this - WEEKS + 1, this + 1):
            rows = found.get(week, [])
            actors = Counter(row.actor for row in rows)
            acts = tuple(row.id for row in rows if row.actor in ("buyer", "seller"))
            made.append(Week(week * WEEK + _MONDAY, actors["buyer"], actors["seller"], acts))
        return tuple(made)

    def _story(self) -> tuple[Acted, ...]:
        rows = self._rows[:STORY]
        opened = payloads(row.id for row in rows)
        made = []
        for row in rows:
            payload, batch, place = opened.get(row.id, ({}, None, 0))
            text = text_of(row.act, payload)
            name = self._names.get(row.person, "") if row.person is not None else ""
            made.append(
                Acted(
                    *(row.id, row.at, row.act, row.actor, row.source, row.counts, row.person, name, row.deal),
                    consent=row.consent,
                    words=_first_line(text) or _title(payload),
                    text=text,
                    batch=batch,
                    row=place,
                )
            )
        return tuple(made)

    # ---- people ------------------------------------------------------------------------------------------------------

    def _people(self, people: Mapping[int, tuple[str, str]]) -> tuple[Member, ...]:
        """People of the account and whoever else acted for it, those with roles and those who acted last first."""
        acted: dict[int, list[SignalRow]] = defaultdict(list)
        for row in self._human:
            if row.person is not None and row.actor == "buyer":
                acted[row.person].append(row)
        beside = {number: (self._names[number], "") for number in acted if number in self._names}
        every = {**beside, **people}
        roles = kept.roles_of(every)
        made = []
        for number, (name, title) in every.items():
            rows = acted.get(number, [])
            last = None
            if rows:
                last = self._counted("last act", rows[0].act, rows[:1])
            made.append(Member(number, name, title, roles.get(number, ()), len(rows), last))
        made.sort(key=lambda one: (not one.roles, -(one.last.when or 0) if one.last else 0, one.name))
        return tuple(made)

    def _own_roles(self) -> tuple[Member, ...]:
        roles = kept.roles_of([self._number]).get(self._number, ())
        return (Member(self._number, kept.named(self._kind, self._number), "", roles),) if roles else ()


def understood(read: Sequence[FactRow], acts: Mapping[int, SignalRow]) -> tuple[ProfileField, ...]:
    """What texts say, one field for each different value of a kind, the most often met first."""
    groups: dict[tuple[str, str], list[FactRow]] = defaultdict(list)
    for fact in read:
        act = acts.get(fact.signal) if fact.signal is not None else None
        if act is not None and act.actor == "seller" and act.act in _OURS:
            continue
        name, value = _said(fact)
        if value:
            groups[name, value].append(fact)
    order = {name: place for place, name in enumerate(_ORDER)}

    def rank(group: tuple[str, str]) -> tuple[int, str, int, str]:
        kind, _, more = group[0].partition(": ")
        return (order.get(FactKind(kind), 99) if kind in set(FactKind) else 98, more, -len(groups[group]), group[1])

    made = []
    for group in sorted(groups, key=rank):
        rows = groups[group]
        evidence = tuple(_opening(fact, acts) for fact in rows[:RESTS_ON])
        makers = sorted({fact.made_by for fact in rows if fact.made_by}) or ["read from texts"]
        more = len(rows) - len(evidence)
        made.append(ProfileField(*group, ", ".join(makers[:3]), rows[0].at, evidence, more=more))
    return tuple(made)


def _said(fact: FactRow) -> tuple[str, str]:
    """The field that a fact belongs to, and its value in words."""
    value = fact.value
    if isinstance(value, dict):
        if fact.kind == FactKind.ENTITY:
            return f"{fact.kind}: {value.get('entity', '')}", str(value.get("text", ""))
        key = _KEYS.get(FactKind(fact.kind)) if fact.kind in set(FactKind) else None
        if key is not None:
            return fact.kind, str(value.get(key, ""))
        return fact.kind, ", ".join(f"{name}: {one}" for name, one in value.items())[:300]
    return fact.kind, "" if value is None else str(value)[:300]


def _opening(fact: FactRow, acts: Mapping[int, SignalRow]) -> Evidence:
    act = acts.get(fact.signal) if fact.signal is not None else None
    words = act.act if act else "known of the record"
    span = (fact.start, fact.end) if fact.start is not None and fact.end is not None else None
    return Evidence("fact", fact.id, words, act.at if act else fact.at, 0, fact.quote, span, fact.signal)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 140 else line[:139].rstrip() + "…"


def _title(payload: Mapping[str, object]) -> str:
    """What an act without words is about."""
    for name in ("subject", "title", "name", "path", "url", "file", "stage"):
        value = payload.get(name)
        if isinstance(value, str) and value.strip():
            return _first_line(value)
    return ""
