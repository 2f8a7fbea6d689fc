"""Intents and tone as tables of the page."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean
from typing import Any

from benchmarks.tables import table

NAMES = {"best": "Leadline, best", "bulk": "Leadline, bulk", "tfidf": "TF-IDF, LinearSVC", "vader": "VADER"}


def intent_tables(found: dict[str, Any]) -> Iterator[str]:
    """Accuracy of each set, whole and few-shot, then the trade-off out of scope."""
    lines = []
    for name, one in ((key, value) for key, value in found.items() if key != "scope"):
        for model in ("best", "bulk", "tfidf"):
            full = one["full"][model]
            spent = f"{full['milliseconds']:.2f}" if "milliseconds" in full else ""
            lines.append([name, NAMES[model], f"{full['accuracy']:.4f}", f"{mean(one['few'][model]):.4f}", spent])
    yield from table(["set", "model", "accuracy, all", "accuracy, ten a label", "CPU ms a text"], lines)
    lines = []
    for name, one in found.get("scope", {}).items():
        for line in one["trades"]:
            figures = [f"{line[key]:.3f}" for key in ("accuracy", "accuracy_of_kept", "recall", "precision")]
            lines.append([name, f"{line['asked']:.2f}", *figures])
    if lines:
        head = ["out of scope", "asked before test", "right in scope", "of those kept", "recall", "precision"]
        yield from table(head, lines)


def tone_table(found: dict[str, Any]) -> Iterator[str]:
    """Mean over the folds."""
    lines = [
        [NAMES[model], f"{mean(found[model]['macro_f1']):.4f}", f"{mean(found[model]['accuracy']):.4f}"]
        for model in NAMES
        if model in found
    ]
    yield from table(["model", "macro-F1", "accuracy"], lines)
