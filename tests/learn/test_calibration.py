"""Ranges: Venn-Abers bounds, the posterior's variance, the level's moves, and whether the truth lies inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.isotonic import IsotonicRegression

from leadline.core.roles import ColumnRole, Role
from leadline.learn import calibration, derive, ensemble, ridge, scorecard
from leadline.testing.world import LOST, OUTCOME, WON, Parameters, make

quick = settings(deadline=None, max_examples=40)


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(2, 80))
    z = draw(arrays(np.float64, n, elements=st.floats(-6, 6)))
    y = draw(arrays(np.int8, n, elements=st.integers(0, 1)))
    return z, y


@quick
@given(scored())
def test_venn_abers_bounds_rise_and_hold_the_isotonic_fit(rows: tuple[np.ndarray, np.ndarray]) -> None:
    z, y = rows
    bounds = calibration.fit_bounds(z, y)
    for side in (bounds.at, bounds.low, bounds.high):
        assert (np.diff(side) >= -1e-9).all()
    assert (bounds.low >= 0).all()
    assert (bounds.high <= 1).all()
    alike = ridge.sigmoid(calibration.joined(z))
    fit = IsotonicRegression(out_of_bounds="clip").fit(alike, y).predict(ridge.sigmoid(bounds.at))
    assert (bounds.low <= fit + 1e-5).all()
    assert (fit <= bounds.high + 1e-5).all()


@quick
@given(scored(), st.floats(0, 4), st.floats(-0.5, 0.5), st.floats(0, 1))
def test_a_range_holds_the_score_and_widens_with_doubt(
    rows: tuple[np.ndarray, np.ndarray], doubt: float, lean: float, sway: float
) -> None:
    z, y = rows
    bounds = calibration.fit_bounds(z, y, lean, sway)
    low, high = bounds.interval(z, np.full(len(z), doubt))
    p = ridge.sigmoid(z)
    assert ((low >= 0) & (low <= p) & (p <= high) & (high <= 1)).all()
    wider_low, wider_high = bounds.interval(z, np.full(len(z), doubt + 0.5))
    assert (wider_high - wider_low >= high - low - 1e-2).all()


def test_bounds_close_in_as_rows_grow() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for n in (100, 1_000, 10_000):
        z = rng.standard_normal(n)
        y = (rng.random(n) < ridge.sigmoid(z)).astype(np.int8)
        low, high = calibration.fit_bounds(z, y).around(z)
        assert np.mean(np.abs((low + high) / 2 - ridge.sigmoid(z))) < 1.5 / np.sqrt(n) ** 0.6
        widths.append(float(np.mean(high - low)))
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_one_class_is_bounded_too_and_numpy_still_warns() -> None:
    before = np.geterr()
    bounds = calibration.fit_bounds(np.linspace(-1, 1, 30), np.zeros(30, dtype=np.int8))
    assert bounds.low.max() < 1e-5
    assert 0 < bounds.high.max() <= 1
    assert np.geterr() == before


def blocks(rows: int, moves: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds, block numbers, and moves as measured from that many rows a block."""
    rng = np.random.default_rng(1)
    number = np.repeat(np.arange(len(moves)), rows)
    z = np.full(len(number), -1.0)
    noise = rng.standard_normal(len(moves)) / np.sqrt(rows * 0.197)
    return z, number, np.array(moves) + noise


def test_a_steady_move_is_followed_half_way() -> None:
    lean, sway = calibration.drift(*blocks(4_000, [-0.4, -0.4, -0.4]))
    assert lean == pytest.approx(-0.2, abs=0.04)
    assert sway == pytest.approx((calibration.SWAY * 2 * lean) ** 2, abs=0.01)


def test_chance_is_no_move() -> None:
    lean, sway = calibration.drift(*blocks(50, [0.0, 0.0, 0.0, 0.0]))
    assert abs(lean) < 0.1
    assert sway < 0.15


def test_moves_to_and_fro_widen_and_do_not_lean() -> None:
    lean, sway = calibration.drift(*blocks(4_000, [-0.6, 0.6, -0.6, 0.6]))
    assert abs(lean) < 0.08
    assert sway > 0.3


