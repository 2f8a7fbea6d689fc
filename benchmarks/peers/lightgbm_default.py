"""LightGBM with its defaults and native categories."""

from __future__ import annotations

import lightgbm
import numpy as np

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import Codes


def fit(task: Task) -> Predict:
    """100 trees of 31 leaves, learning rate 0.1."""
    x, y = task.x, task.y
    codes = Codes.learn(x)
    matrix, categories = codes.matrix(x)
    model = lightgbm.LGBMClassifier(n_jobs=1, random_state=task.seed, verbosity=-1)
    model.fit(matrix, y, categorical_feature=categories or "auto")
    return lambda rows: np.asarray(model.predict_proba(codes.matrix(rows)[0])[:, 1])
