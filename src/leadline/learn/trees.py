"""Boosted trees: the door to LightGBM for training (its text format is what is kept)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """How deep and how many: one budget for all data, the number of trees chosen out of fold up to `most`."""

    leaves: int
    rate: float
    most: int


DEEP = Shape(leaves=15, rate=0.1, most=200)
SHALLOW = Shape(leaves=4, rate=0.1, most=120)
STEP = 10  # the number of trees is chosen on this grid


def train(
    features: NDArray[np.float32],
    y: NDArray[np.int8],
    offset: Floats,
    shape: Shape,
    count: int,
    seed: int,
    native: Sequence[int] = (),
) -> str:
    """Train `count` trees on log-odds above `offset`; returns the model in LightGBM's text format."""
    return str(_grown(features, y, offset, shape, count, seed, native).model_to_string())


def curve(
    features: NDArray[np.float32],
    y: NDArray[np.int8],
    offset: Floats,
    shape: Shape,
    held: tuple[NDArray[np.float32], NDArray[np.int8], Floats],
    seed: int,
    native: Sequence[int] = (),
) -> tuple[Floats, Floats]:
    """Train `shape.most` trees and follow them on held-out rows.

    Returns the held-out log loss at each multiple of STEP trees and the raw margins there (steps, rows).
    """
    model = _grown(features, y, offset, shape, shape.most, seed, native)
    x, target, base = held
    margins = np.empty((shape.most // STEP, len(target)))
    total = np.zeros(len(target))
    for step in range(shape.most // STEP):
        total = total + np.asarray(model.predict(x, raw_score=True, start_iteration=step * STEP, num_iteration=STEP))
        margins[step] = total
    z = margins + base
    losses = np.mean(np.logaddexp(0.0, z) - target * z, axis=1)
    return losses, margins


def _grown(
    features: NDArray[np.float32],
    y: NDArray[np.int8],
    offset: Floats,
    shape: Shape,
    count: int,
    seed: int,
    native: Sequence[int],
) -> Any:
    import lightgbm

    data = lightgbm.Dataset(
        features,
        label=y,
        init_score=offset,
        free_raw_data=True,
        params=_data_parameters(seed),
        categorical_feature=list(native) or "auto",
    )
    return lightgbm.train(_parameters(shape, len(y), seed), data, count)


def _data_parameters(seed: int) -> dict[str, object]:
    return {"verbosity": -1, "num_threads": 1, "max_bin": 255, "min_data_in_bin": 3, "data_random_seed": seed}


def _parameters(shape: Shape, rows: int, seed: int) -> dict[str, object]:
    return {
        **_data_parameters(seed),
        "objective": "binary",
        "boost_from_average": False,
        "learning_rate": shape.rate,
        "num_leaves": shape.leaves,
        "min_data_in_leaf": int(min(40, max(5, rows // 100))),
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
    }
