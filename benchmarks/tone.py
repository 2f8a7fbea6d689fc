"""Tone of Financial PhraseBank's shared part beside TF-IDF with LinearSVC and VADER, by stratified cross-validation.

`python -m benchmarks.tone [--folds 5] [--repeats 1]` writes benchmarks/out/tone.json and prints. The set may not be
used commercially: it is a test only, and no model learned from it is kept.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.intents import SIZES, Kept, rows, use
from leadline.learn.tone import learn_tone, macro_f1

OUT = Path(__file__).resolve().parent / "out" / "tone.json"
TONES = ("negative", "neutral", "positive")
NEUTRAL = 0.05  # VADER's own bounds


def vader(texts: list[str]) -> np.ndarray:
    """What VADER says, which learns nothing."""
    judge = SentimentIntensityAnalyzer()
    found = np.array([judge.polarity_scores(text)["compound"] for text in texts])
    return np.where(found >= NEUTRAL, 2, np.where(found <= -NEUTRAL, 0, 1))


def main() -> None:
    """Run all, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=1)
    given = parser.parse_args()
    use(Kept())
    kept = {row["sentence"]: row["sentiment"] for row in rows("sentiment_financial_phrasebank/phrases_train.csv.gz")}
    texts, tones = list(kept), list(kept.values())
    truth = np.array([TONES.index(tone) for tone in tones])
    found: dict[str, list[dict[str, float]]] = {}
    by_vader = vader(texts)
    splits = RepeatedStratifiedKFold(n_splits=given.folds, n_repeats=given.repeats, random_state=0)
    for learned, asked in splits.split(texts, truth):
        train, test = [texts[i] for i in learned], [texts[i] for i in asked]
        said = {"vader": by_vader[asked]}
        peer = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC())
        said["tfidf"] = peer.fit(train, truth[learned]).predict(test)
        for size in SIZES:
            model = learn_tone(train, [tones[i] for i in learned], size=size)
            said[size] = np.array([TONES.index(tone) for tone in model.predict(test).labels])
        for name, guess in said.items():
            figures = {"macro_f1": macro_f1(truth[asked], guess), "accuracy": float((truth[asked] == guess).mean())}
            found.setdefault(name, []).append(figures)
            print(name, {key: round(value, 4) for key, value in figures.items()}, flush=True)
    results: dict[str, Any] = {
        name: {key: [one[key] for one in folds] for key in ("macro_f1", "accuracy")} for name, folds in found.items()
    }
    for name, figures in results.items():
        print(name, {key: f"{np.mean(one):.4f}, spread {np.std(one):.4f}" for key, one in figures.items()})
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
