"""The stack: weights never below nought, near what is believed while rows are few, and forwards in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn import blend, ensemble, ridge


def members(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1, rows)
    y = (rng.random(rows) < ridge.sigmoid(truth)).astype(np.int8)
    return np.column_stack([truth, rng.normal(0, 1, rows), -truth]), y


def weights(rows: int, pull: float = blend.PULL, blocks: int = 1) -> tuple[np.ndarray, np.ndarray]:
    margins, y = members(rows)
    centre = blend.middle(True, 0, False)
    return blend.fit(margins, y, np.zeros(rows), np.arange(rows) % blocks, centre, pull)


def test_many_rows_find_the_member_that_is_right() -> None:
    found, intercepts = weights(20_000)
    assert found[0] == pytest.approx(1, abs=0.1)
    assert found[1] < 0.05
    assert found[2] == pytest.approx(0, abs=0.05)
    assert abs(intercepts[0]) < 0.05


def test_few_rows_keep_to_the_middle() -> None:
    far = np.abs(weights(6)[0] - blend.middle(True, 0, False)).max()
    assert far < 0.15
    assert np.abs(weights(20_000)[0] - blend.middle(True, 0, False)).max() > 0.4


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(0, 5), st.integers(1, 3))
def test_weights_are_never_negative(rows: int, seed: int, blocks: int) -> None:
    margins, y = members(rows, seed)
    place = np.minimum(np.arange(rows), blocks - 1)
    found, intercepts = blend.fit(margins, y, np.zeros(rows), place, blend.middle(True, 0, True))
    assert (found >= 0).all()
    assert np.isfinite(found).all()
    assert np.isfinite(intercepts).all()


def test_a_block_that_lies_higher_moves_its_intercept_alone() -> None:
    margins, y = members(8000)
    late = np.arange(8000) >= 4000
    offset = np.where(late, -1.0, 0.0)
    found, intercepts = blend.fit(margins, y, offset, late.astype(np.int64), blend.middle(True, 0, False))
    assert intercepts[1] - intercepts[0] == pytest.approx(1, abs=0.15)
    assert found[0] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("trees", [True, False])
@pytest.mark.parametrize("moving", [True, False])
def test_the_middle_has_a_weight_for_each_member(trees: bool, moving: bool) -> None:
    found = blend.middle(trees, 2, moving)
    assert len(found) == 2 + trees + 2
    assert (found >= 0).all()
    assert found[1] == (max(found) if moving else min(found[: 2 + trees]))


@given(st.floats(-3, 3), st.integers(1, 50))
def test_the_level_meets_the_share_won(shift: float, won: int) -> None:
    y = (np.arange(51) < won).astype(np.int8)
    z = np.linspace(-2, 2, 51) + shift
    assert ridge.sigmoid(z + blend.level(z, y)).mean() == pytest.approx(y.mean(), abs=1e-6)


@given(st.integers(20, 20_000))
def test_forward_pairs_never_look_ahead(rows: int) -> None:
    pairs = ensemble.pairs_of(np.zeros(rows, dtype=np.int64), in_time_order=True)
    assert all(inside.max() < outside.min() for inside, outside in pairs)
    later = np.concatenate([outside for _, outside in pairs])
    assert np.array_equal(later, np.arange(later[0], rows))


def test_other_pairs_hold_each_row_out_once() -> None:
    folds = np.array([0, 1, 2, 2, 1, 0, 0])
    pairs = ensemble.pairs_of(folds, in_time_order=False)
    assert sorted(np.concatenate([outside for _, outside in pairs])) == list(range(7))
    assert all(set(folds[inside]).isdisjoint(folds[outside]) for inside, outside in pairs)
