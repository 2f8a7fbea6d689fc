"""The fields that can be imported and the shapes of other systems' exports, as this package's TOML files say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

KINDS = ("people", "accounts", "deals", "activities", "products", "orders")
VENDORS = ("hubspot", "salesforce", "pipedrive", "dynamics", "odoo")
EXTRA = "extra"
SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column may hold. `reading` is how its cells are read: text, email, domain, date, whole, money,
    price, quantity, share, currency, state or yes. `headers` are the words it is known by."""

    name: str
    words: str
    reading: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A native export: it is one where all of `needed` and at least `least` of `likely` are among the headers.
    `columns` maps header words to fields."""

    source: str
    title: str
    kind: str
    needed: frozenset[str]
    likely: frozenset[str]
    least: int
    columns: Mapping[str, str]

    def fits(self, headers: frozenset[str]) -> bool:
        """Whether the headers are those of this export."""
        return self.needed <= headers and len(self.likely & headers) >= self.least


def words_of(header: str) -> str:
    """A header as lower-case words: 'Close_Date (UTC)' is 'close date utc'. 'E-mail' and 'e mail' are one."""
    return " ".join(re.findall(r"[^\W_]+|%", header.casefold()))


@cache
def fields(kind: str) -> Mapping[str, Field]:
    """The fields of a kind of import by name."""
    found = _toml("fields")[kind]["fields"]
    return {
        name: Field(name, entry["words"], entry.get("kind", "text"), tuple(words_of(h) for h in entry["headers"]))
        for name, entry in found.items()
    }


@cache
def shapes() -> Sequence[Shape]:
    """All native shapes, in the order in which they are tried."""
    return [
        Shape(
            data["source"],
            entry["title"],
            entry["kind"],
            frozenset(map(words_of, entry["all"])),
            frozenset(map(words_of, entry["any"])),
            entry["least"],
            {words_of(header): field for header, field in entry["columns"].items()},
        )
        for data in map(_toml, VENDORS)
        for entry in data["shapes"]
    ]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))
