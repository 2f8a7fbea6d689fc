"""Rows of one file that speak of one object: the same twice is one, and what contradicts itself is not taken."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from leadline.loop.importing.sheet import NATURAL, Sheet

SHOWN = 5


@dataclass(slots=True)
class Repeats:
    """`same` rows say what an earlier one says; `refused` give the reason by row; `unkeyed` rows have their own id and
    share an address or domain with another, so that it does not name them. Rows are 0-based."""

    same: dict[int, int] = field(default_factory=dict)
    refused: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    unkeyed: set[int] = field(default_factory=set)


class Keys:
    """Collects the keys of rows while a file is read through, as digests of 8 bytes."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._natural = NATURAL.get(sheet.kind, "")
        self.fields = [name for name in ("id", self._natural, "name") if name and sheet.has(name)]
        if self._natural in self.fields and "name" in self.fields and sheet.kind == "people":
            self.fields.remove("name")
        self._seen: dict[str, array[int]] = {name: array("q") for name in self.fields}

    def add(self, values: dict[str, list[str | None]]) -> None:
        """Notes the keys of some rows."""
        for name in self.fields:
            column = values[name]
            if name == "name":  # names only where nothing else
                others = [values[other] for other in self.fields if other != "name"]
                column = [
                    cell if all(other[place] is None for other in others) else None for place, cell in enumerate(column)
                ]
            self._seen[name].extend(hash(cell) for cell in column if cell is not None)

    def repeats(self) -> Repeats:
        """Looks again at rows whose key occurs twice, and judges them."""
        twice = {name: _twice(seen) for name, seen in self._seen.items()}
        found = Repeats()
        if not any(twice.values()):
            return found
        held: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
        texts = self._sheet.parsed.chunks()
        for rows, chunk in zip(self._sheet.rows(self.fields), texts, strict=True):
            columns = list(chunk.text.values())
            for place in range(rows.count):
                own = {name: rows.values[name][place] for name in self.fields}
                for name in self.fields:
                    cell = own[name]
                    if cell is None or hash(cell) not in twice[name]:
                        continue
                    if name == "name" and any(own[other] for other in self.fields if other != "name"):
                        continue
                    digest = hash(tuple(column[place] for column in columns))
                    held.setdefault((name, cell), []).append((rows.start + place, own.get("id") or "", digest))
        for (name, key), group in held.items():
            if len(group) > 1:
                self._judge(found, name, key, group)
        return found

    def _judge(self, found: Repeats, name: str, key: str, group: list[tuple[int, str, int]]) -> None:
        first = group[0][0]
        if len({digest for _, _, digest in group}) == 1:
            found.same.update({row: first for row, _, _ in group[1:]})
            return
        ids = [own for _, own, _ in group]
        if name != "id" and all(ids):
            # all have ids of their own: the smallest may be met by its address, the others are further objects
            least = min(ids)
            found.unkeyed.update(row for row, own, _ in group if own != least)
            return
        header = self._sheet.headers[name][0]
        listed = " and ".join(f"{row + 1:,}" for row, _, _ in group[:SHOWN])
        more = f" and {len(group) - SHOWN:,} more" if len(group) > SHOWN else ""
        reason = f"Rows {listed}{more} have the same {header} and differ; keep one of them"
        for row, _, _ in group:
            found.refused[row] = (header, key, reason)


def _twice(seen: Iterable[int]) -> set[int]:
    """Digests that occur more than once."""
    seen = list(seen)
    if len(set(seen)) == len(seen):
        return set()
    last: int | None = None
    found: set[int] = set()
    for digest in sorted(seen):
        if digest == last:
            found.add(digest)
        last = digest
    return found
