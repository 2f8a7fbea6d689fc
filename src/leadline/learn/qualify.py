"""The main job: any table of leads or deals in, a ranked, calibrated, explained list out, with the truth about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline import __version__
from leadline.core.errors import DataError
from leadline.core.formats import ColumnFormat, SourceFacts
from leadline.core.progress import Progress, quiet
from leadline.core.qualification import Driver, ModelCard, Qualification, Rung, ScoredRow, Validation
from leadline.learn import drivers, grades, priors, propensity, reasons, ridge, scoring, training, words
from leadline.learn.model import Model, Propensity
from leadline.learn.qualified import Qualified
from leadline.learn.task import Options, Task, prepare

Floats = NDArray[np.float64]

PRIOR_SPEAKS = 0.2  # share of the questionnaire in a score from which the list may rest on it alone
RANKED_SHOWN = 200  # rows of the ranking that the record carries
MONEY_SENSE = "the expected value is the score times the amount, as if the amount were certain"


def qualify(
    table: pa.Table,
    options: Options,
    *,
    formats: Sequence[ColumnFormat] = (),
    source: SourceFacts | None = None,
    progress: Progress = quiet,
) -> Qualified:
    """Qualify the rows of a typed table (float64, timestamp[us], string columns).

    Raises DataError where there is one class alone and no prior, and CallError where the call does not fit the table.
    A model that does not beat the base rate is returned with `enough` false: its scores are not to be used.
    """
    start = time.perf_counter()
    progress("reading columns and hunting leaks", 0.02)
    task = prepare(table, formats, options)
    if options.prior is not None:
        priors.check(options.prior, table.column_names)
    y = task.labels[task.closed]
    won = int(y.sum())
    both = 0 < won < len(y)
    if not both and options.prior is None:
        raise DataError(_one_class(task, won, len(y)))
    base_rate = float(y.mean()) if both or options.prior is None else options.prior.win_rate
    trained = training.train(task, options.seed, progress, options.prior) if both and task.features else None
    if both and trained is None and options.prior is None:
        raise DataError("No column is left that could tell won from lost; name one with --keep or --role")
    progress("scoring and explaining", 0.85)
    model = _model(task, options, trained, base_rate)
    if options.product and trained is not None:
        model = replace(model, propensity=_propensity(task, model, trained, options))
    scores = scoring.score(model, table)
    if trained is not None:
        scores = _honest(scores, trained.honest)
    validation = trained.validation if trained else None
    enough = validation is None or training.beats_base(validation) or model.prior_weight >= PRIOR_SPEAKS
    qualified = _assemble(task, options, model, trained, scores, validation, base_rate, source, enough)
    seconds = time.perf_counter() - start
    progress("done", 1.0)
    return Qualified(
        _replace_seconds(qualified.result, seconds), model, task, scores, qualified.grade, qualified.value, enough,
        None if trained is None else trained.judged,
    )  # fmt: skip


def _one_class(task: Task, won: int, closed: int) -> str:
    column = task.outcome.column
    if not closed:
        return f"No row is closed: '{column}' says neither won nor lost anywhere; give closed rows, or --prior FILE"
    kind = "won" if won else "lost"
    return (
        f"All {closed:,} closed rows are {kind}, and a model needs both; "
        f"check --outcome and --lost for '{column}', or give --prior FILE"
    )


def _model(task: Task, options: Options, trained: training.Trained | None, base_rate: float) -> Model:
    fitted = trained.fitted if trained else None
    prior, weight = options.prior, 0.0
    if prior is not None:
        weight = 1.0 if fitted is None else prior.share(len(task.closed))
    texts = [task.table[name].to_pylist() for name in task.text_columns]
    reference = None
    if fitted is not None:
        closed = task.closed.tolist()
        kept = [[texts[task.text_columns.index(t.column)][i] for i in closed] for t in fitted.model.terms]
        reference = scoring.reference(fitted.model, fitted.encoded, kept)
    return Model(
        card=_card(task, trained, options.seed),
        outcome=task.outcome,
        formats=task.formats,
        roles=task.roles,
        left_out=task.left_out,
        text_columns=task.text_columns if fitted else (),
        id_column=task.id_column,
        money_column=task.money_column,
        ensemble=fitted.model if fitted else None,
        reference=reference,
        prior=prior,
        prior_weight=weight,
        validation=trained.validation if trained else None,
        base_rate=base_rate,
    )


def _propensity(task: Task, model: Model, trained: training.Trained, options: Options) -> Propensity:
    rows = task.closed[np.isfinite(trained.honest[task.closed])]
    folds = training.fold_numbers(task, rows, options.seed)
    table = task.table.take(pa.array(rows))
    return propensity.fit(model, table, task.labels[rows], trained.honest[rows], options.product, folds)


def _card(task: Task, trained: training.Trained | None, seed: int) -> ModelCard:
    members: list[tuple[str, float]] = []
    trees = features = 0
    if trained is not None:
        model = trained.fitted.model
        names = [
            "scorecard",
            "evidence",
            *(["trees"] if model.forest else []),
            *(f"words of {t.column}" for t in model.terms),
        ]
        members = [(name, round(float(w), 4)) for name, w in zip(names, model.weights, strict=True)]
        trees, features = model.trees, len(model.encoder.tree_sources)
    return ModelCard(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        seed=seed,
        members=tuple(members),
        trees=trees,
        trained_rows=len(task.closed) if trained else 0,
        cut_off=_cut_off(task),
        features=features,
        limits=_limits(task, trained),
    )


def _cut_off(task: Task) -> str:
    name = task.time_column
    if not name or not len(task.closed):
        return ""
    last = task.table[name][int(task.closed[-1])].as_py()
    return last.date().isoformat() if last is not None else ""


def _limits(task: Task, trained: training.Trained | None) -> tuple[str, ...]:
    limits = ["It knows only what the file says; what a person sees, hears or has agreed is not in it"]
    if trained is None:
        limits.append("It rests on the questionnaire alone; no closed row has been learned from")
    elif trained.validation is None:
        limits.append("Too few rows are closed to judge it on rows that it never saw")
    elif not task.in_time_order:
        limits.append("No date or order was found, so it was not judged on later rows than it learned from")
    if trained is not None and np.isfinite(trained.fitted.model.half_life):
        limits.append(
            f"The win rate moves: the level follows the last {trained.fitted.model.half_life:,.0f} closed rows, "
            "so train again when as many more have closed"
        )
    if any(item.kept for item in task.left_out):
        kept = ", ".join(f"'{item.column}'" for item in task.left_out if item.kept)
        limits.append(f"Kept in spite of signs that they are written after the outcome: {kept}")
    limits.append("A score says who is likely to be won, not whom an approach would win over")
    return tuple(limits)


def _honest(scores: scoring.Scores, honest: Floats) -> scoring.Scores:
    """Closed rows get the score of a model that had not seen them, where there is one."""
    known = np.isfinite(honest)
    z = np.where(known, honest, scores.log_odds)
    p = np.where(known, ridge.sigmoid(z), scores.score)  # open rows keep theirs to the last bit
    shift = p - scores.score
    low = np.where(known, np.clip(np.minimum(scores.low + shift, p), 0.0, 1.0), scores.low)
    high = np.where(known, np.clip(np.maximum(scores.high + shift, p), 0.0, 1.0), scores.high)
    return scoring.Scores(z, p, low, high, scores.unusual, scores.encoded, scores.texts, scores.words)


def _assemble(
    task: Task,
    options: Options,
    model: Model,
    trained: training.Trained | None,
    scores: scoring.Scores,
    validation: Validation | None,
    base_rate: float,
    source: SourceFacts | None,
    enough: bool,
) -> Qualified:
    table, labels = task.table, task.labels
    to_rank = (labels == -1) | task.young
    warnings = _warnings(task, validation, enough, bool(to_rank.any()))
    if not to_rank.any():
        to_rank = np.ones(len(labels), dtype=bool)
    value = _value(table, task.money_column, scores.score)
    if options.capacity:
        grade = grades.by_capacity(scores.score, to_rank, grades.capacity(options.capacity))
    else:
        best = np.quantile(scores.score[to_rank], [0.9, 0.7, 0.4])
        grade = grades.by_score(scores.score, to_rank, (float(best[0]), float(best[1]), float(best[2])))
    rung: Rung = "prior" if trained is None else trained.fitted.model.rung
    rung_words = (
        trained.rung_words if trained else "Rules and a starting rate from the questionnaire: nothing learned yet"
    )
    result = Qualification(
        source=source or SourceFacts("table", "parquet", table.num_rows, table.num_columns),
        rows=table.num_rows,
        closed=int((labels >= 0).sum()),
        won=int((labels == 1).sum()),
        open=int((labels == -1).sum()),
        immature=int(task.young.sum()),
        mature_after_days=task.mature_after,
        base_rate=base_rate,
        rung=rung,
        rung_words=rung_words,
        outcome=task.outcome,
        scheme=task.split.scheme if trained else None,
        roles=task.roles,
        left_out=task.left_out,
        validation=validation,
        drivers=_drivers(task, trained) if trained and enough else (),
        drift=(),
        ranking=_ranking(task, model, scores, grade, value, to_rank) if enough else (),
        capacity=options.capacity,
        grade_counts=tuple((g, int(np.sum(grade == g))) for g in grades.GRADES),
        money_column=task.money_column,
        model=model.card,
        warnings=warnings,
        products=model.propensity.products if model.propensity else (),
    )
    return Qualified(result, model, task, scores, grade, value, enough)


def _warnings(task: Task, validation: Validation | None, enough: bool, any_open: bool) -> tuple[str, ...]:
    said = []
    if task.outcome.reason.startswith("No row says"):
        said.append(task.outcome.reason)
    if task.mature_words:
        said.append(task.mature_words)
    if validation is None and len(task.closed):
        said.append(training.unjudged_words(task.labels[task.closed]))
    if enough and validation is not None and not training.beats_base(validation):
        said.append(
            "On rows held out the scores do no better than the base rate: they rest on what the questionnaire believes"
        )
    if not enough:
        said.append("Not enough signal: on rows held out the model does no better than the base rate")
    if not any_open:
        said.append(
            "No row is open: the list ranks closed rows, each scored by a model that had not seen it where possible"
        )
    return tuple(said)


def _value(table: pa.Table, money: str, score: Floats) -> Floats | None:
    if not money or not pa.types.is_floating(table.schema.field(money).type):
        return None
    amount = np.array(table[money].to_numpy(), dtype=np.float64)
    return np.asarray(amount * score)


def _drivers(task: Task, trained: training.Trained) -> tuple[Driver, ...]:
    closed = task.table.take(pa.array(task.closed))
    model = trained.fitted.model
    texts = [closed[t.column].to_pylist() for t in model.terms]
    return drivers.drivers(model, trained.fitted.encoded, texts, task.labels[task.closed])


def _ranking(
    task: Task,
    model: Model,
    scores: scoring.Scores,
    grade: NDArray[np.str_],
    value: Floats | None,
    to_rank: NDArray[np.bool_],
) -> tuple[ScoredRow, ...]:
    rows = np.flatnonzero(to_rank)
    best = rows[np.argsort(-scores.score[rows], kind="stable")[:RANKED_SHOWN]]
    whys = reasons.explain(model, task.table, scores, best)
    names = task.table[task.id_column].to_pylist() if task.id_column else None
    found = []
    for row, why in zip(best.tolist(), whys, strict=True):
        worth = float(value[row]) if value is not None and np.isfinite(value[row]) else None
        label = int(task.labels[row])
        found.append(
            ScoredRow(
                row=row + 1,
                name=words.name(names[row]) if names and names[row] is not None else f"row {row + 1}",
                score=float(scores.score[row]),
                low=float(scores.low[row]),
                high=float(scores.high[row]),
                grade=str(grade[row]),
                value=worth,
                up=why.up,
                down=why.down,
                missing=why.missing,
                unusual=bool(scores.unusual[row]),
                state="open" if label == -1 else "won" if label else "lost",
            )
        )
    return tuple(found)


def _replace_seconds(result: Qualification, seconds: float) -> Qualification:
    return replace(result, seconds=round(seconds, 3))
