"""The record of what was measured on held-out rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import DataError
from leadline.core.qualification import Validation
from leadline.learn import metrics

Floats = NDArray[np.float64]
FEWEST_UNSEEN = 100


def measure(
    y: NDArray[np.int8],
    z: Floats,
    low: Floats,
    high: Floats,
    *,
    scheme: str,
    z_uncalibrated: Floats,
    unseen: NDArray[np.bool_] | None,
    groups: NDArray[np.int64] | None = None,
    base_rate: float,
    seed: int = 0,
) -> Validation:
    """Measure held-out rows: `y` 1 won and 0 lost, `z` log-odds, `low` and `high` the rows' 80 % intervals.

    `base_rate` is the share won in training, which the base of log loss and Brier predicts; `groups` (a number per row)
    are drawn together in intervals; `unseen` marks rows whose whole feature vector never occurred in training.
    Raises DataError where no row, or only one class, is held out: nothing can be measured on it.
    """
    won = int(y.sum())
    if not won or won == len(y):
        held = "all of them won" if won else "none of them won"
        raise DataError(
            f"The {len(y)} rows held out to judge the model cannot tell how good it is ({held}); give more closed "
            "rows, or another --split"
        )
    rate = min(max(base_rate, metrics.CLIP), 1 - metrics.CLIP)
    base = np.full(len(y), np.log(rate) - np.log1p(-rate))
    auc_low, auc_high = metrics.auc_interval(y, z, groups)
    skill_low, skill_high = metrics.brier_skill_interval(y, z, base_rate, groups, seed)
    deciles = metrics.deciles(y, z, seed)
    strange = np.zeros(len(y), dtype=np.bool_) if unseen is None else unseen
    known = int(strange.sum()) >= FEWEST_UNSEEN and 0 < int(y[strange].sum()) < int(strange.sum())
    return Validation(
        scheme=scheme,
        held_out=len(y),
        held_out_won=won,
        auc=metrics.auc(y, z),
        auc_low=auc_low,
        auc_high=auc_high,
        log_loss=metrics.log_loss(y, z),
        log_loss_base=metrics.log_loss(y, base),
        brier=metrics.brier(y, z),
        brier_base=float(np.mean((base_rate - y) ** 2)),
        brier_skill=metrics.brier_skill(y, z, base_rate),
        skill_low=skill_low,
        skill_high=skill_high,
        ece=metrics.ece(y, z),
        ece_uncalibrated=metrics.ece(y, z_uncalibrated),
        lift_top_decile=deciles[0].lift,
        interval_coverage=metrics.bin_coverage(y, z, low, high),
        deciles=deciles,
        reliability=metrics.reliability(y, z),
        top=metrics.top_k(y, z, seed=seed),
        unseen_rows=int(strange.sum()),
        unseen_auc=metrics.auc(y[strange], z[strange]) if known else None,
        unseen_log_loss=metrics.log_loss(y[strange], z[strange]) if known else None,
    )
