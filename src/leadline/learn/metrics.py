"""Measures of probabilities on rows that the model never saw.

Everywhere `y` is 1 won, 0 lost (rows), `z` are log-odds (rows); equal scores stay together wherever rows are binned.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.core.qualification import Decile, ReliabilityBin, TopK

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]
Codes = NDArray[np.int64]

CLIP = 1e-4  # no probability is taken for surer in the log loss
BINS = 10
TOP = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
RESAMPLES = 1000
BLOCKS = 2000  # more independent units than these are joined at random first: the spread is the same, the time is not
NORMAL_95 = 1.959963984540054
NORMAL_80 = 1.2815515655446004


def probabilities(z: Floats) -> Floats:
    """The probabilities of log-odds."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


# -- ranking -----------------------------------------------------------------------------------------------------------


def auc(y: Labels, z: Floats) -> float:
    """Area under the ROC curve, ties count half; NaN where one class is missing."""
    won = int(np.sum(y == 1))
    lost = len(y) - won
    if not won or not lost:
        return float("nan")
    return float((_midranks(z)[y == 1].sum() - won * (won + 1) / 2) / (won * lost))


def auc_interval(y: Labels, z: Floats, groups: Codes | None = None) -> tuple[float, float]:
    """The 95 % interval of the AUC (DeLong, DeLong, Clarke-Pearson 1988, by the ranks of Sun and Xu 2014).

    With `groups` rows of one group count as one draw (the same components summed by group; Obuchowski 1997). Where all
    pairs are in order the variance is nought, so the bound is that of as many pairs without a row in common.
    """
    area = auc(y, z)
    won, lost = z[y == 1], z[y != 1]
    m, n = len(won), len(lost)
    if np.isnan(area):
        return float("nan"), float("nan")
    if area in (0.0, 1.0):
        bound = 0.025 ** (1.0 / min(m, n))
        return (bound, 1.0) if area else (0.0, 1.0 - bound)
    ranks = _midranks(z)
    of_won = (ranks[y == 1] - _midranks(won)) / n  # share of lost rows below each won row
    of_lost = 1.0 - (ranks[y != 1] - _midranks(lost)) / m
    if groups is None:
        variance = _variance(of_won) / m + _variance(of_lost) / n
    else:
        pull = np.empty(len(y))
        pull[y == 1] = (of_won - area) / m
        pull[y != 1] = (of_lost - area) / n
        sums = np.bincount(np.unique(groups, return_inverse=True)[1], weights=pull)
        variance = float(np.sum(sums**2)) * len(sums) / max(len(sums) - 1, 1)
    half = NORMAL_95 * float(np.sqrt(variance))
    return max(0.0, area - half), min(1.0, area + half)


def _variance(values: Floats) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.25


def _midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the middle of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[place], dtype=np.float64)


# -- losses ------------------------------------------------------------------------------------------------------------


def log_loss(y: Labels, z: Floats) -> float:
    """Mean log loss in nats, probabilities clipped at CLIP."""
    p = np.clip(probabilities(z), CLIP, 1 - CLIP)
    return float(-np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))


def brier(y: Labels, z: Floats) -> float:
    """Mean squared distance of probability and outcome."""
    return float(np.mean((probabilities(z) - y) ** 2))


def brier_skill(y: Labels, z: Floats, base_rate: float) -> float:
    """1 - Brier / Brier of always saying `base_rate`; NaN where that one is nought."""
    base = float(np.mean((base_rate - y) ** 2))
    return 1.0 - brier(y, z) / base if base else float("nan")


