"""Training on a cluster: trees grow there on all rows, the rest of the model on a sample; both are stacked forwards.

The sample is drawn by a hash of each row, so it is the same on any cluster. Of it one machine makes what it always
makes: roles, leaks, codes of columns, scorecard, evidence. XGBoost grows the trees on the cluster from the same codes
of every closed row, and they take the place of the sample's trees. Weights and calibration come from rows later than
those that each stage has seen, in two steps forwards (Wolpert 1992), and a last, later part judges.
Texts are not read; a category counts by its rank and how common it is.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import ColumnNotFound, DataError
from leadline.core.formats import ColumnFormat
from leadline.core.progress import Progress, quiet
from leadline.core.qualification import Validation
from leadline.core.roles import Role
from leadline.learn import blend, calibration, listing, metrics, scoring
from leadline.learn.encoding import CategoryCode, Encoder
from leadline.learn.ensemble import Ensemble
from leadline.learn.forest import Forest
from leadline.learn.model import Model
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.spark import boosted, shipment
from leadline.learn.spark.shipment import Shipment
from leadline.learn.task import Options
from leadline.learn.validation import measure
from leadline.warehouse import spark as door
from leadline.warehouse import values

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]

SAMPLE = 50_000  # rows that one machine learns from
LOOKED_AT = 100_000  # later rows, at most, that weights and measures rest on
CUTS = (0.45, 0.7, 0.85)  # of the rows in time order: where stages end, and the last part, which judges, begins
TREES = 150
FEWEST = 400  # closed rows in any part, below which one machine does better
KEY = "leadline row"  # the hash by which rows are dealt to workers and drawn
ENCODED = pa.schema([("won", pa.int64()), ("features", pa.list_(pa.float32()))])
# Chosen once, not tuned to any data: as deep as LightGBM's 15 leaves on one machine.
GROWING: dict[str, Any] = {
    "max_depth": 4,
    "learning_rate": 0.1,
    "reg_lambda": 5.0,
    "min_child_weight": 5.0,
    "colsample_bytree": 0.7,
    "tree_method": "hist",
    "max_bin": 256,
    "verbosity": 0,
}


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """A model, what it is worth on the latest rows (never seen by what was judged), the AUC there of the sample's own
    model on one machine, and how many closed rows the trees learned from."""

    model: Model
    validation: Validation
    alone: float
    closed: int
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """What was learned from the rows before some moment: by one machine from a sample, and with the cluster's trees."""

    qualified: Qualified
    formats: tuple[ColumnFormat, ...]
    ensemble: Ensemble
    closed: int


