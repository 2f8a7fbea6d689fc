"""Tone (sentiment) learned from labelled texts: the machine of intents, balanced so that rare tones count as much.

Plain training favours the tone that most texts have. Here the score of the most frequent is lowered by the amount that
gives the best mean F1 over tones on texts that the model was not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadline.learn.intents.training import train_and_judge
from leadline.understand.embedding import Size
from leadline.understand.intent_model import IntentModel

HANDICAPS = tuple(step / 40 for step in range(13))


@dataclass(frozen=True, slots=True)
class Toned:
    """The tone of a text, its probability, and the words that carry it, strongest first (none where only the whole
    does)."""

    tone: str
    probability: float
    words: tuple[str, ...]


def learn_tone(texts: Sequence[str], tones: Sequence[str], *, size: Size = "best") -> IntentModel:
    """A model of tones; its card holds `macro_f1` on texts left out. Errors are those of `learn.intents.train`."""
    trained = train_and_judge(texts, tones, size=size)
    truth = trained.unique.shares.argmax(axis=1)
    counts = np.bincount(truth, weights=trained.unique.copies, minlength=len(trained.model.labels))
    frequent = np.eye(len(counts), dtype=np.float32)[int(counts.argmax())]
    found = [(macro_f1(truth, (trained.scores - one * frequent).argmax(axis=1)), -one) for one in HANDICAPS]
    best, handicap = max(found)
    card = {**trained.model.card, "macro_f1": best, "handicap": -handicap}
    return replace(trained.model, bias=trained.model.bias + np.float32(handicap) * frequent, card=card)


def tones_of(model: IntentModel, texts: Sequence[str], most: int = 3) -> list[Toned]:
    """The tone of each text with the words, as they stand in it in lower case, that carry it."""
    found = model.predict(texts)
    return [
        Toned(tone, float(probability), model.reasons(text, tone, most))
        for text, tone, probability in zip(texts, found.labels, found.probabilities, strict=True)
    ]


def macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    """Mean F1 over the classes that occur in `truth` (places of labels)."""
    figures = []
    for label in np.unique(truth):
        own, taken = truth == label, said == label
        figures.append(2 * float((own & taken).sum()) / max(1.0, float(own.sum() + taken.sum())))
    return float(np.mean(figures))
