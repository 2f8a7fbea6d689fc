"""A WOE scorecard: numbers in ten quantile bins, weight of evidence by bin or value, logistic regression on top."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import numbers, words

SMOOTH = 0.5  # wins and losses added to every bin


def fit(task: Task) -> Predict:
    """Weight of evidence = log(share of wins in the bin / share of losses); an unknown value weighs 0."""
    x, y = task.x, task.y
    edges = {}
    for column, values in numbers(x).items():
        known = values[~np.isnan(values)]
        edges[column] = np.unique(np.quantile(known, np.arange(1, 10) / 10)) if len(known) else np.zeros(0)
    weights: dict[str, dict[str, float]] = {}
    for column, values in _bins(x, edges).items():
        found, back = np.unique(values, return_inverse=True)
        won = np.bincount(back, weights=y, minlength=len(found)) + SMOOTH
        lost = np.bincount(back, weights=1 - y, minlength=len(found)) + SMOOTH
        evidence = np.log(won / won.sum()) - np.log(lost / lost.sum())
        weights[column] = dict(zip(found.tolist(), evidence.tolist(), strict=True))

    def matrix(rows: pa.Table) -> np.ndarray:
        return np.column_stack(
            [[weights[c].get(value, 0.0) for value in values.tolist()] for c, values in _bins(rows, edges).items()]
        )

    model = LogisticRegression(max_iter=1000).fit(matrix(x), y)
    return lambda rows: np.asarray(model.predict_proba(matrix(rows))[:, 1])


def _bins(x: pa.Table, edges: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    out = {}
    for column, values in numbers(x).items():
        binned = np.searchsorted(edges[column], values, side="right").astype(str)
        out[column] = np.where(np.isnan(values), "missing", binned)
    for column, values in words(x).items():
        out[column] = values.astype(str)
    return out
