"""Find segments in a table, and put rows into segments that were found before."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import CallError, DataError
from leadline.core.formats import ColumnFormat
from leadline.core.progress import Progress, quiet
from leadline.core.roles import Role
from leadline.learn.metrics import wilson
from leadline.learn.segments import columns as choice
from leadline.learn.segments.bands import Column, blocks_of, codes_of
from leadline.learn.segments.mixture import Codes, Floats, Labels, Mixture, memberships, spread
from leadline.learn.segments.naming import Describer, Z, typical
from leadline.learn.segments.records import Rate, Segment, Segments
from leadline.learn.segments.search import MOST, SAMPLE, Searched, search

FEWEST = 40  # rows under which nothing can be told
MEMBERS = 3  # typical ones that are named
BATCH = 65_536


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say: `only` names the columns, `number` how many segments (0: found), `names` the column that
    rows are called by."""

    only: tuple[str, ...] = ()
    number: int = 0
    outcome: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    names: str = ""
    most: int = MOST
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What puts rows into segments: NumPy alone. `ids` are those of the mixture's segments, in its order; `marks`
    tell who was in which segment without saying who (see `changes`)."""

    columns: tuple[Column, ...]
    mixture: Mixture
    ids: tuple[int, ...]
    names: tuple[str, ...]
    next_id: int
    noun: str
    called: str = ""
    salt: str = ""
    marks: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    homes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer, the model (None where there are no segments), and each row's segment (id, 0 where there is none) with
    how likely it belongs there."""

    result: Segments
    model: Model | None
    ids: Labels
    sure: Floats


def find(
    table: pa.Table, options: Options | None = None, *, formats: Sequence[ColumnFormat] = (), progress: Progress = quiet
) -> Found:
    """Find the segments of a typed table (float64 numbers, timestamp dates, string text; null for blank).

    Raises DataError where there are too few rows or columns to tell, CallError for names that are not there.
    """
    options = options or Options()
    start = time.perf_counter()
    rows = table.num_rows
    if rows < FEWEST:
        raise DataError(f"{rows} rows are too few to tell segments apart from chance; bring {FEWEST} or more")
    progress("looking at columns", 0.02)
    chosen = choice.choose(
        table, formats, outcome=options.outcome, only=options.only, roles=options.roles, names=options.names
    )
    if len(chosen.columns) < 2:
        names = ", ".join(f"'{one.column}' ({one.reason})" for one in chosen.unused[:6])
        raise DataError(
            f"Segments need two columns that say what rows are like, and {len(chosen.columns)} "
            f"{'is' if len(chosen.columns) == 1 else 'are'} left; not used: {names or 'none'}"
        )
    if options.number and not 2 <= options.number <= rows // 10:
        raise CallError(f"--number takes 2 to {rows // 10} for {rows} rows, not {options.number}")
    sizes = [size for column in chosen.columns for size in column.sizes]
    ordered = [column.kind != "category" for column in chosen.columns for _ in column.sizes]
    sample = _sample(chosen.codes, options.seed)
    found = search(
        sample,
        sizes,
        ordered,
        blocks_of(chosen.columns),
        seed=options.seed,
        number=options.number,
        most=options.most,
        progress=progress,
    )
    progress("describing", 0.95)
    return _described(table, options, chosen, found, start)


def assign(model: Model, table: pa.Table) -> tuple[Labels, Floats]:
    """The segment of each row, by its id, and how likely it belongs there. Columns that the table has not are blank."""
    return _assigned(model.mixture, codes_of(model.columns, table), np.array(model.ids, np.int64))


def _assigned(mixture: Mixture, codes: Codes, ids: NDArray[np.int64]) -> tuple[Labels, Floats]:
    labels = np.empty(len(codes), np.int64)
    sure = np.empty(len(codes))
    for start in range(0, len(codes), BATCH):
        part = memberships(mixture, spread(codes[start : start + BATCH], mixture.starts))
        labels[start : start + BATCH] = part.argmax(axis=1)
        sure[start : start + BATCH] = part.max(axis=1)
    return ids[labels], sure


