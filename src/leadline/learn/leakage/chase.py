"""One hunt for leaks: the columns, the rows that are closed, and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from leadline.core.qualification import LeftOut
from leadline.learn.leakage.columns import Column
from leadline.learn.leakage.names import Suspicion
from leadline.learn.leakage.statistics import alone_auc

Kind = Literal["after", "answer", "missingness", "order", "identifier", "repeat", "seller"]


@dataclass(slots=True)
class Chase:
    """The state of one hunt: columns, closed rows among them, and what was found so far."""

    columns: list[Column]
    closed: np.ndarray
    open: np.ndarray
    won: np.ndarray
    fold: np.ndarray
    kept: frozenset[str]
    charges: dict[str, Suspicion]
    found: dict[str, LeftOut] = field(default_factory=dict)
    spans: set[str] = field(default_factory=set)
    strength: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add(self, name: str, kind: Kind, reason: str, statistic: float | None = None, span: bool = False) -> None:
        """Note a finding, unless there is one; kept columns are noted and prove nothing about others."""
        if name not in self.found:
            self.found[name] = LeftOut(name, kind, reason, statistic, name in self.kept)
            if span and name not in self.kept:
                self.spans.add(name)

    def free(self) -> list[Column]:
        """Columns not found yet."""
        return [column for column in self.columns if column.name not in self.found]

    def guilty(self, *kinds: Kind) -> list[Column]:
        """Columns found, of these kinds, that were not kept."""
        return [c for c in self.columns if c.name in self.found and c.name not in self.kept
                and self.found[c.name].kind in kinds]  # fmt: skip

    def alone(self, column: Column) -> tuple[float, float]:
        """AUC of the column alone and how many errors it lies above a half."""
        if column.name not in self.strength:
            auc, error = alone_auc(column, self.closed, self.won, self.fold)
            self.strength[column.name] = (auc, error)
        return self.strength[column.name]

    def speaks(self, column: Column) -> bool:
        """Whether the values tell the outcome at least a little, beyond chance."""
        auc, error = self.alone(column)
        return auc >= 0.55 and auc - 0.5 >= 4 * error
