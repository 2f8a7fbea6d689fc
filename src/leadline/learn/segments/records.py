"""What is found out about segments: frozen records."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.learn.segments.columns import Unused


@dataclass(frozen=True, slots=True)
class Trait:
    """What sets a segment apart: `share` of its rows against `rest` of all others; `lift` is their ratio, with the 95 %
    range from `low` to `high`. `words` say it ('employees under 50')."""

    column: str
    words: str
    share: float
    rest: float
    lift: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the closed rows of a segment were won, with the 95 % range (Wilson)."""

    won: int
    closed: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `sure` is the mean probability with which its rows belong to it, `stability` how well it comes again
    in samples (Jaccard, 0 to 1), `isnt` what it has least of, `typical` the rows most like all the others."""

    id: int
    name: str
    size: int
    share: float
    sure: float
    stability: float
    traits: tuple[Trait, ...]
    isnt: tuple[Trait, ...]
    typical: tuple[str, ...]
    outcome: Rate | None = None
    change: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of segments since the last time: kept, new, split, merged or gone, in a sentence."""

    kind: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Segments:
    """The answer: `segments` is empty where there are none, and `why` says why. Where the number was set by hand
    against the tests, both are there."""

    rows: int
    noun: str
    segments: tuple[Segment, ...]
    why: str
    used: tuple[str, ...]
    told_apart_by: tuple[str, ...]
    unused: tuple[Unused, ...]
    tried: tuple[tuple[int, float], ...]
    odds_shuffled: float
    odds_continuum: float
    outcome: str = ""
    changes: tuple[Change, ...] = ()
    moved: int = 0
    known: int = 0
    seed: int = 0
    seconds: float = 0.0
