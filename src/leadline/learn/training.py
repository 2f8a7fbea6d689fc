"""Train and judge: the model is first judged on rows that it never saw, then made again from all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.progress import Progress
from leadline.core.qualification import Rung, Validation
from leadline.learn import derive, ensemble, metrics, scoring, splits
from leadline.learn.priors import Prior
from leadline.learn.task import Task
from leadline.learn.validation import measure

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

ONE_HOLDOUT_FROM = 2_000  # closed rows from which one hold-out tells enough; below, five folds do
DECIDED_ONCE_FROM = 4_000  # training rows from which the final model keeps what was decided for the judged one
TWICE_BELOW = 600  # closed rows below which the folds are dealt twice
JUDGED_FROM = 16  # rows of the rarer outcome from which good models are told from bad: docs/explain/small-data.md


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The final model's parts and how it was judged; `honest` holds the log-odds that each row of the table had from
    a model that had not seen it, with the questionnaire's share in them (NaN where there is none), `judged` only those
    of rows that were held out to judge it."""

    fitted: ensemble.Fitted
    validation: Validation | None
    honest: Floats
    judged: Floats
    rung_words: str


def train(task: Task, seed: int, progress: Progress, prior: Prior | None = None) -> Trained:
    """Judge on held-out rows, then train on all closed rows of `task`; what is judged is what is said: with `prior`."""
    y = task.labels[task.closed]
    events = int(min(y.sum(), len(y) - y.sum()))
    honest = np.full(task.table.num_rows, np.nan)
    validation = first = None
    if events >= JUDGED_FROM:
        validation, first = _judge(task, seed, progress, honest, prior)
    judged = honest.copy()
    progress("training on all closed rows", 0.7)
    fitted = _fit(task, task.closed, seed, first[0].recipe if first else None)
    for seen, rows in ((fitted, task.closed), *([first] if first else [])):
        known = rows[seen.known]
        blank = np.isnan(honest[known])
        found = seen.out_of_fold[seen.known][blank]
        if prior is not None:
            found = scoring.with_prior(prior, prior.share(len(rows)), _rows(task, known[blank]), found)[0]
        honest[known[blank]] = found
    return Trained(fitted, validation, honest, judged, _rung_words(fitted.model.rung, events))


def _rows(task: Task, rows: Rows) -> pa.Table:
    return task.table.take(pa.array(rows))


def _fit(task: Task, rows: Rows, seed: int, recipe: ensemble.Recipe | None = None) -> ensemble.Fitted:
    table = _rows(task, rows)
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
        recipe=recipe,
        recurring=task.split.apart,
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
    if task.split.apart:
        return splits.turns(task.split, rows, task.labels, seed)
    if task.in_time_order or len(rows) >= ONE_HOLDOUT_FROM:
        return [splits.holdout(task.split, rows, task.labels, seed=seed)]
    pairs = splits.folds(task.split, rows, task.labels, 5, seed)
    if len(rows) < TWICE_BELOW and task.split.groups is None:
        pairs += splits.folds(task.split, rows, task.labels, 5, seed + 1)
    return pairs


def _judge(
    task: Task, seed: int, progress: Progress, honest: Floats, prior: Prior | None
) -> tuple[Validation | None, tuple[ensemble.Fitted, Rows] | None]:
    """The validation and, where one hold-out of many rows gave it, the model judged and the rows it learned from: what
    was decided there holds for all rows and need not be decided twice."""
    pairs = [(a, b) for a, b in _pairs(task, seed) if len(b) and 0 < task.labels[a].sum() < len(a)]
    if not pairs:
        return None, None
    names = [part.column for part in derive.plan(task.table, task.features, task.time_column)]
    keys = metrics.vectors(task.table, list(dict.fromkeys((*names, *task.text_columns))))
    size = task.table.num_rows
    z, plain, low, high = (np.zeros(size) for _ in range(4))
    times = np.zeros(size, dtype=np.int64)
    fitted = None
    unseen = np.ones(size, dtype=bool)
    for number, (train_rows, test_rows) in enumerate(pairs):
        progress("judging on rows held out", 0.1 + 0.6 * number / len(pairs))
        fitted = _fit(task, train_rows, seed)
        model = fitted.model
        table = _rows(task, test_rows)
        texts = [table[t.column].to_pylist() for t in model.terms]
        encoded = model.encoder.transform(table)
        found = model.log_odds(encoded, texts)
        bounds = model.interval(found, encoded)
        if prior is not None:
            found, low_, high_ = scoring.with_prior(prior, prior.share(len(train_rows)), table, found, bounds)
            bounds = low_, high_
        z[test_rows] += found
        low[test_rows] += bounds[0]
        high[test_rows] += bounds[1]
        plain[test_rows] += model.level + model.margins(encoded, texts).mean(axis=1)
        times[test_rows] += 1
        unseen[test_rows] &= metrics.never_seen(keys, train_rows, test_rows)
    rows = task.closed[times[task.closed] > 0]
    y = task.labels[rows]
    if not 0 < y.sum() < len(y):
        return None, None
    # A row that was held out twice counts once, with the mean of what was said of it: twice it would look like two.
    z, low, high, plain = (values[rows] / times[rows] for values in (z, low, high, plain))
    honest[rows] = z
    inside = task.labels[pairs[0][0]]
    validation = measure(
        y,
        z,
        low,
        high,
        scheme=task.split.scheme.words,
        z_uncalibrated=plain,
        unseen=unseen[rows],
        groups=None if task.split.groups is None else task.split.groups[rows],
        base_rate=float(inside.mean()),
        seed=seed,
    )
    kept = len(pairs) == 1 and len(pairs[0][0]) >= DECIDED_ONCE_FROM
    return validation, (fitted, pairs[0][0]) if fitted and kept else None


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
    if min(won, lost) >= JUDGED_FROM:
        return "We do not know yet how good this is: the rows held out are all won or all lost; try another --split"
    return f"We do not know yet how good this is: {won} won and {lost} lost, {JUDGED_FROM} of each needed"
