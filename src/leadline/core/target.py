"""A target group as rules, and how well a row fits it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FIELDS = ("country", "employees", "revenue", "industry", "function", "seniority", "title", "city", "text")


class Weight(StrEnum):
    """How a rule counts."""

    MUST = "must"
    SHOULD = "should"
    MUST_NOT = "must not"


class Fit(StrEnum):
    """What a row says to a rule. PERHAPS: it says something near it, or a range that only overlaps."""

    YES = "fits"
    PERHAPS = "may fit"
    UNKNOWN = "unknown"
    NO = "does not fit"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a field, and `values` one of which it must have ('country': ISO 3166 codes; 'function' and 'seniority':
    names of the catalogue; 'title', 'city': words it contains; 'industry', 'text': words that it is like), or a range
    `low` to `high`, both included. `weight` is the pull of a SHOULD; `said` the words that it was read from."""

    field: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    currency: str = ""
    kind: Weight = Weight.MUST
    weight: float = 1.0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A target group: its rules, and the words that they came from."""

    rules: tuple[Rule, ...]
    words: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row says to one rule; `words` names the rule and the cell. `degree` is 0 to 1, None where unknown."""

    fit: Fit
    words: str
    degree: float | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """How well a row fits. `score` is 0 to 100, between `low` (all that is unknown were against it) and `high` (all
    were for it); a row that breaks a must gets 30 at most. Bands: 'fits', 'may fit', 'does not fit'."""

    row: int
    score: float
    low: float
    high: float
    band: str
    answers: tuple[Answer, ...]
