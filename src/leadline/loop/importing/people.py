"""People of a file whom nobody knows yet, by columns: the way that nearly all rows of a first import go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from leadline.core.mail_domains import is_shared
from leadline.core.market import FIELDS, Kind
from leadline.core.signal import Ref
from leadline.loop.importing import names
from leadline.loop.importing.relations import Relation
from leadline.loop.importing.repeats import Repeats
from leadline.loop.importing.sheet import Rows, Sheet
from leadline.store.upsert_columns import Columns, extra_text, strange, unchanged
from leadline.store.upsert_lookup import numbers_there

_NEW = -1  # the number of what is still to be made: nobody has it
Make = Callable[[Kind, set[Ref]], Mapping[Ref, int]]


class People:
    """Takes rows apart: people who are new, told by columns, and rows that need a closer look. Relations are decided
    before."""

    def __init__(self, sheet: Sheet, relations: Sequence[Relation], repeats: Repeats) -> None:
        self._sheet = sheet
        self._relations = relations
        self._repeats = repeats
        self._own = [name for name in FIELDS[Kind.PERSON] if sheet.has(name)]
        # what the words of rows came to, by their code
        self._refs = {one.name: [one.met[words].ref for words in one.ways] for one in relations}

    def fresh(self, rows: Rows, make: Make) -> tuple[Columns, list[int], int]:
        """People who are to be made, the places of rows that need a closer look, and how many rows say nothing else
        than what stands; call it inside the transaction. `make` gives numbers for related objects that are still to be
        made."""
        told = self._columns(rows)
        odd = self._odd(rows)
        odd.update(place for place, key in enumerate(told.ids) if not key and not told.names["email"][place])
        told = told.without(odd)
        some, known = strange(told)
        some |= self._gone(told)
        same = self._unchanged(told, {place: number for place, number in known.items() if place not in some})
        some |= known.keys()
        odd.update(told.rows[place] - 1 - rows.start for place in some - same)
        told = told.without(some)
        self._settle(told, make)
        return told, sorted(odd), len(same)

    def _unchanged(self, told: Columns, known: Mapping[int, int]) -> set[int]:
        if not known:
            return set()
        related: dict[str, list[int | None]] = {}
        for one in self._relations:
            refs = self._refs[one.name]
            related[f"{one.name}_id"] = [
                None if code < 0 else int(ref.key) if (ref := refs[code]) is not None and ref.space == "id" else _NEW
                for code in told.related[f"{one.name}_id"]
            ]
        return unchanged(replace(told, related=related), known)

    def _odd(self, rows: Rows) -> set[int]:
        """Rows that were refused already, say what others say, or name an object that is not there."""
        odd = set(rows.bad)
        for held in (self._repeats.same, self._repeats.refused):
            if held:
                odd.update(place for place in range(rows.count) if rows.start + place in held)
        for one in self._relations:
            lost = {code for code, ref in enumerate(self._refs[one.name]) if ref is None}
            if lost:
                codes = one.codes[rows.start : rows.start + rows.count]
                odd.update(place for place, code in enumerate(codes) if code in lost)
        return odd

    def _columns(self, rows: Rows) -> Columns:
        """All rows by column; related objects by their codes."""
        count, start = rows.count, rows.start
        blank = [""] * count
        values = {name: [cell.strip() if cell else "" for cell in rows.values[name]] for name in self._own}
        given, family = values.get("given_name", blank), values.get("family_name", blank)
        if "name" in values:
            _take_apart(values, given, family)
        elif given is not blank or family is not blank:
            values["name"] = [names.joined(*both) for both in zip(given, family, strict=True)]
        ids = [cell.strip() if cell else "" for cell in rows.values["id"]] if "id" in rows.values else blank
        mails = values.get("email", blank)
        unkeyed = self._repeats.unkeyed
        keys = ["" if key and mail and is_shared(mail) else mail for key, mail in zip(ids, mails, strict=True)]
        if unkeyed:
            keys = ["" if start + place in unkeyed else key for place, key in enumerate(keys)]
        return Columns(
            Kind.PERSON,
            list(range(start + 1, start + count + 1)),
            values,
            self._sheet.source,
            ids,
            {"email": keys},
            {f"{one.name}_id": one.codes[start : start + count].tolist() for one in self._relations},
            [extra_text(extra) for extra in rows.extra],
        )

    def _gone(self, told: Columns) -> set[int]:
        """People whose related object was there and is no longer."""
        places: set[int] = set()
        for one in self._relations:
            refs, codes = self._refs[one.name], told.related[f"{one.name}_id"]
            named = {code: refs[code] for code in set(codes) if code >= 0}
            there = {code: int(ref.key) for code, ref in named.items() if ref is not None and ref.space == "id"}
            gone = set(there.values()).difference(numbers_there(one.kind, sorted(set(there.values()))))
            if gone:
                places.update(place for place, code in enumerate(codes) if there.get(code) in gone)
        return places

    def _settle(self, told: Columns, make: Make) -> None:
        """Numbers of related objects instead of their codes."""
        for one in self._relations:
            refs, codes = self._refs[one.name], told.related[f"{one.name}_id"]
            named = {code: ref for code in set(codes) if code >= 0 and (ref := refs[code]) is not None}
            new = make(one.kind, {ref for ref in named.values() if ref.space != "id"})
            numbers = {code: int(ref.key) if ref.space == "id" else new[ref] for code, ref in named.items()}
            told.related[f"{one.name}_id"] = list(map(numbers.get, codes))


def _take_apart(values: dict[str, list[str]], given: Sequence[str], family: Sequence[str]) -> None:
    """Fills names that are told in one cell only, or in two only."""
    whole = values["name"]
    firsts, lasts = list(given), list(family)
    for place, name in enumerate(whole):
        first, last = firsts[place], lasts[place]
        if name and not first and not last:
            first, last = names.split(name)
            if first and last:
                firsts[place], lasts[place] = first, last
                whole[place] = names.joined(first, last) if "," in name else name
        elif not name and (first or last):
            whole[place] = names.joined(first, last)
    values["given_name"], values["family_name"] = firsts, lasts
