"""Which columns differ between the rows trained on and the rows to score: the population stability index.

PSI sums (q - p) ln(q / p) over a column's bins; under .1 is noise, over .25 a change that scores may not survive (Siddiqi
2006). Bins of blanks and of new values count, so a column that goes blank is named too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadline.core.qualification import Drift
from leadline.learn import words
from leadline.learn.encoding import Code, NumberCode
from leadline.learn.model import Model

Floats = NDArray[np.float64]

NAMED = 0.1
SEVERE = 0.25
FEWEST = 100  # rows below which a difference is chance


class DriftCount:
    """Counts the bins of scoring rows, batch by batch."""

    def __init__(self, model: Model) -> None:
        self.ensemble, self.reference = model.learned()
        self.counts = [np.zeros(n) for n in self.ensemble.encoder.cardinalities]
        self.rows = 0

    def add(self, bins: NDArray[np.int32]) -> None:
        """Count the rows of one batch."""
        self.rows += len(bins)
        for column, count in enumerate(self.counts):
            count += np.bincount(bins[:, column], minlength=len(count))

    def found(self) -> tuple[Drift, ...]:
        """The columns that differ, worst first."""
        if self.rows < FEWEST:
            return ()
        encoder = self.ensemble.encoder
        found: dict[str, Drift] = {}
        for code, at in zip(encoder.codes, encoder.bin_starts, strict=True):
            before, now = self.reference.shares[at], self.counts[at] / self.rows
            index = stability(before, now, self.rows)
            if index >= NAMED and index > getattr(found.get(code.part.column), "psi", 0.0):
                said = _words(code, before, now)
                found[code.part.column] = Drift(code.part.column, round(index, 3), said, index >= SEVERE)
        return tuple(sorted(found.values(), key=lambda d: -d.psi))


def stability(before: Floats, now: Floats, rows: int) -> float:
    """The population stability index of two shares over the same bins, less what chance alone gives."""
    floor = 0.5 / max(rows, 1)
    p = np.maximum(before, floor) / np.maximum(before, floor).sum()
    q = np.maximum(now, floor) / np.maximum(now, floor).sum()
    chance = (np.sum((before > 0) | (now > 0)) - 1) / max(rows, 1)
    return max(0.0, float(np.sum((q - p) * np.log(q / p))) - float(chance))


def _words(code: Code, before: Sequence[float] | Floats, now: Floats) -> str:
    change = now - np.asarray(before)
    at = int(np.argmax(np.abs(change)))
    label = words.bin_label(code, at)
    place = f"'{code.part.column}' is {label}"
    if isinstance(code, NumberCode) and code.part.how == "days_before":
        place = f"{code.part.name} is {label}"
    return f"{place} in {words.percent(float(now[at]))} of these rows, {words.percent(float(before[at]))} in training"
