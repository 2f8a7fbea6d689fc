"""Rows as records of the market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.core.mail_domains import is_free, is_shared
from leadline.core.market import FIELDS, Kind, Record, Refusal
from leadline.core.signal import Ref
from leadline.loop.importing import cells, names
from leadline.loop.importing.relations import Relation, Said
from leadline.loop.importing.repeats import Repeats
from leadline.loop.importing.sheet import NATURAL, Rows, Sheet

KINDS = {
    "people": Kind.PERSON,
    "accounts": Kind.ACCOUNT,
    "deals": Kind.DEAL,
    "products": Kind.PRODUCT,
    "orders": Kind.ORDER,
}


@dataclass(slots=True)
class Taken:
    """Records and refusals of some rows; `repeated` rows said what another one says."""

    records: list[Record]
    refused: list[Refusal]
    repeated: int = 0


class Builder:
    """Makes records of the rows of a sheet, once its relations are decided."""

    def __init__(self, sheet: Sheet, relations: Sequence[Relation], repeats: Repeats, percent: bool = False) -> None:
        self._sheet = sheet
        self._kind = KINDS[sheet.kind]
        self._relations = relations
        self._repeats = repeats
        self._percent = percent
        self._own = [name for name in FIELDS[self._kind] if sheet.has(name)]

    def records(self, rows: Rows, places: Iterable[int] | None = None) -> Taken:
        """The records of some rows, or of those at some places among them."""
        taken = Taken([], [])
        values = rows.values
        columns = [(name, values[name]) for name in self._own]
        said = [relation.told(rows.start, rows.count) for relation in self._relations]
        ids, at = values.get("id"), values.get("modified")
        for place in range(rows.count) if places is None else places:
            row = rows.start + place
            if row in self._repeats.same:
                taken.repeated += 1
                continue
            why = rows.bad.get(place) or self._repeats.refused.get(row)
            if why is not None:
                taken.refused.append(Refusal(row + 1, *why))
                continue
            own: dict[str, Any] = {}
            for name, column in columns:
                value = column[place]
                if value is not None:
                    own[name] = value
            extra = dict(rows.extra[place])
            self._finish(own, values, place)
            keys = self._keys(own, ids[place] if ids is not None else None, row)
            if not keys:
                taken.refused.append(Refusal(row + 1, "", "", self._nameless()))
                continue
            related, why = self._related([one[place] for one in said], extra)
            if why is not None:
                taken.refused.append(Refusal(row + 1, *why))
                continue
            changed: datetime | None = at[place] if at is not None else None
            taken.records.append(Record(self._kind, keys, own, related, extra, changed, row + 1))
        return taken

    def _finish(self, own: dict[str, Any], values: Mapping[str, list[Any]], place: int) -> None:
        """What follows from a row's own cells."""
        kind = self._sheet.kind
        if kind == "people":
            _name(own)
        elif kind == "accounts" and "website" in own and "domain" not in own:
            found = cells.domain(own["website"])
            if isinstance(found, str) and not is_free(found):
                own["domain"] = found
        elif kind == "deals":
            self._decided(own, values, place)

    def _decided(self, own: dict[str, Any], values: Mapping[str, list[Any]], place: int) -> None:
        """Open, won or lost: as the source says, else as its flags say, else as the stage's words do."""
        won = values["won"][place] if "won" in values else None
        closed = values["closed"][place] if "closed" in values else None
        if "state" not in own:
            if won:
                own["state"] = "won"
            elif closed is not None and won is not None:
                own["state"] = "lost" if closed else "open"
            elif "stage" in own:
                own["state"] = cells.outcome(own["stage"])
                if closed and own["state"] == "open":
                    own["state"] = "lost"
        if own.get("state") == "open" and own.get("closed_at"):
            # exports have one column for the day on which a deal closed or is hoped to
            own.setdefault("expected_on", own["closed_at"])
            del own["closed_at"]
        if isinstance(own.get("expected_on"), datetime):
            own["expected_on"] = own["expected_on"].date()
        if self._percent and own.get("probability") is not None:
            own["probability"] = own["probability"] / 100

    def _keys(self, own: Mapping[str, Any], number: str | None, row: int) -> tuple[Ref, ...]:
        keys = [Ref(self._sheet.source, number)] if number else []
        natural = NATURAL.get(self._sheet.kind, "")
        value = own.get(natural, "") if natural else ""
        if value and row not in self._repeats.unkeyed and not (keys and natural == "email" and is_shared(value)):
            keys.append(Ref(natural, value))
        if not keys and self._sheet.kind in ("accounts", "deals", "products") and own.get("name"):
            keys.append(Ref("name", own["name"]))
        return tuple(keys)

    def _nameless(self) -> str:
        natural = NATURAL.get(self._sheet.kind, "name")
        word = {"email": "an e-mail address"}.get(natural, f"a {natural}")
        return f"Nothing names this row; give it an id or {word}"

    def _related(
        self, said: Sequence[Said], extra: dict[str, str]
    ) -> tuple[dict[str, Ref], tuple[str, str, str] | None]:
        related: dict[str, Ref] = {}
        for relation, words in zip(self._relations, said, strict=True):
            if not words or relation.name == "parent":
                continue
            met = relation.met[words]
            if met.reason:
                header = next((h for f in relation.fields for h in self._sheet.headers[f]), "")
                return {}, (header, next(word for word in words if word), met.reason)
            ref = relation.ref(words)
            if ref is not None:
                related[relation.name] = ref
            else:
                extra[self._sheet.headers[f"{relation.name}.name"][0]] = words[-1]
        return related, None


def _name(own: dict[str, Any]) -> None:
    given, family, name = own.get("given_name"), own.get("family_name"), own.get("name")
    if name and not given and not family:
        given, family = names.split(name)
        if given and family:
            own["given_name"], own["family_name"] = given, family
            own["name"] = names.joined(given, family) if "," in name else name
    elif not name and (given or family):
        own["name"] = names.joined(given, family)
