"""Learns the weights of the scorecard from acts of which it is known who did them: ridge logistic regression.

What is unknown has no weight, so rows with parts taken out at random teach the others to stand alone. Weights that
would turn common sense round (a hidden link that speaks for a person) cannot come out: their sign is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from leadline.core.origin import Evidence
from leadline.learn.human.bins import bins_of, crossed
from leadline.learn.human.likelihood import HUMAN_THRESHOLD

Floats = NDArray[np.float64]

# Bins whose weight may not be above, or below, nothing.
NEVER_FOR = ("honeypot=yes", "method=head", "family=headless", "family=library", "family=bot", "family=preview",
             "family=monitor", "family=scanner", "family=none", "family=privacy proxy", "network=gateway", "fit=odd",
             "pointer=no", "language=no", "javascript=no", "share=all", "regular=r3")  # fmt: skip
NEVER_AGAINST = ("pointer=yes", "scrolled=yes", "language=yes", "fit=fine")
RARE = 25  # a bin or pair that fewer rows show gets no weight
PAIR = 4.0  # how much harder the weights of pairs are pulled to nothing


def _names(evidence: Evidence) -> Iterator[str]:
    bins = bins_of(evidence)
    for name, value in bins.items():
        # What was done is no evidence by itself: how many of all clicks are machines' differs from market to market.
        if name != "act":
            yield f"{name}={value}"
    for name, value in crossed(bins).items():
        yield f"{name}={value}"


def fit(rows: Sequence[Evidence], human: Sequence[bool], weight: Sequence[float], ridge: float = 4.0) -> dict[str, Any]:
    """The weights as weights.json holds them under 'start', 'bins' and 'pairs'. `weight` counts each row."""
    counts: dict[str, int] = {}
    named = [tuple(_names(row)) for row in rows]
    for names in named:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    columns = {name: i + 1 for i, name in enumerate(sorted(name for name, n in counts.items() if n >= RARE))}
    points = _solve(named, columns, np.asarray(human, float), np.asarray(weight, float), ridge)
    bins: dict[str, dict[str, float]] = {}
    pairs: dict[str, dict[str, dict[str, float]]] = {}
    for name, i in columns.items():
        value = round(float(points[i]), 3)
        left, _, right = name.partition("=")
        if value == 0.0:
            continue
        if "*" in left:
            a, _, b = right.partition("*")
            pairs.setdefault(left, {}).setdefault(a, {})[b] = value
        else:
            bins.setdefault(left, {})[right] = value
    return {"start": round(float(points[0]), 3), "bins": bins, "pairs": pairs}


def _solve(named: Sequence[Sequence[str]], columns: dict[str, int], y: Floats, weight: Floats, ridge: float) -> Floats:
    places = [[0, *(columns[name] for name in names if name in columns)] for names in named]
    starts = np.cumsum([0, *(len(row) for row in places)])
    flat = np.concatenate([np.asarray(row) for row in places])
    X = csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(named), len(columns) + 1))
    strength = np.full(len(columns) + 1, ridge)
    strength[0] = 0.0
    # Pairs are pulled harder: what single things tell should carry across kinds that were never seen.
    for name, i in columns.items():
        strength[i] *= PAIR if "*" in name else 1.0
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * (len(columns) + 1)
    # Where nothing is known a person has the benefit of the doubt.
    bounds[0] = (float(np.log(HUMAN_THRESHOLD / (1 - HUMAN_THRESHOLD))) + 0.01, None)
    for name in NEVER_FOR:
        if name in columns:
            bounds[columns[name]] = (None, 0.0)
    for name in NEVER_AGAINST:
        if name in columns:
            bounds[columns[name]] = (0.0, None)

    def loss(points: Floats) -> tuple[float, Floats]:
        odds = X @ points
        miss = 1.0 / (1.0 + np.exp(-odds)) - y
        value = float(weight @ (np.logaddexp(0.0, odds) - y * odds) + 0.5 * strength @ points**2)
        return value, X.T @ (weight * miss) + strength * points

    done = minimize(loss, np.zeros(len(columns) + 1), jac=True, method="L-BFGS-B", bounds=bounds,
                    options={"maxiter": 600, "maxfun": 1000})  # fmt: skip
    return np.asarray(done.x)
