"""Scoring on a cluster: each worker scores its rows with the code and the model that one machine would use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leadline.core.errors import CallError, DataError
from leadline.learn import grades, listing, scoring
from leadline.learn.drift import DriftCount
from leadline.learn.model import Model
from leadline.learn.spark import shipment
from leadline.learn.spark.shipment import Shipment
from leadline.warehouse import spark as door
from leadline.warehouse import values

EVERY_CUT = (0.5, 0.3, 0.15)  # grades where a model has none of its own, as on one machine
COUNTS = pa.schema([("column", pa.int64()), ("bin", pa.int64()), ("rows", pa.int64())])
ALL, OPEN = -1, -2  # columns of COUNTS that count rows and open rows


@dataclass(frozen=True, slots=True)
class Scorer:
    """Rows in, rows with their scores out; what `mapInArrow` calls on the workers."""

    model: Shipment
    reasons: int
    none_open: bool

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = self.model.model()
        for raw in batches:
            yield scored(model, raw, self.reasons, self.none_open)


@dataclass(frozen=True, slots=True)
class Counter:
    """Rows in, how many fall in each bin of the model out (`COUNTS`)."""

    model: Shipment

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = self.model.model()
        drift = DriftCount(model) if model.ensemble is not None else None
        rows = still_open = 0
        for raw in batches:
            typed = _typed(model, raw)
            rows += raw.num_rows
            state = listing.state_of(model, typed)
            still_open += raw.num_rows if state is None else int(np.sum(state == "open"))
            if drift is not None and model.ensemble is not None:
                drift.add(model.ensemble.encoder.transform(typed).bins)
        found = [(ALL, 0, rows), (OPEN, 0, still_open)]
        for column, counted in enumerate(drift.counts if drift else []):
            found += [(column, at, int(many)) for at, many in enumerate(counted) if many]
        yield pa.RecordBatch.from_arrays(
            [pa.array(cells, pa.int64()) for cells in zip(*found, strict=True)], schema=COUNTS
        )


def scored(model: Model, raw: pa.RecordBatch, reasons: int, none_open: bool) -> pa.RecordBatch:
    """A batch with the columns that `leadline score` adds."""
    typed = _typed(model, raw)
    found = scoring.score(model, typed)
    state = listing.state_of(model, typed)
    ranked = np.ones(raw.num_rows, dtype=bool) if state is None or none_open else state == "open"
    cuts = model.reference.grades if model.reference is not None else EVERY_CUT
    grade = grades.by_score(found.score, ranked, cuts)
    return listing.joined(raw, listing.marks_of(model, typed, found, grade, state, reasons))


def _typed(model: Model, raw: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches([values.parse(raw, listing.columns_wanted(model, raw.schema.names))])


def counted(rows: Any, sent: Shipment, model: Model) -> tuple[DriftCount | None, int, int]:
    """The bins of all rows, how many rows there are, and how many of them are open."""
    table = door.mapped(rows, Counter(sent), COUNTS).toArrow()
    sums = table.group_by(["column", "bin"]).aggregate([("rows", "sum")])
    drift = DriftCount(model) if model.ensemble is not None else None
    found = {ALL: 0, OPEN: 0}
    for column, at, many in zip(*(sums[name].to_pylist() for name in ("column", "bin", "rows_sum")), strict=True):
        if column < 0:
            found[column] = many
        elif drift is not None:
            drift.counts[column][at] = many
    if drift is not None:
        drift.rows = found[ALL]
    return drift, found[ALL], found[OPEN]


def score(
    spark: Any, place: str | Path, folder: str | Path, out: str | Path, *, reasons: int = 0, force: bool = False
) -> listing.Listing:
    """Score the Parquet at `place` with the model in `folder` on the session's cluster, which writes the folder `out`.

    The same columns, scores and refusals as `leadline.learn.listing.score_file`: rows that the file says are won or
    lost get no grade, ColumnNotFound where a column is missing, DataError where drift is severe and `force` is not
    given. The rows' order is the cluster's; there are none in the result's `top`.
    """
    start = time.perf_counter()
    if "://" not in str(out) and Path(out).exists():
        raise CallError(f"{out} is there already; name a new folder for the cluster to write")
    sent = shipment.packed(spark, folder)
    model = sent.model()
    rows = door.parquet(spark, place)
    listing.columns_wanted(model, rows.columns)
    _check_flat(rows)
    first = rows.limit(1).toArrow()
    if not first.num_rows:
        raise DataError(f"{place} has no rows, so there is nothing to score")
    drift, many, still_open = counted(rows, sent, model)
    found = drift.found() if drift else ()
    severe = [d for d in found if d.severe]
    if severe and not force:
        raise listing.drifted(severe)
    shape = scored(model, first.combine_chunks().to_batches()[0], reasons, none_open=not still_open).schema
    door.write(door.mapped(rows, Scorer(sent, reasons, not still_open), shape), out)
    by_grade = door.parquet(spark, out).groupBy("grade").count().toArrow().to_pylist()
    counts = {row["grade"]: row["count"] for row in by_grade}
    graded = tuple((g, counts.get(g, 0)) for g in grades.GRADES)
    return listing.Listing(many, found, graded, (), round(time.perf_counter() - start, 3))


def _check_flat(rows: Any) -> None:
    for field in door.arrow_schema(rows):
        if pa.types.is_nested(field.type):
            raise CallError(f"The column '{field.name}' is nested; a cluster scores flat columns, so flatten it first")
