"""Measures against scikit-learn, against values worked by hand, and by their bounds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as peers

from leadline.learn import metrics

rows = st.integers(2, 60)


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes of both classes and log-odds, many of them tied."""
    n = draw(rows)
    y = draw(arrays(np.int8, n, elements=st.integers(0, 1)))
    y[0], y[1] = 0, 1
    z = draw(arrays(np.float64, n, elements=st.integers(-6, 6).map(lambda v: v / 2)))
    return y, z


@settings(deadline=None, max_examples=60)
@given(scored())
def test_measures_are_those_of_scikit_learn(given_rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = given_rows
    p = metrics.probabilities(z)
    assert metrics.auc(y, z) == pytest.approx(peers.roc_auc_score(y, z))
    assert metrics.log_loss(y, z) == pytest.approx(peers.log_loss(y, p))
    assert metrics.brier(y, z) == pytest.approx(peers.brier_score_loss(y, p))
    rate = float(y.mean())
    base = peers.brier_score_loss(y, np.full(len(y), rate))
    assert metrics.brier_skill(y, z, rate) == pytest.approx(1 - peers.brier_score_loss(y, p) / base)


@settings(deadline=None, max_examples=60)
@given(scored())
def test_the_interval_of_the_auc_holds_it_and_mirrors(given_rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = given_rows
    low, high = metrics.auc_interval(y, z)
    assert 0 <= low <= metrics.auc(y, z) <= high <= 1
    back_low, back_high = metrics.auc_interval(y, -z)
    assert back_low == pytest.approx(1 - high)
    assert back_high == pytest.approx(1 - low)


def test_delong_holds_the_truth_95_times_in_100() -> None:
    rng = np.random.default_rng(5)
    z = rng.standard_normal(200_000)
    truth = metrics.auc((rng.random(len(z)) < metrics.probabilities(z)).astype(np.int8), z)
    held = []
    for _ in range(400):
        z = rng.standard_normal(150)
        y = (rng.random(150) < metrics.probabilities(z)).astype(np.int8)
        low, high = metrics.auc_interval(y, z)
        held.append(low <= truth <= high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_delong_by_its_definition() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(40) < 0.4).astype(np.int8)
    z = np.round(y + rng.standard_normal(40), 1)
    pairs = (z[y == 1][:, None] > z[y == 0]) + 0.5 * (z[y == 1][:, None] == z[y == 0])
    variance = pairs.mean(axis=1).var(ddof=1) / y.sum() + pairs.mean(axis=0).var(ddof=1) / (y == 0).sum()
    low, high = metrics.auc_interval(y, z)
    assert high - low == pytest.approx(2 * 1.959964 * np.sqrt(variance), rel=1e-6)


def test_intervals_by_group_are_wider_where_rows_repeat() -> None:
    rng = np.random.default_rng(1)
    z = rng.standard_normal(300)
    y = (rng.random(300) < metrics.probabilities(z)).astype(np.int8)
    z4, y4, groups = np.tile(z, 4), np.tile(y, 4), np.tile(np.arange(300), 4)
    for measure in (
        lambda g: metrics.auc_interval(y4, z4, g),
        lambda g: metrics.brier_skill_interval(y4, z4, 0.5, g),
    ):
        (low, high), (group_low, group_high) = measure(None), measure(groups)
        assert group_high - group_low == pytest.approx(2 * (high - low), rel=0.15)
    alone = metrics.auc_interval(y, z)
    assert metrics.auc_interval(y4, z4, groups) == pytest.approx(alone, abs=0.003)


def test_the_skill_has_a_seeded_interval_that_holds_it() -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_normal(5_000)
    y = (rng.random(5_000) < metrics.probabilities(z)).astype(np.int8)
    low, high = metrics.brier_skill_interval(y, z, float(y.mean()), seed=7)
    assert low < metrics.brier_skill(y, z, float(y.mean())) < high
    assert (low, high) == metrics.brier_skill_interval(y, z, float(y.mean()), seed=7)
    # as the delta method has it
    gap = (metrics.probabilities(z) - y) ** 2 / np.mean((y.mean() - y) ** 2)
    assert high - low == pytest.approx(2 * 1.96 * gap.std() / np.sqrt(len(y)), rel=0.25)


@settings(deadline=None, max_examples=60)
@given(scored(), st.integers(1, 12))
def test_bins_hold_every_row_once_and_divide_no_tie(given_rows: tuple[np.ndarray, np.ndarray], bins: int) -> None:
    _, z = given_rows
    found = metrics.equal_bins(z, bins)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(z)))
    assert len(found) <= bins
    for below, above in pairwise(found):
        assert z[below].max() < z[above].min()


