"""Two models on the same rows: which one foretells better, and whether that can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.core.errors import ColumnNotFound, DataError
from leadline.learn import metrics, ridge, scoring
from leadline.learn.model import Model

RESAMPLES = 1_000
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean log loss (nats) and AUC of two models; differences are a less b with 95 % paired bootstrap intervals, so
    a negative `difference` of log loss speaks for a."""

    rows: int
    won: int
    log_loss_a: float
    log_loss_b: float
    difference: float
    low: float
    high: float
    auc_a: float
    auc_b: float
    auc_difference: float
    auc_low: float
    auc_high: float
    words: str


def compare(
    a: Model,
    b: Model,
    table: pa.Table,
    labels: NDArray[np.int8],
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare on the closed rows of a typed table (`labels` 1 won, 0 lost, -1 open).

    Rows of one of `groups` are drawn together. Raises DataError where there are too few rows to tell.
    """
    for name in (*a.columns, *b.columns):
        if name not in table.column_names:
            raise ColumnNotFound(name, table.column_names)
    closed = np.flatnonzero(labels >= 0)
    y = labels[closed]
    won = int(y.sum())
    if len(y) < FEWEST or not 0 < won < len(y):
        raise DataError(
            f"{len(y)} closed rows with {won} won cannot tell two models apart; at least {FEWEST} with both"
        )
    part = table.take(pa.array(closed))
    z = [scoring.score(model, part).log_odds for model in (a, b)]
    loss = [_losses(y, found) for found in z]
    gap = loss[0] - loss[1]
    auc = [metrics.auc(y, found) for found in z]
    keys = np.arange(len(y)) if groups is None else np.unique(groups[closed], return_inverse=True)[1]
    low, high, auc_low, auc_high = _bootstrap(y, z[0], z[1], gap, keys, seed)
    return Comparison(
        rows=len(y),
        won=won,
        log_loss_a=float(loss[0].mean()),
        log_loss_b=float(loss[1].mean()),
        difference=float(gap.mean()),
        low=low,
        high=high,
        auc_a=auc[0],
        auc_b=auc[1],
        auc_difference=auc[0] - auc[1],
        auc_low=auc_low,
        auc_high=auc_high,
        words=_words(low, high),
    )


def _losses(y: NDArray[np.int8], z: NDArray[np.float64]) -> NDArray[np.float64]:
    p = np.clip(ridge.sigmoid(z), metrics.CLIP, 1 - metrics.CLIP)
    return np.asarray(-np.where(y == 1, np.log(p), np.log(1 - p)))


def _bootstrap(
    y: NDArray[np.int8],
    za: NDArray[np.float64],
    zb: NDArray[np.float64],
    gap: NDArray[np.float64],
    keys: NDArray[np.int64],
    seed: int,
) -> tuple[float, float, float, float]:
    """95 % intervals of the mean gap and of the AUC's difference, whole groups drawn."""
    rng = np.random.default_rng(seed)
    groups = int(keys.max()) + 1
    sums = np.bincount(keys, weights=gap, minlength=groups)
    sizes = np.bincount(keys, minlength=groups)
    order = np.argsort(keys, kind="stable")
    starts = np.cumsum(np.append(0, sizes))
    means, ranks = [], []
    for number in range(RESAMPLES):
        drawn = rng.integers(0, groups, groups)
        means.append(sums[drawn].sum() / sizes[drawn].sum())
        if number < RESAMPLES // 5:  # ranks are dear
            rows = np.concatenate([order[starts[g] : starts[g + 1]] for g in drawn])
            if 0 < y[rows].sum() < len(rows):
                ranks.append(metrics.auc(y[rows], za[rows]) - metrics.auc(y[rows], zb[rows]))
    low, high = np.quantile(means, [0.025, 0.975])
    auc_low, auc_high = np.quantile(ranks, [0.025, 0.975]) if ranks else (np.nan, np.nan)
    return float(low), float(high), float(auc_low), float(auc_high)


def _words(low: float, high: float) -> str:
    if high < 0:
        return "The first model foretells these rows better"
    if low > 0:
        return "The second model foretells these rows better"
    return "These rows cannot tell which of the two is better"
