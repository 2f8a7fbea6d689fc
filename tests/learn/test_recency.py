"""The win rate known at each moment: only from before, and followed only where that clearly pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import recency


def moving(rows: int = 4000) -> np.ndarray:
    rate = 0.25 + 0.2 * np.sin(np.arange(rows) / 700)
    return (np.random.default_rng(0).random(rows) < rate).astype(np.int8)


def test_a_moving_rate_is_followed_and_a_steady_one_is_not() -> None:
    trend, offset = recency.follow(moving())
    assert np.isfinite(trend.half_life)
    assert trend.gain > recency.CLEARLY
    assert np.corrcoef(offset, 0.2 * np.sin(np.arange(4000) / 700))[0, 1] > 0.5
    steady = (np.random.default_rng(1).random(4000) < 0.25).astype(np.int8)
    trend, offset = recency.follow(steady)
    assert trend.half_life == float("inf")
    assert np.ptp(offset) == 0
    assert offset[0] == pytest.approx(np.log(steady.mean() / (1 - steady.mean())))


def test_no_row_knows_its_own_outcome_or_a_later_one() -> None:
    y = moving()
    trend, offset = recency.follow(y)
    for cut in (500, 2500):
        other = y.copy()
        other[cut:] = 1 - other[cut:]
        again = recency.at_cuts(trend, other, offset, [(np.arange(cut), np.arange(cut, 4000))])
        assert again[cut] == recency.at_cuts(trend, y, offset, [(np.arange(cut), np.arange(cut, 4000))])[cut]
    known = recency._known_rates(y, 500.0)
    flipped = y.copy()
    flipped[2000:] = 1 - flipped[2000:]
    assert np.array_equal(recency._known_rates(flipped, 500.0)[:2001], known[:2001])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1), max_size=60))
def test_few_rows_follow_nothing(outcomes: list[int]) -> None:
    y = np.array(outcomes, dtype=np.int8)
    trend, offset = recency.follow(y)
    assert trend.half_life == float("inf")
    assert len(offset) == len(y)
    assert np.isfinite(offset).all()


def test_the_same_twice() -> None:
    assert recency.follow(moving())[0] == recency.follow(moving())[0]
