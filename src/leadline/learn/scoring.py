"""Scores of rows: probability, interval, whether a row is unusual, and how much each column pushed.

This path loads no scikit-learn and no pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.learn import attribution, ridge
from leadline.learn.encoding import Encoded, NumberCode
from leadline.learn.ensemble import Ensemble
from leadline.learn.model import Model, Reference
from leadline.learn.priors import Prior

Floats = NDArray[np.float64]
EIGHTY = 1.2816  # standard normal quantile of 90 %
BEYOND = 0.5  # of the training range: how far outside it a number makes a row unusual


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One entry a row: `log_odds`, `score`, `low`, `high` (80 % interval), `unusual`."""

    log_odds: Floats
    score: Floats
    low: Floats
    high: Floats
    unusual: NDArray[np.bool_]
    encoded: Encoded
    texts: tuple[list[str | None], ...]
    words: Floats  # log-odds of the words of each text column that has terms: (rows, such columns)

    def part(self, start: int, end: int) -> Scores:
        """The scores of a run of rows."""
        return Scores(
            self.log_odds[start:end],
            self.score[start:end],
            self.low[start:end],
            self.high[start:end],
            self.unusual[start:end],
            Encoded(self.encoded.trees[start:end], self.encoded.bins[start:end]),
            tuple(cells[start:end] for cells in self.texts),
            self.words[start:end],
        )


def score(model: Model, batch: pa.Table | pa.RecordBatch) -> Scores:
    """Score typed rows (see `leadline.warehouse.values.parse`)."""
    rows = batch.num_rows
    texts = tuple(batch.column(name).to_pylist() for name in model.text_columns)
    ensemble = model.ensemble
    encoded = Encoded(np.empty((rows, 0), np.float32), np.empty((rows, 0), np.int32))
    unusual = np.zeros(rows, dtype=bool)
    said = np.zeros((rows, 0))
    if ensemble is not None:
        encoded = ensemble.encoder.transform(batch)
        said = ensemble.words(_kept(model, texts), rows)
        z = ensemble.level + ensemble.intercept + ensemble.margins_of(encoded, said) @ ensemble.weights
        low, high = ensemble.interval(z, encoded)
        if model.reference is not None:
            unusual = surprise(model.reference.shares, encoded) > model.reference.surprise
            unusual |= _far_outside(ensemble, encoded)
    else:
        z = np.full(rows, ridge.log_odds(np.array([model.base_rate]))[0])
        low = high = ridge.sigmoid(z)
    if model.prior is not None:
        z, low, high = with_prior(model.prior, model.prior_weight, batch, z, (low, high))
    return Scores(z, ridge.sigmoid(z), low, high, unusual, encoded, texts, said)


def with_prior(
    prior: Prior, share: float, batch: pa.Table | pa.RecordBatch, z: Floats, bounds: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Floats, Floats]:
    """Log-odds, low and high with the questionnaire's `share` in them; `bounds` are probabilities."""
    believed, doubt = prior.log_odds(prior.holds(batch))
    mixed = share * believed + (1 - share) * z
    low, high = bounds if bounds is not None else (ridge.sigmoid(z), ridge.sigmoid(z))
    low_z = (1 - share) * ridge.log_odds(low) + share * (believed - EIGHTY * doubt)
    high_z = (1 - share) * ridge.log_odds(high) + share * (believed + EIGHTY * doubt)
    return mixed, ridge.sigmoid(np.minimum(low_z, mixed)), ridge.sigmoid(np.maximum(high_z, mixed))


def _kept(model: Model, texts: Sequence[list[str | None]]) -> list[list[str | None]]:
    by_name = dict(zip(model.text_columns, texts, strict=True))
    return [by_name[t.column] for t in model.learned()[0].terms]


