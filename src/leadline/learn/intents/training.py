"""Training: labelled messages in, an `IntentModel` out, judged by messages that it was not given.

Messages that repeat word for word count once, with their number as weight, so that leaving one out leaves out all its
copies; the leave-one-out scores, in closed form from the one solution, choose the ridge, sharpen scores into
probabilities, draw the line out of scope and judge the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from leadline.core.errors import CallError, DataError
from leadline.learn.intents.kernel import as_sparse, likenesses, shared_terms, solve
from leadline.learn.intents.scope import LOST, learn_scope
from leadline.understand.embedding import Size, embed
from leadline.understand.intent_model import IntentModel, Scope, View, judge, softmax
from leadline.understand.ngrams import learn


@dataclass(frozen=True, slots=True)
class Mix:
    """How much the vectors and the n-grams count."""

    views: tuple[View, ...]
    terms: float


# The first is for many messages; few are often understood better by the meaning of whole messages.
MIXES: dict[Size, tuple[Mix, ...]] = {
    "bulk": (Mix((View("bulk", 0.8, 3.0),), 0.2), Mix((View("bulk", 0.95, 3.0),), 0.05)),
    "best": (
        Mix((View("best", 0.55, 3.0), View("bulk", 0.3, 3.0)), 0.15),
        Mix((View("best", 0.85, 3.0), View("bulk", 0.12, 3.0)), 0.03),
    ),
}
RIDGES = (0.1, 0.3)
TRY_UNTIL = 4_000  # distinct messages; more take the first mix and ridge, which larger sets preferred
NAME_RIDGE = 3.0  # a label's name is an example that may be missed by this much more
MOST_COPIES = 30
MOST = 12_000  # distinct messages that are learned from: memory grows with the square (1.2 GB)


@dataclass(frozen=True, slots=True)
class Unique:
    """Distinct texts with the share of each label among their copies, and how many copies there are.

    `place` says for each message given which of the texts it is, -1 where it is left out.
    """

    texts: tuple[str, ...]
    shares: np.ndarray
    copies: np.ndarray
    place: np.ndarray


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, what it was made from, and the scores and judgements of each distinct text when it was left out."""

    model: IntentModel
    unique: Unique
    scores: np.ndarray
    likeness: np.ndarray
    each: np.ndarray
    outside: np.ndarray


@dataclass(frozen=True, slots=True)
class _Solution:
    """What one mix and ridge gave on messages left out."""

    loss: float
    mix: Mix
    ridge: float
    sharpness: float
    alpha: np.ndarray
    out: np.ndarray
    likeness: np.ndarray


def train(
    texts: Sequence[str], labels: Sequence[str], *, size: Size = "best", none_label: str = "", seed: int = 1
) -> IntentModel:
    """Learn from messages and their labels; `none_label` is the label of those that are out of scope.

    Raises DataError where fewer than two labels are there, or fewer than two different messages of a label.
    """
    return train_and_judge(texts, labels, size=size, none_label=none_label, seed=seed).model


def train_and_judge(
    texts: Sequence[str], labels: Sequence[str], *, size: Size = "best", none_label: str = "", seed: int = 1
) -> Trained:
    """As `train`, with what was found on the way."""
    names = _checked(texts, labels, none_label)
    unique = _unique(texts, labels, names, seed)
    count = len(unique.texts)
    named = [place for place, name in enumerate(names) if name != none_label and _speaks(name)]
    examples = (*unique.texts, *(_spoken(names[place]) for place in named))
    ngrams = learn(unique.texts)
    mixes: tuple[Mix, ...] = MIXES[size]
    ridges: tuple[float, ...] = RIDGES
    if count > TRY_UNTIL:
        mixes, ridges = mixes[:1], ridges[:1]
    vectors = {view.kind: embed(examples, view.kind) for view in mixes[0].views}
    rows = ngrams.rows(examples)
    shared = shared_terms(rows, ngrams)
    bias = np.full(len(names), 1 / len(names), np.float32)
    target = np.concatenate([unique.shares, np.eye(len(names), dtype=np.float32)[named]]) - bias
    slack = np.concatenate([1 / np.minimum(unique.copies, MOST_COPIES), np.full(len(named), NAME_RIDGE)])
    best: _Solution | None = None
    for mix in mixes:
        alike = likenesses(vectors, mix.views)
        near = _nearest(alike[:count, :count], mix)
        alike += mix.terms * shared
        for ridge in ridges:
            alpha, out = solve(alike, target, ridge * slack)
            out = out[:count] + bias
            sharpness, loss = _sharpen(out, unique)
            if best is None or loss < best.loss:
                best = _Solution(loss, mix, ridge, sharpness, alpha, out, near)
    if best is None:
        raise CallError(f"There is no model '{size}'; say bulk or best")
    mix, alpha, out, likeness, sharpness = best.mix, best.alpha, best.out, best.likeness, best.sharpness
    truth = unique.shares.argmax(axis=1)
    if none_label:
        scope = learn_scope(out, likeness, truth, unique.copies, names.index(none_label), none_label)
    else:
        scope = Scope(floor=float(np.quantile(out.max(axis=1), LOST)))
    each, outside = judge(out, likeness, names, sharpness, scope)
    model = IntentModel(
        labels=names,
        size=size,
        views=mix.views,
        ngrams=ngrams,
        terms=(mix.terms * (as_sparse(rows, ngrams).T @ alpha)).astype(np.float16),
        vectors={kind: one.astype(np.float16) for kind, one in vectors.items()},
        alpha=alpha,
        examples=examples,
        truth=np.concatenate([truth, named]).astype(np.int32),
        named=len(named),
        bias=bias,
        sharpness=sharpness,
        scope=scope,
        card={"messages": len(texts), "distinct": count, "ridge": best.ridge},
    )
    return Trained(model, unique, out, likeness, each, outside)


