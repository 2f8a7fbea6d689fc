"""The model as a scikit-learn estimator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import check_estimator

from leadline.core.roles import Role
from leadline.learn.estimator import Qualifier


def leads(rows: int = 160, seed: int = 0) -> tuple[pa.Table, np.ndarray]:
    """Text as it comes from a file: won where the source is a referral or the note asks for a price."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["Referral", "Web", "Fair"], rows)
    note = np.array(
        [" ".join(rng.choice(["met", "call", "price", "later", "demo", "hello", "fair"], 8)) for _ in range(rows)]
    )
    asks = np.char.find(note, "price") >= 0
    won = rng.random(rows) < np.where(source == "Referral", 0.75, 0.15) + 0.1 * asks
    start = [datetime(2023, 1, 2) + timedelta(days=n) for n in range(rows)]
    table = pa.table(
        {
            "Source": source.tolist(),
            "Amount": [f"${a:,.2f}" for a in rng.integers(1_000, 90_000, rows).tolist()],
            "Created": [f"{d.month}/{d.day}/{d.year}" for d in start],
            "Note": note.tolist(),
        }
    )
    return table, np.where(won, "yes", "no")


@pytest.mark.slow
def test_scikit_learn_finds_no_fault() -> None:
    outcomes = check_estimator(Qualifier(), on_skip=None)
    assert {one["status"] for one in outcomes} <= {"passed", "skipped"}
    assert sum(one["status"] == "passed" for one in outcomes) > 30


def test_a_table_with_text_and_dates() -> None:
    X, y = leads()
    model = Qualifier(roles={"Note": Role.TEXT}).fit(X, y)
    assert {r.column: r.role for r in model.columns_} == {
        "Source": Role.CATEGORY, "Amount": Role.MONEY, "Created": Role.DATE, "Note": Role.TEXT}  # fmt: skip
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.feature_names_in_.tolist() == X.column_names
    p = model.predict_proba(X)
    assert p.shape == (160, 2)
    assert p.sum(axis=1) == pytest.approx(1.0)
    later, truth = leads(200, 1)
    assert np.mean(model.predict(later) == truth) > 0.7
    assert np.array_equal(model.predict(later) == "yes", model.decision_function(later) > 0)


def test_columns_may_come_in_any_order_and_more_of_them() -> None:
    X, y = leads()
    model = Qualifier().fit(X, y)
    other = X.select(["Note", "Created", "Amount", "Source"]).append_column("More", pa.array(["x"] * 160))
    assert np.array_equal(model.decision_function(other), model.decision_function(X))


def test_the_same_seed_is_the_same_model() -> None:
    X, y = leads()
    model = Qualifier(seed=3).fit(X, y)
    again = clone(model).fit(X, y)
    assert np.array_equal(model.decision_function(X), again.decision_function(X))


def test_groups_and_time() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X[::9, 1] = np.nan
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(int)
    grouped = Qualifier().fit(X, y, groups=np.arange(200) // 4)
    timed = Qualifier().fit(X, y, order=np.r_[np.nan, np.arange(199.0)])
    for model in (grouped, timed):
        assert np.mean(model.predict(X) == y) > 0.65
    shuffled = rng.permutation(200)  # rows are put in order of time, wherever they stand
    again = Qualifier().fit(X[shuffled], y[shuffled], order=np.r_[np.nan, np.arange(199.0)][shuffled])
    assert again.decision_function(X) == pytest.approx(timed.decision_function(X))


def test_it_works_in_a_search() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 2))
    y = X[:, 0] + 0.5 * rng.normal(size=90) > 0
    assert cross_val_score(Qualifier(), X, y, cv=3, scoring="roc_auc").mean() > 0.8


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda X: X.drop_columns(["Amount"]), "no column 'Amount'"),
        (lambda _: np.zeros((3, 4)), "an array and the model was fitted on a table"),
    ],
)
def test_other_tables_are_refused(change: Any, says: str) -> None:
    X, y = leads(60)
    model = Qualifier().fit(X, y)
    with pytest.raises(ValueError, match=says):
        model.predict(change(X))


def test_a_table_for_a_model_of_arrays_is_refused() -> None:
    rng = np.random.default_rng(0)
    model = Qualifier().fit(rng.normal(size=(40, 2)), np.arange(40) % 2)
    with pytest.raises(ValueError, match="is a table and the model was fitted on an array"):
        model.predict(pa.table({"a": ["x"], "b": ["y"]}))


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (["a"] * 60, "two classes"),
        (["a", "b", "c"] * 20, "Only binary classification is supported"),
        (["a", "b"] * 10, "X has 60 rows and y has 20"),
    ],
)
def test_outcomes_that_cannot_be(y: list[str], says: str) -> None:
    X, _ = leads(60)
    with pytest.raises(ValueError, match=says):
        Qualifier().fit(X, y)


def test_not_fitted() -> None:
    with pytest.raises(NotFittedError):
        Qualifier().predict_proba(leads(3)[0])