def surprise(shares: Sequence[Floats], encoded: Encoded) -> Floats:
    """The summed -log share of each row's bins: high where a row is like few others."""
    total = np.zeros(len(encoded.bins))
    for column, share in enumerate(shares):
        total -= np.log(np.maximum(share, 1e-4))[encoded.bins[:, column]]
    return total


def _far_outside(ensemble: Ensemble, encoded: Encoded) -> NDArray[np.bool_]:
    outside = np.zeros(len(encoded.trees), dtype=bool)
    sources = ensemble.encoder.tree_starts
    for code, at in zip(ensemble.encoder.codes, sources, strict=True):
        if isinstance(code, NumberCode) and np.isfinite(code.low):
            room = BEYOND * (code.high - code.low)
            values = encoded.trees[:, at].astype(np.float64)
            outside |= (values < code.low - room) | (values > code.high + room)
    return outside


def columns_of(ensemble: Ensemble) -> tuple[str, ...]:
    """The source columns that can push a score."""
    names = dict.fromkeys(ensemble.encoder.bin_sources)
    names.update(dict.fromkeys(t.column for t in ensemble.terms))
    return tuple(names)


def raw_pushes(ensemble: Ensemble, encoded: Encoded, words: Floats) -> Floats:
    """How much each source column adds to each row's log-odds: (rows, columns_of), not yet centred.

    `words` are the log-odds of the words of each text column (`Ensemble.words`).

    Scorecard and evidence add their points, trees their path attribution, words their weights, each by its share in the
    stack.
    """
    names = columns_of(ensemble)
    place = {name: at for at, name in enumerate(names)}
    result = np.zeros((len(encoded.bins), len(names)))
    card_weight, evidence_weight = ensemble.weights[0], ensemble.weights[1]
    for column, source in enumerate(ensemble.encoder.bin_sources):
        points = card_weight * ensemble.card.points[column] + evidence_weight * ensemble.evidence[column]
        result[:, place[source]] += points[encoded.bins[:, column]]
    at = 2
    if ensemble.forest is not None:
        places = [place[source] for source in ensemble.encoder.tree_sources]
        result += ensemble.weights[at] * attribution.pushes(ensemble.forest, encoded.trees, places, len(names))
        at += 1
    for number, terms in enumerate(ensemble.terms):
        result[:, place[terms.column]] += ensemble.weights[at + number] * words[:, number]
    return result


def pushes(model: Model, scores: Scores, rows: NDArray[np.int64] | slice = slice(None)) -> Floats:
    """Each source column's push on the given rows against the average training row (log-odds)."""
    ensemble, known = model.learned()
    part = Encoded(scores.encoded.trees[rows], scores.encoded.bins[rows])
    return raw_pushes(ensemble, part, scores.words[rows]) - known.middle


def reference(
    ensemble: Ensemble, encoded: Encoded, texts: Sequence[list[str | None]], sample: int = 5_000
) -> Reference:
    """What the training rows look like, for drift, unusual rows and the middle of all pushes."""
    shares = tuple(
        np.bincount(encoded.bins[:, c], minlength=n) / max(1, len(encoded.bins))
        for c, n in enumerate(ensemble.encoder.cardinalities)
    )
    step = max(1, len(encoded.bins) // sample)
    part = Encoded(encoded.trees[::step], encoded.bins[::step])
    few = [cells[::step] for cells in texts]
    said = ensemble.words(few, len(part.bins))
    raw = raw_pushes(ensemble, part, said)
    known = surprise(shares, encoded)
    scored = ridge.sigmoid(ensemble.level + ensemble.intercept + ensemble.margins_of(part, said) @ ensemble.weights)
    grades = tuple(float(g) for g in np.quantile(scored, [0.9, 0.7, 0.4]))
    return Reference(
        columns=columns_of(ensemble),
        shares=shares,
        surprise=float(np.quantile(known, 0.995)) + 1.0,
        middle=raw.mean(axis=0),
        swing=raw.std(axis=0),
        grades=(grades[0], grades[1], grades[2]),
    )
