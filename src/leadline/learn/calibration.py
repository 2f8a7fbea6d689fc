"""How far a probability is to be trusted: what is not known of *this* row, joined with bounds for rows like it.

The range of a row is normal in log-odds. Its variance adds up what few rows leave open (the scorecard's posterior),
what no amount of rows seems to tell this kind of model (a constant), and how the market's level moves. Venn-Abers
(Vovk, Petej, Fedorova 2015; the `venn-abers` package) bounds the win rate of *like scores*; a range holds both.
The constants were set on simulated markets, where the truth is known: docs/explain/calibration.md.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.learn import ridge

Floats = NDArray[np.float64]

GRID = 400  # distinct scores kept
REACH = 1.2815515655446004  # standard deviations in an 80 % interval
FEW_ROWS = 2.0  # multiplies the posterior variance: the other members learn from the same few rows
MOST = 1.0  # of the posterior variance, squared log-odds: beyond this the members do not follow the scorecard
UNTOLD = 0.21  # variance of what the columns could tell and the model does not, squared log-odds
LEAN = 0.5  # share of the foreseen move of the level that the middle of a range goes along with
SWAY = 0.7  # the foreseen move's standard deviation, as a share of it: levels turn as often as they go on
USUAL_MOVE = 0.3  # log-odds by which levels move; what little is measured is pulled to nought accordingly


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Venn-Abers bounds at rising log-odds `at`: `low` (p0) and `high` (p1), probabilities. `lean` is where the level
    is headed (log-odds) and `sway` the variance of that."""

    at: Floats
    low: Floats
    high: Floats
    lean: float = 0.0
    sway: float = 0.0

    def around(self, z: Floats) -> tuple[Floats, Floats]:
        """The Venn-Abers bounds for log-odds `z`, by straight lines between the kept scores."""
        return np.interp(z, self.at, self.low), np.interp(z, self.at, self.high)

    def interval(self, z: Floats, posterior: Floats) -> tuple[Floats, Floats]:
        """The 80 % interval of each row's probability, given its log-odds and their posterior variance; it holds the
        probability itself.

        The score is the mean of what the truth may be, and log-odds around it are not: the middle lies further out by
        the factor that keeps the mean (MacKay 1992).
        """
        variance = FEW_ROWS * np.minimum(posterior, MOST) + UNTOLD + self.sway
        middle = (z + self.lean) * np.sqrt(1.0 + np.pi / 8.0 * variance)
        half = REACH * np.sqrt(variance)
        low, high = self.around(z)
        score = ridge.sigmoid(z)
        low = np.minimum(np.minimum(low, score), ridge.sigmoid(middle - half))
        return low, np.maximum(np.maximum(high, score), ridge.sigmoid(middle + half))


def fit_bounds(z: Floats, y: NDArray[np.int8], lean: float = 0.0, sway: float = 0.0) -> Bounds:
    """Bounds from out-of-fold log-odds and outcomes; `lean` and `sway` as `drift` found them."""
    p = ridge.sigmoid(joined(z))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the package divides by nought and handles what comes of it
        from venn_abers import calc_p0p1, calc_probs

        p0, p1, known = calc_p0p1(np.column_stack([1 - p, p]), y.astype(np.float64))
        at = np.unique(p)
        _, pair = calc_probs(p0, p1, known, np.column_stack([1 - at, at]))
    pair = np.clip(np.asarray(pair, dtype=np.float64), 1e-6, 1 - 1e-6)  # no group is proof of never or always
    low, high = (np.nan_to_num(side, nan=worst) for side, worst in ((pair.min(axis=1), 0.0), (pair.max(axis=1), 1.0)))
    return Bounds(ridge.log_odds(at), low, high, lean, sway)


def joined(z: Floats) -> Floats:
    """Each row's log-odds, like ones replaced by their mean: at most GRID and a fifth of the rows remain distinct.

    The package's time grows with the square of the distinct scores.
    """
    edges = np.unique(np.quantile(z, np.linspace(0, 1, min(GRID, max(2, len(z) // 5)) + 1)))
    place = np.clip(np.searchsorted(edges, z, side="right") - 1, 0, max(len(edges) - 2, 0))
    sums = np.bincount(place, weights=z, minlength=len(edges))
    counts = np.bincount(place, minlength=len(edges))
    return np.asarray((sums / np.maximum(counts, 1))[place])


def drift(z: Floats, blocks: NDArray[np.int64], moves: Floats) -> tuple[float, float]:
    """Where the level is headed and how unsure that is, from how it moved before: (log-odds, variance).

    `moves` is, for each later block of rows, how much higher their log-odds were than those known before them; `z` are
    the rows' log-odds and `blocks` their block. Moves are joined as random effects (DerSimonian, Laird 1986): what
    their own few rows explain is no move. The level may go on moving or not, so the range goes half way and widens.
    """
    p = ridge.sigmoid(z)
    information = np.bincount(blocks, weights=p * (1 - p), minlength=len(moves))
    noise = 1.0 / np.maximum(information, 1e-9)
    weights = 1.0 / noise
    mean = float(weights @ moves / weights.sum())
    excess = float(weights @ (moves - mean) ** 2) - (len(moves) - 1)
    spare = float(weights.sum() - (weights @ weights) / weights.sum())
    between = max(0.0, excess / spare) if spare > 0 else 0.0
    weights = 1.0 / (noise + between)
    mean, unsure = float(weights @ moves / weights.sum()), float(1.0 / weights.sum())
    mean *= USUAL_MOVE**2 / (USUAL_MOVE**2 + unsure)
    return LEAN * mean, (SWAY * mean) ** 2 + between + unsure
