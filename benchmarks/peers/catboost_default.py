"""CatBoost with its defaults and native categories."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from catboost import CatBoostClassifier, FeaturesData, Pool

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import numbers, words


def fit(task: Task) -> Predict:
    """1,000 trees of depth 6, learning rate chosen by CatBoost."""
    x, y = task.x, task.y
    model = CatBoostClassifier(thread_count=1, random_seed=task.seed, verbose=0, allow_writing_files=False)
    model.fit(Pool(_features(x), label=y))
    return lambda rows: np.asarray(model.predict_proba(Pool(_features(rows)), thread_count=1)[:, 1])


def _features(x: pa.Table) -> FeaturesData:
    number, text = numbers(x), words(x)
    return FeaturesData(
        num_feature_data=np.column_stack(list(number.values())).astype(np.float32) if number else None,
        cat_feature_data=np.array([[v.encode() for v in row] for row in zip(*text.values(), strict=True)], dtype=object)
        if text
        else None,
        num_feature_names=list(number) or None,
        cat_feature_names=list(text) or None,
    )
