"""The model: a scorecard, boosted trees and words, stacked and calibrated on rows that each of them had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.qualification import Rung
from leadline.learn import blend, calibration, encoding, evidence, recency, ridge, scorecard, terms, trees
from leadline.learn.derive import Part
from leadline.learn.forest import Forest

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]

PRIOR_SDS = (0.05, 0.15, 0.4, 1.0)  # spreads of a bin's points that are tried, log-odds
FEW_PRIOR_SD = 0.5  # and the one taken while rows are few
ENSEMBLE_FROM = 64  # events (the rarer of won and lost) from which trees join: docs/explain/small-data.md
SHRINK_EVENTS = 6.0  # events at which a score goes half the way from the win rate to what the members say
MANY_ROWS = 12_000  # rows from which three folds do
MOVING_SHARE = 0.2  # of all that is foretold, what the trend must foretell for the market to count as moving
FORWARD_CUTS = (0.4, 0.55, 0.7, 0.85)
FORWARD_CUTS_MANY = (0.46, 0.64, 0.82)


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """A trained model on encoded rows. `weights` are of (scorecard, evidence, trees, terms …) in that order."""

    rung: Rung
    encoder: encoding.Encoder
    card: scorecard.Scorecard
    evidence: tuple[Floats, ...]
    forest: Forest | None
    terms: tuple[terms.Terms, ...]
    weights: Floats
    intercept: float
    level: float  # log-odds known beforehand at the end of training
    bounds: calibration.Bounds
    trees: int
    half_life: float

    def margins(self, encoded: encoding.Encoded, texts: Sequence[Sequence[str | None]]) -> Floats:
        """Each member's log-odds above the level: (rows, members)."""
        return self.margins_of(encoded, self.words(texts, len(encoded.bins)))

    def words(self, texts: Sequence[Sequence[str | None]], rows: int) -> Floats:
        """The log-odds of the words of each text column: (rows, text columns)."""
        found = [t.margin(cells) for t, cells in zip(self.terms, texts, strict=True)]
        return np.column_stack(found) if found else np.zeros((rows, 0))

    def margins_of(self, encoded: encoding.Encoded, words: Floats) -> Floats:
        """The same where the log-odds of words are known already."""
        found = [self.card.logit(encoded.bins), evidence.margin(self.evidence, encoded.bins)]
        if self.forest is not None:
            found.append(self.forest.margin(encoded.trees))
        return np.column_stack([*found, words])

    def log_odds(self, encoded: encoding.Encoded, texts: Sequence[Sequence[str | None]]) -> Floats:
        """Calibrated log-odds of each row."""
        return np.asarray(self.level + self.intercept + self.margins(encoded, texts) @ self.weights)

    def interval(self, z: Floats, encoded: encoding.Encoded) -> tuple[Floats, Floats]:
        """The 80 % interval of each row's probability, given its log-odds."""
        return self.bounds.interval(z, self.card.variance(encoded.bins))


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """What is decided out of fold: how strongly points are pooled, how deep and many the trees are, the weights, an
    intercept a fold (`blocks`: the fold of each row), whether the market moves, and the bounds that came of it."""

    rung: Rung
    prior_sd: float
    shape: trees.Shape
    count: int
    weights: Floats
    intercept: float
    intercepts: Floats
    blocks: NDArray[np.int64]
    moving: bool
    bounds: calibration.Bounds


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A trained ensemble, its recipe, and what was seen on the way: the rows `known` out of fold, their log-odds, and
    those of the members' plain mean (one a row; only those of `known` rows mean anything)."""

    model: Ensemble
    recipe: Recipe
    encoded: encoding.Encoded
    known: NDArray[np.int64]
    out_of_fold: Floats
    uncalibrated: Floats


Pairs = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def fold_count(rows: int) -> int:
    """How many folds the stack is learned on."""
    return 3 if rows >= MANY_ROWS else 5


def pairs_of(folds: NDArray[np.int64], in_time_order: bool) -> Pairs:
    """(inside, outside) row positions of each fold; in time order the outside always follows the inside.

    Weights learned on shuffled folds favour the member that remembers best; those learned forwards favour the one that
    foretells best, which is what a score is for.
    """
    rows = len(folds)
    if not in_time_order:
        return [(np.flatnonzero(folds != f), np.flatnonzero(folds == f)) for f in np.unique(folds)]
    cuts = FORWARD_CUTS_MANY if rows >= MANY_ROWS else FORWARD_CUTS
    ends = [int(rows * c) for c in (*cuts, 1.0)]
    return [(np.arange(a), np.arange(a, b)) for a, b in pairwise(ends) if 0 < a < b]


