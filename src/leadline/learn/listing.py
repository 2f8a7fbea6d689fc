"""The list as a file: every row's own cells, and beside them what the model says of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import ColumnNotFound, DataError
from leadline.core.formats import ColumnFormat
from leadline.core.progress import Progress, quiet
from leadline.core.qualification import Drift, ScoredRow
from leadline.learn import grades, propensity, reasons, scoring, words
from leadline.learn.drift import DriftCount
from leadline.learn.model import Model
from leadline.learn.qualified import Qualified
from leadline.warehouse import values
from leadline.warehouse.source import Source
from leadline.warehouse.writing import Writer

Floats = NDArray[np.float64]
Whys = tuple[pa.Array, pa.Array, pa.Array]  # raised by, lowered by, missing fact

BATCH = 65_536
TOP = 20  # rows that a listing's record carries


@dataclass(frozen=True, slots=True)
class Listing:
    """What scoring a file gave: `drift` first, then the rows by grade and the best of them."""

    rows: int
    drift: tuple[Drift, ...]
    grade_counts: tuple[tuple[str, int], ...]
    top: tuple[ScoredRow, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What the model says of a run of rows; `state` is None where the file has no outcome."""

    score: Floats
    low: Floats
    high: Floats
    grade: NDArray[np.str_]
    unusual: NDArray[np.bool_]
    value: Floats | None
    state: NDArray[np.str_] | None
    whys: Whys | None
    products: dict[str, Floats]


def added_columns(marks: Marks) -> dict[str, pa.Array]:
    """The columns that a listing adds, in their order."""
    columns: dict[str, pa.Array] = {}
    if marks.state is not None:
        columns["state"] = pa.array(marks.state.tolist(), pa.string())
    for name, numbers in (("score", marks.score), ("low", marks.low), ("high", marks.high)):
        columns[name] = pa.array(numbers, pa.float64())
    columns["grade"] = pa.array(marks.grade.tolist(), pa.string())
    if marks.value is not None:
        columns["expected_value"] = pa.array(np.round(marks.value, 2), pa.float64(), from_pandas=True)
    if marks.whys is not None:
        columns["raised_by"], columns["lowered_by"], columns["missing_fact"] = marks.whys
    columns["unusual"] = pa.array(marks.unusual)
    if marks.products:
        names = list(marks.products)
        best = np.argmax(np.column_stack([marks.products[name] for name in names]), axis=1)
        columns["best_product"] = pa.array([names[at] for at in best.tolist()], pa.string())
        columns.update({f"score for {name}": pa.array(p, pa.float64()) for name, p in marks.products.items()})
    return columns


def joined(raw: pa.RecordBatch, marks: Marks) -> pa.RecordBatch:
    """The file's own columns and ours; one of the file's that has our name is kept as 'NAME (file)'."""
    added = added_columns(marks)
    taken = {*added, *raw.schema.names}
    names = []
    for name in raw.schema.names:
        kept = name
        while kept in added or (kept != name and kept in taken):
            kept += " (file)"
        taken.add(kept)
        names.append(kept)
    return pa.RecordBatch.from_arrays([*raw.columns, *added.values()], names=[*names, *added])


class _Out:
    """Writes batches as they come, or all at the end in rank order."""

    def __init__(self, path: str | Path | None, ranked: bool) -> None:
        self.path = path
        self.ranked = ranked
        self.kept: list[pa.RecordBatch] = []
        self.writer: Writer | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        if self.path is None:
            return
        if self.ranked:
            self.kept.append(batch)
            return
        if self.writer is None:
            self.writer = Writer(self.path, batch.schema).__enter__()
        self.writer.write(batch)

    def finish(self) -> None:
        if self.ranked and self.path is not None and self.kept:
            table = pa.Table.from_batches(self.kept)
            best = np.argsort(-table["score"].to_numpy(), kind="stable")
            with Writer(self.path, table.schema) as writer:
                for batch in table.take(pa.array(best)).to_batches(max_chunksize=BATCH):
                    writer.write(batch)
        elif self.writer is not None:
            self.writer.__exit__(None, None, None)

    def drop(self, error: BaseException) -> None:
        if self.writer is not None:
            self.writer.__exit__(type(error), error, error.__traceback__)


