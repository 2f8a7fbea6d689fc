"""What tells more: clearly, beyond chance and beyond what is known already."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn.information import tells_more

RNG = np.random.default_rng(0)
PLACE = RNG.integers(0, 6, 4000)
EXTRA = RNG.integers(0, 6, 4000)


def won(signal: np.ndarray) -> np.ndarray:
    return (RNG.random(4000) < 0.2 + 0.1 * signal).astype(np.int8)


def test_what_tells_is_taken_and_what_is_known_is_not() -> None:
    assert tells_more(PLACE, EXTRA, won(EXTRA))
    assert not tells_more(PLACE, PLACE // 2, won(PLACE))
    assert not tells_more(PLACE, EXTRA, won(PLACE))
    assert not tells_more(PLACE, np.zeros(4000, dtype=np.int64), won(PLACE))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 60), st.integers(0, 10_000))
def test_chance_tells_nothing(rows: int, places: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    place, extra = rng.integers(0, places, rows), rng.integers(0, places, rows)
    assert not tells_more(place, extra, rng.integers(0, 2, rows).astype(np.int8))