@pytest.mark.parametrize("prior_sd", [0.15, 0.4, 1.0])
def test_the_variance_by_bin_follows_the_exact_posterior(prior_sd: float) -> None:
    rng = np.random.default_rng(2)
    sizes = [3, 6, 10, 4, 8, 30]
    bins = np.column_stack([np.minimum(rng.geometric(3.0 / k, 3_000) - 1, k - 1) for k in sizes]).astype(np.int32)
    bins[:, 4] = bins[:, 2] % 8  # what one column tells another tells again
    y = (rng.random(3_000) < 0.3).astype(np.int8)
    offset = np.full(3_000, -0.8)
    card = scorecard.fit(bins, sizes, y, offset, prior_sd, spread=True)
    ours = card.variance(bins)

    matrix = np.column_stack([np.asarray(scorecard.design(bins, sizes).todense()), np.ones(len(bins))])
    p = ridge.sigmoid(card.logit(bins) + offset)
    prior = np.append(np.full(sum(sizes), prior_sd**-2.0), 1e-6)
    covariance = np.linalg.inv(matrix.T @ (matrix * (p * (1 - p))[:, None]) + np.diag(prior))
    exact = np.einsum("ij,jk,ik->i", matrix, covariance, matrix)
    assert ours.mean() == pytest.approx(exact.mean(), rel=0.15)
    assert np.corrcoef(ours, exact)[0, 1] > 0.8


def test_a_bin_that_was_never_seen_is_doubtful_and_rows_lessen_doubt() -> None:
    rng = np.random.default_rng(3)
    spreads = []
    for n in (300, 3_000):
        bins = rng.integers(0, 4, (n, 5)).astype(np.int32)
        y = (rng.random(n) < 0.4).astype(np.int8)
        card = scorecard.fit(bins, [5] * 5, y, np.zeros(n), 0.5, spread=True)
        known, new = np.zeros((1, 5), np.int32), np.full((1, 5), 4, np.int32)
        assert card.variance(new)[0] > 2 * card.variance(known)[0]
        spreads.append(card.variance(known)[0])
    assert spreads[0] > 5 * spreads[1]


ROLES = {
    "Industry": Role.CATEGORY,
    "Employees": Role.NUMBER,
    "Region": Role.CATEGORY,
    "Contact Role": Role.CATEGORY,
    "Contact Email": Role.EMAIL,
    "Owner": Role.CATEGORY,
    "Product": Role.CATEGORY,
    "Type": Role.CATEGORY,
    "Lead Source": Role.CATEGORY,
    "Amount": Role.MONEY,
    "Budget": Role.MONEY,
    "People Engaged": Role.NUMBER,
    "Replies": Role.NUMBER,
}
WORDS = ("Known Technologies", "Note")


def judged(deals: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low, high and true probability of the last 30 % of a market's deals, for a model of the closed ones before."""
    world = make(replace(Parameters(), deals=deals, accounts=deals // 8, sellers=10), seed)
    table = world.export()
    stage = table[OUTCOME].combine_chunks()
    won, lost = (pc.equal(stage, word).to_numpy(zero_copy_only=False) for word in (WON, LOST))
    later = np.arange(deals) >= int(0.7 * deals)
    train = np.flatnonzero(~later & (won | lost))
    parts = derive.plan(table, [ColumnRole(name, role, "", 0.0, 0) for name, role in ROLES.items()])
    folds = world.deals["account_id"].to_numpy()[train] % 5
    y = won[train].astype(np.int8)
    model = ensemble.fit(table.take(pa.array(train)), y, parts, WORDS, folds, in_time_order=True).model
    held = table.filter(pa.array(later))
    encoded = model.encoder.transform(held)
    z = model.log_odds(encoded, [held[name].to_pylist() for name in WORDS])
    return *model.interval(z, encoded), world.truth["probability"].to_numpy()[later]


@pytest.mark.slow
def test_eight_in_ten_true_chances_lie_within_their_ranges() -> None:
    widths = []
    for deals in (700, 10_000):
        found = [judged(deals, seed) for seed in (11, 12)]
        held = [(low <= truth) & (truth <= high) for low, high, truth in found]
        assert 0.68 <= np.mean(np.concatenate(held)) <= 0.92
        widths.append(np.mean(np.concatenate([high - low for low, high, _ in found])))
    assert widths[0] > 1.15 * widths[1]
