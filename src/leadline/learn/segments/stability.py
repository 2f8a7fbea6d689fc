"""Whether segments come again: each is looked for in samples drawn anew, by the Jaccard measure of its best match.

Above .75 a segment is stable, under .6 it is not to be trusted. Source: Hennig (2007), Cluster-wise assessment of
cluster stability, Computational Statistics and Data Analysis.
"""

from __future__ import annotations

import numpy as np

from leadline.learn.segments.mixture import Fit, Floats, Labels, Rows, memberships

STABLE = 0.75
DOUBTFUL = 0.6
SAMPLES = 20


def jaccard(rows: Rows, fit: Fit, rng: np.random.Generator, samples: int = SAMPLES) -> Floats:
    """The mean over bootstrap samples of the Jaccard measure of each segment with its best match: (segments,)."""
    number = fit.mixture.number
    labels = memberships(fit.mixture, rows.wide).argmax(axis=1)
    share = rows.counts / rows.counts.sum()
    total = np.zeros(number)
    for _ in range(samples):
        weights = rng.multinomial(int(rows.counts.sum()), share).astype(np.float64)
        again = rows.fit(number, rng, weights, tries=4)
        found = memberships(again.mixture, rows.wide).argmax(axis=1)
        # in the rows that were drawn, each as often as it was
        total += overlap(labels, found, number, number, weights).max(axis=1)
    return np.asarray(total / samples)


def overlap(one: Labels, other: Labels, ones: int, others: int, weights: Floats | None = None) -> Floats:
    """The Jaccard measure of each group of `one` with each of `other`: (ones, others)."""
    both = np.zeros((ones, others))
    np.add.at(both, (one, other), 1.0 if weights is None else weights)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Agreement of two groupings, 0 by chance and 1 if equal (Hubert and Arabie 1985)."""
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    both = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(both, (a, b), 1.0)

    def pairs(x: Floats) -> float:
        return float((x * (x - 1) / 2).sum())

    same, rows, columns = pairs(both), pairs(both.sum(axis=1)), pairs(both.sum(axis=0))
    expected = rows * columns / max(1.0, len(a) * (len(a) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (same - expected) / (most - expected)
