"""The package's own doors."""

from __future__ import annotations

from pathlib import Path

import pytest

import leadline
from leadline.testing.world import write_sample


def test_one_function_does_the_main_job(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "deals.csv", rows=700, seed=3)
    found = leadline.qualify(path, "Stage=Closed Won", lost=("Closed Lost",))
    assert found.result.rows == 700
    assert len(found.scores.score) == 700
    assert found.result.validation is not None


def test_the_estimator_is_at_the_door() -> None:
    assert leadline.Qualifier.__name__ == "Qualifier"
    assert {"qualify", "Qualifier"} <= set(dir(leadline))


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = leadline.nothing
