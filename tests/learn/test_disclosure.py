"""Re-identification risk, against counting by hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.disclosure import Risk
from leadline.core.errors import CallError, ColumnNotFound, DataError
from leadline.learn.disclosure import guard, measure, refuse_below
from leadline.warehouse.arrow import pa

CELL = st.sampled_from(["", "a", "b", "c", None])
ROW = st.tuples(CELL, CELL, st.sampled_from([None, 1, 2, 3]), st.sampled_from(["x", "y", "z"]))
NAMES = ("one", "two", "three", "secret")


def table(rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(NAMES)})


def plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(None if cell == "" else cell for cell in row)


@given(st.lists(ROW, min_size=1, max_size=40))
def test_it_counts_as_a_person_would(rows: list[tuple[object, ...]]) -> None:
    risk = measure(table(rows), NAMES[:3], ["secret"])
    classes = Counter(plain(row[:3]) for row in rows)
    assert risk.k == min(classes.values())
    assert risk.classes == len(classes)
    assert risk.sizes == tuple(sorted(Counter(classes.values()).items()))
    assert risk.unique == sum(size == 1 for size in classes.values())
    for k in range(1, 8):
        assert risk.below(k) == sum(size for size in classes.values() if size < k)
        assert (refuse_below(risk, k) is None) == (risk.k >= k)
    for at, part in enumerate(risk.columns):
        without = Counter(plain(row[:at] + row[at + 1 : 3]) for row in rows)
        alone = Counter(plain(row[at : at + 1]) for row in rows)
        assert part.k_without == min(without.values())
        assert part.unique_without == sum(size == 1 for size in without.values())
        assert part.unique_alone == sum(size == 1 for size in alone.values())
        assert part.distinct == len(alone)
    told = defaultdict(Counter)
    for row in rows:
        told[plain(row[:3])][row[3]] += 1
    (secret,) = risk.sensitive
    assert secret.l == min(len(values) for values in told.values())
    assert secret.told == sum(values.total() for values in told.values() if len(values) == 1)
    entropies = [-sum(n / v.total() * math.log(n / v.total()) for n in v.values()) for v in told.values()]
    assert secret.entropy_l == pytest.approx(math.exp(min(entropies)))
    assert risk.smallest[0].rows == risk.k


@given(st.lists(ROW, min_size=1, max_size=30), st.permutations(range(3)))
def test_order_does_not_matter(rows: list[tuple[object, ...]], order: list[int]) -> None:
    names = [NAMES[at] for at in order]
    one, two = measure(table(rows), NAMES[:3]), measure(table(rows[::-1]), names)
    assert (one.k, one.classes, one.sizes) == (two.k, two.classes, two.sizes)


def test_a_refusal_is_one_sentence_that_names_the_mend() -> None:
    rows = [("a", "b", at % 2, "x") for at in range(20)] + [("a", "c", 9, "y")]
    risk = measure(table(rows), NAMES[:3])
    said = refuse_below(risk, 5)
    assert said is not None
    assert said.startswith("1 row shares the values of 'one', 'two', 'three' with fewer than 4 others")
    assert "leave out or coarsen" in said
    assert said.count(". ") == 0
    with pytest.raises(DataError, match="leave out or coarsen"):
        guard(table(rows), NAMES[:3])
    assert guard(table(rows[:20]), NAMES[:3]).k == 10
    assert "export a group of 5 or more" in str(refuse_below(measure(table(rows[:3]), NAMES[:2]), 5))


def test_nothing_and_wrong_names() -> None:
    assert refuse_below(measure(table([]), ["one"]), 5) is None
    assert measure(table([]), ["one"]) == Risk(0, ("one",), 0, 0)
    with pytest.raises(ColumnNotFound, match="did you mean 'secret'"):
        measure(table([]), ["secrets"])
    with pytest.raises(CallError, match="at least one column"):
        measure(table([]), [])
