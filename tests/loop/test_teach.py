from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from leadline.core.clock import FixedClock, micros
from leadline.learn import renewal
from leadline.learn.material import Material
from leadline.learn.registry import Registry
from leadline.loop import teach
from leadline.store.models import AuditEntry, Lesson
from leadline.testing.world.history import ENDS_AT, Truth, write_history

DAY = timedelta(days=1)


@pytest.fixture
def truth(store: str) -> Truth:
    return write_history(seed=5, accounts=220, drift_before=0, deals_each=2.0)


def at(days_before: float) -> datetime:
    return ENDS_AT - days_before * DAY


def test_learns_publishes_and_scores(truth: Truth) -> None:
    clock = FixedClock(ENDS_AT)
    learned = teach.learn(teach.gather("deal", micros(ENDS_AT)))
    print(learned.qualified.result.validation)
    version = teach.publish(learned, clock, by="test")
    found = teach.present("deal")
    assert found is not None
    assert found.version.number == version.number == 1
