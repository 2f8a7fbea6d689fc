"""Training: labelled messages in, an `IntentModel` out, judged by messages that it has not seen.

Kernel ridge regression on one-hot targets. Messages that repeat word for word count once, with their number as weight,
so that leaving one out leaves out all its copies; the leave-one-out scores come in closed form from the one solution
(Rifkin and Lippert 2007), and choose the ridge, sharpen the scores into probabilities and judge the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import lapack
from scipy.optimize import minimize_scalar

from leadline.core.errors import CallError, DataError
from leadline.understand.embedding import Size, embed
from leadline.understand.intent_model import IntentModel, Scope, View, softmax
from leadline.understand.ngrams import Ngrams, Rows, learn

VIEWS: dict[Size, tuple[View, ...]] = {
    "bulk": (View("bulk", 0.7, 3.0),),
    "best": (View("best", 0.4, 3.0), View("bulk", 0.3, 3.0)),
}
TERMS_WEIGHT = 0.3
RIDGES = (0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Unique:
    """Distinct texts with the share of each label among their copies, and how many copies there are."""

    texts: tuple[str, ...]
    shares: np.ndarray
    copies: np.ndarray
    place: np.ndarray  # of each message given


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    size: Size = "best",
    none_label: str = "",
) -> IntentModel:
    """Learn from messages and their labels; `none_label` names the label of those that are out of scope.

    Raises DataError where there are fewer than two labels, or a message that is blank throughout.
    """
    if len(texts) != len(labels):
        raise CallError(f"There are {len(texts):,} messages and {len(labels):,} labels; give one for each")
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise DataError("All messages have the same label; at least two labels are needed")
    if none_label and none_label not in names:
        raise CallError(f"No message has the label '{none_label}'; there are {', '.join(names[:8])}")
    unique = _unique(texts, labels, names)
    ngrams = learn(unique.texts)
    vectors = {view.kind: embed(unique.texts, view.kind) for view in VIEWS[size]}
    rows = ngrams.rows(unique.texts)
    kernel = _kernel(rows, len(ngrams.terms), vectors, VIEWS[size])
    mean = np.full(len(names), 1 / len(names), np.float32)
    target = unique.shares - mean
    tried = []
    for ridge in RIDGES:
        alpha, out = _solve(kernel, target, ridge / unique.copies)
        sharpness, loss = _sharpen(out, unique.shares, unique.copies)
        tried.append((loss, ridge, sharpness, alpha))
    _, ridge, sharpness, alpha = min(tried, key=lambda one: one[:2])
    return IntentModel(
        labels=names,
        size=size,
        views=VIEWS[size],
        ngrams=ngrams,
        terms=_term_weights(ngrams, rows, alpha),
        vectors={kind: one.astype(np.float16) for kind, one in vectors.items()},
        alpha=alpha,
        examples=unique.texts,
        truth=unique.shares.argmax(axis=1).astype(np.int32),
        bias=mean,
        sharpness=sharpness,
        scope=Scope(none_label=none_label),
        card={"messages": len(texts), "distinct": len(unique.texts), "ridge": ridge},
    )


def _unique(texts: Sequence[str], labels: Sequence[str], names: tuple[str, ...]) -> Unique:
    number = {name: place for place, name in enumerate(names)}
    found: dict[str, int] = {}
    place = np.array([found.setdefault(" ".join(text.split()), len(found)) for text in texts], np.int64)
    shares = np.zeros((len(found), len(names)), np.float32)
    for (row, label), count in Counter(zip(place.tolist(), labels, strict=True)).items():
        shares[row, number[label]] = count
    copies = shares.sum(axis=1)
    return Unique(tuple(found), shares / copies[:, None], copies, place)


def _kernel(rows: Rows, terms: int, vectors: dict[Size, np.ndarray], views: tuple[View, ...]) -> np.ndarray:
    matrix = sparse.csr_array((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, terms))
    total: np.ndarray = TERMS_WEIGHT * (matrix @ matrix.T).toarray()
    for view in views:
        one = vectors[view.kind]
        total += view.weight * np.exp(view.gamma * (one @ one.T - 1))
    return total


def _solve(kernel: np.ndarray, target: np.ndarray, ridges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the examples, and each one's scores when it is left out."""
    made = kernel.astype(np.float64)
    made[np.diag_indices_from(made)] += ridges
    lower, wrong = lapack.dpotrf(made, lower=1, overwrite_a=1)
    inverse, wrong_too = lapack.dpotri(lower, lower=1)
    if wrong or wrong_too:
        raise DataError("The messages are too much alike to learn from; give more that differ")
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    alpha = inverse @ target
    return alpha.astype(np.float32), (target - alpha / np.diag(inverse)[:, None]).astype(np.float32)


def _sharpen(scores: np.ndarray, shares: np.ndarray, copies: np.ndarray) -> tuple[float, float]:
    """The factor that turns scores into the best probabilities, and their log loss."""

    def loss(log_factor: float) -> float:
        shown = np.log(np.clip(softmax(np.exp(log_factor) * scores), 1e-9, 1))
        return float(-(copies[:, None] * shares * shown).sum() / copies.sum())

    found = minimize_scalar(loss, bounds=(-2.0, 6.0), method="bounded", options={"xatol": 0.01})
    return float(np.exp(found.x)), float(found.fun)


def _term_weights(ngrams: Ngrams, rows: Rows, alpha: np.ndarray) -> np.ndarray:
    matrix = sparse.csr_array((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, len(ngrams.terms)))
    weights: np.ndarray = TERMS_WEIGHT * (matrix.T @ alpha)
    return weights.astype(np.float16)
