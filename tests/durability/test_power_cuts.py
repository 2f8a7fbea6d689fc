"""The power goes at a random write: nothing acknowledged is lost, nothing is half there, the file is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import power_cut
from record import Template

CUTS = 300


@pytest.fixture
def empty(template: Template) -> Path:
    """A migrated record that nobody has open."""
    if template.server:
        pytest.skip("the file system is simulated under SQLite")
    template.close()
    return Path(template.url.removeprefix("sqlite:///"))


def _cuts(empty: Path, folder: Path, count: int, synchronous: str = "FULL") -> list[power_cut.Cut]:
    cuts = []
    for seed in range(count):
        (own := folder / str(seed)).mkdir()
        cuts.append(power_cut.trial(empty, own, seed, synchronous))
    return cuts


@pytest.mark.slow
def test_no_power_cut_takes_what_was_acknowledged(empty: Path, tmp_path: Path) -> None:
    cuts = _cuts(empty, tmp_path, CUTS)
    assert [cut for cut in cuts if cut.lost or cut.halves or cut.strange or cut.corrupt] == []
    assert sum(cut.acknowledged > 0 for cut in cuts) > 0.9 * CUTS
    assert sum(cut.acknowledged for cut in cuts) > 20 * CUTS


def test_a_loss_would_be_found(empty: Path, tmp_path: Path) -> None:
    assert sum(cut.lost > 0 for cut in _cuts(empty, tmp_path, 25, "NORMAL")) > 0


def test_a_torn_file_would_be_found(empty: Path, tmp_path: Path) -> None:
    assert sum(bool(cut.corrupt) for cut in _cuts(empty, tmp_path, 25, "OFF")) > 0
