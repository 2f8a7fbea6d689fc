"""Which pairs are proposed: none twice, none of a row with itself, never the square of the rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.warehouse.matching.blocking import BLOCK, NEAR, Key, Rows, equal, propose

CODES = st.lists(st.integers(-1, 5), min_size=2, max_size=60)


@given(CODES)
def test_small_blocks_give_all_their_pairs(codes: list[int]) -> None:
    rows = Rows(len(codes), len(codes))
    found = equal(np.array(codes), rows)
    said = {(int(p // rows.count), int(p % rows.count)) for p in found}
    assert len(said) == len(found)
    true = {(i, j) for i in range(len(codes)) for j in range(i + 1, len(codes)) if codes[i] == codes[j] >= 0}
    assert said <= true
    if max(np.unique(codes, return_counts=True)[1]) <= BLOCK:
        assert said == true


@given(CODES, st.integers(1, 59))
def test_pairs_of_two_lists_are_between_them(codes: list[int], second: int) -> None:
    second = min(second, len(codes) - 1)
    rows = Rows(len(codes), second)
    found = equal(np.array(codes), rows)
    said = {(int(p // rows.count), int(p % rows.count)) for p in found}
    assert said == {(i, j) for i in range(second) for j in range(second, len(codes)) if codes[i] == codes[j] >= 0}


@pytest.mark.parametrize("second", [5_000, 2_500])
def test_large_blocks_are_chained(second: int) -> None:
    rows = Rows(5_000, second)
    found = equal(np.zeros(5_000, dtype=np.int64), rows)
    assert len(found) <= NEAR * 5_000
    assert len(np.unique(np.r_[found // 5_000, found % 5_000])) == 5_000


def test_rules_keep_to_the_budget() -> None:
    random = np.random.default_rng(0)
    rows = Rows(20_000, 20_000)
    made = [Key(at, random.integers(0, kinds, 20_000)) for at, kinds in enumerate((30, 40, 50, 3_000, 8_000))]
    pairs = propose(made, rows)
    assert 0 < len(pairs) <= 30 * rows.count
    assert (pairs // rows.count < pairs % rows.count).all()
    assert (np.diff(pairs) > 0).all()
