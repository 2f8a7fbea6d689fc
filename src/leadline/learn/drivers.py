"""What moves the score over all rows, and how: strength, and partial dependence (Friedman 2001)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.qualification import Driver, PartialPoint
from leadline.learn import ridge, words
from leadline.learn.encoding import CategoryCode, Code, Encoded
from leadline.learn.ensemble import Ensemble
from leadline.learn.scoring import columns_of, raw_pushes
from leadline.learn.terms import Terms

Floats = NDArray[np.float64]

SAMPLE = 400  # rows that partial dependence averages over
DRAWN = 8  # drivers with a curve
VALUES = 12  # points on a curve
FEWEST = 10  # closed rows for an observed rate


def drivers(
    ensemble: Ensemble, table: pa.Table, encoded: Encoded, texts: Sequence[list[str | None]], y: NDArray[np.int8]
) -> tuple[Driver, ...]:
    """The drivers of `table`'s rows (all closed: y 1 won, 0 lost), strongest first, the first with their curves."""
    step = max(1, table.num_rows // 4_000)
    part = Encoded(encoded.trees[::step], encoded.bins[::step])
    push = raw_pushes(ensemble, part, [cells[::step] for cells in texts])
    strength = np.abs(push - push.mean(axis=0)).mean(axis=0)
    whole = float(strength.sum()) or 1.0
    names = columns_of(ensemble)
    found = []
    for place, at in enumerate(np.argsort(-strength, kind="stable").tolist()):
        if strength[at] <= 1e-6:
            continue
        curve = _curve(ensemble, table, encoded, texts, y, names[at]) if place < DRAWN else ()
        found.append(
            Driver(names[at], float(strength[at]), float(strength[at] / whole), _words(names[at], curve), curve)
        )
    return tuple(found)


def _curve(
    ensemble: Ensemble,
    table: pa.Table,
    encoded: Encoded,
    texts: Sequence[list[str | None]],
    y: NDArray[np.int8],
    column: str,
) -> tuple[PartialPoint, ...]:
    for terms, cells in zip(ensemble.terms, texts, strict=True):
        if terms.column == column:
            return _term_points(ensemble, terms, cells, y)
    encoder = ensemble.encoder
    code, at = next((c, b) for c, b in zip(encoder.codes, encoder.bin_starts, strict=True) if c.part.column == column)
    bins = encoded.bins[:, at]
    counts = np.bincount(bins, minlength=2)
    shown = [b for b in np.argsort(-counts, kind="stable")[:VALUES].tolist() if counts[b]]
    if not isinstance(code, CategoryCode):
        shown = sorted(b for b in np.flatnonzero(counts).tolist())[: VALUES + 2]
    step = max(1, table.num_rows // SAMPLE)
    rows = table.take(pa.array(np.arange(0, table.num_rows, step)))
    few = [cells[::step] for cells in texts]
    points = []
    for place in shown:
        inside = bins == place
        # the most usual cell of the bin stands for it
        example = _usual(table.column(column).filter(pa.array(inside)))
        at_column = rows.schema.get_field_index(column)
        same = pa.chunked_array([pa.array([example] * rows.num_rows, rows.schema.field(at_column).type)])
        changed = rows.set_column(at_column, column, same)
        score = float(ridge.sigmoid(ensemble.log_odds(ensemble.encoder.transform(changed), few)).mean())
        count = int(counts[place])
        observed = float(y[inside].mean()) if count >= FEWEST else None
        points.append(PartialPoint(_label(code, place), count, score, observed))
    return tuple(points)


def _usual(column: pa.ChunkedArray) -> object:
    cells = column.slice(0, 2_000)
    counts = cells.value_counts()
    best = int(np.argmax(np.asarray(counts.field("counts"))))
    return counts.field("values")[best].as_py()


def _label(code: Code, place: int) -> str:
    return words.bin_label(code, place)


def _term_points(
    ensemble: Ensemble, terms: Terms, cells: list[str | None], y: NDArray[np.int8]
) -> tuple[PartialPoint, ...]:
    order = np.argsort(terms.weights, kind="stable")
    chosen = [*order[::-1][: VALUES // 2].tolist(), *order[: VALUES // 2][::-1].tolist()]
    weight = float(ensemble.weights[2 + (ensemble.forest is not None) + ensemble.terms.index(terms)])
    base = ensemble.level + ensemble.intercept
    points = []
    lowered = [(cell or "").casefold() for cell in cells]
    for at in dict.fromkeys(chosen):
        term = terms.vocabulary[at]
        inside = np.array([term in cell for cell in lowered], dtype=bool)
        count = int(inside.sum())
        score = float(ridge.sigmoid(np.array([base + weight * float(terms.weights[at])]))[0])
        points.append(PartialPoint(f"“{term}”", count, score, float(y[inside].mean()) if count >= FEWEST else None))
    return tuple(points)


def _words(column: str, curve: Sequence[PartialPoint]) -> str:
    if len(curve) < 2:
        return f"{column} moves the score"
    best, worst = max(curve, key=lambda p: p.score), min(curve, key=lambda p: p.score)
    return (
        f"highest where {column} is {best.label} ({words.percent(best.score)}), "
        f"lowest where it is {worst.label} ({words.percent(worst.score)})"
    )