def _checked(texts: Sequence[str], labels: Sequence[str], none_label: str) -> tuple[str, ...]:
    if len(texts) != len(labels):
        raise CallError(f"There are {len(texts):,} messages and {len(labels):,} labels; give one for each")
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise DataError("All messages have the same label; at least two labels are needed")
    if none_label and none_label not in names:
        raise CallError(f"No message has the label '{none_label}'; there are {', '.join(names[:8])}")
    if none_label and len(names) < 3:
        raise DataError(f"Beside '{none_label}' there is one label only; at least two are needed")
    return names


def _unique(texts: Sequence[str], labels: Sequence[str], names: tuple[str, ...], seed: int) -> Unique:
    number = {name: place for place, name in enumerate(names)}
    found: dict[str, int] = {}
    place = np.array([found.setdefault(" ".join(text.split()), len(found)) for text in texts], np.int64)
    shares = np.zeros((len(found), len(names)), np.float32)
    for (row, label), count in Counter(zip(place.tolist(), labels, strict=True)).items():
        shares[row, number[label]] = count
    copies = shares.sum(axis=1)
    shares /= copies[:, None]
    kept = np.arange(len(found))
    if len(found) > MOST:
        # By label in turns, so that small labels keep all they have.
        mixed = np.random.default_rng(seed).permutation(len(found))
        label = shares[mixed].argmax(axis=1)
        order = np.argsort(label, kind="stable")
        _, starts = np.unique(label[order], return_index=True)
        turn = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
        kept = np.sort(mixed[order[np.argsort(turn, kind="stable")[:MOST]]])
    now = np.full(len(found), -1, np.int64)
    now[kept] = np.arange(len(kept))
    every = tuple(found)
    return Unique(tuple(every[at] for at in kept), shares[kept], copies[kept], now[place])


def _nearest(alike: np.ndarray, mix: Mix) -> np.ndarray:
    """For each message the likeness (0 to 1) of the nearest other one."""
    near = np.zeros(len(alike), np.float32)
    for row in range(len(alike)):
        near[row] = max(alike[row, :row].max(initial=0), alike[row, row + 1 :].max(initial=0))
    return near / np.float32(sum(view.weight for view in mix.views))


def _speaks(name: str) -> bool:
    """Whether a label's name says something: 'card_arrival' does, 'A7' does not."""
    return sum(sign.isalpha() for sign in name) >= 4


def _spoken(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()).lower()


def _sharpen(scores: np.ndarray, unique: Unique) -> tuple[float, float]:
    """The factor that turns scores into the best probabilities, and their log loss."""

    def loss(log_factor: float) -> float:
        shown = np.log(np.clip(softmax(np.exp(log_factor) * scores), 1e-9, 1))
        return float(-(unique.copies[:, None] * unique.shares * shown).sum() / unique.copies.sum())

    found = minimize_scalar(loss, bounds=(-2.0, 6.0), method="bounded", options={"xatol": 0.01})
    return float(np.exp(found.x)), float(found.fun)
