"""Trees of XGBoost, written as LightGBM's text, fall and sum as XGBoost's do."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.core.errors import DataError
from leadline.learn.forest import Forest
from leadline.learn.spark.boosted import text_of

xgboost = pytest.importorskip("xgboost", reason="xgboost is not here: it comes with leadline[spark]")


@pytest.mark.parametrize("seed", range(4))
def test_margins_agree_also_on_the_edges_of_splits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(1500, 5)), 1).astype(np.float32)
    x[rng.random(x.shape) < 0.15] = np.nan
    x[:, 4] = 7.0
    y = (np.nan_to_num(x[:, 0]) + np.isnan(x[:, 2]) + rng.normal(size=1500) > 0.3).astype(int)
    settings = {"objective": "binary:logistic", "max_depth": 5, "base_score": 0.3, "seed": seed, "nthread": 1}
    booster = xgboost.train(settings, xgboost.DMatrix(x, y), 25)
    forest = Forest(text_of(bytes(booster.save_raw("json")), 5), threads=1)
    assert forest.trees == 25
    thresholds = np.array([float(t) for t in forest.text.split("threshold=")[1].split("\n")[0].split()], np.float32)
    edges = np.repeat(np.concatenate([thresholds, np.nextafter(thresholds, np.float32(np.inf))])[:, None], 5, axis=1)
    edges[np.abs(edges) < 1e-30] = 0.0  # between 0 and that lies no number that anybody counts
    for rows in (x, edges, np.full((3, 5), np.nan, np.float32)):
        theirs = booster.predict(xgboost.DMatrix(rows), output_margin=True) - np.log(0.3 / 0.7)
        assert np.abs(forest.margin(rows) - theirs).max() < 1e-5


def test_trees_of_one_leaf_are_trees() -> None:
    data = xgboost.DMatrix(np.zeros((50, 2), np.float32), np.zeros(50))
    booster = xgboost.train({"objective": "binary:logistic", "base_score": 0.3, "nthread": 1}, data, 2)
    assert np.ptp(Forest(text_of(bytes(booster.save_raw("json")), 2)).margin(np.ones((4, 2), np.float32))) == 0


def test_another_kind_of_model_is_refused() -> None:
    data = xgboost.DMatrix(np.random.default_rng(0).normal(size=(50, 2)), np.arange(50.0))
    booster = xgboost.train({"objective": "reg:squarederror", "nthread": 1}, data, 2)
    for raw in (bytes(booster.save_raw("json")), b"{}", b'{"learner": 3}'):
        with pytest.raises(DataError, match="cannot read"):
            text_of(raw, 2)
