"""The later words of the spine as they are written to the ledger; (source, key) is a row's identity for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """What was understood of a subject ('account', 'person', 'deal', 'signal' and its number), from which signal.

    `span` is the part of the signal's text that it rests on (start, end in characters), `quote` those words,
    `confidence` 0 to 1, `made_by` the rule or model and its version.
    """

    source: str
    key: str
    kind: str
    subject: tuple[str, int]
    value: Any
    at: datetime
    signal: int | None = None
    span: tuple[int, int] | None = None
    quote: str = ""
    confidence: float | None = None
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person did with a recommendation: 'accept', 'override', 'delegate', 'take over', 'dismiss', 'snooze'."""

    source: str
    key: str
    recommendation: int
    verdict: str
    at: datetime
    by: int | None = None
    reason: str = ""
    note: str = ""
    edit: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the buyer then did, found by `rule` in a later signal."""

    source: str
    key: str
    recommendation: int
    rule: str
    met: bool
    at: datetime
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned, and the rows that it rests on, as ('decision', 12)."""

    source: str
    key: str
    subject: str
    words: str
    at: datetime
    rests_on: Sequence[tuple[str, int]] = field(default_factory=tuple)
    unlearns: int | None = None
