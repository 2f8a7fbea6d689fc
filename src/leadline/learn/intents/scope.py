"""Out of scope: how it is told and where the line is drawn, on scores of messages that the model was not given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from leadline.understand.intent_model import Scope, scope_features

LOST = 0.02  # of accuracy in scope that may be given for recall out of scope; without examples, share turned away
FEWEST = 5  # examples out of scope from which a line can be learned


@dataclass(frozen=True, slots=True)
class Trade:
    """One line of the trade-off: at `threshold` (log odds) this much is right in scope, and told to be out of it."""

    threshold: float
    accuracy: float  # of messages in scope: right label and not turned away
    recall: float  # of messages out of scope
    precision: float


def learn_scope(
    scores: np.ndarray, likeness: np.ndarray, truth: np.ndarray, copies: np.ndarray, none: int, name: str
) -> Scope:
    """The line, from held-out scores; `truth` are places of labels, `copies` weights, `none` the place of `name`."""
    outside = truth == none
    if outside.sum() < FEWEST:
        return Scope(name, (0.0, 0.0, 0.0, 1.0, 0.0, 0.0))  # where 'none' scores higher than any label
    given = scope_features(scores, likeness, none)
    middle, spread = given[:, :-1].mean(axis=0), given[:, :-1].std(axis=0) + 1e-9
    fitted = LogisticRegression(C=1.0).fit((given[:, :-1] - middle) / spread, outside, sample_weight=copies)
    slopes = fitted.coef_[0] / spread
    weights = (*slopes.tolist(), float(fitted.intercept_[0] - slopes @ middle))
    odds = given @ np.array(weights)
    table = trades(odds, scores, truth, copies, none)
    best = max(trade.accuracy for trade in table)
    return Scope(name, weights, choose(table, best - LOST).threshold)


def trades(
    odds: np.ndarray, scores: np.ndarray, truth: np.ndarray, copies: np.ndarray, none: int, steps: int = 200
) -> list[Trade]:
    """The whole trade-off, from few turned away to many."""
    inside = scores.copy()
    inside[:, none] = -np.inf
    outside, right = truth == none, inside.argmax(axis=1) == truth
    made = []
    for threshold in np.unique(np.quantile(odds, np.linspace(1, 0, steps)))[::-1].tolist():
        away = odds >= threshold
        turned = float(copies[away].sum())
        made.append(
            Trade(
                threshold,
                float(copies[right & ~away & ~outside].sum() / max(1e-9, copies[~outside].sum())),
                float(copies[away & outside].sum() / max(1e-9, copies[outside].sum())),
                float(copies[away & outside].sum() / turned) if turned else 0.0,
            )
        )
    return made


def choose(table: list[Trade], accuracy: float) -> Trade:
    """The line with the highest recall out of scope that keeps `accuracy` in scope; else the most accurate."""
    kept = [trade for trade in table if trade.accuracy >= accuracy]
    if not kept:
        return max(table, key=lambda trade: trade.accuracy)
    return max(kept, key=lambda trade: (trade.recall, trade.accuracy))
