"""How many rows that are unique in a sample are unique in the population too, by Pitman's sampling formula.

The sizes of classes are taken to follow Pitman's formula with two parameters, found by maximum likelihood (Pitman 1995;
Hoshino 2001, Applying Pitman's sampling formula to microdata disclosure risk assessment, Journal of Official
Statistics 17). It is an estimate under a model: tests hold it against simulated populations.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from leadline.core.disclosure import Population, Risk

LEAST_ROWS, LEAST_UNIQUE = 100, 10
_LEAST_ALPHA = 0.05  # classes that are evenly large: there the formula was off by 60 % in simulations
_ROUGH = 0.02  # of the population; of smaller samples the estimate was off by up to 60 %, else by up to 15 %


def unique_in_population(risk: Risk, size: int) -> Population:
    """Estimate the rows of the sample that are unique among the `size` rows it was drawn from, at random.

    `unique` is their number among the sample's rows, `share` their share of all rows of the sample. None of both with a
    note where the sample is too small or the model does not fit.
    """
    n = risk.rows
    if size <= n:
        return Population(size, float(risk.unique), risk.unique / n if n else None, note="the file is the population")
    if n < LEAST_ROWS or risk.unique < LEAST_UNIQUE:
        words = f"{n:,} rows with {risk.unique:,} unique ones; {LEAST_ROWS} with {LEAST_UNIQUE} are needed"
        return Population(size, None, None, note=f"not enough to estimate from: {words}")
    if risk.unique == n:
        return Population(
            size, None, None, note="every row is unique, so that the sample says nothing of larger classes"
        )
    alpha, theta = _fitted(risk)
    if not (_LEAST_ALPHA < alpha < 1 and theta > -alpha):
        return Population(size, None, None, note="the sizes of classes do not follow Pitman's formula")
    # of the population's unique rows, as many as the sample's share are in the sample
    everywhere = math.exp(
        math.log(size) + math.lgamma(theta + 1) - math.lgamma(theta + alpha) + math.lgamma(theta + alpha + size - 1)
        - math.lgamma(theta + size)
    )  # fmt: skip
    unique = min(float(risk.unique), everywhere * n / size)
    note = "" if n >= _ROUGH * size else f"rough, as the file holds under {100 * _ROUGH:g} % of the population"
    return Population(size, unique, unique / n, alpha, theta, note)


def _fitted(risk: Risk) -> tuple[float, float]:
    """Alpha and theta of the largest likelihood; theta is looked for as log(theta + alpha)."""
    sizes = np.array([size for size, _ in risk.sizes], np.float64)
    counts = np.array([count for _, count in risk.sizes], np.float64)
    classes, n = float(risk.classes), float(risk.rows)

    def against(x: np.ndarray) -> float:
        alpha = 1 / (1 + math.exp(-x[0]))
        theta = math.exp(min(x[1], 60.0)) - alpha
        new = (classes - 1) * math.log(alpha) + gammaln(theta / alpha + classes) - gammaln(theta / alpha + 1)
        rows = gammaln(theta + n) - gammaln(theta + 1)
        within = float((counts * (gammaln(sizes - alpha) - gammaln(1 - alpha))).sum())
        return float(-(new - rows + within))

    starts = ((-2.0, math.log(max(classes, 2.0))), (0.0, math.log(max(classes, 2.0))), (2.0, 2.0))
    found = [minimize(against, np.array(start), method="Nelder-Mead", options={"maxiter": 600}) for start in starts]
    best = min(found, key=lambda one: float(one.fun))
    alpha = 1 / (1 + math.exp(-float(best.x[0])))
    return alpha, math.exp(min(float(best.x[1]), 60.0)) - alpha