def brier_skill_interval(
    y: Labels, z: Floats, base_rate: float, groups: Codes | None = None, seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the Brier skill; rows of one group are drawn together."""
    ours, theirs = (probabilities(z) - y) ** 2, (base_rate - y) ** 2
    rng = np.random.default_rng(seed)
    unit = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    many = int(unit.max()) + 1
    if many > BLOCKS:
        unit = (rng.permutation(many) % BLOCKS)[unit]
        many = BLOCKS
    sums = np.column_stack([np.bincount(unit, weights=w, minlength=many) for w in (ours, theirs)])
    drawn = rng.multinomial(many, np.full(many, 1.0 / many), size=RESAMPLES) @ sums
    known = drawn[drawn[:, 1] > 0]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(1.0 - known[:, 0] / known[:, 1], [0.025, 0.975])
    return float(low), float(high)


# -- calibration -------------------------------------------------------------------------------------------------------


def equal_bins(z: Floats, bins: int = BINS) -> list[Codes]:
    """Row positions in up to `bins` bins of equal count by rising `z`; equal scores are never divided."""
    order = np.argsort(z, kind="stable")
    ranked = z[order]
    cuts = np.array([round(len(z) * i / bins) for i in range(1, bins)], dtype=np.int64)
    cuts = np.searchsorted(ranked, ranked[cuts[cuts < len(z)]], side="left")
    return [part for part in np.split(order, np.unique(cuts)) if len(part)]


def ece(y: Labels, z: Floats, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of mean probability and share won over bins of equal count."""
    p = probabilities(z)
    return float(sum(abs(p[b].sum() - y[b].sum()) for b in equal_bins(z, bins)) / len(y))


def reliability(y: Labels, z: Floats, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """What was said against what came true in bins of equal count, with Wilson's 80 % interval."""
    p = probabilities(z)
    found = []
    for rows in equal_bins(z, bins):
        won, n = int(y[rows].sum()), len(rows)
        found.append(ReliabilityBin(n, float(p[rows].mean()), won / n, *wilson(won, n)))
    return tuple(found)


def wilson(won: int, rows: int, normal: float = NORMAL_80) -> tuple[float, float]:
    """The interval of a share (Wilson 1927): 80 % unless told."""
    share, square = won / rows, normal**2 / rows
    middle = (share + square / 2) / (1 + square)
    half = np.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return float(max(0.0, min(share, middle - half))), float(min(1.0, max(share, middle + half)))


def bin_coverage(y: Labels, z: Floats, low: Floats, high: Floats, bins: int = BINS) -> float:
    """The share of bins whose share won lies within the bin's mean interval, in whole rows (of 30 rows at .001 to .02
    none or one may be won)."""
    held = []
    for rows in equal_bins(z, bins):
        fewest, most = np.floor(low[rows].sum()), np.ceil(high[rows].sum())
        held.append(fewest <= y[rows].sum() <= most)
    return float(np.mean(held))


# -- the list ----------------------------------------------------------------------------------------------------------


def best_first(z: Floats, seed: int = 0) -> Codes:
    """Row positions by falling score; equal scores in a drawn order, since the file's own may carry time."""
    return np.lexsort((np.random.default_rng(seed).permutation(len(z)), -z))


def deciles(y: Labels, z: Floats, seed: int = 0) -> tuple[Decile, ...]:
    """Tenths of the rows, best first, with lift against the share won of all and the gain down to each."""
    total, rate = int(y.sum()), float(y.mean())
    found, so_far = [], 0
    for number, rows in enumerate(np.array_split(best_first(z, seed), min(10, len(y))), start=1):
        won = int(y[rows].sum())
        so_far += won
        share = won / len(rows)
        found.append(
            Decile(number, len(rows), won, share, share / rate if rate else 0.0, so_far / total if total else 0.0)
        )
    return tuple(found)


def top_k(y: Labels, z: Floats, ks: Sequence[int] = TOP, seed: int = 0) -> tuple[TopK, ...]:
    """How many of the best k were won, for each of `ks` that leaves at least as many rows below."""
    won = np.cumsum(y[best_first(z, seed)])
    return tuple(TopK(k, int(won[k - 1]), k * float(y.mean())) for k in ks if 0 < 2 * k <= len(y))


# -- rows never seen ---------------------------------------------------------------------------------------------------


def vectors(table: pa.Table, columns: Sequence[str]) -> Codes:
    """A number per row of `table`: equal where all cells of `columns` are equal (blank equals blank)."""
    keys = np.zeros(table.num_rows, dtype=np.int64)
    for name in columns:
        whole = table[name].combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
        codes = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
        cells = pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        pair = keys * (int(cells.max(initial=0)) + 1) + cells
        keys = np.unique(pair, return_inverse=True)[1].astype(np.int64).reshape(-1)
    return keys


def never_seen(keys: Codes, training: Codes, held: Codes) -> NDArray[np.bool_]:
    """Whether each of the rows `held` has a vector (`keys` of all rows) that no row of `training` has."""
    return ~np.isin(keys[held], keys[training])