def write_qualified(
    qualified: Qualified,
    source: Source,
    path: str | Path,
    *,
    ranked: bool = False,
    reasons: int = 3,
    progress: Progress = quiet,
) -> None:
    """Write all rows of `source` with what `qualified` (of `leadline.learn.qualify`) found for them.

    Rows keep their order unless `ranked`; `reasons` each way (0: no reason columns). Where the file was too large to be
    held, rows beyond the sample are scored as they stream by.
    """
    if source.rows != qualified.task.table.num_rows:
        grading = _Grading(qualified.model, source, qualified.result.capacity, progress)
        if not qualified.result.capacity:
            grading.cuts = _grade_cuts(qualified.scores.score, qualified.grade)
        _stream(qualified.model, source, _Out(path, ranked), reasons, grading, None, progress)
        return
    state = np.where(qualified.task.labels == -1, "open", np.where(qualified.task.labels == 1, "won", "lost"))
    out = _Out(path, ranked)
    try:
        start = 0
        for raw in source.raw_batches(BATCH):
            end = start + raw.num_rows
            table = qualified.task.table.slice(start, raw.num_rows)
            whys = _whys(qualified.model, table, qualified.scores.part(start, end), reasons)
            marks = Marks(
                qualified.scores.score[start:end],
                qualified.scores.low[start:end],
                qualified.scores.high[start:end],
                qualified.grade[start:end],
                qualified.scores.unusual[start:end],
                None if qualified.value is None else qualified.value[start:end],
                state[start:end],
                whys,
                _products(qualified.model, table),
            )
            out.add(joined(raw, marks))
            start = end
            progress("writing the list", start / max(1, source.rows))
        out.finish()
    except BaseException as error:
        out.drop(error)
        raise


def _whys(model: Model, table: pa.Table, scores: scoring.Scores, count: int) -> Whys | None:
    return reasons.sentences(model, table, scores, count) if count else None


def _grade_cuts(score: Floats, grade: NDArray[np.str_]) -> tuple[float, float, float]:
    """The lowest score of each of A, B, C."""
    lowest = [float(score[grade == g].min()) if np.any(grade == g) else np.inf for g in "ABC"]
    return lowest[0], min(lowest[:2]), min(lowest)


def score_file(
    model: Model,
    source: Source,
    path: str | Path | None,
    *,
    reasons: int = 3,
    capacity: str = "",
    ranked: bool = False,
    force: bool = False,
    progress: Progress = quiet,
) -> Listing:
    """Score the rows of `source` as they stream by and write them to `path` (None: nowhere).

    Rows that the file says are won or lost are scored and get no grade, unless no row is open.
    Raises ColumnNotFound where the file lacks a column that the score rests on, and DataError naming the columns where
    drift is severe and `force` is not given; nothing is left at `path` then. Needs memory for scores only, unless
    `ranked`. With `capacity` the file is read twice.
    """
    start = time.perf_counter()
    columns_wanted(model, source.columns)
    drift = DriftCount(model) if model.ensemble is not None else None
    grading = _Grading(model, source, capacity, progress)
    out = _Out(path, ranked)
    counts, top, rows = _stream(model, source, out, reasons, grading, drift, progress, finish=False)
    found = drift.found() if drift else ()
    severe = [d for d in found if d.severe]
    if severe and not force:
        error = drifted(severe)
        out.drop(error)
        raise error
    out.finish()
    graded = tuple((g, counts[g]) for g in grades.GRADES)
    return Listing(rows, found, graded, top, round(time.perf_counter() - start, 3))


def drifted(severe: Sequence[Drift]) -> DataError:
    """What stops a file of rows unlike those the model learned from."""
    return DataError(
        f"These rows differ from those the model learned from: {'; '.join(d.words for d in severe[:3])}; "
        "train again, or score in spite of it with --force"
    )


def _typed(model: Model, source: Source, progress: Progress) -> Iterator[tuple[pa.RecordBatch, pa.Table, int]]:
    """(raw batch, its typed columns, rows before it)."""
    formats = columns_wanted(model, source.columns)
    done = 0
    for raw in source.raw_batches(BATCH):
        yield raw, pa.Table.from_batches([values.parse(raw, formats)]), done
        done += raw.num_rows
        progress("scoring", done / max(1, source.rows))


class _Grading:
    """Which rows of a file are ranked and graded: the open ones, or all where none is open."""

    def __init__(self, model: Model, source: Source, capacity: str, progress: Progress) -> None:
        self.cuts = model.reference.grades if model.reference is not None else (0.5, 0.3, 0.15)
        self.none_open = _none_open(model, source)
        self.by_place: NDArray[np.str_] | None = None
        if capacity:
            per_period = grades.capacity(capacity)
            score, ranked = [np.empty(0)], [np.empty(0, dtype=bool)]
            for _, typed, _ in _typed(model, source, progress):
                score.append(scoring.score(model, typed).score)
                ranked.append(self.ranked(state_of(model, typed), typed.num_rows))
            self.by_place = grades.by_capacity(np.concatenate(score), np.concatenate(ranked), per_period)

    def ranked(self, state: NDArray[np.str_] | None, rows: int) -> NDArray[np.bool_]:
        return np.ones(rows, dtype=bool) if state is None or self.none_open else state == "open"

    def grade(self, before: int, score: Floats, ranked: NDArray[np.bool_]) -> NDArray[np.str_]:
        if self.by_place is not None:
            return self.by_place[before : before + len(score)]
        return grades.by_score(score, ranked, self.cuts)


