"""Train and judge: the model is first judged on rows that it never saw, then made again from all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.qualification import Rung, Validation
from leadline.learn import derive, ensemble, metrics, ridge, splits
from leadline.learn.task import Task
from leadline.learn.validation import measure

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Progress = Callable[[str, float], None]

ONE_HOLDOUT_FROM = 2_000  # closed rows from which one hold-out tells enough; below, five folds do
TWICE_BELOW = 600  # closed rows below which the folds are dealt twice
JUDGED_FROM = 10  # rows of the rarer outcome from which a model can be judged at all


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The final model's parts and how it was judged; `honest` holds the log-odds that each row of the table had from
    a model that had not seen it (NaN where there is none)."""

    fitted: ensemble.Fitted
    validation: Validation | None
    honest: Floats
    rung_words: str


def train(task: Task, seed: int, progress: Progress) -> Trained:
    """Judge on held-out rows, then train on all closed rows of `task`."""
    y = task.labels[task.closed]
    events = int(min(y.sum(), len(y) - y.sum()))
    honest = np.full(task.table.num_rows, np.nan)
    validation = None
    if events >= JUDGED_FROM:
        validation = _judge(task, seed, progress, honest)
    progress("training on all closed rows", 0.7)
    fitted = _fit(task, task.closed, seed)
    known = task.closed[fitted.known]
    blank = np.isnan(honest[known])
    honest[known[blank]] = fitted.out_of_fold[fitted.known][blank]
    return Trained(fitted, validation, honest, _rung_words(fitted.model.rung, events))


def _fit(task: Task, rows: Rows, seed: int, rung: Rung | None = None) -> ensemble.Fitted:
    table = task.table.take(pa.array(rows))
    parts = derive.plan(table, task.features, task.time_column)
    numbers = fold_numbers(task, rows, seed)
    return ensemble.fit(
        table,
        task.labels[rows],
        parts,
        task.text_columns,
        numbers,
        in_time_order=task.in_time_order,
        seed=seed,
        rung=rung,
    )


def fold_numbers(task: Task, rows: Rows, seed: int) -> Rows:
    """A fold number for each of `rows`; groups whole."""
    place = np.full(task.table.num_rows, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    numbers = np.zeros(len(rows), dtype=np.int64)
    dealt = splits.folds(task.split, rows, task.labels, ensemble.fold_count(len(rows)), seed)
    for fold, (_, test) in enumerate(dealt):
        numbers[place[test]] = fold
    if not dealt:  # too few of one kind: any two halves
        numbers = np.arange(len(rows)) % 2
    return numbers


def _pairs(task: Task, seed: int) -> list[tuple[Rows, Rows]]:
    rows = task.closed
    if task.in_time_order or len(rows) >= ONE_HOLDOUT_FROM:
        return [splits.holdout(task.split, rows, task.labels, seed=seed)]
    pairs = splits.folds(task.split, rows, task.labels, 5, seed)
    if len(rows) < TWICE_BELOW and task.split.groups is None:
        pairs += splits.folds(task.split, rows, task.labels, 5, seed + 1)
    return pairs


def _judge(task: Task, seed: int, progress: Progress, honest: Floats) -> Validation | None:
    pairs = [(a, b) for a, b in _pairs(task, seed) if len(b) and 0 < task.labels[a].sum() < len(a)]
    if not pairs:
        return None
    names = [part.column for part in derive.plan(task.table, task.features, task.time_column)]
    keys = metrics.vectors(task.table, list(dict.fromkeys((*names, *task.text_columns))))
    z, plain, low, high, seen, unseen = [], [], [], [], [], []
    for number, (train_rows, test_rows) in enumerate(pairs):
        progress("judging on rows held out", 0.1 + 0.6 * number / len(pairs))
        fitted = _fit(task, train_rows, seed)
        model = fitted.model
        table = task.table.take(pa.array(test_rows))
        texts = [table[t.column].to_pylist() for t in model.terms]
        encoded = model.encoder.transform(table)
        found = model.log_odds(encoded, texts)
        bounds = model.interval(found, encoded)
        z.append(found)
        low.append(bounds[0])
        high.append(bounds[1])
        plain.append(model.level + model.margins(encoded, texts).mean(axis=1))
        seen.append(test_rows)
        unseen.append(metrics.never_seen(keys, train_rows, test_rows))
    rows = np.concatenate(seen)
    y = task.labels[rows]
    if not 0 < y.sum() < len(y):
        return None
    honest[rows] = np.concatenate(z)
    inside = task.labels[pairs[0][0]]
    return measure(
        y,
        np.concatenate(z),
        np.concatenate(low),
        np.concatenate(high),
        scheme=task.split.scheme.words,
        z_uncalibrated=np.concatenate(plain),
        unseen=np.concatenate(unseen),
        groups=None if task.split.groups is None else task.split.groups[rows],
        base_rate=float(inside.mean()),
        seed=seed,
    )


def _rung_words(rung: Rung, events: int) -> str:
    if rung == "scorecard":
        return (
            f"A scorecard with pooled points: {events} closed rows of the rarer outcome are few, "
            f"{ensemble.ENSEMBLE_FROM} are needed for trees to join, so intervals are wide"
        )
    return f"A scorecard, evidence and boosted trees together: {events:,} closed rows of the rarer outcome are enough"


def beats_base(validation: Validation) -> bool:
    """Whether held-out rows say that the model knows more than the base rate does."""
    return validation.auc_low > 0.5 and validation.brier_skill > 0 and validation.log_loss < validation.log_loss_base


def unjudged_words(labels: Sequence[int] | NDArray[np.int8]) -> str:
    """Why there is no validation."""
    won = int(np.sum(np.asarray(labels) == 1))
    lost = int(np.sum(np.asarray(labels) == 0))
    return f"We do not know yet how good this is: {won} won and {lost} lost, {JUDGED_FROM} of each needed"


def log_odds_of(rate: float) -> float:
    """The log-odds of a rate."""
    return float(ridge.log_odds(np.array([rate]))[0])
