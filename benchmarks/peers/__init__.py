"""One file a peer: `fit(task)` gives a function from a table to the probability of a win, one a row."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

Predict = Callable[[pa.Table], np.ndarray]


@dataclass(frozen=True, slots=True)
class Task:
    """What a peer is asked to learn: honest columns, 0 or 1, account codes and time keys where known, a seed.

    Every peer is given all of it; those whose library has no place for accounts or time leave them.
    """

    name: str
    x: pa.Table
    y: np.ndarray
    group: np.ndarray | None
    order: np.ndarray | None
    seed: int


@dataclass(frozen=True, slots=True)
class Peer:
    """A row of the table: its title, its module here, whether it is re-fitted on every resample, whose environment."""

    title: str
    module: str
    resampled: bool = True
    own: bool = False  # Leadline itself, run in the package's environment


PEERS: dict[str, Peer] = {
    "odoo": Peer("Odoo's formula", "odoo"),
    "odoo_bins": Peer("Odoo's formula + decile bins", "odoo"),
    "logistic": Peer("Logistic regression", "logistic"),
    "scorecard": Peer("WOE scorecard", "scorecard"),
    "lightgbm": Peer("LightGBM", "lightgbm_default"),
    "histgb": Peer("scikit-learn HistGB", "histgb"),
    "catboost": Peer("CatBoost", "catboost_default"),
    "flaml": Peer("FLAML 30 s", "flaml_30s", resampled=False),
    "autogluon": Peer("AutoGluon medium 120 s", "autogluon_medium", resampled=False),
    "leadline": Peer("Leadline", "leadline_default", own=True),
}


def engine(name: str) -> Callable[[Task], Predict]:
    """Import the named peer; gives its `fit`, so that importing is timed apart from fitting."""
    found: Callable[[Task], Predict] = importlib.import_module(f"benchmarks.peers.{PEERS[name].module}").fit
    return found
