"""Which columns differ between the rows trained on and the rows to score: the population stability index.

PSI sums (q - p) ln(q / p) over a column's bins; under .1 is noise, over .25 a change that scores may not survive
(Siddiqi 2006). Bins of blanks and of new values count, so a column that goes blank is named too. What chance gives,
(bins - 1) (1/n + 1/m) on average (Yurdakul, Naranjo 2020), is taken off, and a difference under four of its standard
deviations is not named. Weekday, month and hour move with the calendar: they are named but stop nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadline.core.qualification import Drift
from leadline.learn import words
from leadline.learn.encoding import Code
from leadline.learn.model import Model

Floats = NDArray[np.float64]

NAMED = 0.1
SEVERE = 0.25
FEWEST = 100  # rows below which a difference is chance
SURE = 4.0  # standard deviations of chance for a difference to be named
STOPS = 7.0  # and to stop a file: it has many columns, and chance has a long tail
CALENDAR = ("weekday", "month", "hour")


class DriftCount:
    """Counts the bins of scoring rows, batch by batch."""

    def __init__(self, model: Model) -> None:
        self.ensemble, self.reference = model.learned()
        self.counts = [np.zeros(n) for n in self.ensemble.encoder.cardinalities]
        self.rows = 0
        self.trained = max(1, model.card.trained_rows)

    def add(self, bins: NDArray[np.int32]) -> None:
        """Count the rows of one batch."""
        self.rows += len(bins)
        for column, counted in enumerate(self.counts):
            self.counts[column] = counted + np.bincount(bins[:, column], minlength=len(counted))

    def found(self) -> tuple[Drift, ...]:
        """The columns that differ, worst first."""
        if self.rows < FEWEST:
            return ()
        encoder = self.ensemble.encoder
        found: dict[str, Drift] = {}
        for code, at in zip(encoder.codes, encoder.bin_starts, strict=True):
            if code.part.how == "ratio":  # both of its columns are looked at themselves
                continue
            if code.part.how == "moment":  # later rows come later
                continue
            before, now = self.reference.shares[at], self.counts[at] / self.rows
            index, chance = stability(before, now, self.trained, self.rows)
            if index < max(NAMED, SURE * chance):
                continue
            severe = index >= max(SEVERE, STOPS * chance) and code.part.how not in CALENDAR
            one = Drift(code.part.column, round(index, 3), _words(code, before, now), severe)
            other = found.get(one.column)  # of a date's parts the one that stops comes first, then the worst
            if other is None or (one.severe, one.psi) > (other.severe, other.psi):
                found[one.column] = one
        return tuple(sorted(found.values(), key=lambda d: -d.psi))


def stability(before: Floats, now: Floats, trained: int, rows: int) -> tuple[float, float]:
    """The population stability index of two shares over the same bins, less what chance gives on average, and the
    standard deviation of what chance gives; `trained` and `rows` are the rows behind the shares."""
    floor = 0.5 / max(rows, 1)
    p = np.maximum(before, floor) / np.maximum(before, floor).sum()
    q = np.maximum(now, floor) / np.maximum(now, floor).sum()
    free = max(float(np.sum((before > 0) | (now > 0))) - 1, 0.0)
    each = 1.0 / max(rows, 1) + 1.0 / max(trained, 1)
    return max(0.0, float(np.sum((q - p) * np.log(q / p))) - free * each), float(np.sqrt(2 * free)) * each


def _words(code: Code, before: Sequence[float] | Floats, now: Floats) -> str:
    change = now - np.asarray(before)
    at = int(np.argmax(np.abs(change)))
    place = f"'{code.part.column}' is {words.part_label(code, at)}"
    return f"{place} in {words.percent(float(now[at]))} of these rows, {words.percent(float(before[at]))} in training"
