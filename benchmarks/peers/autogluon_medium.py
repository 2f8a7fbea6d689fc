"""AutoGluon, preset 'medium_quality', with a budget of 120 s of wall time, asked for log loss; without torch."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from autogluon.tabular import TabularPredictor

from benchmarks.peers import Predict, Task
from benchmarks.peers.frames import framer

SECONDS = 120


def fit(task: Task) -> Predict:
    """Every learner that installs without torch (LightGBM, CatBoost, XGBoost, forests), stacked by AutoGluon."""
    x, y, frame = task.x, task.y, framer(task.x)
    rows = frame(x)
    rows["__y"] = y
    folder = tempfile.TemporaryDirectory(prefix="autogluon-")
    predictor = TabularPredictor(
        label="__y", path=folder.name, eval_metric="log_loss", problem_type="binary", verbosity=0
    )
    predictor.fit(rows, presets="medium_quality", time_limit=SECONDS, num_cpus=1, num_gpus=0)

    def predict(more: pa.Table) -> np.ndarray:
        assert Path(folder.name).is_dir()  # kept as long as the predictor is
        return np.asarray(predictor.predict_proba(frame(more))[1])

    return predict