def fit(
    table: pa.Table,
    y: Labels,
    parts: Sequence[Part],
    text_columns: Sequence[str],
    folds: NDArray[np.int64],
    *,
    in_time_order: bool = False,
    seed: int = 0,
    rung: Rung | None = None,
    recipe: Recipe | None = None,
    recurring: bool = False,
) -> Fitted:
    """Train on all rows of `table` (y: 1 won, 0 lost; `folds`: a fold number per row, groups never divided).

    With `in_time_order` the rows are in time order and the recent win rate is followed. `rung` forces a rung.
    A `recipe` decided on most of the same rows spares the folds; no row is known out of fold then. `recurring` says
    that one subject has several rows (`encoding.fit`).
    """
    events = int(min(y.sum(), len(y) - y.sum()))
    rung = rung or ("ensemble" if events >= ENSEMBLE_FROM else "scorecard")
    trend, offset = recency.follow(y) if in_time_order else recency.ignore(y)
    encoder, encoded = encoding.fit(table, parts, y, folds, recurring=recurring)
    cells = [terms.texts_of(table[name]) for name in text_columns]
    chosen = [terms.choose(c, name) for c, name in zip(cells, text_columns, strict=True)]
    words = [(t, c, t.matrix(c)) for t, c in zip(chosen, cells, strict=True) if t.vocabulary]

    members = 2 + bool(recipe.count) + len(words) if recipe else 0
    if recipe is None or recipe.rung != rung or recipe.moving or len(recipe.weights) != members:
        recipe, known, z, plain = _decide(encoded, encoder, words, y, trend, offset, folds, rung, in_time_order, seed)
    else:
        known, z, plain = np.empty(0, dtype=np.int64), np.zeros(len(y)), np.zeros(len(y))
    weights, intercept, count = recipe.weights, recipe.intercept, recipe.count
    trust = events / (events + SHRINK_EVENTS)
    floor = trend.level if np.isfinite(trend.half_life) else float(np.log((y.sum() + 1) / (len(y) - y.sum() + 1)))

    lines = encoded.lines if rung == "ensemble" else ()
    card = scorecard.fit(encoded.bins, encoder.cardinalities, y, offset, recipe.prior_sd, lines=lines, spread=True)
    points = evidence.fit(encoded.bins, encoder.cardinalities, y)
    forest = Forest(trees.train(encoded.trees, y, offset, recipe.shape, count, seed, encoder.native)) if count else None
    kept = tuple(terms.fit(t, matrix, y, offset) for t, _, matrix in words)
    if in_time_order:  # the level of the whole history, not of its last slice
        inside = [card.logit(encoded.bins), evidence.margin(points, encoded.bins)] + (
            [forest.margin(encoded.trees)] if forest else []
        )
        inside.extend(matrix @ t.weights for t, (_, _, matrix) in zip(kept, words, strict=True))
        intercept = blend.level(offset + np.column_stack(inside) @ weights, y)
    ahead = (
        calibration.drift(z[known], recipe.blocks, recipe.intercepts - intercept)
        if len(known) and in_time_order
        else (0.0, 0.0)
    )
    bounds = calibration.fit_bounds(z[known], y[known], *ahead) if len(known) else recipe.bounds
    weights, intercept = trust * weights, trust * intercept + (1 - trust) * (floor - trend.level)
    model = Ensemble(
        rung=rung,
        encoder=encoder,
        card=scorecard.centred(card, encoded.bins),
        evidence=points,
        forest=forest,
        terms=kept,
        weights=weights,
        intercept=intercept,
        level=trend.level,
        bounds=bounds,
        trees=count,
        half_life=trend.half_life,
    )
    return Fitted(model, replace(recipe, bounds=bounds), encoded, known, z, plain)


def _decide(
    encoded: encoding.Encoded,
    encoder: encoding.Encoder,
    words: Sequence[tuple[terms.Terms, list[str | None], Any]],
    y: Labels,
    trend: recency.Recency,
    offset: Floats,
    folds: NDArray[np.int64],
    rung: Rung,
    in_time_order: bool,
    seed: int,
) -> tuple[Recipe, NDArray[np.int64], Floats, Floats]:
    """Choose out of fold; with the rows known out of fold, their log-odds and the members' plain mean."""
    events = int(min(y.sum(), len(y) - y.sum()))
    pairs = pairs_of(folds, in_time_order)
    known = np.concatenate([outside for _, outside in pairs])
    before = recency.at_cuts(trend, y, offset, pairs)

    card_margins, prior_sd = _card_out_of_fold(encoded, encoder, y, offset, before, pairs, rung)
    columns = [card_margins, _evidence_out_of_fold(encoded, encoder, y, pairs)]
    shape, count = trees.DEEP, 0
    if rung == "ensemble" and encoded.trees.shape[1]:
        tree_margins, shape, count = _trees_out_of_fold(encoded, y, offset, before, pairs, seed, encoder.native)
        columns.append(tree_margins)
    columns.extend(_terms_out_of_fold(t, matrix, y, offset, pairs) for t, _, matrix in words)
    margins = np.column_stack(columns)
    # In time order each fold has an intercept of its own: drift between folds is no property of the members.
    blocks = np.concatenate([np.full(len(o), i if in_time_order else 0) for i, (_, o) in enumerate(pairs)])
    pull = blend.PULL if rung == "ensemble" else blend.FEW_PULL
    moving = np.isfinite(trend.half_life) and _moves(trend, margins[known], y[known], before[known])
    if moving:
        pull = blend.DRIFT_PULL * len(y)
    centre = blend.middle(count > 0, len(words), moving)
    weights, intercepts = blend.fit(margins[known], y[known], before[known], blocks, centre, pull)
    z = before + margins @ weights
    z[known] += intercepts[blocks]
    trust = events / (events + SHRINK_EVENTS)
    floor = trend.level if np.isfinite(trend.half_life) else float(np.log((y.sum() + 1) / (len(y) - y.sum() + 1)))
    z = np.where(np.isfinite(trend.half_life), before, floor) * (1 - trust) + trust * z
    recipe = Recipe(
        rung,
        prior_sd,
        shape,
        count,
        weights,
        float(intercepts[0]),
        intercepts,
        blocks,
        moving,
        calibration.fit_bounds(z[known], y[known]),
    )
    return recipe, known, z, before + margins.mean(axis=1)


