"""Intents on official splits beside TF-IDF with LinearSVC, few-shot, out of scope, and the time for a text.

`python -m benchmarks.intents [--sets banking77,hwu64] [--seeds 5]` writes benchmarks/out/intents.json and prints.
Nothing is chosen on test parts: the settings come from cross-validation on banking77's training part, the line out of
scope from the development parts and the leave-one-out scores of the training parts.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.svm import LinearSVC

from leadline.learn.intents import training
from leadline.learn.intents.scope import choose, trades
from leadline.understand import embedding, intent_model
from leadline.understand.embedding import Size
from leadline.understand.intent_model import scope_features

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out" / "intents.json"
SETS = {"banking77": ("intent_banking77/banking77_{}.csv.gz", "category"),
        "hwu64": ("intent_hwu64/hwu64_{}.csv.gz", "intent")}  # fmt: skip
DOMAINS = ("finance", "media", "software")
SIZES: tuple[Size, ...] = ("best", "bulk")
SHOTS = 10
Messages = tuple[list[str], list[str]]


class Kept:
    """Vectors made once for each text, so that five draws do not take five times as long."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], np.ndarray] = {}

    def __call__(self, texts: Sequence[str], size: Size = "bulk") -> np.ndarray:
        new = sorted({text for text in texts if (size, text) not in self._known})
        for start in range(0, len(new), 1024):
            part = new[start : start + 1024]
            self._known |= {(size, text): one for text, one in zip(part, embedding.embed(part, size), strict=True)}
        return np.stack([self._known[size, text] for text in texts])


def data_dir() -> Path:
    """The folder of the real sets."""
    return Path(os.environ.get("LEADLINE_DATA", ROOT.parent / "shared" / "data"))


def rows(name: str) -> list[dict[str, str]]:
    """A gzipped CSV of the data folder."""
    with gzip.open(data_dir() / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def part(name: str, which: str) -> Messages:
    """Texts and labels of the official part 'train' or 'test'."""
    path, label = SETS[name]
    found = rows(path.format(which))
    return [row["text"] for row in found], [row[label] for row in found]


def peer(learned: Messages, asked: Messages) -> float:
    """Accuracy of LinearSVC on TF-IDF of words (1, 2) and characters (2 to 5), sublinear."""
    both = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
            ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)),
        ]
    )
    made = make_pipeline(both, LinearSVC(C=1.0)).fit(*learned)
    return float(np.mean(made.predict(asked[0]) == np.array(asked[1])))


def ours(learned: Messages, asked: Messages, size: Size) -> dict[str, float]:
    """Accuracy on the part asked, and the one that leaving one out had promised."""
    made = training.train_and_judge(*learned, size=size)
    found = made.model.predict(asked[0])
    promised = made.scores.argmax(axis=1) == made.unique.shares.argmax(axis=1)
    use_kept, texts = training.__dict__["embed"], asked[0][:1000]
    use(embedding.embed)
    spent = milliseconds(made.model, texts)
    use(use_kept)
    return {
        "milliseconds": spent,
        "accuracy": float(np.mean([one == true for one, true in zip(found.labels, asked[1], strict=True)])),
        "leave_one_out": float(promised.mean()),
        "mean_probability": float(found.probabilities.mean()),
    }


def few(learned: Messages, seed: int) -> Messages:
    """SHOTS messages of each label, drawn from the training part."""
    drawn = np.random.default_rng(seed).permutation(len(learned[0]))
    left = dict.fromkeys(learned[1], SHOTS)
    texts, labels = [], []
    for at in drawn:
        if left[learned[1][at]]:
            left[learned[1][at]] -= 1
            texts.append(learned[0][at])
            labels.append(learned[1][at])
    return texts, labels


