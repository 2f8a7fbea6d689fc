"""Themes of a collection: what is about one thing is told as one thing, the same each time."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from leadline.core.errors import NotEnoughSignal
from leadline.learn.themes import themes_of

ABOUT = {
    "pumps": [
        "The pump leaks at the seal",
        "A new seal for the pump",
        "The pump seal is worn",
        "Seal and pump arrived",
    ],
    "invoices": [
        "The invoice is unpaid",
        "Please pay the invoice",
        "An invoice that nobody paid",
        "Unpaid invoice again",
    ],
}


def test_two_subjects_are_two_themes_with_their_words() -> None:
    texts = [f"{text} {end}" for end in ("today", "here", "please") for many in ABOUT.values() for text in many]
    found = themes_of(texts, number=2)
    assert {topic.words[0] for topic in found} <= {"pump", "seal", "pump seal", "invoice", "unpaid", "unpaid invoice"}
    assert sum(topic.share for topic in found) == pytest.approx(1.0)
    for topic in found:
        named = {name for at in topic.examples for name, words in ABOUT.items() if texts[at].startswith(tuple(words))}
        assert len(named) == 1
    assert themes_of(texts, number=2) == found


def test_few_texts_have_no_themes() -> None:
    with pytest.raises(NotEnoughSignal, match="themes need 20"):
        themes_of(["one text", "and another"])
    with pytest.raises(NotEnoughSignal, match="more than one"):
        themes_of([f"word{'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(25)])


@pytest.mark.slow
def test_themes_of_news(data_dir: Path) -> None:
    with gzip.open(data_dir / "news_ag" / "ag_news_train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        texts = [f"{row['title']} {row['description']}" for row in csv.DictReader(file)][:2000]
    found = themes_of(texts)
    assert found == themes_of(texts)
    words = {word for topic in found for word in topic.words}
    assert {"oil", "iraq"} <= words
