"""Unpacking beside a server: steps of the right size, and no fault that ends it."""

from __future__ import annotations

import logging
import threading

import pytest

from leadline.core.errors import StoreUnavailable
from leadline.web import unpacking
from leadline.web.unpacking import STEP, Pace, Unpacking


@pytest.mark.parametrize(
    ("fixed", "each"), [(0.001, 0.0001), (0.001, 0.005), (0.016, 0.0001), (0.016, 0.006), (0.1, 0.006), (0.1, 0.0002)]
)
def test_steps_become_as_long_as_they_may_be(fixed: float, each: float) -> None:
    """With a journal that is never empty; a step costs `fixed` and `each` for a body."""
    pace = Pace()
    steps = []
    for _ in range(60):
        most = pace.next()
        steps.append((most, fixed + each * most))
        pace.learn(most, *steps[-1])
    goal = max(STEP, 2 * fixed)
    for most, took in steps[-2:]:
        assert took <= max(1.6 * goal, fixed + 2 * each), steps[-2:]
        assert took >= 0.8 * goal - each or most >= 48, "steps are not needlessly small"


def test_a_step_that_was_not_full_holds_nothing_back() -> None:
    pace = Pace()
    before = pace.next()
    for _ in range(50):
        pace.learn(pace.next(), 1, 0.01)
    assert min(pace.next(), pace.next()) == before


def test_faults_are_said_and_tried_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(unpacking, "AWAY", 0.001)
    monkeypatch.setattr(unpacking, "IDLE", 0.001)
    faults: list[Exception] = [StoreUnavailable("The database is away"), ValueError("a fault of ours")]
    done = threading.Event()

    def unpack(most: int) -> int:
        if faults:
            raise faults.pop(0)
        done.set()
        return 0

    with caplog.at_level(logging.WARNING), Unpacking(unpack):
        assert done.wait(30)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert not [thread for thread in threading.enumerate() if thread.name == "leadline-unpacking"]
