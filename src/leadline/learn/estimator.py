"""The model as a scikit-learn estimator, for those who work there."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from leadline.core.formats import ColumnFormat
from leadline.core.qualification import Scheme
from leadline.core.roles import ColumnRole, Role
from leadline.learn import derive, ensemble, ridge
from leadline.learn.roles import find_roles
from leadline.learn.splits import Split, folds
from leadline.warehouse import values

OUTCOME = "outcome of the estimator"


class Qualifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Scorecard, evidence, boosted trees and words, stacked and calibrated out of fold (two classes).

    X is a numeric array (rows, columns), a pyarrow Table, or a data frame that pyarrow can read. `roles` maps columns
    of a table to `Role`; without it they are found. `fit(X, y, groups=, order=)`: rows of one group are never divided;
    `order` is a time key (float) and makes the stack learn forwards in time.
    """

    table_: bool
    formats_: tuple[ColumnFormat, ...]

    def __init__(self, roles: dict[str, Role] | None = None, seed: int = 0) -> None:
        self.roles = roles
        self.seed = seed

    def __sklearn_tags__(self) -> Any:
        """Two classes only; blanks are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: Any, groups: Any = None, order: Any = None) -> Self:
        """Learn from rows `X` with outcomes `y`."""
        table, y = self._first(X, y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            self._refuse(kind, y)
        if len(y) != table.num_rows:
            raise ValueError(f"X has {table.num_rows} rows and y has {len(y)}")
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("Qualifier needs two classes; y has one class alone")
        rows = np.arange(table.num_rows)
        if order is not None:
            key = np.asarray(order, dtype=np.float64)
            rows = np.argsort(np.where(np.isfinite(key), key, -np.inf), kind="stable")
        table = table.take(pa.array(rows))
        outcomes = np.asarray(target[rows], dtype=np.int8)
        self.columns_ = self._roles(table)
        codes = None if groups is None else np.unique(np.asarray(groups)[rows], return_inverse=True)[1]
        text = tuple(r.column for r in self.columns_ if r.role is Role.TEXT)
        dates = [r.column for r in self.columns_ if r.role is Role.DATE]
        parts = derive.plan(table, self.columns_, dates[0] if dates and order is not None else "")
        fitted = ensemble.fit(
            table,
            outcomes,
            parts,
            text,
            self._folds(outcomes, codes),
            in_time_order=order is not None,
            seed=self.seed,
        )
        self.model_ = fitted.model
        return self

    def _refuse(self, kind: str, y: Any) -> None:
        if kind == "multiclass":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(np.unique(y)) < 2:
            raise ValueError("Qualifier needs two classes; y has one class alone")
        raise ValueError(f"Unknown label type: {kind}. Qualifier needs two classes.")

    def _folds(self, y: NDArray[np.int8], codes: NDArray[np.int64] | None) -> NDArray[np.int64]:
        split = Split(Scheme("random" if codes is None else "group", "", ""), None, codes)
        numbers = np.arange(len(y), dtype=np.int64) % 2
        for fold, (_, test) in enumerate(folds(split, np.arange(len(y)), y, ensemble.fold_count(len(y)), self.seed)):
            numbers[test] = fold
        return numbers

    def _roles(self, table: pa.Table) -> tuple[ColumnRole, ...]:
        if self.table_:
            given = {name: Role(role) for name, role in (self.roles or {}).items()}
            labelled = table.append_column(OUTCOME, pa.array(["0"] * table.num_rows))
            found = find_roles(labelled, OUTCOME, given)
            return tuple(r for r in found if r.column != OUTCOME)
        return tuple(ColumnRole(name, Role.NUMBER, "a column of an array", 0.0, 0) for name in table.column_names)

    def _first(self, X: Any, y: Any) -> tuple[pa.Table, Any]:
        """The typed table to fit on, and what later ones must be like."""
        table = _as_table(X)
        self.table_ = table is not None
        if table is None:
            X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
            return _numbered(X), y
        self.formats_ = values.infer(table)
        self.feature_names_in_ = np.array(table.column_names, dtype=object)
        self.n_features_in_ = table.num_columns
        return values.parse(table, self.formats_), np.asarray(y)

    def _like_the_first(self, X: Any) -> pa.Table:
        if not self.table_:
            if isinstance(X, pa.Table):
                raise ValueError("X is a table and the model was fitted on an array")
            return _numbered(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False))
        if not hasattr(X, "__arrow_c_stream__"):
            raise ValueError("X is an array and the model was fitted on a table")
        table = pa.table(X)
        missing = [f.column for f in self.formats_ if f.column not in table.column_names]
        if missing:
            raise ValueError(f"X has no column '{missing[0]}', which the model was fitted on")
        return values.parse(table, self.formats_)

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Calibrated log-odds of the second class, (rows,)."""
        check_is_fitted(self, "model_")
        table = self._like_the_first(X)
        texts = [table[t.column].to_pylist() for t in self.model_.terms]
        return self.model_.log_odds(self.model_.encoder.transform(table), texts)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of the two classes, (rows, 2)."""
        p = ridge.sigmoid(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier class of each row."""
        likelier = (self.decision_function(X) > 0).astype(int)
        return np.asarray(self.classes_[likelier])


def _numbered(X: Any) -> pa.Table:
    """An array's columns as x0, x1, …"""
    return pa.table({f"x{at}": pa.array(X[:, at], from_pandas=True) for at in range(X.shape[1])})


def _as_table(X: Any) -> pa.Table | None:
    """A pyarrow Table of a table-like, or None for arrays and frames of numbers that scikit-learn checks itself."""
    if isinstance(X, pa.Table):
        return X
    if hasattr(X, "__arrow_c_stream__"):
        try:
            table = pa.table(X)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
            return None
        numeric = all(pa.types.is_floating(f.type) or pa.types.is_integer(f.type) for f in table.schema)
        return None if numeric else table
    return None
