"""How good a model of intents is, on messages that it was not given: accuracy, each label, confusions, odd labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.learn.intents.scope import Trade, choose, trades
from leadline.learn.intents.training import Trained
from leadline.understand.intent_model import scope_features

NORMAL_95 = 1.959963984540054
FEW = 10  # different messages of a label under which its figures say little
SURE = 0.8  # probability of another label from which a message's own is doubted
DOUBTED = 0.1  # and at most this for its own
POINTS = (0.99, 0.98, 0.96, 0.94, 0.92, 0.90, 0.85, 0.80)


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label: its messages, how many of those said to have it do, how many of its own were found."""

    label: str
    messages: int
    distinct: int
    precision: float | None
    recall: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages of `label` that were taken for `taken_for`, and one of them."""

    label: str
    taken_for: str
    messages: int
    example: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A message whose label is probably wrong: `row` (from 0), what it is called and what the others say it is."""

    row: int
    text: str
    label: str
    better: str
    probability: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """All of it. `low` and `high` hold the true accuracy 95 times in 100 (Wilson 1927, distinct messages as units)."""

    messages: int
    distinct: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    most_frequent: str
    most_frequent_share: float
    beats_guessing: bool
    labels: tuple[LabelFigures, ...]
    confusions: tuple[Confusion, ...]
    suspects: tuple[Suspect, ...]
    scope: tuple[Trade, ...]
    notes: tuple[str, ...]


def judge_training(trained: Trained, texts: Sequence[str], labels: Sequence[str]) -> Judgement:
    """What leaving each message out (with all its copies) tells of the model; `texts` and `labels` as it had them."""
    names = trained.model.labels
    place = trained.unique.place
    rows = np.flatnonzero(place >= 0)
    number = {name: at for at, name in enumerate(names)}
    truth = np.array([number[labels[int(row)]] for row in rows])
    said = trained.each.argmax(axis=1)
    if trained.model.scope.none_label:
        none = number[trained.model.scope.none_label]
        inside = trained.each.copy()
        inside[:, none] = -1
        said = np.where(trained.outside, none, inside.argmax(axis=1))
    guess = said[place[rows]]
    right = guess == truth
    accuracy = float(right.mean())
    # A message that stands there a hundred times is one case for the interval, not a hundred.
    low, high = wilson(accuracy, len(trained.unique.texts))
    frequent = np.bincount(truth, minlength=len(names))
    first = int(frequent.argmax())
    figures = tuple(_label(at, names, truth, guess, place[rows]) for at in range(len(names)))
    f1 = [2 * f.precision * f.recall / max(f.precision + f.recall, 1e-9) if f.precision else 0.0 for f in figures]
    base = float(frequent[first] / len(truth))
    return Judgement(
        messages=len(texts),
        distinct=len(trained.unique.texts),
        accuracy=accuracy,
        low=low,
        high=high,
        macro_f1=float(np.mean(f1)),
        most_frequent=names[first],
        most_frequent_share=base,
        beats_guessing=low > base,
        labels=figures,
        confusions=_confusions(names, truth, guess, [texts[int(row)] for row in rows]),
        suspects=_suspects(trained, rows, truth, texts),
        scope=_scope(trained),
        notes=tuple(_notes(trained, figures, len(texts), len(rows))),
    )


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share among `count`."""
    z = NORMAL_95**2 / max(count, 1)
    middle = (share + z / 2) / (1 + z)
    half = np.sqrt(z * share * (1 - share) + z * z / 4) / (1 + z)
    return min(share, max(0.0, float(middle - half))), max(share, min(1.0, float(middle + half)))


def _label(at: int, names: tuple[str, ...], truth: np.ndarray, guess: np.ndarray, place: np.ndarray) -> LabelFigures:
    own, said = truth == at, guess == at
    both = int((own & said).sum())
    return LabelFigures(
        names[at],
        int(own.sum()),
        len(np.unique(place[own])),
        both / int(said.sum()) if said.any() else None,
        both / max(1, int(own.sum())),
    )


def _confusions(
    names: tuple[str, ...], truth: np.ndarray, guess: np.ndarray, texts: Sequence[str]
) -> tuple[Confusion, ...]:
    wrong = np.flatnonzero(truth != guess)
    pairs, first, counts = np.unique(truth[wrong] * len(names) + guess[wrong], return_index=True, return_counts=True)
    order = np.lexsort((pairs, -counts))
    return tuple(
        Confusion(
            names[int(pairs[at]) // len(names)],
            names[int(pairs[at]) % len(names)],
            int(counts[at]),
            texts[int(wrong[first[at]])],
        )
        for at in order
    )


def _suspects(trained: Trained, rows: np.ndarray, truth: np.ndarray, texts: Sequence[str]) -> tuple[Suspect, ...]:
    """Rows whose label the rest of the messages speak against (confident learning; Northcutt, Jiang, Chuang 2021)."""
    each = trained.each[trained.unique.place[rows]]
    better = each.argmax(axis=1)
    sure = each.max(axis=1)
    doubted = np.flatnonzero((better != truth) & (sure >= SURE) & (each[np.arange(len(rows)), truth] <= DOUBTED))
    order = doubted[np.lexsort((doubted, -sure[doubted]))]
    names = trained.model.labels
    return tuple(
        Suspect(int(rows[at]), texts[int(rows[at])], names[truth[at]], names[better[at]], float(sure[at]))
        for at in order
    )


def _scope(trained: Trained) -> tuple[Trade, ...]:
    scope, names = trained.model.scope, trained.model.labels
    if not scope.none_label:
        return ()
    none = names.index(scope.none_label)
    odds = scope_features(trained.scores, trained.likeness, none) @ np.array(scope.weights)
    table = trades(odds, trained.scores, trained.unique.shares.argmax(axis=1), trained.unique.copies, none)
    return tuple(dict.fromkeys(choose(table, point) for point in POINTS))


def _notes(trained: Trained, figures: Sequence[LabelFigures], given: int, used: int) -> list[str]:
    notes = []
    few = [figure for figure in figures if figure.distinct < FEW]
    if few:
        shown = ", ".join(f"{figure.label} ({figure.distinct})" for figure in few[:6])
        more = f" and {len(few) - 6} more" if len(few) > 6 else ""
        notes.append(f"Fewer than {FEW} different messages, so their figures say little: {shown}{more}")
    if used < given:
        notes.append(
            f"Learned from {len(trained.unique.texts):,} different messages, small labels first; the rest is left out"
        )
    if not trained.model.scope.none_label:
        notes.append("No label says 'none of these': what is unlike all messages is told by its low score alone")
    return notes
