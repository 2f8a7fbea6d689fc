"""Tone learned from labels: rare tones count, the words that carry it are quoted."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.learn.tone import learn_tone, macro_f1, tones_of

GOOD = ("profit rose sharply", "record sales this year", "we are delighted", "a great success")
BAD = ("profit fell sharply", "heavy losses this year", "we are disappointed", "a terrible failure")
PLAIN = ("the office is in Turku", "the report appears monthly", "the board meets in May", "shares are listed here")
WHEN = ("", "In March, ", "Again, ", "As told, ", "Today ", "At last ")


def test_tones_of_new_texts_with_their_words() -> None:
    texts = [when + text for group in (GOOD, BAD, PLAIN) for text in group for when in WHEN]
    tones = [tone for tone in ("positive", "negative", "neutral") for _ in range(24)]
    kept = [row for row in range(72) if tones[row] == "neutral" or row % 2]  # neutral is the most frequent
    model = learn_tone([texts[row] for row in kept], [tones[row] for row in kept], size="bulk")
    found = tones_of(model, ["sales rose to a record", "losses were heavy", "the office in May"])
    assert [one.tone for one in found] == ["positive", "negative", "neutral"]
    assert {"losses", "heavy"} & set(found[1].words)
    assert all(0 < one.probability <= 1 for one in found)
    assert model.card["macro_f1"] > 0.6


def test_mean_f1_over_tones() -> None:
    truth = np.array([0, 0, 1, 1, 2, 2])
    assert macro_f1(truth, truth) == 1
    assert macro_f1(truth, np.zeros(6, int)) == pytest.approx((2 * 2 / 8) / 3)
