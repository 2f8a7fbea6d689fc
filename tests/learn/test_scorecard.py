"""The scorecard: points in bins, pulled to a line, and how sure of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import ridge, scorecard


def rising(rows: int, places: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Bins of a column whose log-odds rise steadily, the outcome, the truth and where bins lie on a line."""
    rng = np.random.default_rng(seed)
    bins = rng.integers(0, places, (rows, 1)).astype(np.int32)
    line = (np.arange(places, dtype=np.float64) - (places - 1) / 2)[:, None]
    line /= line.std()
    truth = 0.4 * line[:, 0]
    y = (rng.random(rows) < ridge.sigmoid(truth[bins[:, 0]])).astype(np.int8)
    return bins, y, truth, line


def test_a_line_finds_a_steady_rise_with_fewer_rows() -> None:
    wrong = {"bins": [], "line": []}
    for seed in range(20):
        bins, y, truth, line = rising(300, seed=seed)
        for name, lines in (("bins", ()), ("line", (line,))):
            card = scorecard.fit(bins, [12], y, np.zeros(300), 0.15, lines=lines)
            wrong[name].append(np.mean((card.points[0] - card.points[0].mean() - truth) ** 2))
    assert np.mean(wrong["line"]) < 0.6 * np.mean(wrong["bins"])


def test_without_lines_the_basis_is_the_bins() -> None:
    assert np.array_equal(scorecard.basis([2, 3], (), 0.4).toarray(), 0.4 * np.eye(5))
    held = scorecard.basis([2, 3], (None, np.array([[-1.0], [0.0], [1.0]])), 0.4).toarray()
    assert held.shape == (5, 6)
    assert held[:, 5].tolist() == pytest.approx([0, 0, -0.4 * scorecard.LINE_SPREADS, 0, 0.4 * scorecard.LINE_SPREADS])


def test_a_basis_is_the_same_prior_said_otherwise() -> None:
    bins, y, _, _ = rising(500)
    design = scorecard.design(bins, [12])
    straight = ridge.fit(design, y, np.zeros(500), 1 / 0.3**2)
    ground = scorecard.basis([12], (), 0.3)
    other = ridge.fit(design, y, np.zeros(500), 1.0, basis=ground)
    assert ground @ other[:-1] == pytest.approx(straight[:-1], abs=1e-3)
    assert other[-1] == pytest.approx(straight[-1], abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40),
    st.sampled_from([0.05, 0.4, 1.0]),
)
def test_any_rows_give_finite_points_and_a_spread_above_nought(
    given_rows: list[tuple[int, int, int]], spread: float
) -> None:
    bins = np.array([r[:2] for r in given_rows], dtype=np.int32)
    y = np.array([r[2] for r in given_rows], dtype=np.int8)
    line = np.array([[0.0], [-1.0], [1.0]])
    card = scorecard.fit(bins, [3, 2], y, np.zeros(len(y)), spread, lines=(line, None), spread=True)
    assert np.isfinite(card.logit(bins)).all()
    assert (card.variance(bins) > 0).all()
    centred = scorecard.centred(card, bins)
    assert centred.logit(bins) == pytest.approx(card.logit(bins))
    for column, points in enumerate(centred.points):
        assert points[bins[:, column]].mean() == pytest.approx(0, abs=1e-9)


def test_the_order_of_columns_changes_no_score() -> None:
    rng = np.random.default_rng(0)
    bins = rng.integers(0, 4, (400, 3)).astype(np.int32)
    y = (rng.random(400) < ridge.sigmoid(bins[:, 0] - 1.5)).astype(np.int8)
    one = scorecard.fit(bins, [4, 4, 4], y, np.zeros(400), 0.4)
    other = scorecard.fit(bins[:, ::-1], [4, 4, 4], y, np.zeros(400), 0.4)
    assert other.logit(bins[:, ::-1]) == pytest.approx(one.logit(bins), abs=1e-3)


def test_what_is_known_beforehand_is_not_learned_again() -> None:
    bins, y, truth, _ = rising(5000)
    card = scorecard.fit(bins, [12], y, truth[bins[:, 0]], 1.0)
    assert np.abs(card.points[0]).max() < 0.35
    blind = scorecard.fit(bins, [12], y, np.zeros(5000), 1.0)
    assert np.abs(blind.points[0]).max() > 0.45


def test_the_same_twice() -> None:
    bins, y, _, line = rising(300)
    one, other = (scorecard.fit(bins, [12], y, np.zeros(300), 0.4, lines=(line,), spread=True) for _ in range(2))
    assert np.array_equal(one.points[0], other.points[0])
    assert np.array_equal(one.doubts[0], other.doubts[0])
