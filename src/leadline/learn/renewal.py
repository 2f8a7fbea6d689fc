"""A challenger against the present model: which one foretells what neither has seen, and what would change.

Both are judged on those decided after either's data ended. The challenger is published only if its log loss is surely
lower (95 % paired bootstrap over whole accounts) and its ranking not surely worse. What is published is the very model
that was judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import ColumnNotFound, DataError
from leadline.core.qualification import Drift
from leadline.learn import comparison, metrics, scoring
from leadline.learn.drift import DriftCount
from leadline.learn.material import NAME, Material
from leadline.learn.model import Model

FEWEST = 40  # decided subjects, with FEWEST_KIND of each outcome, that a verdict needs
FEWEST_KIND = 10
MOST = 300  # decided subjects after which older ones are better learned from than judged on
TOP = 10
LEAST_SHARE = 0.01  # of all pushes: a change below that is not told

Verdict = Literal["first", "better", "worse", "undecided", "too few", "no signal", "present broken"]
PUBLISHES: tuple[Verdict, ...] = ("first", "better", "present broken")


@dataclass(frozen=True, slots=True)
class Weight:
    """How much of all pushes a column has in the present model and in the challenger (shares)."""

    column: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Mover:
    """One open subject whose place in the list changes: 1 is best; `words` says what moved it most."""

    name: str
    subject: int
    rank_before: int
    rank_after: int
    score_before: float
    score_after: float
    words: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How right a model is on the rows judged: mean foretold, share that came true, Brier score, expected calibration
    error over ten bins."""

    foretold: float
    came_true: float
    brier: float
    ece: float


@dataclass(frozen=True, slots=True)
class Changed:
    """What is different: inputs that drifted since the present model learned, columns that gained or lost weight, open
    subjects that move most, the win rate learned, and how right each is on the rows judged."""

    drift: tuple[Drift, ...]
    weights: tuple[Weight, ...]
    movers: tuple[Mover, ...]
    base_rate_before: float
    base_rate_after: float
    fit_before: Fit
    fit_after: Fit


@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal: `trained_to` and `judged_to` (microseconds) bound the outcomes learned from and judged on, `judged`
    subjects were. `version` is the challenger's number, 0 where it was not kept."""

    subject: str
    trained_to: int
    judged_to: int
    judged: int
    verdict: Verdict
    why: str
    comparison: comparison.Comparison | None = None
    changed: Changed | None = None
    version: int = 0
    present: int = 0

    @property
    def publishes(self) -> bool:
        """Whether the challenger goes into use."""
        return self.verdict in PUBLISHES

    def numbered(self, version: int) -> Renewal:
        """The same with the number under which the challenger was kept."""
        return replace(self, version=version)


