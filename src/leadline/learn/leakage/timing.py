"""What dates give away: days that come after the outcome, and numbers that measure until such a day."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from leadline.learn.headers import words_of
from leadline.learn.leakage.columns import Column
from leadline.learn.leakage.names import concepts_of, meanings_of
from leadline.learn.leakage.systems import spelled

_ENOUGH = 20


def start_rank(header: str) -> int:
    """How well a date's name fits the start of a deal: 3 created, 2 another beginning, 1 unknown, 0 surely not."""
    said: set[str] = set().union(*(concepts_of(word) for word in words_of(header)))
    words = set(words_of(header))
    if said & {"close", "sign", "modify", "invoice", "pay", "next", "expected", "reject"} or words & {
        "birth", "birthday", "dob", "born", "geburtsdatum", "naissance", "nacimiento", "nascita", "founded", "expiry",
        "due", "end", "ende", "fin", "fine", "delivered", "delivery",
    }:  # fmt: skip
        return 0
    if "last" in said:
        return 0
    if "first" in said and words & {
        "created",
        "create",
        "creation",
        "opened",
        "open",
        "angelegt",
        "erstellt",
        "creado",
    }:
        return 4
    return 3 if "first" in said else 1 if not said & {"start", "order"} else 2


def is_planned(header: str) -> bool:
    """Whether a date's name says that it was planned, wanted or agreed before, or belongs to the buyer."""
    said = meanings_of(spelled(header))
    return bool(said & {"planned", "expected", "customer", "terms", "contract", "theirs"})


def lag_of(later: Column, start: Column, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days from start to the later date, and which of the `rows` have both."""
    gap = np.asarray(later.numbers)[rows] - np.asarray(start.numbers)[rows]
    return gap, np.isfinite(gap)


def follows(later: Column, start: Column, rows: np.ndarray) -> bool:
    """Whether a date lies after the start in nearly all rows, and mostly not on the same day."""
    gap, both = lag_of(later, start, rows)
    if both.sum() < _ENOUGH:
        return False
    known = gap[both]
    return bool((known >= -0.01).mean() >= 0.97 and np.median(known) >= 0.5)


def measures(
    number: Column, dates: Sequence[Column], rows: np.ndarray, late: AbstractSet[str]
) -> tuple[str, str] | None:
    """Two dates whose distance the number holds, in days, weeks, hours or months, in nearly all rows; or None.

    At least one of the two is in `late`, the dates that were found to leak.
    """
    if number.numbers is None or number.is_date:
        return None
    cells = number.numbers[rows]
    for at, later in enumerate(dates):
        for start in (*dates[:at], *dates[at + 1 :]):
            if later.name not in late and start.name not in late:
                continue
            gap, both = lag_of(later, start, rows)
            use = both & np.isfinite(cells)
            if use.sum() < _ENOUGH or np.median(gap[use]) < 0.5 or np.ptp(gap[use]) < 2:
                continue
            known, told = gap[use], cells[use]
            for days in (1.0, 7.0, 1 / 24, 30.4, 365.25):
                # Small counts lie near any distance in years: the number must also rise with the distance.
                close = (np.abs(told - known / days) <= 1.01).mean() >= 0.9 and np.ptp(told) > 2
                if close and np.corrcoef(told, known)[0, 1] >= 0.9:
                    return later.name, start.name
    return None
