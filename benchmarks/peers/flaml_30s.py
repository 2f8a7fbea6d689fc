"""FLAML with a budget of 30 s of wall time, asked for log loss."""

from __future__ import annotations

import numpy as np
from flaml import AutoML

from benchmarks.peers import Predict, Task
from benchmarks.peers.frames import framer

SECONDS = 30


def fit(task: Task) -> Predict:
    """Its own list of learners and its own choice of validation, one thread."""
    x, y, frame = task.x, task.y, framer(task.x)
    model = AutoML()
    model.fit(
        frame(x), y, task="classification", metric="log_loss", time_budget=SECONDS, n_jobs=1, seed=task.seed, verbose=0
    )
    return lambda rows: np.asarray(model.predict_proba(frame(rows))[:, 1])
