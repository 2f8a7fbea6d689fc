"""Logistic regression, scikit-learn's defaults: one-hot categories, standardised numbers with a flag for missing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import sparse
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.peers import Predict, Task
from benchmarks.peers.encode import numbers, words


def fit(task: Task) -> Predict:
    """Fit with C = 1; only the iteration limit is raised, so that it converges."""
    x, y = task.x, task.y
    fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    scale = make_pipeline(fill, StandardScaler())
    hot = OneHotEncoder(handle_unknown="ignore")
    number, text = numbers(x), words(x)
    blocks = []
    if number:
        blocks.append(sparse.csr_matrix(scale.fit_transform(np.column_stack(list(number.values())))))
    if text:
        blocks.append(hot.fit_transform(np.column_stack(list(text.values()))))
    model = LogisticRegression(max_iter=1000).fit(sparse.hstack(blocks).tocsr(), y)

    def predict(rows: pa.Table) -> np.ndarray:
        number, text = numbers(rows), words(rows)
        blocks = []
        if number:
            blocks.append(sparse.csr_matrix(scale.transform(np.column_stack(list(number.values())))))
        if text:
            blocks.append(hot.transform(np.column_stack(list(text.values()))))
        return np.asarray(model.predict_proba(sparse.hstack(blocks).tocsr())[:, 1])

    return predict