def test_bins_of_unlike_scores_have_equal_count() -> None:
    z = np.random.default_rng(0).standard_normal(1_005)
    assert {len(b) for b in metrics.equal_bins(z)} <= {100, 101}


@settings(deadline=None, max_examples=60)
@given(scored())
def test_calibration_error_is_bounded_and_nought_for_the_base_rate(given_rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = given_rows
    assert 0 <= metrics.ece(y, z) <= 1
    assert abs(float((metrics.probabilities(z) - y).mean())) <= metrics.ece(y, z) + 1e-9
    flat = np.full(len(y), np.log(y.mean() / (1 - y.mean())))
    assert metrics.ece(y, flat) == pytest.approx(0, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(scored())
def test_reliability_bins_hold_what_was_observed(given_rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = given_rows
    bins = metrics.reliability(y, z)
    assert sum(b.rows for b in bins) == len(y)
    assert sum(round(b.rows * b.observed) for b in bins) == y.sum()
    assert all(0 <= b.low <= b.observed <= b.high <= 1 for b in bins)
    assert [b.predicted for b in bins] == sorted(b.predicted for b in bins)


def test_wilson_by_hand() -> None:
    low, high = metrics.wilson(8, 10, normal=1.96)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_bin_coverage_counts_the_bins_that_hold() -> None:
    z = np.repeat([-1.0, 0.0, 1.0, 2.0], 100)
    y = np.tile(np.repeat([0, 1], 50), 4).astype(np.int8)
    low, high = np.where(z < 1, 0.4, 0.6), np.ones(400)
    assert metrics.bin_coverage(y, z, low, high, bins=4) == 0.5


def test_a_bin_without_a_win_is_held_by_a_range_near_nought() -> None:
    z, y = np.full(30, -5.0), np.zeros(30, dtype=np.int8)
    assert metrics.bin_coverage(y, z, np.full(30, 0.001), np.full(30, 0.02)) == 1.0
    assert metrics.bin_coverage(y, z, np.full(30, 0.04), np.full(30, 0.2)) == 0.0


@settings(deadline=None, max_examples=60)
@given(scored(), st.integers(0, 3))
def test_deciles_add_up(given_rows: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    y, z = given_rows
    found = metrics.deciles(y, z, seed)
    assert sum(d.rows for d in found) == len(y)
    assert sum(d.won for d in found) == y.sum()
    assert found[-1].gain == pytest.approx(1)
    assert all(a.gain <= b.gain for a, b in pairwise(found))
    assert sum(d.lift * d.rows for d in found) == pytest.approx(len(y))


def test_equal_scores_are_not_taken_in_the_order_of_the_file() -> None:
    y = np.repeat([1, 0], 500).astype(np.int8)
    first = metrics.deciles(y, np.zeros(1_000))[0]
    assert first.rate == pytest.approx(0.5, abs=0.15)


def test_the_best_k_against_chance() -> None:
    y = np.array([1] * 10 + [0] * 30, dtype=np.int8)
    found = metrics.top_k(y, np.arange(40)[::-1].astype(float))
    assert [(t.k, t.won, t.by_chance) for t in found] == [(10, 10, 2.5), (20, 10, 5.0)]


def test_one_class_has_no_auc() -> None:
    y = np.zeros(5, dtype=np.int8)
    assert np.isnan(metrics.auc(y, np.arange(5.0)))
    assert all(np.isnan(v) for v in metrics.auc_interval(y, np.arange(5.0)))


cells = st.lists(
    st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 1.0, 2.0])), min_size=2, max_size=40
)


@settings(deadline=None, max_examples=60)
@given(cells, st.data())
def test_rows_never_seen_are_those_that_a_set_of_tuples_finds(
    cells: list[tuple[object, object]], data: st.DataObject
) -> None:
    table = pa.table(
        {"x": pa.array([c[0] for c in cells], pa.string()), "n": pa.array([c[1] for c in cells], pa.float64())}
    )
    cut = data.draw(st.integers(1, len(cells) - 1))
    training, held = np.arange(cut), np.arange(cut, len(cells))
    known = set(cells[:cut])
    keys = metrics.vectors(table, ["x", "n"])
    assert metrics.never_seen(keys, training, held).tolist() == [c not in known for c in cells[cut:]]
