"""Simulated people who are in a list twice: the same for a seed, as many repeated as said, and truly worn."""

from __future__ import annotations

import numpy as np

from leadline.testing.world import doubles


def test_a_seed_gives_one_list() -> None:
    assert doubles.people(5, 800).equals(doubles.people(5, 800))
    assert not doubles.people(5, 800).equals(doubles.people(6, 800))


def test_the_share_of_repeats_is_as_said() -> None:
    table = doubles.people(1, 5_000)
    person = table["person"].to_numpy()
    assert table.num_rows == 5_000
    assert 5_000 - len(np.unique(person)) == int(5_000 * doubles.SHARE)
    assert len(set(table["id"].to_pylist())) == 5_000


def test_repeats_are_not_copies() -> None:
    rows = doubles.people(2, 3_000).drop_columns(["id"]).to_pylist()
    seen: dict[int, dict[str, object]] = {}
    pairs = [(seen.setdefault(row["person"], row), row) for row in rows]
    apart = [sum(a[name] != b[name] for name in a) for a, b in pairs if a is not b]
    assert np.mean([n > 0 for n in apart]) > 0.9
    assert 2 < np.mean(apart) < 6
