"""scikit-learn's histogram gradient boosting with its defaults and native categories."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import Codes


def fit(task: Task) -> Predict:
    """100 trees of 31 leaves. It takes at most 255 categories, so that rarer ones and unknown ones are missing."""
    x, y = task.x, task.y
    codes = Codes.learn(x, cap=250)
    matrix, categories = codes.matrix(x, unknown=float("nan"))
    model = HistGradientBoostingClassifier(categorical_features=categories or None, random_state=task.seed).fit(
        matrix, y
    )
    return lambda rows: np.asarray(model.predict_proba(codes.matrix(rows, unknown=float("nan"))[0])[:, 1])