def _none_open(model: Model, source: Source) -> bool:
    """Whether the file says of each row that it is won or lost; looks no further than the first open one."""
    column = model.outcome.column
    if column not in source.columns:
        return False
    formats = [f for f in model.formats if f.column == column]
    for raw in source.raw_batches(BATCH, [column]):
        state = state_of(model, pa.Table.from_batches([values.parse(raw, formats)]))
        if state is None or np.any(state == "open"):
            return False
    return True


def _stream(
    model: Model,
    source: Source,
    out: _Out,
    reasons_count: int,
    grading: _Grading,
    drift: DriftCount | None,
    progress: Progress,
    finish: bool = True,
) -> tuple[dict[str, int], tuple[ScoredRow, ...], int]:
    counts = dict.fromkeys(grades.GRADES, 0)
    top: list[ScoredRow] = []
    rows = 0
    try:
        for raw, typed, before in _typed(model, source, progress):
            scores = scoring.score(model, typed)
            if drift is not None:
                drift.add(scores.encoded.bins)
            state = state_of(model, typed)
            ranked = grading.ranked(state, raw.num_rows)
            grade = grading.grade(before, scores.score, ranked)
            for g in counts:
                counts[g] += int(np.sum(grade == g))
            marks = marks_of(model, typed, scores, grade, state, reasons_count)
            out.add(joined(raw, marks))
            top = _best(top, model, typed, scores, marks, np.flatnonzero(ranked), before)
            rows = before + raw.num_rows
        if finish:
            out.finish()
    except BaseException as error:
        out.drop(error)
        raise
    return counts, tuple(top), rows


def marks_of(
    model: Model,
    typed: pa.Table,
    scores: scoring.Scores,
    grade: NDArray[np.str_],
    state: NDArray[np.str_] | None,
    reasons_count: int,
) -> Marks:
    """What the model says of typed rows that it has scored, with `reasons_count` reasons each way."""
    whys = _whys(model, typed, scores, reasons_count)
    value = _value(model, typed, scores.score)
    products = _products(model, typed)
    return Marks(scores.score, scores.low, scores.high, grade, scores.unusual, value, state, whys, products)


def columns_wanted(model: Model, names: Sequence[str]) -> list[ColumnFormat]:
    """The readings of those of the columns `names` that scoring looks at. ColumnNotFound where one is missing that the
    score rests on."""
    for name in model.columns:
        if name not in names:
            raise ColumnNotFound(name, names)
    wanted = {*model.columns, model.id_column, model.money_column, model.outcome.column}.intersection(names)
    return [f for f in model.formats if f.column in wanted]


def _products(model: Model, typed: pa.Table) -> dict[str, Floats]:
    if model.propensity is None:
        return {}
    found = propensity.score(model, typed)
    return {name: found[:, at] for at, name in enumerate(model.propensity.products)}


def _value(model: Model, typed: pa.Table, score: Floats) -> Floats | None:
    name = model.money_column
    if not name or name not in typed.column_names or not pa.types.is_floating(typed.schema.field(name).type):
        return None
    return np.array(typed[name].to_numpy(), dtype=np.float64) * score


def state_of(model: Model, typed: pa.Table) -> NDArray[np.str_] | None:
    """'won', 'lost' or 'open' for each row; None where the rows have no outcome."""
    column = model.outcome.column
    if column not in typed.column_names:
        return None
    cells = values.text_of(typed[column]).to_pylist()
    known = dict.fromkeys(model.outcome.lost, "lost") | dict.fromkeys(model.outcome.won, "won")
    return np.array([known.get(cell, "open") for cell in cells])


def _best(
    top: list[ScoredRow],
    model: Model,
    typed: pa.Table,
    scores: scoring.Scores,
    marks: Marks,
    ranked: NDArray[np.int64],
    before: int,
) -> list[ScoredRow]:
    floor = top[-1].score if len(top) == TOP else -1.0
    rows = ranked[np.argsort(-scores.score[ranked], kind="stable")[:TOP]]
    rows = rows[scores.score[rows] > floor]
    if not len(rows):
        return top
    whys = reasons.explain(model, typed, scores, rows)
    name = model.id_column
    names = typed[name].to_pylist() if name in typed.column_names else None
    value, state = marks.value, marks.state
    for row, why in zip(rows.tolist(), whys, strict=True):
        worth = float(value[row]) if value is not None and np.isfinite(value[row]) else None
        top.append(
            ScoredRow(
                row=before + row + 1,
                name=words.name(names[row]) if names and names[row] is not None else f"row {before + row + 1}",
                score=float(scores.score[row]),
                low=float(scores.low[row]),
                high=float(scores.high[row]),
                grade=str(marks.grade[row]),
                value=worth,
                up=why.up,
                down=why.down,
                missing=why.missing,
                unusual=bool(scores.unusual[row]),
                state="open" if state is None else str(state[row]),  # type: ignore[arg-type]  # one of three words
            )
        )
    return sorted(top, key=lambda r: -r.score)[:TOP]
