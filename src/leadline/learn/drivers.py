"""What moves the score over all rows, and how: strength, and partial dependence (Friedman 2001)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadline.core.qualification import Driver, PartialPoint
from leadline.learn import ridge, words
from leadline.learn.encoding import CategoryCode, Code, Encoded
from leadline.learn.ensemble import Ensemble
from leadline.learn.scoring import columns_of, raw_pushes
from leadline.learn.terms import Terms, tokens

Floats = NDArray[np.float64]

SAMPLE = 400  # rows that partial dependence averages over
DRAWN = 8  # drivers with a curve
VALUES = 12  # points on a curve
FEWEST = 10  # closed rows for an observed rate


def drivers(
    ensemble: Ensemble, encoded: Encoded, texts: Sequence[list[str | None]], y: NDArray[np.int8]
) -> tuple[Driver, ...]:
    """The drivers of closed rows (y 1 won, 0 lost), strongest first, the first with their curves."""
    step = max(1, len(y) // 4_000)
    part = Encoded(encoded.trees[::step], encoded.bins[::step])
    push = raw_pushes(ensemble, part, ensemble.words([cells[::step] for cells in texts], len(part.bins)))
    strength = np.abs(push - push.mean(axis=0)).mean(axis=0)
    whole = float(strength.sum()) or 1.0
    names = columns_of(ensemble)
    found = []
    for place, at in enumerate(np.argsort(-strength, kind="stable").tolist()):
        if strength[at] <= 1e-6:
            continue
        curve = _curve(ensemble, encoded, texts, y, names[at]) if place < DRAWN else ()
        found.append(
            Driver(names[at], float(strength[at]), float(strength[at] / whole), _words(names[at], curve), curve)
        )
    return tuple(found)


def _curve(
    ensemble: Ensemble, encoded: Encoded, texts: Sequence[list[str | None]], y: NDArray[np.int8], column: str
) -> tuple[PartialPoint, ...]:
    for terms, cells in zip(ensemble.terms, texts, strict=True):
        if terms.column == column:
            return _term_points(ensemble, terms, cells, y)
    code, at, trees, bins = _telling(ensemble, encoded, column)
    places = encoded.bins[:, at]
    counts = np.bincount(places, minlength=2)
    shown = [b for b in np.argsort(-counts, kind="stable")[:VALUES].tolist() if counts[b]]
    if not isinstance(code, CategoryCode):
        shown = sorted(b for b in np.flatnonzero(counts).tolist())[: VALUES + 2]
    step = max(1, len(y) // SAMPLE)
    said = _said(ensemble, [cells[::step] for cells in texts])
    silent: list[list[str | None]] = [[None] * len(said) for _ in texts]
    points = []
    for place in shown:
        inside = places == place
        example = _usual(encoded.trees[:, trees[0]], inside)
        changed = Encoded(encoded.trees[::step].copy(), encoded.bins[::step].copy())
        changed.trees[:, trees] = encoded.trees[example, trees]
        changed.bins[:, bins] = encoded.bins[example, bins]
        score = float(ridge.sigmoid(ensemble.log_odds(changed, silent) + said).mean())
        count = int(counts[place])
        observed = float(y[inside].mean()) if count >= FEWEST else None
        points.append(PartialPoint(words.part_label(code, place), count, score, observed))
    return tuple(points)


def _said(ensemble: Ensemble, texts: Sequence[list[str | None]]) -> Floats:
    """What words add to each row's log-odds, whatever another column says."""
    weights = ensemble.weights[len(ensemble.weights) - len(ensemble.terms) :]
    margins = [terms.margin(cells) for terms, cells in zip(ensemble.terms, texts, strict=True)]
    return np.asarray(
        sum((w * m for w, m in zip(weights, margins, strict=True)), np.zeros(len(margins[0]) if margins else 1))
    )


def _telling(ensemble: Ensemble, encoded: Encoded, column: str) -> tuple[Code, int, list[int], list[int]]:
    """The part of a column that moves scores most where it is filled (a date has several), the scorecard column that
    bins it, and the places of all parts of the column in `trees` and `bins`."""
    encoder = ensemble.encoder
    parts = [
        (code, at) for code, at in zip(encoder.codes, encoder.bin_starts, strict=True) if code.part.column == column
    ]

    def spread(at: int) -> float:
        places = encoded.bins[:, at]
        return float(np.std(ensemble.card.points[at][places[places > 0]])) if np.any(places > 0) else 0.0

    code, at = max(parts, key=lambda one: spread(one[1]))
    trees = [n for n, source in enumerate(encoder.tree_sources) if source == column]
    return code, at, trees, [n for n, source in enumerate(encoder.bin_sources) if source == column]


def _usual(values: NDArray[np.float32], inside: NDArray[np.bool_]) -> int:
    """The position of the row that has the most usual value of those inside."""
    rows = np.flatnonzero(inside)
    _, first, counts = np.unique(values[rows], return_index=True, return_counts=True)
    return int(rows[first[np.argmax(counts)]])


def _term_points(
    ensemble: Ensemble, terms: Terms, cells: list[str | None], y: NDArray[np.int8]
) -> tuple[PartialPoint, ...]:
    order = np.argsort(terms.weights, kind="stable")
    chosen = [*order[::-1][: VALUES // 2].tolist(), *order[: VALUES // 2][::-1].tolist()]
    weight = float(ensemble.weights[2 + (ensemble.forest is not None) + ensemble.terms.index(terms)])
    base = ensemble.level + ensemble.intercept
    points = []
    said = [set(tokens(cell)) if cell else set() for cell in cells]
    for at in dict.fromkeys(chosen):
        term = terms.vocabulary[at]
        inside = np.array([term in cell for cell in said], dtype=bool)
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
