"""What finding duplicates gives: pairs with a probability and reasons, and groups of records that are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Band = Literal["join", "review"]
Kind = Literal["people", "accounts", "records"]
Engine = Literal["fields", "texts"]

JOIN = 0.9
"""Probability from which two records are joined without asking."""
REVIEW = 0.5
"""Probability from which two records are shown to a person."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How one field of a pair compares: `words` is 'same', 'alike', 'differs' … ; `weight` is log2 of the factor by
    which it moves the odds."""

    field: str
    words: str
    left: str
    right: str
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one. `left` and `right` are 0-based rows; with two tables `right` is a row of the second.
    `reasons` are sentences, the strongest first."""

    left: int
    right: int
    probability: float
    band: Band
    reasons: tuple[str, ...]
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchSummary:
    """What was looked at and what was found.

    `duplicates` counts the rows that could go (one table) or the rows of the second table with a partner in the first
    (two tables). `one_to_one` says that a row was given one partner at most, since both lists seem free of duplicates.
    """

    rows: int
    other_rows: int
    kind: Kind
    engine: Engine
    engine_words: str
    columns: tuple[str, ...]
    unused: tuple[str, ...]
    candidates: int
    joined: int
    for_review: int
    clusters: int
    duplicates: int
    largest: int
    one_to_one: bool
    join_from: float
    review_from: float
    notes: tuple[str, ...] = ()
