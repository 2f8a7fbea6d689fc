"""Evidence: each bin's log-odds against the base rate, taken alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.learn import evidence

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


def parted(given_rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([r[:2] for r in given_rows], dtype=np.int32), np.array([r[2] for r in given_rows], dtype=np.int8)


@given(rows)
def test_a_bin_above_the_base_rate_adds_and_one_below_takes(given_rows: list[tuple[int, int, int]]) -> None:
    bins, y = parted(given_rows)
    points = evidence.fit(bins, [4, 2], y)
    for place in range(4):
        inside = bins[:, 0] == place
        if not inside.any():
            assert points[0][place] == pytest.approx(0, abs=1e-9)
        elif 0 < y.mean() < 1:
            assert np.sign(round(points[0][place], 9)) == np.sign(round(y[inside].mean() - y.mean(), 9))


@given(rows)
def test_the_order_of_rows_and_columns_is_nothing(given_rows: list[tuple[int, int, int]]) -> None:
    bins, y = parted(given_rows)
    one = evidence.margin(evidence.fit(bins, [4, 2], y), bins)
    other = evidence.margin(evidence.fit(bins[::-1, ::-1], [2, 4], y[::-1]), bins[:, ::-1])
    assert other == pytest.approx(one)


def test_more_rows_are_surer() -> None:
    few = np.repeat([[0], [1]], 5, axis=0).astype(np.int32)
    many = np.repeat([[0], [1]], 500, axis=0).astype(np.int32)
    y = lambda n: np.repeat([1, 0], n).astype(np.int8)  # noqa: E731
    assert 0 < evidence.fit(few, [2], y(5))[0][0] < evidence.fit(many, [2], y(500))[0][0]


def test_no_columns_say_nothing() -> None:
    assert evidence.margin((), np.zeros((3, 0), dtype=np.int32)).tolist() == [0, 0, 0]