@dataclass(frozen=True, slots=True)
class Encoding:
    """Rows in, labels and codes of closed ones out; what `mapInArrow` calls on the workers."""

    model: Shipment
    hidden: tuple[int, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = self.model.model()
        for raw in batches:
            typed = _typed(model, raw)
            won = _labels(model, typed)
            closed = np.flatnonzero(won >= 0)
            coded = model.learned()[0].encoder.transform(typed.take(pa.array(closed))).trees
            coded[:, list(self.hidden)] = np.nan
            ends = np.arange(len(coded) + 1, dtype=np.int32) * coded.shape[1]
            features = pa.ListArray.from_arrays(pa.array(ends), pa.array(coded.reshape(-1), pa.float32()))
            yield pa.RecordBatch.from_arrays([pa.array(won[closed], pa.int64()), features], schema=ENCODED)


def train(
    spark: Any,
    place: str,
    options: Options,
    time_column: str,
    *,
    sample: int = SAMPLE,
    trees: int = TREES,
    workers: int = 0,
    progress: Progress = quiet,
) -> Grown:
    """Learn from the closed rows of the Parquet at `place`, in the order of `time_column` (a date or a number).

    `workers` is how many tasks train at once, all cores of the cluster unless given. Rows without a time are left out.
    Raises ColumnNotFound, and DataError where parts are too few or all of one kind.
    """
    start = time.perf_counter()
    rows = door.parquet(spark, place)
    if time_column not in rows.columns:
        raise ColumnNotFound(time_column, rows.columns, place)
    rows = _keyed(rows, time_column)
    options = replace(options, split=f"time:{time_column}")
    workers = workers or spark.sparkContext.defaultParallelism
    made = _Making(spark, options, time_column, sample, trees, workers)
    progress("looking where time is divided", 0.02)
    moments = _moments(_drawn(rows, LOOKED_AT).column(time_column))
    stages, parts = [], []
    for number, (begin, end) in enumerate(pairwise((*moments, None))):
        progress("learning from the past, looking at what came later", 0.05 + 0.25 * number)
        if number < 2:
            stages.append(made.stage(made.before(rows, begin)))
        parts.append(_drawn(made.between(rows, begin, end), LOOKED_AT))
    decided = _stacked(stages, parts[:2])
    validation, alone = _judged(stages[1], decided, parts[2], time_column)
    progress("learning from all closed rows", 0.75)
    final = made.stage(rows)
    ensemble = replace(final.ensemble, weights=decided.weights, intercept=decided.intercept, bounds=decided.bounds)
    model = _model(final, ensemble, validation, trees)
    progress("done", 1.0)
    return Grown(model, validation, alone, final.closed, round(time.perf_counter() - start, 3))


def _keyed(rows: Any, time_column: str) -> Any:
    from pyspark.sql import functions

    cells = [functions.col(door.quoted(name)) for name in rows.columns]
    known = functions.col(door.quoted(time_column)).isNotNull()
    return rows.filter(known).withColumn(KEY, functions.xxhash64(*cells))


def _drawn(rows: Any, many: int) -> pa.Table:
    """The rows with the lowest hashes: a sample that depends on nothing but the rows."""
    return rows.orderBy(door.quoted(KEY)).limit(many).drop(KEY).toArrow()


def _moments(times: pa.ChunkedArray) -> list[Any]:
    """The times at CUTS of the rows."""
    known = times.drop_null().sort()
    if len(known) < 4 * FEWEST:
        raise DataError(f"{len(known):,} rows have a time, and a cluster needs {4 * FEWEST:,}; use leadline qualify")
    return [known[int(len(known) * cut)].as_py() for cut in CUTS]


@dataclass(frozen=True, slots=True)
class _Making:
    spark: Any
    options: Options
    time_column: str
    sample: int
    trees: int
    workers: int

    def before(self, rows: Any, moment: Any) -> Any:
        return rows.filter(self._time() < self._lit(moment))

    def between(self, rows: Any, begin: Any, end: Any) -> Any:
        later = rows.filter(self._time() >= self._lit(begin))
        return later if end is None else later.filter(self._time() < self._lit(end))

    def stage(self, rows: Any) -> _Stage:
        """What is learned from all of `rows`."""
        table = _drawn(rows, self.sample)
        formats = values.infer(table)
        typed = values.parse(table, formats)
        options = self.options
        if pa.types.is_floating(typed.schema.field(self.time_column).type):  # a number that only orders: it would drift
            options = replace(options, roles={**options.roles, self.time_column: Role.ORDER})
        qualified = qualify(typed, options, formats=formats)
        if qualified.model.ensemble is None or not len(qualified.model.ensemble.encoder.tree_sources):
            raise DataError("No column is left that could tell won from lost; name one with --keep")
        plain = _bare(qualified.model)
        bare, _ = plain.learned()
        text, closed = self._grown(rows, shipment.kept(self.spark, plain), bare)
        forest = Forest(text, threads=1)
        return _Stage(qualified, formats, replace(bare, forest=forest, trees=forest.trees), closed)

    def _time(self) -> Any:
        from pyspark.sql import functions

        return functions.col(door.quoted(self.time_column))

    @staticmethod
    def _lit(moment: Any) -> Any:
        from pyspark.sql import functions

        return functions.lit(moment)

    def _grown(self, rows: Any, sent: Shipment, ensemble: Ensemble) -> tuple[str, int]:
        """XGBoost's trees on all closed rows, and how many those are."""
        hidden = tuple(_rate_columns(ensemble.encoder))
        dealt = rows.repartition(self.workers, door.quoted(KEY)).sortWithinPartitions(door.quoted(KEY)).drop(KEY)
        coded = door.mapped(dealt, Encoding(sent, hidden), ENCODED).persist()
        try:
            counts = {row["won"]: row["count"] for row in coded.groupBy("won").count().toArrow().to_pylist()}
            if min(counts.get(0, 0), counts.get(1, 0)) < 1 or sum(counts.values()) < FEWEST:
                raise DataError(
                    f"{counts.get(1, 0):,} won and {counts.get(0, 0):,} lost rows are too few in one part of time"
                )
            return self._boosted(coded, ensemble), sum(counts.values())
        finally:
            coded.unpersist()

    def _boosted(self, coded: Any, ensemble: Ensemble) -> str:
        for name in ("XGBoost-PySpark", "SparkXGBClassifier"):
            logging.getLogger(name).setLevel(logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas, as the door has it
            from xgboost.spark import SparkXGBClassifier

            grower = SparkXGBClassifier(
                features_col="features",
                label_col="won",
                num_workers=self.workers,
                n_estimators=self.trees,
                base_score=float(1.0 / (1.0 + np.exp(-ensemble.level))),
                random_state=self.options.seed,
                **GROWING,
            )
            raw = grower.fit(coded).get_booster().save_raw("json")
        return boosted.text_of(bytes(raw), len(ensemble.encoder.tree_sources))


def _rate_columns(encoder: Encoder) -> Iterator[int]:
    """The features that hold a category's share won, which the sample's own rows would find too telling."""
    for code, at in zip(encoder.codes, encoder.tree_starts, strict=True):
        if isinstance(code, CategoryCode) and not code.native:
            yield at + 2


def _bare(model: Model) -> Model:
    """The model without the words of texts, which only one machine reads."""
    ensemble, _ = model.learned()
    weights = ensemble.weights[: 2 + (ensemble.forest is not None)]
    return replace(model, ensemble=replace(ensemble, terms=(), weights=weights), text_columns=())


def _typed(model: Model, raw: pa.RecordBatch | pa.Table) -> pa.Table:
    table = pa.table(raw)
    return values.parse(table, listing.columns_wanted(model, table.column_names))


def _labels(model: Model, typed: pa.Table) -> Labels:
    state = listing.state_of(model, typed)
    if state is None:
        raise ColumnNotFound(model.outcome.column, typed.column_names)
    return np.where(state == "won", 1, np.where(state == "lost", 0, -1)).astype(np.int8)


def _looked(stage: _Stage, table: pa.Table) -> tuple[pa.Table, Labels, Any]:
    """The closed rows of a later part, their outcomes and codes."""
    typed = values.parse(table, stage.formats)
    won = _labels(stage.qualified.model, typed)
    closed = typed.take(pa.array(np.flatnonzero(won >= 0)))
    won = won[won >= 0]
    if len(won) < FEWEST or not 0 < won.sum() < len(won):
        raise DataError(
            f"{int(won.sum()):,} of {len(won):,} closed rows in one part of time are won: too few to weigh by"
        )
    return closed, won, stage.ensemble.encoder.transform(closed)


def _margins(stage: _Stage, coded: Any) -> Floats:
    return stage.ensemble.margins_of(coded, np.zeros((len(coded.bins), 0)))


def _stacked(stages: list[_Stage], parts: list[pa.Table]) -> Ensemble:
    """The second stage's ensemble with the weights, intercept and bounds that later rows gave."""
    found, outcomes, levels, blocks = [], [], [], []
    for number, (stage, part) in enumerate(zip(stages, parts, strict=True)):
        _, won, coded = _looked(stage, part)
        found.append(_margins(stage, coded))
        outcomes.append(won)
        levels.append(np.full(len(won), stage.ensemble.level))
        blocks.append(np.full(len(won), number))
    margins, y, level, block = (np.concatenate(part) for part in (found, outcomes, levels, blocks))
    weights, intercepts = blend.fit(margins, y, level, block, blend.middle(True, 0, False))
    intercept = blend.level(level + margins @ weights, y)
    z = level + margins @ weights + intercepts[block]
    bounds = calibration.fit_bounds(z, y, *calibration.drift(z, block, intercepts - intercept))
    return replace(stages[1].ensemble, weights=weights, intercept=intercept, bounds=bounds)


def _judged(stage: _Stage, ensemble: Ensemble, part: pa.Table, time_column: str) -> tuple[Validation, float]:
    """What the second stage is worth on the last part, and the AUC there of one machine's model of the sample."""
    rows, won, coded = _looked(stage, part)
    margins = _margins(stage, coded)
    z = ensemble.level + ensemble.intercept + margins @ ensemble.weights
    low, high = ensemble.interval(z, coded)
    validation = measure(
        won,
        z,
        low,
        high,
        scheme=f"by time ({time_column}): the latest {1 - CUTS[-1]:.0%} of the rows, never seen by what is judged",
        z_uncalibrated=ensemble.level + margins.mean(axis=1),
        unseen=None,
        base_rate=stage.qualified.model.base_rate,
    )
    return validation, metrics.auc(won, scoring.score(stage.qualified.model, rows).log_odds)


def _model(stage: _Stage, ensemble: Ensemble, validation: Validation, trees: int) -> Model:
    task, model = stage.qualified.task, stage.qualified.model
    coded = ensemble.encoder.transform(task.table.take(pa.array(task.closed)))
    names = ("scorecard", "evidence", "trees of the cluster")
    members = tuple((name, round(float(w), 4)) for name, w in zip(names, ensemble.weights, strict=True))
    card = replace(model.card, members=members, trees=trees, trained_rows=stage.closed)
    reference = scoring.reference(ensemble, coded, [])
    return replace(
        model,
        card=card,
        ensemble=ensemble,
        reference=reference,
        text_columns=(),
        validation=validation,
        propensity=None,
    )