def domain(name: str) -> dict[str, Any]:
    """One MultiDoGO part: every conversation in one part of the official split; the line is drawn before test is seen.

    In scope is each turn with another label than 'outofdomain'; turned away counts as wrong. Of several labels the
    first counts; blank turns are left out.
    """
    found = [row for row in rows(f"intent_multidogo/{name}_turns.csv.gz") if row["utterance"].strip()]
    texts = {which: [r["utterance"] for r in found if r["split"] == which] for which in ("train", "dev", "test")}
    first = {which: [r["intent"] for r in found if r["split"] == which] for which in texts}
    labels = {which: [label.split("<div>")[0] for label in every] for which, every in first.items()}
    made = training.train_and_judge(texts["train"], labels["train"], size="best", none_label="outofdomain")
    model, none = made.model, made.model.labels.index("outofdomain")
    weights = np.array(model.scope.weights)

    def odds(which: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        scores, likeness = model.scores(texts[which])
        truth = np.array([model.labels.index(x) if x in model.labels else -1 for x in labels[which]])
        return scope_features(scores, likeness, none) @ weights, scores, truth, np.ones(len(truth))

    held = (
        scope_features(made.scores, made.likeness, none) @ weights,
        made.scores, made.unique.shares.argmax(axis=1), made.unique.copies,
    )  # fmt: skip
    chosen_on = [np.concatenate(pair) for pair in zip(held, odds("dev"), strict=True)]
    table = trades(chosen_on[0], chosen_on[1], chosen_on[2], chosen_on[3], none)
    asked = odds("test")
    lines = []
    for accuracy in (0.99, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.90, 0.85):
        trade = choose(table, accuracy)
        away, outside = asked[0] >= trade.threshold, asked[2] == none
        inside = asked[1].copy()
        inside[:, none] = -np.inf
        right = inside.argmax(axis=1) == asked[2]
        lines.append(
            {
                "asked": accuracy,
                "chosen": {"accuracy": trade.accuracy, "recall": trade.recall},
                "accuracy": float((right & ~away)[~outside].mean()),
                "accuracy_of_kept": float(right[~outside & ~away].mean()),
                "recall": float(away[outside].mean()),
                "precision": float(outside[away].mean()) if away.any() else 0.0,
            }
        )
    return {"test": len(asked[2]), "outside": int((asked[2] == none).sum()), "trades": lines}


def milliseconds(model: intent_model.IntentModel, texts: Sequence[str]) -> float:
    """CPU milliseconds for a text, vectors made anew, a thousand texts at once."""
    model.predict(texts[:8])
    start = time.process_time()
    model.predict(texts)
    return (time.process_time() - start) / len(texts) * 1000


def use(embed: Any) -> None:
    """Make vectors by `embed`."""
    setattr(training, "embed", embed)  # noqa: B010  not a name that these modules offer
    setattr(intent_model, "embed", embed)  # noqa: B010


def main() -> None:
    """Run all, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--domains", default=",".join(DOMAINS))
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    kept = Kept()
    use(kept)
    results: dict[str, Any] = json.loads(OUT.read_text()) if OUT.exists() else {}
    for name in filter(None, given.sets.split(",")):
        learned, asked = part(name, "train"), part(name, "test")
        found: dict[str, Any] = {"train": len(learned[0]), "test": len(asked[0])}
        draws = [few(learned, seed) for seed in range(given.seeds)]
        found["few"] = {"tfidf": [peer(draw, asked) for draw in draws]}
        for size in SIZES:
            found["few"][size] = [ours(draw, asked, size)["accuracy"] for draw in draws]
        print(name, "few", {key: round(float(np.mean(one)), 4) for key, one in found["few"].items()}, flush=True)
        found["full"] = {"tfidf": {"accuracy": peer(learned, asked)}}
        for size in SIZES:
            found["full"][size] = ours(learned, asked, size)
        print(name, found["full"], flush=True)
        results[name] = found
        keep(results)
    for name in filter(None, given.domains.split(",")):
        results.setdefault("scope", {})[name] = domain(name)
        for line in results["scope"][name]["trades"]:
            print(name, {key: one if isinstance(one, dict) else round(one, 3) for key, one in line.items()}, flush=True)
        keep(results)


def keep(results: dict[str, Any]) -> None:
    """Write what was found so far."""
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
