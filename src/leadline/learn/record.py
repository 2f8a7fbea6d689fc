"""A model of the record: trained, judged, and told how right it is within each stage and product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.core.clock import from_micros
from leadline.core.formats import SourceFacts
from leadline.core.progress import Progress, quiet
from leadline.learn import breakdown
from leadline.learn.breakdown import Within
from leadline.learn.material import Material
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A model of the record: what `qualify` gives, the rows it learned from and scored, and how right it is within each
    stage of readiness and each product."""

    qualified: Qualified
    material: Material
    by_stage: tuple[Within, ...]
    by_product: tuple[Within, ...]


def learn(given: Material, *, capacity: str = "", seed: int = 0, progress: Progress = quiet) -> Learned:
    """Learns from what is ripe, judges by later rows of other accounts, and scores the open ones."""
    used = given.for_learning()
    day = from_micros(given.at).date().isoformat()
    source = SourceFacts(
        f"the record as of {day}",
        "parquet",
        used.table.num_rows,
        used.table.num_columns,
        rows_are=f"moments of {used.subject}s",
    )
    found = qualify(used.table, used.options(seed, capacity), source=source, progress=progress)
    judged = found.judged if found.judged is not None else np.full(used.table.num_rows, np.nan)
    closed = np.flatnonzero(used.labels >= 0)
    part = used.take(closed)
    return Learned(
        found,
        used,
        breakdown.within(part.readiness, part.subjects, part.labels, judged[closed]),
        breakdown.within(part.products, part.subjects, part.labels, judged[closed]),
    )
