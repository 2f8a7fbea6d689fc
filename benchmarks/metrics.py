"""Measures of probabilities on held-out rows, and paired differences with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import rankdata, t

CLIP = 1e-4


@dataclass(frozen=True, slots=True)
class Measures:
    """Log loss in nats (clipped at 1e-4), ECE over ten bins of equal count, lift in the best tenth."""

    rows: int
    won: int
    auc: float
    log_loss: float
    brier: float
    ece: float
    lift: float


def auc(y: np.ndarray, p: np.ndarray) -> float:
    """Area under the ROC curve; ties count half; NaN with one class."""
    won = int(y.sum())
    lost = len(y) - won
    if not won or not lost:
        return float("nan")
    return float((rankdata(p)[y == 1].sum() - won * (won + 1) / 2) / (won * lost))


def losses(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Log loss of each row."""
    q = np.clip(p, CLIP, 1 - CLIP)
    return -np.where(y == 1, np.log(q), np.log(1 - q))


def ece(y: np.ndarray, p: np.ndarray) -> float:
    """Mean over ten bins of equal count of |mean probability - share won|."""
    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    return float(sum(abs(p[b].mean() - y[b].mean()) * len(b) for b in bins if len(b)) / len(y))


def lift(y: np.ndarray, p: np.ndarray) -> float:
    """Share won in the best tenth against the share won of all."""
    best = np.argsort(-p, kind="stable")[: max(1, len(y) // 10)]
    return float(y[best].mean() / y.mean()) if y.any() else float("nan")


def measure(y: np.ndarray, p: np.ndarray) -> Measures:
    """All of them."""
    return Measures(
        len(y), int(y.sum()), auc(y, p), float(losses(y, p).mean()), float(np.mean((p - y) ** 2)), ece(y, p), lift(y, p)
    )


def unseen(train: pa.Table, test: pa.Table) -> np.ndarray:
    """True where a held-out row's whole vector of raw features never occurs in training."""
    known = set(_vectors(train))
    return np.array([vector not in known for vector in _vectors(test)])


def _vectors(x: pa.Table) -> list[tuple[str, ...]]:
    columns = [pc.fill_null(pc.cast(column, pa.string()), "").to_pylist() for column in x.columns]
    return list(zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours less theirs, with a 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        """For log loss: the whole interval lies above zero."""
        return self.low > 0


def bootstrap(
    y: np.ndarray, ours: np.ndarray, theirs: np.ndarray, group: np.ndarray | None, of: str, times: int = 200
) -> Difference:
    """Paired bootstrap of held-out groups: `of` is 'log_loss' or 'auc'. Training is not repeated."""
    random = np.random.default_rng(0)
    keys = np.arange(len(y)) if group is None else np.unique(group, return_inverse=True)[1]
    groups = int(keys.max()) + 1
    by_group = np.argsort(keys, kind="stable")
    starts = np.searchsorted(keys[by_group], np.arange(groups + 1))
    gap = losses(y, ours) - losses(y, theirs)
    sums, sizes = np.bincount(keys, weights=gap, minlength=groups), np.bincount(keys, minlength=groups)
    drawn = []
    for _ in range(times):
        picked = random.integers(0, groups, groups)
        if of == "log_loss":
            drawn.append(sums[picked].sum() / sizes[picked].sum())
        else:
            rows = np.concatenate([by_group[starts[g] : starts[g + 1]] for g in picked])
            drawn.append(auc(y[rows], ours[rows]) - auc(y[rows], theirs[rows]))
    point = float(gap.mean()) if of == "log_loss" else auc(y, ours) - auc(y, theirs)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Difference(point, float(low), float(high))


def resampled(differences: list[float], test_share: float) -> Difference:
    """Mean of paired differences over re-splits, with the corrected t interval for overlapping training sets.

    Source: Nadeau and Bengio, Inference for the Generalization Error, Machine Learning 52 (2003): the variance is
    scaled by 1/n + test/train. `test_share` is the held-out share of all rows.
    """
    values = np.asarray(differences)
    n = len(values)
    spread = float(np.sqrt(values.var(ddof=1) * (1 / n + test_share / (1 - test_share))))
    reach = float(t.ppf(0.975, n - 1)) * spread
    mean = float(values.mean())
    return Difference(mean, mean - reach, mean + reach)
