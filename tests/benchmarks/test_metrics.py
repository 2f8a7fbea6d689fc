"""The measures agree with their definitions."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import metrics


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=2, max_size=40))
def test_auc_counts_pairs_and_halves_ties(rows: list[tuple[int, int]]) -> None:
    won = [p for y, p in rows if y]
    lost = [p for y, p in rows if not y]
    y, p = np.array([r[0] for r in rows]), np.array([r[1] / 5 for r in rows])
    if not won or not lost:
        assert np.isnan(metrics.auc(y, p))
        return
    pairs = [(w > x) + 0.5 * (w == x) for w in won for x in lost]
    assert metrics.auc(y, p) == pytest.approx(np.mean(pairs))


def test_log_loss_is_clipped() -> None:
    assert metrics.losses(np.array([1, 0]), np.array([0.0, 0.5])) == pytest.approx([-np.log(1e-4), np.log(2)])


def test_ece_sees_a_bias_and_no_more() -> None:
    random = np.random.default_rng(0)
    p = random.random(200_000) * 0.8
    y = (random.random(len(p)) < p).astype(int)
    assert metrics.ece(y, p) < 0.006
    assert metrics.ece(y, p + 0.1) == pytest.approx(0.1, abs=0.006)


def test_lift_compares_the_best_tenth_with_all() -> None:
    y = np.array([1] * 10 + [0] * 90)
    assert metrics.lift(y, np.linspace(1, 0, 100)) == pytest.approx(10)


def test_a_vector_is_unseen_only_when_no_row_of_training_equals_it() -> None:
    train = pa.table({"a": ["x", "y", None], "b": [1.0, 2.0, 3.0]})
    test = pa.table({"a": ["x", "x", None], "b": [1.0, 2.0, 3.0]})
    assert metrics.unseen(train, test).tolist() == [False, True, False]


@pytest.mark.parametrize("of", ["log_loss", "auc"])
def test_the_bootstrap_finds_the_better_model_and_spares_the_equal_one(of: str) -> None:
    random = np.random.default_rng(1)
    p = random.random(3_000)
    y = (random.random(3_000) < p).astype(int)
    group = np.arange(3_000) // 3
    blurred = np.clip(p + random.normal(0, 0.4, 3_000), 0.01, 0.99)
    better = metrics.bootstrap(y, p, blurred, group, of)
    assert better.high < 0 if of == "log_loss" else better.low > 0
    same = metrics.bootstrap(y, p, p, group, of)
    assert (same.low, same.mean, same.high) == (0, 0, 0)


def test_the_interval_over_re_splits_is_the_corrected_one() -> None:
    gap = metrics.resampled([0.0, 0.02], 0.3)
    spread = np.sqrt(0.0002 * (1 / 2 + 3 / 7))
    assert gap.mean == pytest.approx(0.01)
    assert gap.high - gap.mean == pytest.approx(12.7062 * spread, rel=1e-4)
