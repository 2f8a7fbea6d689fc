"""Odoo's predictive lead scoring, from its published formula: naive Bayes on counts of exact values.

Source: odoo/odoo, addons/crm/models/crm_lead.py @ 0015f11c: every value met starts at 0.1 won and 0.1 lost, totals
are per field, unset and zero values are skipped, the result is rounded to 0.01 % and kept within 0.01 and 99.99 %.
One team, one stage. Numbers are exact strings, as Odoo stores them; `odoo_bins` puts them into deciles first.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import MISSING, numbers, words

START = 0.1


def fit(task: Task) -> Predict:
    """Count won and lost by value."""
    x, y = task.x, task.y
    edges = {}
    if task.name == "odoo_bins":
        for column, values in numbers(x).items():
            known = values[~np.isnan(values)]
            edges[column] = np.unique(np.quantile(known, np.arange(1, 10) / 10)) if len(known) else np.zeros(0)
    tables: dict[str, tuple[dict[str, int], np.ndarray]] = {}
    for column, values in _fields(x, edges).items():
        found, back = np.unique(values, return_inverse=True)
        won = np.bincount(back, weights=y, minlength=len(found)) + START
        lost = np.bincount(back, weights=1 - y, minlength=len(found)) + START
        used = found != ""
        effect = np.where(used, np.log(won / won[used].sum()) - np.log(lost / lost[used].sum()), 0.0)
        tables[column] = ({value: place for place, value in enumerate(found.tolist())}, effect)
    base = float(np.log(y.sum() + START) - np.log((1 - y).sum() + START))

    def predict(rows: pa.Table) -> np.ndarray:
        total = np.full(rows.num_rows, base)
        for column, values in _fields(rows, edges).items():
            places, effect = tables[column]
            padded = np.append(effect, 0.0)  # a value never met is passed over
            total += padded[[places.get(value, -1) for value in values.tolist()]]
        return np.clip(np.round(1 / (1 + np.exp(-total)), 4), 1e-4, 1 - 1e-4)

    return predict


def _fields(x: pa.Table, edges: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every column as strings; '' is unset or zero, which the formula skips."""
    out = {}
    for column, values in numbers(x).items():
        unset = np.isnan(values)
        if column in edges:
            text = np.searchsorted(edges[column], values, side="right").astype(str)
        else:
            text = np.array([repr(value) for value in values.tolist()])
            unset = unset | (values == 0)
        out[column] = np.where(unset, "", text)
    for column, values in words(x).items():
        out[column] = np.where(values == MISSING, "", values).astype(str)
    return out