def boundary(material: Material, after: int) -> int | None:
    """The time up to which the challenger learns: the later half of those decided after `after`, at most MOST, are left
    to judge on. None where fewer than FEWEST, or FEWEST_KIND of an outcome, would be left."""
    closed = np.flatnonzero((material.labels >= 0) & (material.decided > after))
    subjects, first = np.unique(material.subjects[closed], return_index=True)
    order = np.argsort(material.decided[closed][first], kind="stable")
    times, won = material.decided[closed][first][order], material.labels[closed][first][order]
    if len(subjects) < FEWEST:
        return None
    left = min(MOST, max(FEWEST, len(subjects) // 2))
    boundary = int(times[-left]) - 1
    kept = won[times > boundary]
    if min(int(kept.sum()), len(kept) - int(kept.sum())) < FEWEST_KIND:
        return None
    return max(after, boundary)


def judge(
    challenger: Model, present: Model, window: Material, seed: int = 0
) -> tuple[Verdict, str, comparison.Comparison]:
    """Which of two models foretells the window better. Raises ColumnNotFound or DataError where that cannot be told."""
    found = comparison.compare(challenger, present, window.table, window.labels, window.accounts, seed)
    judged = len(np.unique(window.subjects))
    loss = f"log loss {found.log_loss_a:.4f} against {found.log_loss_b:.4f} on {judged:,} {window.subject}s"
    spread = f"difference {found.difference:+.4f}, 95 % from {found.low:+.4f} to {found.high:+.4f}"
    if found.high < 0 and not found.auc_high < 0:
        return "better", f"The new model foretells the latest outcomes better: {loss} ({spread})", found
    if found.high < 0:
        ranks = f"AUC {found.auc_a:.3f} against {found.auc_b:.3f}"
        why = f"The new model is better calibrated but ranks surely worse ({ranks}), so the present one stays"
        return "undecided", why, found
    if found.low > 0:
        return (
            "worse",
            f"The new model foretells the latest outcomes worse: {loss} ({spread}), so the present one stays",
            found,
        )
    return "undecided", f"No difference can be told: {loss} ({spread}), so the present one stays", found


def changes(challenger: Model, present: Model, window: Material, waiting: Material) -> Changed:
    """What would be different with the challenger in use; `waiting` are the open rows."""
    after, before = (scoring.score(model, window.table) for model in (challenger, present))
    counted = DriftCount(present)
    counted.add(before.encoded.bins)
    return Changed(
        drift=counted.found(),
        weights=_weights(challenger, present, after, before),
        movers=_movers(challenger, present, waiting) if len(waiting.subjects) else (),
        base_rate_before=present.base_rate,
        base_rate_after=challenger.base_rate,
        fit_before=_fit(before, window),
        fit_after=_fit(after, window),
    )


def _fit(scores: scoring.Scores, window: Material) -> Fit:
    y, z = window.labels, scores.log_odds
    return Fit(float(scores.score.mean()), float(y.mean()), metrics.brier(y, z), metrics.ece(y, z))


def _shares(model: Model, scores: scoring.Scores) -> dict[str, float]:
    pushes = np.abs(scoring.pushes(model, scores)).mean(axis=0)
    total = float(pushes.sum()) or 1.0
    return dict(zip(model.learned()[1].columns, (pushes / total).tolist(), strict=True))


def _weights(challenger: Model, present: Model, after: scoring.Scores, before: scoring.Scores) -> tuple[Weight, ...]:
    old, new = _shares(present, before), _shares(challenger, after)
    found = [Weight(name, old.get(name, 0.0), new.get(name, 0.0)) for name in dict.fromkeys((*old, *new))]
    told = [one for one in found if abs(one.after - one.before) >= LEAST_SHARE]
    return tuple(sorted(told, key=lambda one: -abs(one.after - one.before))[:TOP])


def _movers(challenger: Model, present: Model, waiting: Material) -> tuple[Mover, ...]:
    after, before = (scoring.score(model, waiting.table) for model in (challenger, present))
    rank_after, rank_before = _ranks(after.score), _ranks(before.score)
    order = np.argsort(-np.abs(rank_after - rank_before), kind="stable")[:TOP]
    rows = order[rank_after[order] != rank_before[order]]
    if not len(rows):
        return ()
    new, old = scoring.pushes(challenger, after, rows), scoring.pushes(present, before, rows)
    names_new, names_old = challenger.learned()[1].columns, present.learned()[1].columns
    names = waiting.table[NAME].to_pylist()
    found = []
    for place, row in enumerate(rows.tolist()):
        gained = dict(zip(names_new, new[place].tolist(), strict=True))
        for name, push in zip(names_old, old[place].tolist(), strict=True):
            gained[name] = gained.get(name, 0.0) - push
        up = rank_after[row] < rank_before[row]
        why = max(gained, key=lambda name: gained[name] if up else -gained[name])
        words = f"'{why}' speaks {'more for' if up else 'less for'} it than before"
        found.append(
            Mover(
                str(names[row]), int(waiting.subjects[row]), int(rank_before[row]), int(rank_after[row]),
                float(before.score[row]), float(after.score[row]), words,
            )
        )  # fmt: skip
    return tuple(found)


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def unusable(present: Model, material: Material) -> str:
    """Why a model cannot score these rows, '' where it can."""
    try:
        for name in present.columns:
            if name not in material.table.column_names:
                raise ColumnNotFound(name, material.table.column_names)
        scoring.score(present, material.table.slice(0, 1))
    except (ColumnNotFound, DataError) as error:
        return str(error)
    return ""


def told(renewal: Renewal) -> list[str]:
    """The renewal in sentences."""
    lines = [renewal.why]
    found = renewal.comparison
    if found is not None:
        lines.append(
            f"AUC {found.auc_a:.3f} against {found.auc_b:.3f} (difference {found.auc_difference:+.3f}, 95 % from "
            f"{found.auc_low:+.3f} to {found.auc_high:+.3f})"
        )
    changed = renewal.changed
    if changed is None:
        return lines
    lines.append(f"Brier score {changed.fit_after.brier:.4f} against {changed.fit_before.brier:.4f}")
    lines.append(
        f"The win rate learned is {changed.base_rate_after:.0%}, before {changed.base_rate_before:.0%}; on the latest "
        f"{changed.fit_after.came_true:.0%} came true where {changed.fit_after.foretold:.0%} are foretold now and "
        f"{changed.fit_before.foretold:.0%} before"
    )
    lines += [f"Drift: {one.words}" for one in changed.drift[:5]]
    lines += [
        f"'{one.column}' {'gains' if one.after > one.before else 'loses'} weight: {one.before:.0%} to {one.after:.0%}"
        for one in changed.weights[:5]
    ]
    lines += [
        f"{one.name} moves from place {one.rank_before} to {one.rank_after} ({one.score_before:.0%} to "
        f"{one.score_after:.0%}): {one.words}"
        for one in changed.movers[:5]
    ]
    return lines
