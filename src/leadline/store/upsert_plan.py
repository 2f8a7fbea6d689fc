"""What records would change: compared with the record as it stands, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leadline.core.market import RELATIONS, Kind, Record, Refusal
from leadline.core.signal import Ref
from leadline.store.suppression import suppressed
from leadline.store.upsert_lookup import NATURAL, Current, columns, current, lookup, plain
from leadline.store.upsert_values import lengths, same, takers

KEY_LENGTH = 400
SPACE_LENGTH = 60
Make = Callable[[Kind, set[Ref]], Mapping[Ref, int]]
Line = tuple[int, Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Differs:
    """One column of an object before and after. `extra` and 'key SYSTEM' count as columns."""

    column: str
    before: Any
    after: Any


@dataclass(slots=True)
class Entry:
    """What records say of one object; `now` is None where it is to be made. `keys` are those that are new for it."""

    kind: Kind
    record: Record
    number: int
    now: Current | None
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    keys: list[Ref] = field(default_factory=list)
    lines: list[Line] | None = None

    def differs(self) -> list[Differs]:
        """What would become another in an object that is there."""
        if self.now is None:
            return []
        before = self.now
        found = [Differs(n, before.values[n], v) for n, v in self.values.items() if not same(before.values[n], v)]
        other = {name: value for name, value in self.extra.items() if before.extra.get(name) != value}
        if other:
            found.append(Differs("extra", {n: before.extra[n] for n in other if n in before.extra}, other))
        return found + [Differs(f"key {ref.space}", None, ref.key) for ref in self.keys]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, one entry an object, and what is refused."""

    entries: list[Entry]
    refused: list[Refusal]


def nothing(_kind: Kind, _refs: set[Ref]) -> Mapping[Ref, int]:
    """Makes no object for keys that are unknown."""
    return {}