def _sample(codes: Codes, seed: int) -> Codes:
    """Rows to learn from, in an order of their own, so that the file's does not matter."""
    ranked = codes[np.lexsort(codes.T[::-1])]
    if len(codes) <= SAMPLE:
        return ranked
    return ranked[np.sort(np.random.default_rng(seed).choice(len(codes), SAMPLE, replace=False))]


def _described(table: pa.Table, options: Options, chosen: choice.Chosen, found: Searched, start: float) -> Found:
    rows = table.num_rows
    told = [at for block in blocks_of(chosen.columns) for at in block]
    names = [column.name for column in chosen.columns for _ in column.sizes]
    why = found.why
    if why.startswith("the rows differ by degree"):
        why += f" (mostly in {', '.join(dict.fromkeys(names[at] for at in found.axis))})"
    used: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    model: Model | None = None
    ids, sure = np.zeros(rows, np.int64), np.zeros(rows)
    if found.fit is not None:
        mixture = found.fit.mixture
        used = tuple(dict.fromkeys(names[at] for at in told if mixture.used[at]))
        labels, sure = _assigned(mixture, chosen.codes, np.arange(mixture.number, dtype=np.int64))
        counts = np.bincount(labels, minlength=mixture.number)
        order = sorted(range(mixture.number), key=lambda k: (-int(counts[k]), k))
        order = [k for k in order if counts[k]]
        place = np.zeros(mixture.number, np.int64)
        place[order] = np.arange(1, len(order) + 1)
        ids = place[labels]
        segments = _segments(table, chosen, mixture, ids, sure, found.stability[order])
        kept = Mixture(mixture.log_share[order], mixture.log_theta[:, order], mixture.used, mixture.starts)
        model = Model(
            chosen.columns,
            kept,
            tuple(range(1, len(order) + 1)),
            tuple(one.name for one in segments),
            len(order) + 1,
            chosen.noun,
            chosen.names,
        )
    result = Segments(
        rows=rows,
        noun=chosen.noun,
        segments=segments,
        why=why,
        used=tuple(column.name for column in chosen.columns),
        told_apart_by=used,
        unused=chosen.unused,
        tried=tuple((number, stable) for number, stable, _ in found.by_number),
        odds_shuffled=found.odds_shuffled,
        odds_continuum=found.odds_continuum,
        outcome=_won_words(chosen),
        seed=options.seed,
        seconds=round(time.perf_counter() - start, 3),
    )
    return Found(result, model, ids, sure)


def _won_words(chosen: choice.Chosen) -> str:
    return f"{chosen.outcome.column} is {' or '.join(chosen.outcome.won)}" if chosen.outcome else ""


def _segments(
    table: pa.Table, chosen: choice.Chosen, mixture: Mixture, ids: Labels, sure: Floats, stability: Floats
) -> tuple[Segment, ...]:
    labels = ids - 1
    describer = Describer(chosen.columns, chosen.codes, labels, table, chosen.noun)
    number = int(labels.max()) + 1
    both = [describer.traits(at) for at in range(number)]
    names = describer.names([have for have, _ in both])
    wide = spread(chosen.codes, mixture.starts)
    called = table[chosen.names] if chosen.names else None
    made = []
    for at in range(number):
        here = labels == at
        medoids = typical(labels, at, wide)[:MEMBERS].tolist()
        shown = tuple(_called(called, row) for row in medoids)
        outcome = _rate(chosen.labels[here]) if chosen.labels is not None else None
        have, lack = both[at]
        size = int(here.sum())
        made.append(
            Segment(
                at + 1,
                names[at],
                size,
                size / len(labels),
                float(sure[here].mean()),
                float(stability[at]),
                have,
                lack,
                shown,
                outcome,
            )
        )
    return tuple(made)


def _called(column: pa.ChunkedArray | None, row: int) -> str:
    value = column[row].as_py() if column is not None else None
    if value is None or value == "":
        return f"row {row + 1:,}"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _rate(labels: NDArray[np.int8]) -> Rate:
    won, closed = int((labels == 1).sum()), int((labels >= 0).sum())
    low, high = wilson(won, closed, Z) if closed else (0.0, 1.0)
    return Rate(won, closed, won / closed if closed else float("nan"), low, high)
