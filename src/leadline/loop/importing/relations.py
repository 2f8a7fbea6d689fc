"""Objects that rows name beside their own: met by any unique key, or made from what the rows say of them.

All rows are heard before anything is decided, so that their order makes no difference.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.core.mail_domains import domain_of, is_free
from leadline.core.market import Kind, Record
from leadline.core.signal import Ref
from leadline.loop.importing.cells import mail_and_name
from leadline.loop.importing.sheet import Sheet
from leadline.store.upsert_lookup import NATURAL, Current, current, lookup

KINDS = {
    "account": Kind.ACCOUNT,
    "parent": Kind.ACCOUNT,
    "person": Kind.PERSON,
    "owner": Kind.SELLER,
    "product": Kind.PRODUCT,
    "deal": Kind.DEAL,
}
PARTS = ("id", "domain", "email", "code", "name")
# What may be made when it is unknown, and from which of its parts.
MADE_FROM = {
    Kind.ACCOUNT: ("domain", "name"),
    Kind.PERSON: ("email",),
    Kind.SELLER: ("id", "email", "name"),
    Kind.PRODUCT: ("code", "name"),
    Kind.DEAL: (),
}
LONGEST = {"domain": 253, "email": 320, "code": 200, "name": 300}
NEW = "new"  # the space of related objects that are still to be made
Said = tuple[str, ...]  # one row's words on a related object, in the order of PARTS
_NOTHING, _UNSAID, _UNHEARD = -1, -2, -3  # the mail may still tell; nothing is told; not looked at yet


@dataclass(slots=True)
class Met:
    """What became of one way in which rows name an object: its number, else the record that makes it (by its place in
    `Relation.fresh`), else why not. With all three missing it is left out."""

    number: int = 0
    fresh: int = -1
    reason: str = ""
    ref: Ref | None = None


@dataclass(slots=True)
class Relation:
    """One relation of the rows of a file, as 'account'."""

    name: str
    sheet: Sheet
    heard: dict[Said, int] = field(default_factory=dict)  # with the first row
    ways: list[Said] = field(default_factory=list)  # those of `heard`, in their order
    codes: array[int] = field(default_factory=lambda: array("q"))  # for each row its place in `ways`; below 0: nothing
    mails: dict[str, set[str]] = field(default_factory=dict)  # mail domains by company name
    met: dict[Said, Met] = field(default_factory=dict)
    fresh: list[Record] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # of the fresh that are made, by their place
    unknown: Counter[str] = field(default_factory=Counter)
    by_name: int = 0
    hosts: Counter[str] = field(default_factory=Counter)  # companies by mail domain
    _by_cells: dict[Any, int] = field(default_factory=dict)
    _by_host: dict[str, int] = field(default_factory=dict)
    _places: dict[Said, int] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What kind of object it leads to."""
        return KINDS[self.name]

    @property
    def fields(self) -> list[str]:
        """The fields that say it."""
        return [f"{self.name}.{part}" for part in PARTS if self.sheet.has(f"{self.name}.{part}")]

    def hear(self, values: Mapping[str, list[Any]], start: int, count: int, mails: Sequence[str | None] | None) -> None:
        """Takes in what some rows say; rows come in their order. `mails` are addresses in lower case whose domains tell
        of the account."""
        mails = mails if self.name == "account" else None
        codes = self._coded(values, start, count, mails is not None)
        if mails is not None:
            self._hear_mails(codes, values.get("account.name"), mails, start)
        self.codes.extend(codes)

    def _coded(self, values: Mapping[str, list[Any]], start: int, count: int, by_mail: bool) -> list[int]:
        """The codes of what the cells of some rows say; each way to say it is looked at once."""
        fields = self.fields
        if not fields:
            return [_NOTHING] * count
        cells: list[Any] = (
            values[fields[0]] if len(fields) == 1 else list(zip(*(values[name] for name in fields), strict=True))
        )
        codes = [self._by_cells.get(one, _UNHEARD) for one in cells]
        if _UNHEARD not in codes:
            return codes
        for place, code in enumerate(codes):
            if code != _UNHEARD:
                continue
            known = self._by_cells.get(cells[place])
            if known is None:
                said = self.said({name: [values[name][place]] for name in fields}, 1, None)[0]
                silent = by_mail and not (said and (said[0] or said[1] or said[4]))
                if by_mail and said and is_free(said[1]):
                    said = (said[0], "", *said[2:])
                known = self._by_cells[cells[place]] = self._code(said, start + place, silent)
            codes[place] = known
        return codes

    def _hear_mails(
        self, codes: list[int], companies: Sequence[str | None] | None, mails: Sequence[str | None], start: int
    ) -> None:
        """What mail domains say of rows that say nothing else, and of companies that have no domain."""
        for place, code in enumerate(codes):
            if code == _NOTHING and (mail := mails[place]):
                host = mail.rpartition("@")[2]
                known = self._by_host.get(host)
                if known is None:
                    said = () if is_free(host) else ("", host, "", "", "")
                    known = self._by_host[host] = self._code(said, start + place, False)
                codes[place] = known
        for company, mail in zip(companies or (), mails, strict=False):
            if company and mail:
                held = self.mails.setdefault(company, set())
                if len(held) < 2:
                    host = mail.rpartition("@")[2]
                    if host not in held and not is_free(host):
                        held.add(host)

    def _code(self, said: Said, row: int, silent: bool) -> int:
        """The place of a way to name an object; `silent` cells let the row's mail domain speak."""
        if not any(said):
            return _NOTHING if silent else _UNSAID
        if said not in self.heard:
            self.heard[said] = row
            self.ways.append(said)
            self._places[said] = len(self.ways) - 1
        self.heard[said] = min(self.heard[said], row)
        return self._places[said]

    def told(self, start: int, count: int) -> list[Said]:
        """What some rows that were heard say, row by row; () where a row says nothing."""
        return [self.ways[code] if code >= 0 else () for code in self.codes[start : start + count]]

    def said(self, values: Mapping[str, list[Any]], count: int, mails: Sequence[str | None] | None) -> list[Said]:
        """What each row says of the related object."""
        columns = [values.get(f"{self.name}.{part}") for part in PARTS]
        columns[0] = [_first(cell) for cell in columns[0]] if columns[0] is not None else None
        if self.kind in (Kind.PERSON, Kind.SELLER) and columns[4] is not None:
            pairs = [mail_and_name(cell) if cell else ("", "") for cell in columns[4]]
            columns[4] = [name for name, _ in pairs]
            if columns[2] is None:
                columns[2] = [mail for _, mail in pairs]
        present = [[cell or "" for cell in column] if column is not None else [""] * count for column in columns]
        if self.name == "account" and mails is not None:
            hosts = present[1]
            names, ids = present[4], present[0]
            for place, mail in enumerate(mails):
                if mail and not (hosts[place] or names[place] or ids[place]):
                    host = domain_of(mail)
                    hosts[place] = "" if is_free(host) else host
            present[1] = ["" if is_free(host) else host for host in hosts]
        return [said if any(said) else () for said in zip(*present, strict=True)]

    def ref(self, words: Said) -> Ref | None:
        """The key of what a row names: a number, or in the space NEW what is still to be made; None where unknown."""
        return self.met[words].ref

    def decide(self) -> None:
        """Finds the objects that are there, and plans those that are to be made."""
        self.hosts = Counter(host for hosts in self.mails.values() for host in hosts)
        groups: dict[Ref, list[Said]] = {}
        for said in self.heard:
            groups.setdefault(self._firmest(said), []).append(said)
        found = lookup(self.kind, {ref for said in self.heard for ref in self._refs(said)})
        held = current(self.kind, {number for ref, number in found.found.items() if ref.space != self.sheet.source})
        fresh_by_name: dict[str, list[int]] = {}
        fresh_by_ref: dict[Ref, int] = {}
        for ref in sorted(groups, key=lambda one: (self._rank(one), one.key)):
            here = groups[ref]
            number = self._number(ref, here, found.found, held)
            met = Met(number)
            if not number:
                met = self._unknown(ref, here, found.several, fresh_by_name, fresh_by_ref)
            elif ref.space == "name":
                self.by_name += 1
            if met.number:
                met.ref = Ref("id", str(met.number))
            elif met.fresh >= 0:
                met.ref = Ref(NEW, f"{self.name} {met.fresh}")
            for said in here:
                self.met[said] = met

    def _number(self, ref: Ref, here: Sequence[Said], known: Mapping[Ref, int], held: Mapping[int, Current]) -> int:
        if ref in known:
            return known[ref]
        if len(here) == 1 and sum(map(bool, here[0])) == 1:
            return 0
        others = sorted(
            {other for said in here for other in self._refs(said)} - {ref}, key=lambda o: (self._rank(o), o.key)
        )
        for other in others:
            number = known.get(other, 0)
            if other.space == "name" and ref.space == "domain":
                continue  # the same name under another domain may be another company
            if number and not any(space == self.sheet.source for space, _ in held[number].keys):
                return number
        return 0

    def _unknown(
        self,
        ref: Ref,
        here: Sequence[Said],
        several: frozenset[Ref],
        by_name: dict[str, list[int]],
        by_ref: dict[Ref, int],
    ) -> Met:
        word = self.kind.value
        if ref in several:
            return Met(reason=f"More than one {word} is called '{ref.key}'; name it by id or by another unique key")
        if ref in by_ref:
            return Met(fresh=by_ref[ref])
        if ref.space == "name" and ref.key in by_name:
            same = by_name[ref.key]
            if len(same) > 1:
                return Met(
                    reason=f"The file names more than one {word} '{ref.key}'; name it by id or by another unique key"
                )
            return Met(fresh=same[0])
        parts = {
            part: here[0][place] if len(here) == 1 else _commonest([said[place] for said in here])
            for place, part in enumerate(PARTS)
        }
        parts = {part: value for part, value in parts.items() if value}
        if not any(part in parts for part in MADE_FROM[self.kind]):
            if ref.space == "name":
                self.unknown[ref.key] += len(here)
                return Met()
            said = "id" if ref.space == self.sheet.source else ref.space
            return Met(reason=f"There is no {word} with {said} '{ref.key}'; import it first, or leave the cell blank")
        if self.kind is Kind.ACCOUNT and "domain" not in parts and "name" in parts:
            hosts = self.mails.get(parts["name"], set())
            host = next(iter(hosts), "")
            if len(hosts) == 1 and self.hosts[host] == 1:
                parts["domain"] = host
        long = next((part for part, most in LONGEST.items() if len(parts.get(part, "")) > most), "")
        if long:
            return Met(reason=f"A {long} of {len(parts[long]):,} signs is too long: {LONGEST[long]} fit; shorten it")
        keys = self._refs(tuple(parts.get(part, "") for part in PARTS))
        firm = [key for key in keys if key.space != "name"]
        own: dict[str, Any] = {part: parts[part] for part in ("name", "domain", "email", "code") if part in parts}
        place = len(self.fresh)
        first = min(self.heard[said] for said in here)
        self.fresh.append(Record(self.kind, tuple(firm or keys), own, row=first + 1))
        for key in firm:
            by_ref.setdefault(key, place)
        if "name" in parts:
            by_name.setdefault(parts["name"], []).append(place)
        return Met(fresh=place)

    def _refs(self, said: Said) -> list[Ref]:
        return [
            Ref(self.sheet.source if part == "id" else part, value)
            for part, value in zip(PARTS, said, strict=True)
            if value and (part == "id" or part in NATURAL[self.kind])
        ]

    def _firmest(self, said: Said) -> Ref:
        return next(iter(self._refs(said)), Ref("name", ""))

    def _rank(self, ref: Ref) -> int:
        return PARTS.index("id" if ref.space == self.sheet.source else ref.space)


def _first(cell: str | None) -> str | None:
    """The first of several ids: '12;15' names 12 first."""
    return cell.replace(",", ";").partition(";")[0].strip() if cell else cell


def _commonest(values: Sequence[str]) -> str:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default="")
