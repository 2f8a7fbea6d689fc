"""Why a row is like the winners: the nearest of them, and what they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.learn.lookalikes import likeness
from leadline.learn.lookalikes.records import Near
from leadline.learn.segments.bands import Column
from leadline.learn.segments.mixture import Floats, Labels
from leadline.learn.segments.naming import figure

NEAR = 2  # winners that are named as reasons
SHARED = 3  # things that they share


class Reasons:
    """Names the winners nearest to a row, and what they share."""

    def __init__(
        self, place: likeness.Space, columns: Sequence[Column], seeds: Labels, weights: Floats, names: Sequence[str]
    ) -> None:
        self.place, self.columns, self.seeds, self.weights, self.names = place, columns, seeds, weights, names
        rows = place.codes
        self.rare = [
            -np.log((np.bincount(rows[rows[:, at] >= 0, at], minlength=1) + 0.5) / (len(rows) + 1.0))
            for at in range(rows.shape[1])
        ]

    def of(self, row: int) -> tuple[Near, ...]:
        """The nearest winners, those first that share what is rare and tells."""
        alike = likeness.similarity(self.place, np.array([row]), self.seeds, self.weights)[0]
        best = self.seeds[np.argsort(-alike, kind="stable")[:NEAR]]
        return tuple(Near(self.names[seed], int(seed) + 1, self._shared(row, int(seed))) for seed in best.tolist())

    def _shared(self, row: int, seed: int) -> tuple[str, ...]:
        codes = self.place.codes
        same = [at for at in range(codes.shape[1]) if codes[row, at] == codes[seed, at] >= 0 and self.weights[at] > 0]
        same.sort(key=lambda at: -float(self.weights[at] * self.rare[at][codes[row, at]]))
        words = [self._words(at, int(codes[row, at])) for at in same]
        return tuple(dict.fromkeys(word for word in words if word))[:SHARED]

    def _words(self, at: int, code: int) -> str:
        column = self.columns[self.place.of[at]]
        if column.kind == "text":
            return f"{column.name} is about the same"
        if column.kind == "category":
            return f"{column.name} is {column.values[code]}" if code < len(column.values) else ""
        edges = column.edges[0]
        if code == 0:
            return f"{column.name} under {figure(edges[0])}"
        if code == len(edges):
            return f"{column.name} {figure(edges[-1])} or more"
        return f"{column.name} {figure(edges[code - 1])} to {figure(edges[code])}"
