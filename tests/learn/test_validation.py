"""The record of what was measured on held-out rows."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.core.errors import DataError
from leadline.core.qualification import Validation
from leadline.learn import metrics, validation


def measured(y: np.ndarray, z: np.ndarray, half: float = 0.2, **given: object) -> Validation:
    p = metrics.probabilities(z)
    settings = {"scheme": "time", "z_uncalibrated": 2 * z, "unseen": None, "base_rate": 0.3, **given}
    return validation.measure(y, z, np.clip(p - half, 0, 1), np.clip(p + half, 0, 1), **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    z = rng.normal(-1, 1, 4_000)
    return (rng.random(4_000) < metrics.probabilities(z)).astype(np.int8), z


def test_a_true_probability_is_seen_to_be_one(rows: tuple[np.ndarray, np.ndarray]) -> None:
    found = measured(*rows)
    assert (found.held_out, found.held_out_won) == (4_000, int(rows[0].sum()))
    assert found.auc_low < found.auc < found.auc_high
    assert 0 < found.skill_low < found.brier_skill < found.skill_high
    assert found.log_loss < found.log_loss_base
    assert found.brier_skill == pytest.approx(1 - found.brier / found.brier_base)
    assert found.ece < 0.025 < found.ece_uncalibrated
    assert found.interval_coverage == 1.0
    assert found.lift_top_decile == found.deciles[0].lift > 1.5
    assert len(found.deciles) == len(found.reliability) == 10
    assert (found.unseen_rows, found.unseen_auc, found.unseen_log_loss) == (0, None, None)


def test_the_base_is_the_rate_of_training(rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = rows
    found = measured(y, z, base_rate=0.6)
    assert found.brier_base == pytest.approx(np.mean((0.6 - y) ** 2))
    assert found.log_loss_base == pytest.approx(-np.mean(np.where(y == 1, np.log(0.6), np.log(0.4))))


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_base_rate_of_nought_or_one_is_clipped(rows: tuple[np.ndarray, np.ndarray], rate: float) -> None:
    assert np.isfinite(measured(*rows, base_rate=rate).log_loss_base)


def test_narrow_intervals_are_seen(rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = rows
    assert measured(y, z + 1, half=0.001).interval_coverage <= 0.1


def test_rows_never_seen_are_measured_apart(rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, z = rows
    strange = np.arange(len(y)) < 150
    found = measured(y, z, unseen=strange)
    assert found.unseen_rows == 150
    assert found.unseen_auc == pytest.approx(metrics.auc(y[:150], z[:150]))
    assert found.unseen_log_loss == pytest.approx(metrics.log_loss(y[:150], z[:150]))
    few = measured(y, z, unseen=np.arange(len(y)) < 99)
    assert (few.unseen_rows, few.unseen_auc) == (99, None)


@pytest.mark.parametrize(("value", "words"), [(0, "none of them won"), (1, "all of them won")])
def test_one_class_cannot_judge(value: int, words: str) -> None:
    with pytest.raises(DataError, match=words):
        measured(np.full(20, value, dtype=np.int8), np.zeros(20))


def test_equal_calls_give_equal_records(rows: tuple[np.ndarray, np.ndarray]) -> None:
    groups = np.arange(4_000) // 5
    assert measured(*rows, groups=groups, seed=3) == measured(*rows, groups=groups, seed=3)
