"""What a column's cells alone tell of the outcome: by their values, and by being blank or zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.learn.leakage.columns import Column

_BINS = 48
_FOLDS = 5
_NEAR_PERFECT = 0.95  # AUC: the strongest honest column of the real sets reaches .91


@dataclass(frozen=True, slots=True)
class Tell:
    """What blank (or zero) cells tell: shares of won and lost rows that are filled, rows blank and how many won."""

    zero: bool
    filled_won: float
    filled_lost: float
    blank: int
    blank_won: int
    full: int
    full_won: int
    z: float

    @property
    def gap(self) -> float:
        """Filled share of won less that of lost rows, -1 to 1."""
        return self.filled_won - self.filled_lost


def _bins(column: Column, rows: np.ndarray) -> np.ndarray:
    """A bin per row: blank is bin 0, numbers by quantile with frequent values alone, text by value."""
    if column.numbers is None:
        return np.asarray(np.asarray(column.codes)[rows].astype(np.int64) + 1)
    numbers = column.numbers[rows]
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return np.zeros(rows.size, dtype=np.int64)
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS, method="lower"))
    binned = 1 + np.searchsorted(edges, numbers, side="left")
    binned[~np.isfinite(numbers)] = 0
    return np.asarray(binned, dtype=np.int64)


def alone_auc(column: Column, rows: np.ndarray, won: np.ndarray, fold: np.ndarray) -> tuple[float, float]:
    """AUC of the column alone and its standard error, each row judged by the other folds' win rate in its bin.

    `rows` are positions of closed rows, `won` bool and `fold` 0-4 for each of them. Error by Hanley and McNeil (1982).
    """
    bins = _bins(column, rows)
    width = int(bins.max()) + 1 if bins.size else 1
    cell = fold * width + bins
    lost_in = np.bincount(cell[~won], minlength=_FOLDS * width).reshape(_FOLDS, width)
    won_in = np.bincount(cell[won], minlength=_FOLDS * width).reshape(_FOLDS, width)
    all_won, all_lost = won_in.sum(0), lost_in.sum(0)
    base = won.mean()
    total = weight = 0.0
    for at in range(_FOLDS):
        wins, losses = won_in[at], lost_in[at]
        pairs = float(wins.sum()) * float(losses.sum())
        if not pairs:
            continue
        score = (all_won - wins + base) / (all_won - wins + all_lost - losses + 1.0)
        order = np.argsort(score, kind="stable")
        score, wins, losses = score[order], wins[order], losses[order]
        starts = np.flatnonzero(np.r_[True, np.diff(score) > 1e-12])
        wins, losses = np.add.reduceat(wins, starts), np.add.reduceat(losses, starts)
        below = np.cumsum(losses) - losses
        total += float((wins * (below + 0.5 * losses)).sum())
        weight += pairs
    if not weight:
        return 0.5, 0.5
    auc = total / weight
    return auc, _error(auc, int(won.sum()), int((~won).sum()))


def rank_auc(column: Column, rows: np.ndarray, won: np.ndarray) -> tuple[float, float]:
    """AUC of a number's order alone, in its better direction, and its standard error; blanks stand in the middle.

    Where wins are few, bins leave too little in each; an order has nothing to learn but its direction.
    """
    if column.numbers is None:
        return 0.5, 0.5
    cells = column.numbers[rows]
    known = np.isfinite(cells)
    if known.sum() < 0.5 * max(1, cells.size):
        return 0.5, 0.5
    cells = np.where(known, cells, np.median(cells[known]))
    _, at, count = np.unique(cells, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2.0)[at]
    n1, n0 = int(won.sum()), int((~won).sum())
    auc = (float(ranks[won].sum()) - n1 * (n1 + 1) / 2) / max(1, n1 * n0)
    auc = max(auc, 1 - auc)
    return auc, _error(auc, n1, n0)


def _error(auc: float, n1: int, n0: int) -> float:
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = (auc * (1 - auc) + (n1 - 1) * (q1 - auc * auc) + (n0 - 1) * (q2 - auc * auc)) / max(1, n1 * n0)
    return float(np.sqrt(max(spread, 1e-12)))


def tell_of(column: Column, rows: np.ndarray, won: np.ndarray, zero: bool) -> Tell:
    """What blank cells (with `zero`: blank or exactly zero ones) tell of the closed rows."""
    full = column.filled[rows]
    if zero and column.numbers is not None:
        full = full & (column.numbers[rows] != 0)
    n1, n0 = int(won.sum()), int((~won).sum())
    full_won, full_all = int((full & won).sum()), int(full.sum())
    a, b = full_won / max(1, n1), (full_all - full_won) / max(1, n0)
    pooled = full_all / max(1, n1 + n0)
    spread = np.sqrt(max(pooled * (1 - pooled) * (1 / max(1, n1) + 1 / max(1, n0)), 1e-12))
    return Tell(zero, a, b, n1 + n0 - full_all, n1 - full_won, full_all, full_won, float((a - b) / spread))


def tells_alone(auc: float, error: float, closed: int) -> bool:
    """Whether an AUC is so near perfect that no honest column would reach it."""
    return auc >= _NEAR_PERFECT and auc - 1.64 * error >= 0.9 and closed >= 20


def _low(good: int, rows: int) -> float:
    """Lower end of the 95 % Wilson interval of good / rows."""
    if not rows:
        return 0.0
    share, z2 = good / rows, 3.84
    middle = share + z2 / (2 * rows)
    reach = np.sqrt(z2 * (share * (1 - share) / rows + z2 / (4 * rows * rows)))
    return float((middle - reach) / (1 + z2 / rows))


def fill_tells(tell: Tell, distinct_over_two: bool) -> bool:
    """Whether being filled tells the outcome beyond what an honest column's blanks would.

    Either way of two: most of one class is filled and most of the other blank, or the filled rows are of one class
    almost to a row, far beyond its base rate.
    """
    won = tell.full_won + tell.blank_won
    base = won / max(1, tell.full + tell.blank)
    if abs(tell.z) < 4 or tell.full < 8 or tell.blank < 8:
        return False
    blank_rate = tell.blank_won / tell.blank
    full_rate = tell.full_won / tell.full
    if tell.zero and not distinct_over_two:
        return False
    if tell.gap >= (0.6 if tell.zero else 0.5):
        return (
            tell.gap >= 0.7 or blank_rate <= 0.15 * base or full_rate >= 1 - 0.15 * (1 - base) or full_rate >= 3 * base
        )
    if tell.gap <= -0.5:
        return tell.gap <= -0.7 or full_rate <= 0.15 * base or blank_rate >= 1 - 0.15 * (1 - base)
    if tell.zero and tell.full < 30:
        return False
    pure_won = base <= 0.7 and 1 - _low(tell.full_won, tell.full) <= 0.3 * (1 - base)
    pure_lost = base >= 0.3 and 1 - _low(tell.full - tell.full_won, tell.full) <= 0.3 * base
    return pure_won or pure_lost


def value_tells(column: Column, rows: np.ndarray, won: np.ndarray) -> tuple[bool, float]:
    """Whether single values of a text column hold half of one class almost purely; and the share they hold."""
    if column.codes is None or column.values < 2:
        return False, 0.0
    bins = np.asarray(column.codes)[rows].astype(np.int64) + 1
    wins = np.bincount(bins[won], minlength=column.values + 1)
    losses = np.bincount(bins[~won], minlength=column.values + 1)
    base = won.mean()
    best = 0.0
    for mine, other, share in ((wins, losses, base), (losses, wins, 1 - base)):
        count = mine + other
        impure = (1.0 - share) * 0.08
        pure = (count >= 20) & (other <= impure * count)
        best = max(best, float(mine[pure].sum()) / max(1, int(mine.sum())))
    return best >= 0.5, best
