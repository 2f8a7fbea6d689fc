"""The model as it is kept: everything that scoring needs, and nothing that runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import DataError
from leadline.core.formats import ColumnFormat
from leadline.core.qualification import LeftOut, ModelCard, OutcomeReading, Validation
from leadline.core.roles import ColumnRole
from leadline.learn.ensemble import Ensemble
from leadline.learn.priors import Prior

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What training rows looked like. `shares[c][b]`: share of rows in bin b of scorecard column c. `surprise` is the
    99.5th percentile of a row's summed -log share, above which a row is unusual. `middle` and `swing` are the mean
    and the spread of each source column's push (log-odds), in the order of `columns`. `grades` are the scores from
    which A, B and C are given where no capacity is said."""

    columns: tuple[str, ...]
    shares: tuple[Floats, ...]
    surprise: float
    middle: Floats
    swing: Floats
    grades: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Propensity:
    """What is a product's own: `level` (products) and `slopes` (products, columns) in log-odds above the one model;
    `spread` is the prior's that was chosen out of fold (0: products differ by no slope that can be told)."""

    column: str
    products: tuple[str, ...]
    columns: tuple[str, ...]
    level: Floats
    slopes: Floats
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model. `ensemble` is None on the prior rung; `prior` is None where no questionnaire was given.

    `prior_weight` is the share of the questionnaire's log-odds in the score (1 on the prior rung).
    """

    card: ModelCard
    outcome: OutcomeReading
    formats: tuple[ColumnFormat, ...]
    roles: tuple[ColumnRole, ...]
    left_out: tuple[LeftOut, ...]
    text_columns: tuple[str, ...]
    id_column: str
    money_column: str
    ensemble: Ensemble | None
    reference: Reference | None
    prior: Prior | None
    prior_weight: float
    validation: Validation | None
    base_rate: float
    propensity: Propensity | None = None

    def learned(self) -> tuple[Ensemble, Reference]:
        """What was learned from closed rows; DataError on the prior rung."""
        if self.ensemble is None or self.reference is None:
            raise DataError("This model rests on a questionnaire alone; give closed rows to learn from")
        return self.ensemble, self.reference

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a file that the score rests on."""
        from leadline.learn.derive import columns_read

        names = dict.fromkeys(columns_read(self.ensemble.encoder.parts) if self.ensemble else [])
        names.update(dict.fromkeys(self.text_columns))
        if self.prior:
            names.update(dict.fromkeys(rule.column for rule in self.prior.rules))
        if self.propensity:
            names[self.propensity.column] = None
        return tuple(names)
