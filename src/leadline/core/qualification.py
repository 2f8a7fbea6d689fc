"""What qualifying a file gives: one frozen record that the terminal, the report and `--json` all show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.core.formats import SourceFacts
from leadline.core.roles import ColumnRole

Rung = Literal["prior", "scorecard", "ensemble"]


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """Which values of the outcome column were read as won, lost and open. `proposed` is true when nobody said."""

    column: str
    won: tuple[str, ...]
    lost: tuple[str, ...]
    open: tuple[str, ...]
    proposed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column (or rows) that the leakage guard found. `kept` is true when `--keep` overrode it.

    `kind`: 'after' (written after the outcome), 'answer' (nearly gives it alone), 'missingness', 'order',
    'identifier', 'repeat' (rows, not a column: `column` is ''), 'seller' (a judgement entered by a seller).
    """

    column: str
    kind: Literal["after", "answer", "missingness", "order", "identifier", "repeat", "seller"]
    reason: str
    statistic: float | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """How rows were divided for validation. `words` is the sentence that the output names it by."""

    kind: Literal["time", "group", "random"]
    column: str
    words: str
    given: bool = False


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Rows with like scores: mean score, share won, and that share's 80 % interval (Wilson)."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the held-out rows, best first. `gain` is the share of all wins found down to here."""

    decile: int
    rows: int
    won: int
    rate: float
    lift: float
    gain: float


@dataclass(frozen=True, slots=True)
class TopK:
    """Of the best `k` held-out rows `won` were won; `by_chance` would have been."""

    k: int
    won: int
    by_chance: float


@dataclass(frozen=True, slots=True)
class Validation:
    """Measured on rows that the model never saw.

    Probabilities in [0, 1]; `auc_low`/`auc_high` and `skill_low`/`skill_high` are 95 % intervals; `ece` is over ten
    bins of equal count; `log_loss` in nats, clipped at 1e-4. `unseen_*` is over rows whose whole feature vector
    never occurred in training (None when there are under 100 such rows or of one class).
    `interval_coverage` is the share of reliability bins whose observed rate lies in the bin's mean interval.
    """

    scheme: str
    held_out: int
    held_out_won: int
    auc: float
    auc_low: float
    auc_high: float
    log_loss: float
    log_loss_base: float
    brier: float
    brier_base: float
    brier_skill: float
    skill_low: float
    skill_high: float
    ece: float
    ece_uncalibrated: float
    lift_top_decile: float
    interval_coverage: float
    deciles: tuple[Decile, ...]
    reliability: tuple[ReliabilityBin, ...]
    top: tuple[TopK, ...]
    unseen_rows: int = 0
    unseen_auc: float | None = None
    unseen_log_loss: float | None = None


@dataclass(frozen=True, slots=True)
class PartialPoint:
    """One value or range of a column: rows there, mean score, share won among closed rows (None under 10)."""

    label: str
    rows: int
    score: float
    observed: float | None


@dataclass(frozen=True, slots=True)
class Driver:
    """A column that moves the score. `strength` is the mean absolute push in log-odds; `share` of all pushes."""

    column: str
    strength: float
    share: float
    words: str
    partial: tuple[PartialPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """A column that differs between training and scoring rows (population stability index)."""

    column: str
    psi: float
    words: str
    severe: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one row's score is up or down: `effect` in log-odds against the average row."""

    column: str
    value: str
    effect: float
    words: str


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One row of the list. `row` is its 1-based place in the file; `value` the expected value, if there is money."""

    row: int
    name: str
    score: float
    low: float
    high: float
    grade: str
    value: float | None
    up: tuple[Reason, ...]
    down: tuple[Reason, ...]
    missing: str
    unusual: bool
    state: Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What was made, from what, for what, and its limits."""

    made_at: str
    version: str
    seed: int
    members: tuple[tuple[str, float], ...]  # name, weight in the stack
    trees: int
    trained_rows: int
    cut_off: str
    features: int
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Qualification:
    """The whole result of the main job."""

    source: SourceFacts
    rows: int
    closed: int
    won: int
    open: int
    immature: int
    mature_after_days: float | None
    base_rate: float
    rung: Rung
    rung_words: str
    outcome: OutcomeReading
    scheme: Scheme | None
    roles: tuple[ColumnRole, ...]
    left_out: tuple[LeftOut, ...]
    validation: Validation | None
    drivers: tuple[Driver, ...]
    drift: tuple[Drift, ...]
    ranking: tuple[ScoredRow, ...]
    capacity: str
    grade_counts: tuple[tuple[str, int], ...]
    money_column: str
    model: ModelCard
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    products: tuple[str, ...] = ()