class _Refused(Exception):
    def __init__(self, reason: str, column: str = "", value: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.value = value


def plan(kind: Kind, records: Sequence[Record], make: Make = nothing, *, strict: bool = False) -> Plan:
    """Compares records of one kind with the record as it stands.

    `make` gives numbers for related objects that are unknown; with `strict` a record whose relation stays unknown is
    refused, else that relation is left as it is. Records of one call that share a key speak of one object, of which
    the later ones say more.
    """
    return _Planner(kind, records, make, strict).plan()


class _Planner:
    def __init__(self, kind: Kind, records: Sequence[Record], make: Make, strict: bool) -> None:
        self._kind = kind
        self._records = records
        self._strict = strict
        self._own = frozenset(columns(kind))
        self._takers = takers(kind)
        self._lengths = lengths(kind)
        self._natural = NATURAL[kind]
        self._banned = suppressed() if kind is Kind.PERSON else None
        self._known = lookup(kind, {plain(ref) for record in records for ref in record.keys}).found
        self._held = current(kind, set(self._known.values()))
        self._related = _related(kind, records, make)
        self._by_key: dict[Ref, Entry] = {}
        self._by_number: dict[int, Entry] = {}

    def plan(self) -> Plan:
        """One entry an object, in the order in which the records first speak of it."""
        entries: list[Entry] = []
        refused: list[Refusal] = []
        for record in self._records:
            try:
                values = self._values(record)
                keys = self._keys(record)
                number = self._number(keys)
                entry = self._found(keys, number)
            except _Refused as why:
                refused.append(Refusal(record.row, why.column, why.value[:80], str(why)))
                continue
            if entry is None:
                entry = Entry(self._kind, record, number, self._held.get(number))
                if number:
                    self._by_number[number] = entry
                entries.append(entry)
            self._say(entry, record, values, keys)
        return Plan(entries, refused)

    def _values(self, record: Record) -> dict[str, Any]:
        """The columns that a record sets, in their types."""
        values: dict[str, Any] = {}
        lengths = self._lengths
        for name, value in record.values.items():
            if name in lengths and type(value) is str and value.isascii() and "\x00" not in value:
                values[name] = text = value.strip()
                if len(text) <= (lengths[name] or len(text)):
                    continue
            taker = self._takers.get(name)
            if taker is None:
                continue
            try:
                values[name] = taker(value)
            except ValueError as error:
                raise _Refused(_sentence(str(error)), name, str(value)) from error
        if isinstance(email := values.get("email"), str):
            values["email"] = email.lower()
        if isinstance(domain := values.get("domain"), str):
            values["domain"] = domain.lower()
        for name, ref in record.relations.items():
            number = self._related.get((name, ref))
            if number is None and self._strict:
                other = RELATIONS[self._kind][name].value
                raise _Refused(
                    f"There is no {other} with {_named(ref)}; import it first, or leave the cell blank", name, ref.key
                )
            if number is not None and f"{name}_id" in self._own:
                values[f"{name}_id"] = number
        for line in record.lines:
            if ("product", line["product"]) not in self._related:
                ref = line["product"]
                raise _Refused(f"There is no product with {_named(ref)}; import the products first", "product", ref.key)
        return values

    def _keys(self, record: Record) -> list[Ref]:
        keys = list(dict.fromkeys(plain(ref) for ref in record.keys if ref.key.strip()))
        if not keys:
            raise _Refused("Nothing names the object; give its id, or a value that only this one has")
        for ref in keys:
            if len(ref.key) > KEY_LENGTH or len(ref.space) > SPACE_LENGTH:
                raise _Refused(f"A key of {len(ref.key):,} signs is too long: {KEY_LENGTH} fit", "", ref.key)
            if self._banned is not None and self._banned(ref.key, ref.space):
                raise _Refused("This person was erased on request and is not taken in again")
        return keys

    def _found(self, keys: Sequence[Ref], number: int) -> Entry | None:
        """The entry of this call that already speaks of the object; None where it is the first."""
        if number in self._by_number:
            return self._by_number[number]
        if number:
            return None
        firm = [ref for ref in keys if ref.space not in self._natural]
        return next((self._by_key[ref] for ref in firm or keys if ref in self._by_key), None)

    def _number(self, keys: Sequence[Ref]) -> int:
        """The object's number: by an outside key, else by what names it in its own columns; 0 where it is new."""
        firm = [ref for ref in keys if ref.space not in self._natural]
        numbers = {self._known[ref] for ref in firm if self._known.get(ref) in self._held}
        if len(numbers) > 1:
            shown = " and ".join(_named(ref) for ref in firm if ref in self._known)
            raise _Refused(f"{shown} are different objects here; join them first, or mend the one that is wrong")
        if numbers:
            return next(iter(numbers))
        spaces = {ref.space for ref in firm}
        for ref in keys:
            candidate = self._known.get(ref, 0)
            # an object that the same source knows by another key is another one
            if candidate in self._held and not spaces & {space for space, _ in self._held[candidate].keys}:
                return candidate
        return 0

    def _say(self, entry: Entry, record: Record, values: Mapping[str, Any], keys: Sequence[Ref]) -> None:
        """Adds what a record says to what is planned for its object."""
        entry.record = record
        entry.values.update(values)
        entry.extra.update(record.extra)
        there = entry.now.keys if entry.now else set()
        entry.keys += [
            ref
            for ref in keys
            if ref.space not in self._natural
            and ref.space != "id"
            and (ref.space, ref.key) not in there
            and ref not in entry.keys
        ]
        if record.lines:
            entry.lines = [
                (
                    self._related["product", line["product"]],
                    _exact(line.get("quantity") or 1),
                    _exact(line.get("price")),
                )
                for line in record.lines
            ]
        for ref in keys:
            self._by_key[ref] = entry


def _related(kind: Kind, records: Sequence[Record], make: Make) -> dict[tuple[str, Ref], int]:
    """Numbers of related objects by the relation's name and key; products of order lines are relations too."""
    wanted: dict[str, set[Ref]] = {}
    for record in records:
        for name, ref in record.relations.items():
            wanted.setdefault(name, set()).add(ref)
        for line in record.lines:
            wanted.setdefault("product", set()).add(line["product"])
    found: dict[tuple[str, Ref], int] = {}
    for name, refs in wanted.items():
        other = RELATIONS[kind].get(name)
        if other is None:
            continue
        here = dict(lookup(other, refs).found)
        unknown = refs - here.keys()
        if unknown:
            here |= make(other, unknown)
        found.update({(name, ref): number for ref, number in here.items()})
    return found


def _exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.0001"))


def _named(ref: Ref) -> str:
    words = {"id": "number", "email": "e-mail address"}.get(ref.space, ref.space)
    return f"{words} '{ref.key[:80]}'"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