def _moves(trend: recency.Recency, margins: Floats, y: Labels, before: Floats) -> bool:
    """Whether the market's moves tell so much, beside what the best member tells, that its past is a poor guide."""
    alone = ridge.log_loss(y, before)
    told = 1.0 - min(ridge.log_loss(y, before + margin) for margin in margins.T) / alone
    return trend.gain >= MOVING_SHARE * (trend.gain + max(told, 0.0))


def _card_out_of_fold(
    encoded: encoding.Encoded,
    encoder: encoding.Encoder,
    y: Labels,
    offset: Floats,
    before: Floats,
    pairs: Pairs,
    rung: Rung,
) -> tuple[Floats, float]:
    """Margins of rows out of fold and the prior spread that foretold them best."""
    tried = PRIOR_SDS if rung == "ensemble" else (FEW_PRIOR_SD,)
    if not encoded.bins.shape[1]:
        return np.zeros(len(y)), tried[0]
    found = {sd: np.zeros(len(y)) for sd in tried}
    losses = dict.fromkeys(tried, 0.0)
    design = scorecard.design(encoded.bins, encoder.cardinalities)
    for inside, outside in pairs:
        rows, after, start = design[inside], design[outside], None
        last = 1.0
        for sd in tried:
            ground = scorecard.basis(encoder.cardinalities, encoded.lines if rung == "ensemble" else (), sd)
            if start is not None:  # the same points, in units of this spread
                start[: rows.shape[1]] *= last / sd
            last = sd
            start = ridge.fit(rows, y[inside], offset[inside], 1.0, start, ground)
            found[sd][outside] = after @ (ground @ start[:-1]) + start[-1]
            losses[sd] += ridge.log_loss(y[outside], found[sd][outside] + before[outside]) * len(outside)
    best = min(tried, key=lambda sd: losses[sd])
    return found[best], best


def _trees_out_of_fold(
    encoded: encoding.Encoded,
    y: Labels,
    offset: Floats,
    before: Floats,
    pairs: Pairs,
    seed: int,
    native: tuple[int, ...],
) -> tuple[Floats, trees.Shape, int]:
    """Margins of rows out of fold, and the depth and number of trees that foretold them best."""
    best: tuple[float, trees.Shape, int, Floats] = (float("inf"), trees.SHALLOW, 0, np.zeros(len(y)))
    for shape in (trees.SHALLOW, trees.DEEP):
        steps = shape.most // trees.STEP
        losses = np.zeros(steps)
        margins = np.zeros((steps, len(y)))
        for inside, outside in pairs:
            held = (encoded.trees[outside], y[outside], before[outside])
            loss, margin = trees.curve(encoded.trees[inside], y[inside], offset[inside], shape, held, seed, native)
            losses += loss * len(outside)
            margins[:, outside] = margin
        step = int(np.argmin(losses))
        if losses[step] < best[0]:
            best = (float(losses[step]), shape, (step + 1) * trees.STEP, margins[step])
    return best[3], best[1], best[2]


def _evidence_out_of_fold(encoded: encoding.Encoded, encoder: encoding.Encoder, y: Labels, pairs: Pairs) -> Floats:
    found = np.zeros(len(y))
    for inside, outside in pairs:
        points = evidence.fit(encoded.bins[inside], encoder.cardinalities, y[inside])
        found[outside] = evidence.margin(points, encoded.bins[outside])
    return found


def _terms_out_of_fold(t: terms.Terms, matrix: Any, y: Labels, offset: Floats, pairs: Pairs) -> Floats:
    found = np.zeros(len(y))
    for inside, outside in pairs:
        found[outside] = matrix[outside] @ terms.fit(t, matrix[inside], y[inside], offset[inside]).weights
    return found
