from __future__ import annotations

import numpy as np

from leadline.learn.breakdown import FEWEST, within


def test_right_scores_fit_and_wrong_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    p = np.repeat(rng.uniform(0.1, 0.9, 400), 3)
    y = np.repeat((rng.random(400) < p[::3]).astype(np.int8), 3)
    subjects = np.repeat(np.arange(400), 3)
    z = np.log(p / (1 - p))
    (right,) = within(["Demo"] * 1200, subjects, y, z)
    assert right.fits
    assert (right.subjects, right.rows, right.won) == (400, 1200, int(y[::3].sum()))
    assert right.low < right.came_true < right.high
    (wrong,) = within(["Demo"] * 1200, subjects, y, z - 1)
    assert not wrong.fits


def test_rows_of_one_subject_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(200) < 0.4).astype(np.int8)
    z = np.full(200, -0.4)
    (once,) = within(["x"] * 200, np.arange(200), y, z)
    (ten,) = within(["x"] * 2000, np.repeat(np.arange(200), 10), np.repeat(y, 10), np.repeat(z, 10))
    assert np.isclose(ten.high - ten.low, once.high - once.low)


def test_few_are_said_to_be_few_and_rows_not_judged_are_left_out() -> None:
    y = np.array([1] * 5 + [0] * 40, dtype=np.int8)
    z = np.where(np.arange(45) < 40, 0.0, np.nan)
    found = within([None] * 45, np.arange(45), y, z)
    assert found[0].words.startswith("blank: not enough data (5 won and 35 lost")
    assert found[0].auc is None
    assert FEWEST > 5
    assert within([], np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0)) == ()
