"""What is found out about look-alikes: frozen records."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.learn.lookalikes.trial import Recall
from leadline.learn.segments.columns import Unused


@dataclass(frozen=True, slots=True)
class Near:
    """A winner that a row is like, and what they share. `row` is its 1-based place."""

    name: str
    row: int
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A row that is like winners: `times` as likely as the average of the rest to be among them."""

    place: int
    row: int
    name: str
    likeness: float
    times: float
    near: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """The answer. `method` is 'learned' or 'by columns that tell'; `trial` how well each way did on hidden winners, the
    one in use first; `why` says why there is no list. `estimated` is how many of the rest are like winners if winners
    were picked evenly from all their like (None where that cannot be said)."""

    rows: int
    winners: int
    rest: int
    noun: str
    method: str
    why: str
    trial: tuple[Recall, ...]
    used: tuple[str, ...]
    telling: tuple[tuple[str, float], ...]
    unused: tuple[Unused, ...]
    excluded: tuple[tuple[str, int], ...]
    estimated: float | None
    top: tuple[LookAlike, ...]
    caution: str = ""
    seconds: float = 0.0
