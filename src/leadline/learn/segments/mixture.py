"""The mixture behind segments: each segment has its own shares of each column's bands; inside it columns go alone.

Numbers are bands of equal counts, so that one segment fits every column's own distribution exactly, however odd: more
segments gain only by columns that go together. Columns that do not tell segments apart keep one distribution for all.
Blank cells say nothing. Sources: Lazarsfeld and Henry (1968), Latent Structure Analysis; Marbac and Sedki (2017),
Variable selection for model-based clustering using the integrated complete-data likelihood, Statistics and Computing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int16]  # rows x columns, the band of each cell; -1 for blank
Labels = NDArray[np.int64]

PRIOR = 1.0  # rows that the whole file's shares are worth beside a segment's own
FREE = 12  # rounds before columns may be set aside
ROUNDS = 120
SETTLED = 1e-6  # of the log-likelihood a row


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """`log_share` (segments,), `log_theta` (bands of all columns, segments), `used` (columns,), `starts`
    (columns + 1,): where each column's bands begin."""

    log_share: Floats
    log_theta: Floats
    used: NDArray[np.bool_]
    starts: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many segments."""
        return len(self.log_share)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A mixture with its log-likelihood, that less BIC's penalty, and that less the uncertainty of members (ICL;
    Biernacki, Celeux and Govaert 2000)."""

    mixture: Mixture
    log_likelihood: float
    bic: float
    icl: float


def spread(codes: Codes, starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """One column a band, 1 where the cell lies in it: (rows, bands)."""
    wide = np.zeros((len(codes), int(starts[-1])), np.float32)
    rows, columns = np.nonzero(codes >= 0)
    wide[rows, starts[columns] + codes[rows, columns]] = 1.0
    return wide


def memberships(mixture: Mixture, wide: NDArray[np.float32]) -> Floats:
    """How likely each row belongs to each segment: (rows, segments)."""
    z = wide @ mixture.log_theta.astype(np.float32) + mixture.log_share.astype(np.float32)
    z -= z.max(axis=1, keepdims=True)
    likely = np.exp(z, dtype=np.float64)
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


class Rows:
    """Rows to learn from: like rows are one with a weight, in an order that does not depend on the file's."""

    def __init__(self, codes: Codes, starts: NDArray[np.int64]) -> None:
        kinds, self.kind_of, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
        self.kind_of = self.kind_of.reshape(-1)
        self.codes, self.starts = kinds.astype(np.int16), starts
        self.counts = counts.astype(np.float64)
        self.wide = spread(self.codes, starts)

    def fit(self, number: int, rng: np.random.Generator, weights: Floats | None = None, tries: int = 8) -> Fit:
        """The most likely mixture of `number` segments from `tries` starts; `weights` per kind of row."""
        w = self.counts if weights is None else weights
        if number == 1:
            return self._finish(w, np.ones((len(w), 1, 1)), rounds=1)[0]
        first = self._finish(w, self._starts(number, tries, w, rng), rounds=FREE + 8)
        best = sorted(range(tries), key=lambda at: -first[at].bic)[: max(1, min(2, tries // 2))]
        again = np.stack([memberships(first[at].mixture, self.wide) for at in best], axis=1)
        return max(self._finish(w, again, ROUNDS), key=lambda one: one.bic)

    def _starts(self, number: int, tries: int, w: Floats, rng: np.random.Generator) -> Floats:
        """(rows, tries, segments): near to rows that lie apart from each other (k-means++ in shared bands)."""
        made = np.empty((len(w), tries, number))
        columns = max(1, self.codes.shape[1])
        for one in range(tries):
            likeness = np.empty((len(w), number))
            far = w / w.sum()
            for k in range(number):
                seed = int(rng.choice(len(w), p=far))
                likeness[:, k] = self.wide @ self.wide[seed] / columns
                gap = 1.0 - likeness[:, : k + 1].max(axis=1)
                far = w * np.maximum(gap, 1e-3) ** 2
                far /= far.sum()
            made[:, one] = np.exp(8.0 * likeness)
        return np.asarray(made / made.sum(axis=2, keepdims=True))

    def _finish(self, w: Floats, members: Floats, rounds: int) -> list[Fit]:
        """Expectation and maximisation for several starts side by side."""
        rows, tries, number = members.shape
        starts = self.starts
        sizes = np.diff(starts)
        of_band = np.repeat(np.arange(len(sizes)), sizes)
        wide32 = self.wide
        total = np.asarray((wide32.T @ w.astype(np.float32)), np.float64)
        filled = np.add.reduceat(total, starts[:-1])
        whole = (total + 0.5 / sizes[of_band]) / (filled + 0.5)[of_band]
        alone = np.add.reduceat(total * np.log(whole), starts[:-1])
        penalty = 0.5 * (number - 1) * (sizes - 1) * np.log(np.maximum(filled, 2.0))
        n = float(w.sum())
        before = np.full(tries, -np.inf)
        weighted = w[:, None].astype(np.float32)
        used = np.zeros((len(sizes), tries), bool)
        share, log_theta, score = np.ones((tries, number)), np.zeros((len(total), tries, number)), before
        for turn in range(rounds):
            flat = members.reshape(rows, tries * number).astype(np.float32) * weighted
            counts = np.asarray(wide32.T @ flat, np.float64).reshape(-1, tries, number)
            share = flat.sum(axis=0, dtype=np.float64).reshape(tries, number)
            share = (share + 1.0 / number) / (n + 1.0)
            theta = counts + PRIOR * whole[:, None, None]
            theta /= np.add.reduceat(theta, starts[:-1], axis=0)[of_band]
            log_theta = np.log(theta)
            gain = np.add.reduceat((counts * log_theta).sum(axis=2), starts[:-1], axis=0) - alone[:, None]
            used = gain > penalty[:, None]
            if turn < min(FREE, rounds - 1):
                used[:] = number > 1
            log_theta = np.where(used[of_band][:, :, None], log_theta, np.log(whole)[:, None, None])
            z = (wide32 @ log_theta.reshape(-1, tries * number).astype(np.float32)).reshape(rows, tries, number)
            z = z.astype(np.float64) + np.log(share)
            top = z.max(axis=2, keepdims=True)
            likely = np.exp(z - top)
            each = likely.sum(axis=2, keepdims=True)
            members = likely / each
            score = w @ (top + np.log(each))[:, :, 0]
            if turn > FREE + 2 and np.all(np.abs(score - before) < SETTLED * n):
                break
            before = score
        fits = []
        for one in range(tries):
            kept = used[:, one]
            free = number - 1 + float(((sizes - 1) * np.where(kept, number, 1)).sum())
            bic = float(score[one]) - 0.5 * free * np.log(n)
            doubt = float(w @ (members[:, one] * np.log(np.maximum(members[:, one], 1e-300))).sum(axis=1))
            made = Mixture(np.log(share[one]), log_theta[:, one], kept, starts)
            fits.append(Fit(made, float(score[one]), bic, bic + doubt))
        return fits
