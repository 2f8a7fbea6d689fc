"""Grades by capacity and by score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leadline.core.errors import CallError
from leadline.learn import grades

RANK = {"A": 0, "B": 1, "C": 2, "D": 3}
scores = st.integers(0, 60).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]) | st.floats(0, 1)),
        hnp.arrays(np.bool_, n),
    )
)


@settings(deadline=None)
@given(scores, st.integers(1, 80))
def test_counts_fit_the_capacity_and_fall_with_the_score(pair: tuple[np.ndarray, np.ndarray], per_period: int) -> None:
    score, eligible = pair
    grade = grades.by_capacity(score, eligible, per_period)
    many = int(eligible.sum())
    left = [max(0, many - n * per_period) for n in range(3)]
    wanted = [min(per_period, left[0]), min(per_period, left[1]), min(2 * per_period, left[2])]
    assert [int((grade == g).sum()) for g in "ABC"] == wanted
    assert int((grade == "D").sum()) == many - sum(wanted)
    assert (grade[~eligible] == "").all()
    order = [RANK[g] for g in grade[eligible][np.argsort(-score[eligible], kind="stable")]]
    assert order == sorted(order)


@settings(deadline=None)
@given(scores, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_grades_by_score_never_rise_as_scores_fall(pair: tuple[np.ndarray, np.ndarray], cuts: list[float]) -> None:
    score, eligible = pair
    c, b, a = sorted(cuts)
    grade = grades.by_score(score, eligible, (a, b, c))
    assert (grade[~eligible] == "").all()
    for s, g in zip(score[eligible], grade[eligible], strict=True):
        assert g == ("A" if s >= a else "B" if s >= b else "C" if s >= c else "D")


@pytest.mark.parametrize(
    ("text", "number"), [("50/week", 50), ("50", 50), (" 7 per Day ", 7), ("1/quarter", 1), ("20/MONTH", 20)]
)
def test_capacity_reads(text: str, number: int) -> None:
    assert grades.capacity(text) == number


@pytest.mark.parametrize("text", ["", "0", "0/week", "-3", "a lot", "5/year", "5//week", "1.5/week", "9" * 5_000])
def test_capacity_refuses_in_one_sentence(text: str) -> None:
    with pytest.raises(CallError, match="reads like 50/week") as caught:
        grades.capacity(text)
    assert len(str(caught.value)) < 120
