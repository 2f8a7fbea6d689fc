"""What came of an import, or would come of it."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.core.formats import SourceFacts
from leadline.core.market import Refusal
from leadline.warehouse.mapping.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Example:
    """One field that changes: data row, what the object is called, field, value before and after."""

    row: int
    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Related:
    """Objects that rows name beside their own: how many were met, are made, were met by name alone, are unknown."""

    name: str
    met: int
    made: int
    by_name: int
    unknown: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """`batch` is the number to undo it by; 0 for a dry run. `repeated` rows said what an earlier row says; `left`
    rows are no acts yet. `left_by_reason` says why."""

    facts: SourceFacts
    proposal: Proposal
    source: str
    batch: int
    rows: int
    created: int
    changed: int
    unchanged: int
    repeated: int
    refused: tuple[Refusal, ...]
    related: tuple[Related, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()
